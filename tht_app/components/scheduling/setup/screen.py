"""The parts of the set-up beside each other."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.scheduling.setup.absence import absence_tab
from tht_app.components.scheduling.setup.holidays import holidays_tab
from tht_app.components.scheduling.setup.hours import hours_tab
from tht_app.components.scheduling.setup.lists import devices_tab, doctors_tab, points_tab, rooms_tab, types_tab
from tht_app.domain.identity import Permission
from tht_app.state.scheduling.setup.page import OWN_TABS, TABS, SetupState

State: Any = SetupState
BUILD = {
    "hours": hours_tab,
    "absence": absence_tab,
    "holidays": holidays_tab,
    "doctors": doctors_tab,
    "rooms": rooms_tab,
    "devices": devices_tab,
    "types": types_tab,
    "points": points_tab,
}


def _tabs(names: tuple[str, ...]) -> rx.Component:
    return ui.tabs(
        [(name, f"scheduling.setup.tab.{name}", BUILD[name]()) for name in names],
        value=State.tab,
        on_change=State.choose_tab,
        name="setup",
    )


def setup_tabs() -> rx.Component:
    """Everything for the front desk, the own calendar for a doctor."""
    return rx.cond(allowed((Permission.SCHEDULE_WRITE,)), _tabs(TABS), _tabs(OWN_TABS))


def setup_link() -> rx.Component:
    """The way here from the calendar, for who may set something up."""
    return rx.cond(
        allowed((Permission.SCHEDULE_WRITE, Permission.SCHEDULE_WRITE_OWN)),
        ui.link_button("scheduling.setup.open", "/calendar/setup", icon="settings-2"),
    )
