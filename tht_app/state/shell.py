"""What the frame of every screen shows of the clinic itself."""

import reflex as rx

from tht_app.settings import settings
from tht_app.state.acting import SIGNED_IN, Acting, handler
from tht_app.use_cases.settings import GetClinicHead


class ClinicState(Acting, rx.State):
    """The clinic's name, and whether everything in it is invented."""

    name: str = ""
    shown_path: str = ""
    """The address for which this tab's page has been loaded: see `components/layout/only_here.py`."""

    @rx.var(initial_value=False)
    def demo(self) -> bool:
        """Read at run time: one build of the screens serves a demo and a real clinic."""
        return settings().demo

    @handler(needs=SIGNED_IN)
    async def load(self) -> None:
        """Fetch the name once a tab; it is the last thing that a page loads."""
        self.shown_path = self.router.url.path
        if not self.name:
            self.name = (await self._execute(GetClinicHead())).name
