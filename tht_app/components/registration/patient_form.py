"""The sheet in which a patient is registered or corrected: twelve fields to see, the rest folded away."""

from enum import StrEnum
from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.registration.form_watch import FormWatch
from tht_app.components.registration.result_list import marked_name
from tht_app.domain.identity import Permission
from tht_app.domain.registration.names import NAME_MAX
from tht_app.domain.registration.patient import NikMissing, OtherId, Payer, Relation
from tht_app.domain.registration.sex import Sex
from tht_app.i18n import t
from tht_app.state.registration.form import RegistrationState as Sheet
from tht_app.state.registration.patient import PatientState

WATCHED = ["name", "birth_date", "sex", "nik", "bpjs", "phone"]


def _choices(kind: type[StrEnum], prefix: str, *, empty: bool = True) -> list[tuple[str, str]]:
    first = [("", "registration.field.choose")] if empty else []
    return [*first, *((one.value, f"registration.{prefix}.{one.value}") for one in kind)]


def _field(name: str, **options: Any) -> rx.Component:
    return ui.field(
        f"registration.field.{name}",
        name,
        default_value=Sheet.start[name],
        error=Sheet.errors[name],
        **options,
    )


def _group(label_key: str, *children: Any, columns: int = 1, opened: Any = False) -> rx.Component:
    grid = {1: "", 2: "md:grid-cols-2", 3: "md:grid-cols-3"}[columns]
    return rx.el.details(
        rx.el.summary(t(label_key), class_name="font-semibold min-h-control flex items-center cursor-pointer"),
        rx.el.div(*children, class_name=f"grid grid-cols-1 gap-4 items-start pt-3 {grid}"),
        open=opened,
        class_name="border-t border-line pt-2",
        data_testid=label_key.replace(".", "-").replace("_", "-"),
    )


def _basics() -> list[rx.Component]:
    return [
        _field("name", required=True, autofocus=True, max_length=NAME_MAX),
        _field("birth_date", kind="date", required=True, help_key="registration.help.birth_date"),
        _field("sex", kind="select", required=True, options=_choices(Sex, "sex")),
        _field("nik", help_key="registration.help.nik"),
        _field("nik_missing", kind="select", options=_choices(NikMissing, "nik_missing")),
        _warnings(),
        _field("phone", kind="tel", help_key="registration.help.phone"),
        _field("payer", kind="select", options=_choices(Payer, "payer", empty=False)),
        _field("bpjs"),
        _field("street"),
        _field("village"),
        _field("city"),
    ]


def _candidate(candidate: Any) -> rx.Component:
    row = candidate.row
    return rx.el.li(
        rx.el.div(
            rx.el.span(candidate.words, class_name="text-13 font-semibold"),
            rx.el.span(marked_name(row), class_name="font-bold break-words"),
            rx.el.span(row.sex, " · ", row.born, " · ", row.record_number, " · ", row.area, class_name="text-13"),
            class_name="flex flex-col min-w-0",
        ),
        ui.link_button(
            "registration.duplicates.open",
            "/patients/" + row.id.to(str),
            new_tab=True,
            test_id="registration-duplicates-open",
        ),
        rx.cond(
            Sheet.correcting & allowed((Permission.PATIENT_MERGE,)),
            ui.link_button(
                "registration.duplicates.compare",
                "/patients/" + PatientState.banner.patient_id.to(str) + "/merge?with=" + row.id.to(str),
                icon="merge",
                test_id="registration-duplicates-compare",
            ),
        ),
        class_name="flex flex-wrap items-center justify-between gap-3",
        data_testid="registration-duplicates-candidate",
    )


def _warnings() -> rx.Component:
    """Who may be the same person, and what does not fit together; said while the form is still open."""
    candidates: Any = Sheet.candidates
    return rx.el.div(
        rx.cond(
            candidates.length() > 0,
            ui.alert(
                "registration.duplicates.title",
                "wait",
                rx.el.ul(
                    rx.foreach(candidates, _candidate),
                    class_name="list-none m-0 p-0 flex flex-col gap-2",
                    data_testid="registration-duplicates",
                ),
            ),
        ),
        rx.foreach(Sheet.doubts, lambda words: ui.alert(words, "wait")),
        rx.cond(Sheet.minor, ui.alert("registration.form.minor", "info")),
        class_name="flex flex-col gap-3",
        aria_live="polite",
        data_testid="registration-warnings",
    )


def _folded() -> list[rx.Component]:
    errors: Any = Sheet.errors
    return [
        _group(
            "registration.form.more_guardian",
            _field("guardian_name"),
            _field("guardian_relation", kind="select", options=_choices(Relation, "relation")),
            _field("guardian_phone", kind="tel"),
            opened=Sheet.minor | errors.contains("guardian_name"),
        ),
        _group(
            "registration.form.more_address",
            *(_field(name) for name in ("rt", "rw", "district", "province", "postal_code")),
            _field("email", kind="email"),
            columns=2,
        ),
        _group("registration.form.more_payer", _field("insurer"), _field("payer_number"), columns=2),
        _group(
            "registration.form.more_identity",
            _field("other_id_kind", kind="select", options=_choices(OtherId, "other_id")),
            _field("other_id"),
            columns=2,
        ),
        _group(
            "registration.form.more_social",
            *(_field(name) for name in ("birth_place", "religion", "occupation", "education", "marital_status")),
            columns=2,
        ),
        _group(
            "registration.form.more_status",
            _tick("birth_date_estimated"),
            rx.cond(Sheet.correcting, _tick("deceased")),
        ),
    ]


def _tick(name: str) -> rx.Component:
    return ui.checkbox(f"registration.field.{name}", name, checked=Sheet.start[name] == "on")


def _consents() -> rx.Component:
    return rx.el.div(
        ui.checkbox("registration.form.consent", "consent"),
        ui.checkbox("registration.form.reminders", "consent_reminders"),
        class_name="flex flex-col gap-1",
    )


def registration_sheet() -> rx.Component:
    """The sheet itself; put it once on every page that opens it."""
    return ui.side_sheet(
        ui.form(
            ui.error_summary(Sheet.errors),
            *_basics(),
            *_folded(),
            rx.cond(Sheet.correcting, rx.fragment(), _consents()),
            ui.form_actions(
                rx.cond(
                    Sheet.correcting,
                    ui.submit_button("registration.form.save_correction"),
                    ui.submit_button("registration.form.save"),
                ),
                ui.button("common.cancel", kind="ghost", on_click=Sheet.close, test_id="registration-form-cancel"),
            ),
            FormWatch.create(fields=WATCHED, first="name", on_left=Sheet.check),
            on_submit=Sheet.save,
            key_epoch=Sheet.key_epoch,
            errors=Sheet.errors,
        ),
        open=Sheet.is_open,
        title_key=rx.cond(Sheet.correcting, t("registration.form.correct"), t("registration.form.new")),
        on_close=Sheet.close,
        test_id="registration-form",
    )
