"""The day as one list for each doctor: visits by time, free times between them."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.scheduling.marks import flags, overrides, status_badge
from tht_app.i18n import t
from tht_app.state.person import PersonState
from tht_app.state.scheduling.appointment import AppointmentState
from tht_app.state.scheduling.booking import BOOK, BookingState
from tht_app.state.scheduling.calendar import EVERYBODY, CalendarState
from tht_app.state.shell import ClinicState

OVER = "data-[over=true]:opacity-65"
LINE = (
    "flex items-stretch gap-3 w-full text-left p-0 pr-3 rounded-control border border-line bg-surface overflow-hidden "
    "hover:bg-sunken min-h-13"
)
GAP = (
    "flex items-center gap-3 w-full text-left px-3 min-h-control rounded-control border border-dashed "
    "border-line-strong bg-transparent text-muted hover:bg-sunken hover:text-text"
)
TIME = "w-12 shrink-0 tabular-nums"


def _visit(line: Any) -> rx.Component:
    over = (line.status == "cancelled") | (line.status == "noshow")
    return rx.el.button(
        rx.el.span(class_name="w-1.5 shrink-0", style={"background": f"var(--visit-{line.tint})"}),
        rx.el.span(
            rx.el.span(line.time, class_name="block font-bold"),
            rx.el.span(line.until, class_name="block text-13 text-muted"),
            class_name=f"{TIME} py-1.5",
        ),
        rx.el.span(
            rx.el.span(
                rx.el.span(line.name, class_name=rx.cond(over, "line-through truncate", "truncate"), title=line.name),
                rx.cond(line.ticket, rx.el.span(line.ticket, class_name="text-accent-text tabular-nums shrink-0")),
                rx.el.span(status_badge(line.status), class_name="ml-auto shrink-0"),
                class_name="flex items-center gap-2 font-semibold",
            ),
            rx.el.span(line.person, class_name="block text-13 text-muted truncate"),
            rx.el.span(
                ui.visit_type(line.visit_type, line.tint),
                rx.el.span(line.room, class_name="text-13 text-muted self-center"),
                flags(line),
                overrides(line),
                class_name="flex flex-wrap gap-1 mt-1",
            ),
            class_name="flex-1 min-w-0 py-1.5",
        ),
        type="button",
        on_click=AppointmentState.open_appointment(line.id),
        class_name=f"{LINE} {OVER}",
        custom_attrs={"data-over": rx.cond(over, "true", "false")},
        data_testid="scheduling-day-visit",
    )


def _gap(line: Any) -> rx.Component:
    face = [
        rx.el.span(line.time, class_name=TIME),
        rx.el.span(t("scheduling.day.free", until=line.until, length=line.minutes), class_name="flex-1"),
    ]
    return rx.cond(
        allowed(BOOK),
        rx.el.button(
            *face,
            ui.icon("plus", size=16),
            type="button",
            on_click=BookingState.open_booking(line.doctor_id, "", line.start, ""),
            class_name=f"{GAP} print:hidden",
            data_testid="scheduling-day-free",
        ),
        rx.el.div(*face, class_name=f"{GAP} hover:bg-transparent hover:text-muted print:hidden"),
    )


def _doctor(doctor: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(
                rx.el.span(
                    class_name="inline-block size-3 rounded-full mr-2 border border-line-strong",
                    style={"background": f"var(--visit-{doctor.tint})"},
                ),
                doctor.name,
                class_name="text-16 font-bold m-0 truncate",
            ),
            rx.el.p(
                rx.cond(doctor.hours, doctor.hours, t("scheduling.day.not_working")),
                " · ",
                t("scheduling.day.visits", count=doctor.visits),
                class_name="text-13 text-muted m-0 tabular-nums",
            ),
            class_name="flex flex-col gap-0.5",
        ),
        rx.el.ul(
            rx.foreach(
                doctor.lines,
                lambda line: rx.el.li(rx.cond(line.kind == "gap", _gap(line), _visit(line)), key=line.id),
            ),
            class_name="list-none m-0 p-0 flex flex-col gap-1.5",
        ),
        class_name=(
            "flex flex-col gap-3 p-4 rounded-card border border-line bg-surface min-w-0 print:border-0 print:px-0"
        ),
        data_testid="scheduling-day-column",
    )


def _is_chosen(doctor: Any) -> Any:
    return (CalendarState.doctor == EVERYBODY) | (CalendarState.doctor == doctor.id)


def _printed_head() -> rx.Component:
    """On paper: whose day this is, as it stood when, and who printed it."""
    return rx.el.div(
        rx.el.p(ClinicState.name, class_name="m-0 font-bold"),
        rx.el.p(
            t("scheduling.print.by", name=PersonState.display_name, when=CalendarState.read_at),
            class_name="m-0 text-13",
        ),
        class_name="hidden print:block mb-4",
    )


def _nobody() -> rx.Component:
    return ui.empty("scheduling.day.empty.title", "scheduling.day.empty.body", icon_name="calendar-x")


def day_list() -> rx.Component:
    """One column for each doctor, as many beside each other as there is room for."""
    doctors: Any = CalendarState.doctors
    columns = rx.el.div(
        _printed_head(),
        rx.foreach(doctors, lambda doctor: rx.cond(_is_chosen(doctor), _doctor(doctor))),
        class_name=("grid gap-4 items-start grid-cols-[repeat(auto-fit,minmax(min(22rem,100%),1fr))] print:block"),
        custom_attrs={"data-paper": "a4"},
    )
    return rx.cond(
        CalendarState.loaded,
        rx.cond(doctors.length() > 0, columns, _nobody()),
        ui.skeleton(8),
    )


def book_button() -> rx.Component:
    """A new appointment, for who may book."""
    return rx.cond(
        allowed(BOOK),
        ui.button(
            "scheduling.booking.open",
            on_click=BookingState.open_booking("", "", "", ""),
            kind="primary",
            icon="plus",
        ),
    )
