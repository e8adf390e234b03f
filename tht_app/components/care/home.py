"""Emergency accesses on the first screen: for the auditor, the owner, and the doctors of the patients."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.home import home_section
from tht_app.components.layout.registry import allowed
from tht_app.domain.care import LONGEST_REVIEW
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.care.review import READERS, EmergenciesState

State: Any = EmergenciesState


def _facts(row: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.el.span(row.person, class_name="font-semibold"),
            " · ",
            row.when,
            class_name="m-0 tabular-nums break-words",
        ),
        rx.cond(
            row.patient != "",
            rx.el.p(t("care.emergencies.patient", patient=row.patient), class_name="m-0 break-words"),
        ),
        rx.el.p(row.reason, class_name="m-0 break-words"),
        rx.cond(row.review != "", rx.el.p(row.reviewed, ": ", row.review, class_name="m-0 text-muted break-words")),
        class_name="flex flex-col gap-1 min-w-0 grow",
    )


def _marks(row: Any) -> rx.Component:
    waiting = ui.badge("care.emergencies.waiting", "wait", icon_name="clock")
    return rx.el.div(
        rx.cond(row.frequent, ui.badge("care.emergencies.frequent", "danger", icon_name="triangle-alert")),
        rx.cond(row.visits != "", ui.badge(row.visits, "info", icon_name="stethoscope")),
        rx.cond(row.reviewed != "", ui.badge("care.emergencies.reviewed", "done", icon_name="circle-check"), waiting),
        rx.cond(
            allowed((Permission.AUDIT_READ,)) & (row.reviewed == ""),
            ui.button("care.emergencies.review", on_click=State.ask(row.id)),
        ),
        class_name="flex flex-wrap items-center gap-2",
    )


def _line(row: Any) -> rx.Component:
    return rx.el.li(
        _facts(row),
        _marks(row),
        class_name="flex flex-wrap items-start justify-between gap-3 py-3 border-b border-line last:border-b-0",
        data_testid="care-emergencies-row",
    )


def _review_dialog() -> rx.Component:
    return ui.dialog(
        rx.el.p(State.chosen.person, " · ", State.chosen.when, class_name="m-0 font-semibold"),
        rx.el.p(t("care.emergencies.patient", patient=State.chosen.patient), class_name="m-0 break-words"),
        rx.el.p(State.chosen.reason, class_name="m-0 break-words"),
        ui.form(
            ui.field(
                "care.emergencies.note",
                "note",
                kind="textarea",
                required=True,
                rows=3,
                max_length=LONGEST_REVIEW,
                error=State.errors["note"],
            ),
            ui.dialog_actions(
                ui.button("common.cancel", on_click=State.close),
                ui.submit_button("care.emergencies.review_save", icon="check"),
            ),
            on_submit=State.review,
            key_epoch=State.key_epoch,
            errors=State.errors,
        ),
        open=State.chosen.id != "",
        title_key="care.emergencies.review_title",
        on_close=State.close,
        size="medium",
    )


@home_section(order=60, needs=READERS, load=EmergenciesState.load)
def emergencies() -> rx.Component:
    """Who opened a record in an emergency, when and why; with the patient for who may know."""
    nothing = ui.empty("care.emergencies.none", "care.emergencies.none_hint", icon_name="shield-check")
    found = rx.el.ul(rx.foreach(State.rows, _line), class_name="list-none m-0 p-0")
    return ui.card(
        "care.emergencies.title",
        rx.cond(State.loaded, rx.cond(State.rows.length() > 0, found, nothing), ui.skeleton(3)),
        rx.cond(allowed((Permission.AUDIT_READ,)), _review_dialog()),
    )
