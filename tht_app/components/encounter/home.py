"""The first screen of doctor and nurse."""

from typing import Any

import reflex as rx

from tht_app.components.encounter.words import status_badge
from tht_app.components.layout.home import home_section
from tht_app.components.ui.button import icon_button, link_button
from tht_app.components.ui.show import badge, card, empty, skeleton
from tht_app.components.ui.table import Column, table
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.encounter.day import DoctorDayState, NurseDayState
from tht_app.state.encounter.view_models import VisitView

DAY = (
    Column("time", "encounter.day.time", width="5rem"),
    Column("name", "encounter.day.patient"),
    Column("visit_type", "encounter.day.visit_type"),
    Column("status", "encounter.day.status"),
)
UNSIGNED = (
    Column("day", "encounter.day.date", width="8rem"),
    Column("name", "encounter.day.patient"),
    Column("diagnosis", "encounter.day.diagnosis"),
)
NURSE_DAY = (*DAY[:3], Column("practitioner", "encounter.day.practitioner"), DAY[3])


def _who(visit: rx.Var[VisitView]) -> rx.Component:
    return rx.el.div(
        rx.el.span(visit.name, class_name="font-semibold break-words"),
        rx.el.span(visit.record_number, class_name="text-13 text-muted tabular-nums whitespace-nowrap"),
        class_name="flex flex-wrap items-baseline gap-x-2",
    )


def _state(visit: rx.Var[VisitView]) -> rx.Component:
    return rx.cond(
        visit.signed, badge("encounter.day.signed", "done", icon_name="pen-line"), status_badge(visit.status)
    )


def _next() -> rx.Component:
    visit = DoctorDayState.next
    return rx.el.div(
        rx.el.p(visit.name, class_name="m-0 text-28 font-bold leading-heading break-words"),
        rx.el.p(
            visit.sex,
            " · ",
            visit.age,
            " · ",
            visit.record_number,
            " · ",
            visit.visit_type,
            class_name="m-0 text-16 text-muted",
        ),
        rx.el.div(
            status_badge(visit.status),
            rx.el.span(t("encounter.day.arrived", time=visit.time), class_name="text-muted"),
            class_name="flex flex-wrap items-center gap-3",
        ),
        link_button("encounter.day.open", "/encounters/" + visit.id, kind="primary", icon="stethoscope"),
        class_name="flex flex-col gap-3 items-start",
        data_testid="encounter-day-next-patient",
    )


def _refresh(refreshed: Any, on_click: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span(t("encounter.day.refreshed", time=refreshed), class_name="text-13 text-muted tabular-nums"),
        icon_button("rotate-cw", "encounter.day.refresh", on_click=on_click),
        class_name="flex items-center gap-1",
    )


@home_section(order=10, needs=Permission.RECORD_WRITE, load=DoctorDayState.load)
def doctor_next() -> rx.Component:
    """My next patient, large."""
    return card(
        "encounter.day.next",
        rx.cond(
            DoctorDayState.loaded,
            rx.cond(DoctorDayState.has_next, _next(), empty("encounter.day.no_next", "encounter.day.no_next_hint")),
            skeleton(3),
        ),
        actions=_refresh(DoctorDayState.refreshed, DoctorDayState.load),
    )


@home_section(order=11, needs=Permission.RECORD_WRITE)
def doctor_unsigned() -> rx.Component:
    """What I have not signed yet, oldest first."""
    return card(
        "encounter.day.unsigned",
        rx.cond(
            DoctorDayState.loaded,
            table(
                columns=UNSIGNED,
                rows=DoctorDayState.unsigned,
                row=lambda visit: [visit.day, _who(visit), visit.diagnosis],
                empty=empty("encounter.day.all_signed", "encounter.day.all_signed_hint", icon_name="circle-check"),
                caption_key="encounter.day.unsigned",
                on_open=lambda visit: DoctorDayState.open_visit(visit.id),
            ),
            skeleton(3),
        ),
    )


@home_section(order=12, needs=Permission.RECORD_WRITE)
def doctor_day() -> rx.Component:
    """My day by the time of arrival."""
    return card(
        "encounter.day.title",
        rx.cond(
            DoctorDayState.loaded,
            table(
                columns=DAY,
                rows=DoctorDayState.day,
                row=lambda visit: [visit.time, _who(visit), visit.visit_type, _state(visit)],
                empty=empty("encounter.day.none", "encounter.day.none_hint"),
                caption_key="encounter.day.title",
                on_open=lambda visit: DoctorDayState.open_visit(visit.id),
            ),
            skeleton(5),
        ),
    )


@home_section(order=13, needs=Permission.RECORD_WRITE_NURSING, load=NurseDayState.load)
def nurse_day() -> rx.Component:
    """Today's visits, to prepare them."""
    return card(
        "encounter.day.nurse_title",
        rx.cond(
            NurseDayState.loaded,
            table(
                columns=NURSE_DAY,
                rows=NurseDayState.day,
                row=lambda visit: [visit.time, _who(visit), visit.visit_type, visit.practitioner, _state(visit)],
                empty=empty("encounter.day.none", "encounter.day.none_hint"),
                caption_key="encounter.day.nurse_title",
                on_open=lambda visit: DoctorDayState.open_visit(visit.id),
            ),
            skeleton(5),
        ),
        actions=_refresh(NurseDayState.refreshed, NurseDayState.load),
    )
