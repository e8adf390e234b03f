"""The side sheet of one appointment: the day beside it stays visible."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.interop.mail_note import mail_off_line
from tht_app.components.layout.registry import allowed
from tht_app.components.scheduling.booking import refused, slot_fields
from tht_app.components.scheduling.marks import overrides, status_badge
from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import CancelReason
from tht_app.i18n import t
from tht_app.state.scheduling.appointment import AppointmentState
from tht_app.state.scheduling.booking import BOOK

CHECK_IN = (Permission.QUEUE_CHECK_IN,)


def _facts(shown: Any) -> rx.Component:
    rows: list[tuple[str, Any]] = [
        ("scheduling.appointment.doctor", shown.doctor),
        ("scheduling.appointment.room", shown.room),
        ("scheduling.appointment.devices", shown.devices),
        ("scheduling.appointment.ticket", shown.ticket),
        ("scheduling.appointment.note", shown.note),
        ("scheduling.appointment.override_reason", shown.override_reason),
        ("scheduling.appointment.cancel_reason", shown.cancel_reason),
    ]
    return rx.el.dl(
        *[rx.cond(value, ui.definition(label, value)) for label, value in rows],
        class_name="grid grid-cols-2 max-sm:grid-cols-1 gap-3 m-0",
    )


def _head(shown: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.cond(
                allowed((Permission.PATIENT_READ,)),
                ui.text_link(shown.name, "/patients/" + shown.patient_id, test_id="scheduling-appointment-patient"),
                shown.name,
            ),
            class_name="text-20 font-bold m-0 break-words",
        ),
        rx.el.p(shown.person, class_name="m-0 text-muted"),
        rx.el.p(shown.when, class_name="m-0 font-semibold tabular-nums"),
        rx.el.div(
            ui.visit_type(shown.visit_type, shown.tint),
            status_badge(shown.status),
            overrides(shown),
            class_name="flex flex-wrap gap-1",
        ),
        class_name="flex flex-col gap-1",
    )


def _actions(shown: Any) -> rx.Component:
    check_in = ui.button(
        "scheduling.appointment.check_in",
        on_click=AppointmentState.check_in(shown.id),
        kind="primary",
        icon="user-check",
    )
    booked = rx.fragment(
        ui.button("scheduling.appointment.move", on_click=AppointmentState.choose_mode("move"), icon="calendar-clock"),
        ui.button("scheduling.appointment.cancel", on_click=AppointmentState.choose_mode("cancel"), icon="calendar-x"),
    )
    missed = ui.button("scheduling.appointment.miss", on_click=AppointmentState.mark_missed(shown.id), icon="user-x")
    restore = ui.button(
        "scheduling.appointment.restore",
        on_click=AppointmentState.restore(shown.id),
        kind="primary",
        icon="undo-2",
    )
    return rx.el.div(
        rx.cond(shown.can_check_in & allowed(CHECK_IN), check_in),
        rx.cond(
            allowed(BOOK),
            rx.fragment(
                rx.cond(shown.can_move, booked), rx.cond(shown.can_miss, missed), rx.cond(shown.can_restore, restore)
            ),
        ),
        class_name="flex flex-wrap gap-2",
    )


def _back() -> rx.Component:
    return ui.button(
        "common.back", on_click=AppointmentState.choose_mode("look"), test_id="scheduling-appointment-back"
    )


def _move_form(shown: Any) -> rx.Component:
    state: Any = AppointmentState
    errors = state.errors
    return ui.form(
        rx.el.h3(t("scheduling.appointment.move_title"), class_name="text-16 font-bold m-0"),
        ui.error_summary(errors),
        slot_fields("move", errors, day=shown.day, time=shown.time, minutes=shown.minutes),
        ui.field(
            "scheduling.booking.doctor",
            "move_doctor",
            kind="select",
            options=state.doctors,
            default_value=shown.doctor_id,
            error=errors["move_doctor"],
            test_id="scheduling-move-doctor",
        ),
        ui.field(
            "scheduling.booking.room",
            "move_room",
            kind="select",
            options=state.rooms,
            default_value=shown.room_id,
            error=errors["move_room"],
            test_id="scheduling-move-room",
        ),
        ui.form_actions(ui.submit_button("scheduling.move.submit", icon="calendar-clock"), _back()),
        refused(AppointmentState.refusal, AppointmentState.offers, "move"),
        on_submit=AppointmentState.move,
        key_epoch=AppointmentState.key_epoch,
        errors=errors,
    )


def _cancel_form(shown: Any) -> rx.Component:
    state: Any = AppointmentState
    errors = state.errors
    return ui.form(
        rx.el.h3(t("scheduling.cancel.title", name=shown.name), class_name="text-16 font-bold m-0"),
        rx.el.p(t("scheduling.cancel.effect", when=shown.when), class_name="m-0"),
        ui.radio_group(
            "scheduling.cancel.reason",
            "cancel_reason",
            [(reason.value, f"scheduling.cancel_reason.{reason.value}") for reason in CancelReason],
            required=True,
            error=errors["cancel_reason"],
        ),
        ui.field("scheduling.cancel.note", "cancel_note", error=errors["cancel_note"]),
        rx.cond(shown.in_series, ui.checkbox("scheduling.cancel.rest", "cancel_rest")),
        ui.form_actions(_back(), ui.submit_button("scheduling.cancel.submit", kind="danger", icon="calendar-x")),
        on_submit=AppointmentState.cancel,
        key_epoch=AppointmentState.key_epoch,
        errors=errors,
    )


def appointment_sheet() -> rx.Component:
    """One appointment: what it is, and what can be done with it now."""
    shown = AppointmentState.shown
    return ui.side_sheet(
        _head(shown),
        rx.match(
            AppointmentState.mode,
            ("move", _move_form(shown)),
            ("cancel", _cancel_form(shown)),
            rx.fragment(_facts(shown), rx.cond(shown.can_move, mail_off_line()), _actions(shown)),
        ),
        open=AppointmentState.is_open,
        title_key="scheduling.appointment.title",
        on_close=AppointmentState.close_appointment,
        test_id="scheduling-appointment",
    )
