"""What waits for a fresh proof: the dialog over the screen, and the step that goes on after it.

The proof itself goes over plain HTTP and never through a State. The step is kept with everything that was typed, so
that the person goes on where they were; it is asked of the database again, which alone knows whether the proof holds.
"""

import reflex as rx
from reflex.event import EventSpec

from tht_app.state.marks import SIGNED_IN, needs


class ProofState(rx.State):
    """The one dialog of the tab."""

    kind: str = ""
    """The kind of deed that asks (`domain.proof.Sensitive`); empty: closed."""
    _again: EventSpec | None = None

    @rx.event
    @needs(SIGNED_IN)
    async def go_on(self) -> EventSpec | None:
        """The browser says that the proof was given: do the step again."""
        step = self._again
        self._shut()
        return step

    @rx.event
    @needs(SIGNED_IN)
    async def cancel(self) -> None:
        """Not now: the screen stays as it is."""
        self._shut()

    def _ask(self, kind: str, again: EventSpec) -> None:
        self.kind, self._again = kind, again

    def _shut(self) -> None:
        self.kind, self._again = "", None
