"""The first screen: the sections of a person's roles load when it is opened, and again when its socket comes back."""

from typing import Any

import reflex as rx

from tht_app.state.acting import SIGNED_IN, Acting, handler
from tht_app.state.marks import needs_of

LOADS: list[Any] = []
"""What each section loads itself with; the screens put theirs here while they are imported."""


class HomeState(Acting, rx.State):
    """Starts what this person may see and nothing else, so that nothing is refused and audited for looking around."""

    @handler(needs=SIGNED_IN)
    async def load(self) -> list[Any]:
        """Load every section of this person."""
        who = self._person()
        return [load for load in LOADS if who.may(needs_of(load.fn) or frozenset())]
