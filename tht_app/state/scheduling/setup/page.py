"""Which part of the set-up is shown; it stands in the address."""

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.identity import Permission
from tht_app.state.acting import Acting, handler
from tht_app.state.scheduling.setup.absence import AbsenceState
from tht_app.state.scheduling.setup.holidays import HolidaysState
from tht_app.state.scheduling.setup.hours import PLAN, HoursState
from tht_app.state.scheduling.setup.lists import DevicesState, DoctorsState, PointsState, RoomsState, TypesState

OWN_TABS = ("hours", "absence")
"""What somebody who plans only the own calendar sets up."""
LISTS = ("doctors", "rooms", "devices", "types", "points")
TABS = (*OWN_TABS, "holidays", *LISTS)
STATES = {
    "hours": HoursState,
    "absence": AbsenceState,
    "holidays": HolidaysState,
    "doctors": DoctorsState,
    "rooms": RoomsState,
    "devices": DevicesState,
    "types": TypesState,
    "points": PointsState,
}


def tab_of(asked: str, *, everything: bool) -> str:
    """The tab that the address names, or the first one for what is none or for others."""
    return asked if asked in (TABS if everything else OWN_TABS) else TABS[0]


class SetupState(Acting, rx.State):
    """The tab; each part loads itself when it is looked at."""

    tab: str = TABS[0]

    @handler(needs=PLAN)
    async def load(self) -> EventSpec:
        """Take the tab from the address and let its part load."""
        everything = Permission.SCHEDULE_WRITE in self._person().permissions
        self.tab = tab_of(self.router.url.query_parameters.get("tab", ""), everything=everything)
        return STATES[self.tab].load

    @handler(needs=PLAN)
    async def choose_tab(self, tab: str) -> EventSpec:
        """Go to another part."""
        everything = Permission.SCHEDULE_WRITE in self._person().permissions
        return rx.redirect(f"/calendar/setup?tab={tab_of(tab, everything=everything)}")  # type: ignore[return-value]
