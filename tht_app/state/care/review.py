"""The list of emergency accesses, and its review."""

import reflex as rx

from tht_app.domain.care import AccessId
from tht_app.domain.identity import Permission
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.care.view_models import AccessRow, access_rows
from tht_app.state.registration.ids import as_id
from tht_app.use_cases.care import ListEmergencies, ReviewEmergency

READERS = (Permission.AUDIT_READ, Permission.AUDIT_READ_BREAK_GLASS, Permission.RECORD_BREAK_GLASS)
REVIEWER = Permission.AUDIT_READ


class EmergenciesState(Acting, rx.State):
    """Emergency accesses as they concern the person who looks."""

    rows: list[AccessRow] = []
    loaded: bool = False
    chosen: AccessRow = AccessRow()
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=READERS)
    async def load(self) -> None:
        """Show those of the last ninety days."""
        self.chosen, self.errors = AccessRow(), {}
        await self._show()

    @handler(needs=REVIEWER)
    async def ask(self, access_id: str) -> None:
        """Open the form of the review."""
        self.chosen = next((row for row in self.rows if row.id == access_id), AccessRow())
        self.errors = {}

    @handler(needs=REVIEWER)
    async def close(self) -> None:
        """Not now."""
        self.chosen, self.errors = AccessRow(), {}

    @handler(needs=REVIEWER)
    async def review(self, form: dict[str, str]) -> None:
        """Keep what came of looking into it."""
        person = self.chosen.person
        request = ReviewEmergency(AccessId(as_id(self.chosen.id)), form.get("note", ""))
        await self._execute(request, key=form.get("_key"))
        self.key_epoch += 1
        self.chosen = AccessRow()
        await self._show()
        await self._notify("care.emergencies.review_done", name=person)

    async def _show(self) -> None:
        found = await self._execute(ListEmergencies())
        self.rows, self.loaded = access_rows(found, settings().zone, self._lang()), True
