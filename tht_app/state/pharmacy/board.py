"""The counter: three columns, and beside them the prescription that is open."""

from datetime import UTC, datetime
from typing import Any

import reflex as rx

from tht_app.domain.identity import Permission
from tht_app.i18n import time_text
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.pharmacy.forms import as_id, quantities_of
from tht_app.state.pharmacy.view_models import CardView, PrescriptionView, columns_of, prescription_view
from tht_app.use_cases.pharmacy import (
    ClaimPrescription,
    Dispense,
    GetPrescription,
    MarkReady,
    PharmacyBoard,
    ReleasePrescription,
)
from tht_app.use_cases.pharmacy.models import BoardCard

NEEDS = Permission.PRESCRIPTION_DISPENSE


class BoardState(Watching, Acting, rx.State):
    """All open prescriptions, and the one that is being looked at."""

    waiting: list[CardView] = []
    preparing: list[CardView] = []
    ready: list[CardView] = []
    as_of: str = ""
    loaded: bool = False
    opened: PrescriptionView = PrescriptionView()
    confirming: bool = False
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=NEEDS)
    async def load(self) -> None:
        """Read the board; open is what the address names."""
        self.opened = PrescriptionView()
        await self._watch(
            LiveView("pharmacy.board", PharmacyBoard(), (topics.PHARMACY,), board_vars, lang=self._lang())
        )
        if wanted := self.router.url.query_parameters.get("open", ""):
            await self._open(wanted)

    @handler(needs=NEEDS)
    async def refresh(self) -> None:
        """Read the board and the open prescription again."""
        await self._reread()
        if self.opened.id:
            await self._open(self.opened.id)

    @handler(needs=NEEDS)
    async def open_card(self, prescription_id: str) -> None:
        """Show a prescription beside the board."""
        await self._open(prescription_id)

    @handler(needs=NEEDS)
    async def close_card(self) -> None:
        """Only the board."""
        self.opened, self.errors = PrescriptionView(), {}

    @handler(needs=NEEDS)
    async def claim(self) -> None:
        """Begin preparing the open prescription."""
        await self._step(ClaimPrescription(as_id(self.opened.id)))

    @handler(needs=NEEDS)
    async def release(self) -> None:
        """Give it back to those that wait."""
        await self._step(ReleasePrescription(as_id(self.opened.id)))

    @handler(needs=NEEDS)
    async def mark_ready(self) -> None:
        """All is gathered."""
        await self._step(MarkReady(as_id(self.opened.id)))

    @handler(needs=NEEDS)
    async def confirm(self, wanted: bool) -> None:
        """Ask before handing over, or do not."""
        self.confirming = wanted and bool(self.opened.id)

    @handler(needs=NEEDS)
    async def dispense(self, form: dict[str, str]) -> None:
        """Hand over what the form says; the stock goes down with it."""
        patient, self.confirming = self.opened.patient, False
        request = Dispense(as_id(self.opened.id), quantities_of(form))
        await self._execute(request, key=form.get("_key"))
        self.key_epoch += 1
        await self._open(self.opened.id)
        await self._reread()
        partly = self.opened.counter != ""
        await self._notify("pharmacy.board.partly_done" if partly else "pharmacy.board.done", patient=patient)

    async def _step(self, request: Any) -> None:
        await self._execute(request)
        await self._open(self.opened.id)
        await self._reread()

    async def _open(self, prescription_id: str) -> None:
        detail = await self._execute(GetPrescription(as_id(prescription_id)))
        zone = settings().zone
        today = datetime.now(UTC).astimezone(zone).date()
        self.opened = prescription_view(detail, zone, today, self._lang())
        self.confirming, self.errors = False, {}


def board_vars(cards: tuple[BoardCard, ...], now: datetime, lang: str) -> dict[str, Any]:
    """The three columns of the counter."""
    zone = settings().zone
    return {**columns_of(cards, zone, now, lang), "as_of": time_text(now.astimezone(zone)), "loaded": True}
