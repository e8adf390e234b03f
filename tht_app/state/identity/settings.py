"""Which part of the settings is shown; it stands in the address."""

import reflex as rx
from reflex.event import EventSpec

from tht_app.state.acting import SIGNED_IN, Acting, handler

TABS = ("mine", "people", "rules", "letters", "backup")
"""What is everybody's own first, then what the owner sets up."""


def tab_of(asked: str) -> str:
    """The tab that the address names, or the own one for what is none."""
    return asked if asked in TABS else TABS[0]


class SettingsState(Acting, rx.State):
    """The tab; what it holds asks for its own permission."""

    tab: str = TABS[0]

    @handler(needs=SIGNED_IN)
    async def load(self) -> None:
        """Take the tab from the address."""
        self.tab = tab_of(self.router.url.query_parameters.get("tab", ""))

    @handler(needs=SIGNED_IN)
    async def choose_tab(self, tab: str) -> EventSpec:
        """Go to another part."""
        return rx.redirect(f"/settings?tab={tab_of(tab)}")  # type: ignore[return-value]
