"""The clinic's holidays of a year, and bringing in a list of them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import NotFound, RuleViolation, ValidationFailed
from tht_app.domain.scheduling import HolidayId
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.feedback import error_words
from tht_app.state.scheduling.setup.holiday_views import (
    PREFIX,
    HolidayView,
    LineView,
    holiday_form,
    holiday_views,
    line_views,
    read_holiday,
    read_year,
)
from tht_app.state.scheduling.setup.listing import ENTRY, MANAGE, prefixed
from tht_app.use_cases.scheduling import (
    HolidayImport,
    ImportHolidays,
    InstallHolidays,
    ListedHoliday,
    ListHolidays,
    RemoveHoliday,
)

NEW = HolidayView()


class HolidaysState(Watching, Acting, rx.State):
    """One year; it stands in the address."""

    rows: list[HolidayView] = []
    year: int = 2026
    chosen: HolidayView = NEW
    is_open: bool = False
    loaded: bool = False
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=MANAGE)
    async def load(self) -> None:
        """Show the year that the address names, and keep it up to date."""
        today = datetime.now(UTC).astimezone(settings().zone).date()
        self.year = read_year(self.router.url.query_parameters.get("year", ""), today)
        self.is_open = False
        request = ListHolidays(date(self.year, 1, 1), date(self.year, 12, 31))
        await self._watch(LiveView("setup.holidays", request, (topics.SCHEDULE,), holiday_vars, lang=self._lang()))

    @handler(needs=MANAGE)
    async def choose_year(self, year: int) -> EventSpec:
        """Go to another year."""
        return rx.redirect(f"/calendar/setup?tab=holidays&year={year}")  # type: ignore[return-value]

    @handler(needs=MANAGE)
    async def open_new(self) -> None:
        """Open the sheet for a new holiday."""
        self._open(NEW)

    @handler(needs=MANAGE)
    async def open_one(self, entry_id: str) -> None:
        """Open the sheet of one holiday."""
        self._open(self._entry(entry_id))

    @handler(needs=MANAGE)
    async def close(self) -> None:
        """Put the sheet away."""
        self.is_open, self.errors = False, {}

    @handler(needs=MANAGE)
    async def save(self, form: dict[str, str]) -> None:
        """Keep what the form says; the notice offers to bring back what was there before."""
        key, wanted = form.pop("_key", "") or None, form.get(ENTRY, "")
        entry = self._entry(wanted) if wanted else None
        request = read_holiday(form, wanted)
        try:
            await self._execute(request, key)
        except ValidationFailed as refused:
            raise prefixed(refused, PREFIX) from refused
        self.key_epoch += 1
        self.is_open = False
        await self._reread()
        await self._notify(
            "scheduling.setup.saved", undo=self._undo_of(entry, request.holiday.day, request.holiday.name_id)
        )

    @handler(needs=MANAGE)
    async def set_closed(self, entry_id: str, closed: bool) -> None:
        """Close the clinic on that day, or open it."""
        entry = self._entry(entry_id)
        await self._execute(read_holiday(holiday_form(entry, closed=closed), entry.id))
        await self._reread()
        words = "scheduling.setup.holidays.closed_on" if closed else "scheduling.setup.holidays.open_on"
        await self._notify(words, undo=HolidaysState.set_closed(entry_id, not closed), day=entry.date)

    @handler(needs=MANAGE)
    async def remove(self, entry_id: str) -> None:
        """Take a holiday out; the notice offers to put it back."""
        entry = self._entry(entry_id)
        await self._execute(RemoveHoliday(HolidayId(UUID(entry.id))))
        self.is_open = False
        await self._reread()
        await self._notify(
            "scheduling.setup.holidays.removed", undo=HolidaysState.save(holiday_form(entry)), day=entry.date
        )

    @handler(needs=MANAGE)
    async def install(self) -> None:
        """Add the national holidays that the program knows; what is there stays as it is."""
        added = await self._execute(InstallHolidays())
        await self._reread()
        await self._notify("scheduling.setup.holidays.installed", count=added)

    def _open(self, entry: HolidayView) -> None:
        self.chosen, self.is_open, self.errors = entry, True, {}

    def _entry(self, entry_id: str) -> HolidayView:
        for entry in self.get_value("rows"):
            if entry.id == entry_id:
                return entry
        raise NotFound

    def _undo_of(self, entry: HolidayView | None, day: date, name: str) -> Any:
        """What brings back how it was: the former holiday, or none."""
        if entry is not None:
            return HolidaysState.save({**holiday_form(entry), ENTRY: entry.id})
        rows = self.get_value("rows")
        made = next((row for row in rows if (row.day, row.name_id) == (day.isoformat(), name)), None)
        return HolidaysState.remove(made.id) if made else None


class HolidayImportState(Acting, rx.State):
    """A list of holidays as CSV: it is checked before anything is written, and can be corrected where it stands."""

    is_open: bool = False
    checked: bool = False
    added: int = 0
    changed: int = 0
    problems: list[LineView] = []
    refusal: str = ""
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=MANAGE)
    async def open_import(self) -> None:
        """Open the sheet."""
        self._forget()
        self.is_open = True

    @handler(needs=MANAGE)
    async def close_import(self) -> None:
        """Put the sheet away."""
        self.is_open = False

    @handler(needs=MANAGE)
    async def take(self, form: dict[str, str]) -> None:
        """Check the list; write it when the button that says so was pressed."""
        key, text = form.pop("_key", "") or None, form.get("holidays_text", "")
        write = form.get("write", "") == "yes"
        self._forget()
        if not text.strip():
            raise ValidationFailed({"holidays_text": "required"})
        try:
            report: HolidayImport = await self._execute(
                ImportHolidays(text.encode(), dry_run=not write), key if write else None
            )
        except RuleViolation as refused:
            self.refusal = error_words(refused, self._lang())
            return
        self.checked, self.added, self.changed = True, report.added, report.changed
        self.problems = line_views(report, self._lang())
        if write:
            self.key_epoch += 1
            self.is_open = False
            await (await self.get_state(HolidaysState))._reread()
            await self._notify("scheduling.setup.holidays.imported", count=report.added + report.changed)

    def _forget(self) -> None:
        self.checked, self.added, self.changed, self.problems, self.refusal = False, 0, 0, [], ""


def holiday_vars(found: tuple[ListedHoliday, ...], _now: datetime, lang: str) -> dict[str, Any]:
    """The vars of a year."""
    return {"rows": holiday_views(found, lang), "loaded": True}
