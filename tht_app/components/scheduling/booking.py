"""The booking sheet, and what is offered when the wanted time is refused."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.interop.mail_note import mail_off_line
from tht_app.components.layout.registry import allowed
from tht_app.components.registration.form_watch import FormWatch
from tht_app.components.registration.search_box import patient_picker
from tht_app.components.scheduling.hold import hold_line
from tht_app.components.scheduling.series import series_dates, series_fields
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.scheduling.booking import BookingState

OVERRIDE = (Permission.APPOINTMENT_OVERRIDE,)
WATCHED = [f"booking_{name}" for name in ("patient", "doctor", "type", "date", "time", "minutes", "room")]
"""What decides which time is kept while the form is open."""


def refused(refusal: Any, offers: Any, prefix: str) -> rx.Component:
    """Why the time cannot be had, the nearest free ones to take with one press, and the way to override.

    It stands below the form's own button: Enter in a field sends the form, never an offer.
    """
    offer = rx.foreach(
        offers,
        lambda slot: ui.submit_button(
            slot.label,
            kind="secondary",
            icon="calendar-plus",
            name="offered",
            value=slot.start,
            test_id="scheduling-refused-offer",
        ),
    )
    override = rx.el.div(
        ui.field("scheduling.refused.override", f"{prefix}_override", help_key="scheduling.refused.override_help"),
        ui.submit_button("scheduling.refused.insist", kind="secondary", icon="triangle-alert"),
        class_name="flex flex-col gap-2 items-start pt-2 border-t border-line",
    )
    return rx.cond(
        refusal,
        rx.el.div(
            ui.alert(refusal, "wait"),
            rx.cond(
                offers.length() > 0,
                rx.el.div(
                    rx.el.p(t("scheduling.refused.offers"), class_name="m-0 font-semibold"),
                    rx.el.div(offer, class_name="flex flex-col gap-2 items-stretch"),
                    class_name="flex flex-col gap-2",
                ),
            ),
            rx.cond(allowed(OVERRIDE), override),
            class_name="flex flex-col gap-3",
            data_testid="scheduling-refused",
        ),
    )


def _fields(state: Any) -> list[rx.Component]:
    errors = state.errors
    return [
        patient_picker(
            name="booking_patient",
            label_key="scheduling.booking.patient",
            required=True,
            error=errors["booking_patient"],
        ),
        ui.field(
            "scheduling.booking.doctor",
            "booking_doctor",
            kind="select",
            required=True,
            options=state.doctors,
            default_value=state.doctor,
            error=errors["booking_doctor"],
        ),
        ui.field(
            "scheduling.booking.type",
            "booking_type",
            kind="select",
            required=True,
            options=state.types,
            default_value=state.kind,
            error=errors["booking_type"],
        ),
        slot_fields("booking", errors, day=state.day, time=state.time, minutes=state.minutes),
        ui.field(
            "scheduling.booking.room",
            "booking_room",
            kind="select",
            options=state.rooms,
            default_value=state.room,
            error=errors["booking_room"],
        ),
        ui.field(
            "scheduling.booking.note",
            "booking_note",
            kind="textarea",
            rows=2,
            help_key="scheduling.booking.note_help",
            error=errors["booking_note"],
        ),
    ]


def booking_sheet() -> rx.Component:
    """Who, with whom, what for, when; the room is the doctor's usual one unless another is chosen."""
    state: Any = BookingState
    return ui.side_sheet(
        ui.form(
            FormWatch.create(fields=WATCHED, first="booking_patient", on_left=BookingState.consider),
            hold_line(),
            ui.error_summary(state.errors),
            *_fields(state),
            series_fields(state.errors),
            mail_off_line(),
            ui.form_actions(
                ui.submit_button("scheduling.booking.submit", icon="calendar-check"),
                ui.button("common.cancel", on_click=BookingState.close_booking, test_id="scheduling-booking-cancel"),
                ui.submit_button(
                    "scheduling.waiting.instead",
                    kind="ghost",
                    icon="list-todo",
                    name="wait",
                    value="1",
                    test_id="scheduling-booking-wait",
                ),
            ),
            rx.cond(state.series.length() > 0, series_dates(), refused(state.refusal, state.offers, "booking")),
            on_submit=BookingState.book,
            key_epoch=state.key_epoch,
            errors=state.errors,
        ),
        open=state.is_open,
        title_key="scheduling.booking.title",
        on_close=BookingState.close_booking,
        test_id="scheduling-booking",
    )


def slot_fields(prefix: str, errors: Any, *, day: Any, time: Any, minutes: Any) -> rx.Component:
    """Date, time and length beside each other; the length may stay empty."""
    return rx.el.div(
        ui.field(
            "scheduling.slot.date",
            f"{prefix}_date",
            kind="date",
            required=True,
            default_value=day,
            error=errors[f"{prefix}_date"],
            test_id=f"scheduling-{prefix}-date",
        ),
        ui.field(
            "scheduling.slot.time",
            f"{prefix}_time",
            required=True,
            default_value=time,
            placeholder_key="scheduling.slot.time_example",
            error=errors[f"{prefix}_time"],
            test_id=f"scheduling-{prefix}-time",
        ),
        ui.field(
            "scheduling.slot.minutes",
            f"{prefix}_minutes",
            kind="number",
            default_value=minutes,
            placeholder_key="scheduling.slot.minutes_usual",
            error=errors[f"{prefix}_minutes"],
            test_id=f"scheduling-{prefix}-minutes",
        ),
        class_name="grid grid-cols-3 max-sm:grid-cols-1 gap-3 items-end",
    )
