"""The register of requests about personal data: its lines, its answers, and where one is written down."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.encounter.words import word_of
from tht_app.components.layout.registry import allowed
from tht_app.domain.identity import Permission
from tht_app.domain.privacy import LONGEST_ANSWER, LONGEST_WISH, Check, Outcome, Requester, RequestKind, Standing
from tht_app.i18n import t
from tht_app.state.privacy.requests import PatientPrivacyState, PrivacyState

State: Any = PrivacyState
Patient: Any = PatientPrivacyState
MANAGE = (Permission.PRIVACY_MANAGE,)
TONES: dict[Standing, Any] = {
    Standing.OPEN: "info",
    Standing.SOON: "wait",
    Standing.LATE: "danger",
    Standing.CLOSED: "done",
    Standing.CLOSED_LATE: "neutral",
}


def _mark(row: Any) -> rx.Component:
    badges = [(one.value, ui.badge(f"privacy.standing.{one.value}", TONES[one])) for one in Standing]
    return rx.match(row.standing, *badges, rx.fragment())


def _facts(row: Any, *, patient: bool) -> rx.Component:
    named = rx.el.p(ui.text_link(row.patient, row.patient_address), class_name="m-0 break-words")
    return rx.el.div(
        rx.el.p(word_of("privacy.kind", RequestKind, row.kind), class_name="m-0 font-semibold"),
        rx.cond(row.patient != "", named) if patient else rx.fragment(),
        rx.cond(row.requester != "", rx.el.p(row.requester, class_name="m-0 text-13 text-muted break-words")),
        rx.cond(row.wish != "", rx.el.p(row.wish, class_name="m-0 break-words")),
        rx.el.p(
            t("privacy.received_and_due", received=row.received, due=row.due),
            class_name="m-0 text-13 text-muted tabular-nums",
        ),
        rx.cond(row.closed != "", rx.el.p(row.closed, class_name="m-0 text-13 text-muted tabular-nums break-words")),
        rx.cond(row.answer != "", rx.el.p(row.answer, class_name="m-0 break-words")),
        class_name="flex flex-col gap-1 min-w-0 grow basis-80",
    )


def _line(row: Any, *, patient: bool = True) -> rx.Component:
    answer = ui.button("privacy.answer.action", on_click=State.ask(row.id)) if patient else rx.fragment()
    return rx.el.li(
        _facts(row, patient=patient),
        rx.el.div(
            _mark(row), rx.cond(allowed(MANAGE) & row.open, answer), class_name="flex flex-wrap items-center gap-3"
        ),
        class_name="flex flex-wrap items-start justify-between gap-3 py-3 border-b border-line last:border-b-0",
        data_testid="privacy-row",
    )


def request_list(rows: Any, nothing: rx.Component) -> rx.Component:
    """Lines of the register, or what stands there when it is empty."""
    found = rx.el.ul(rx.foreach(rows, _line), class_name="list-none m-0 p-0")
    return rx.cond(State.loaded, rx.cond(rows.length() > 0, found, nothing), ui.skeleton(3))


def answer_dialog() -> rx.Component:
    """What came of a request, with where its work is done."""
    how = [(kind.value, t(f"privacy.how.{kind.value}")) for kind in RequestKind]
    return ui.dialog(
        rx.el.p(
            word_of("privacy.kind", RequestKind, State.chosen.kind),
            " · ",
            State.chosen.patient,
            class_name="m-0 font-semibold break-words",
        ),
        rx.el.p(State.chosen.wish, class_name="m-0 break-words"),
        rx.el.p(rx.match(State.chosen.kind, *how, ""), class_name="m-0 text-muted"),
        ui.form(
            ui.radio_group(
                "privacy.answer.outcome",
                "outcome",
                [(one.value, f"privacy.outcome.{one.value}") for one in Outcome],
                required=True,
                error=State.errors["outcome"],
            ),
            ui.field(
                "privacy.answer.text",
                "answer",
                kind="textarea",
                rows=3,
                required=True,
                max_length=LONGEST_ANSWER,
                error=State.errors["answer"],
            ),
            ui.dialog_actions(
                ui.button("common.cancel", on_click=State.leave),
                ui.submit_button("privacy.answer.save", icon="check"),
            ),
            on_submit=State.answer,
            key_epoch=State.key_epoch,
            errors=State.errors,
        ),
        open=State.chosen.id != "",
        title_key="privacy.answer.title",
        on_close=State.leave,
        size="medium",
    )


def patient_requests() -> rx.Component:
    """On the patient's page, for who keeps the register."""
    nothing = ui.empty("privacy.patient.none", "privacy.patient.none_hint", icon_name="shield-question-mark")
    found = rx.el.ul(rx.foreach(Patient.rows, lambda row: _line(row, patient=False)), class_name="list-none m-0 p-0")
    card = ui.card(
        "privacy.patient.title",
        rx.cond(Patient.rows.length() > 0, found, nothing),
        actions=rx.el.div(
            ui.link_button("privacy.all", "/privacy", kind="ghost"),
            ui.button("privacy.record.action", icon="plus", on_click=Patient.begin),
            class_name="flex flex-wrap gap-2",
        ),
        test_id="privacy-patient",
    )
    return rx.cond(allowed(MANAGE) & (Patient.patient_id != ""), rx.fragment(card, _recording_sheet()))


def _choices(label: str, name: str, words: str, kind: Any, *, first: str = "") -> rx.Component:
    return ui.radio_group(
        label,
        name,
        [(one.value, f"{words}.{one.value}") for one in kind],
        default_value=first,
        required=True,
        error=Patient.errors[name],
    )


def _recording_sheet() -> rx.Component:
    who = Requester.PATIENT.value
    return ui.side_sheet(
        rx.el.p(t("privacy.hint"), class_name="m-0 text-muted"),
        ui.form(
            ui.error_summary(Patient.errors),
            _choices("privacy.record.kind", "request_kind", "privacy.kind", RequestKind),
            _choices("privacy.record.requester", "requester", "privacy.requester", Requester, first=who),
            ui.field(
                "privacy.record.name",
                "requester_name",
                help_key="privacy.record.name_help",
                error=Patient.errors["requester_name"],
            ),
            _choices("privacy.record.checked", "checked_by", "privacy.check", Check),
            ui.field(
                "privacy.record.wish",
                "wish",
                kind="textarea",
                rows=3,
                required=True,
                max_length=LONGEST_WISH,
                error=Patient.errors["wish"],
            ),
            ui.field(
                "privacy.record.day",
                "received_on",
                kind="date",
                help_key="privacy.record.day_help",
                error=Patient.errors["received_on"],
            ),
            ui.form_actions(ui.submit_button("privacy.record.save")),
            on_submit=Patient.record,
            key_epoch=Patient.key_epoch,
            errors=Patient.errors,
        ),
        open=Patient.recording,
        title_key="privacy.record.action",
        on_close=Patient.leave,
        test_id="privacy-recording",
    )
