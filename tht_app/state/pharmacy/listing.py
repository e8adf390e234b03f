"""The list of signed prescriptions."""

from datetime import UTC, date, datetime
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.identity import Permission, Role
from tht_app.i18n import number_text, text_of
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.pharmacy.forms import as_id
from tht_app.state.pharmacy.view_models import PrescriptionView, SummaryView, prescription_view, summary_view
from tht_app.use_cases.pharmacy import GetPrescription, ListPrescriptions
from tht_app.use_cases.pharmacy.reading import PAGE

NEEDS = Permission.PRESCRIPTION_READ


class PrescriptionListState(Acting, rx.State):
    """One page of the list; days, status and whose come from the address."""

    rows: list[SummaryView] = []
    first: str = ""
    last: str = ""
    status: str = ""
    own: bool = False
    can_own: bool = False
    page: int = 1
    pages: int = 1
    summary: str = ""
    loaded: bool = False
    opened: PrescriptionView = PrescriptionView()

    @handler(needs=NEEDS)
    async def load(self) -> None:
        """Read what the address asks for."""
        query = self.router.url.query_parameters
        self.first, self.last = _day(query.get("from", "")), _day(query.get("to", ""))
        self.status = query.get("status", "")[:20]
        self.can_own = Role.DOCTOR in self._person().roles
        self.own = self.can_own and query.get("own", "") == "1"
        page = query.get("page", "1")
        self.page = int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 else 1
        self.opened = PrescriptionView()
        await self._show()

    @handler(needs=NEEDS)
    async def narrow(self, form: dict[str, str]) -> EventSpec:
        """Go to the days and status that were chosen."""
        wanted = {
            "from": _day(form.get("first", "")),
            "to": _day(form.get("last", "")),
            "status": form.get("status", "")[:20],
            "own": "1" if form.get("own") == "on" else "",
        }
        return rx.redirect(f"/prescriptions?{urlencode({k: v for k, v in wanted.items() if v})}")  # type: ignore[return-value]

    @handler(needs=NEEDS)
    async def open_one(self, prescription_id: str) -> None:
        """Show a prescription beside the list."""
        detail = await self._execute(GetPrescription(as_id(prescription_id)))
        zone = settings().zone
        today = datetime.now(UTC).astimezone(zone).date()
        self.opened = prescription_view(detail, zone, today, self._lang())

    @handler(needs=NEEDS)
    async def close_one(self) -> None:
        """Only the list."""
        self.opened = PrescriptionView()

    async def _show(self) -> None:
        lang = self._lang()
        request = ListPrescriptions(
            date.fromisoformat(self.first) if self.first else None,
            date.fromisoformat(self.last) if self.last else None,
            self.status,
            self.own,
            self.page,
        )
        found = await self._execute(request)
        self.rows = [summary_view(item, settings().zone, lang) for item in found.items]
        self.pages = max(1, -(-found.total // PAGE))
        start = (self.page - 1) * PAGE + 1 if found.items else 0
        end = start + len(found.items) - 1 if found.items else 0
        self.summary = text_of(
            "pharmacy.list.summary",
            lang,
            first=number_text(start),
            last=number_text(end),
            total=number_text(found.total),
        )
        self.loaded = True


def _day(text: str) -> str:
    """An ISO date, or nothing for anything else."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
