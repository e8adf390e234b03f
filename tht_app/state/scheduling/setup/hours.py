"""When a doctor works: the present week, the planned ones, and the form that makes another."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import PractitionerId
from tht_app.i18n import text_of
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.scheduling.setup.listing import prefixed
from tht_app.state.scheduling.setup.weeks import (
    PREFIX,
    TypedBlock,
    TypedDay,
    WeekView,
    read_week,
    typed_week,
    week_on,
    week_views,
)
from tht_app.state.scheduling.view_models import OptionView, doctor_options, read_id, room_options
from tht_app.use_cases.scheduling import DoctorWeeks, WeeksOf

PLAN = (Permission.SCHEDULE_WRITE, Permission.SCHEDULE_WRITE_OWN)
MOST_BLOCKS = 8
"""In one day; more is a typing mistake."""


class HoursState(Watching, Acting, rx.State):
    """One doctor's weeks; which doctor stands in the address. Who plans only the own week sees only the own."""

    doctor: str = ""
    doctors: list[OptionView] = []
    rooms: list[OptionView] = []
    weeks: list[WeekView] = []
    days: list[TypedDay] = []
    valid_from: str = ""
    is_open: bool = False
    loaded: bool = False
    errors: dict[str, str] = {}
    key_epoch: int = 0
    _count: int = 0

    @handler(needs=PLAN)
    async def load(self) -> None:
        """Show the weeks of the doctor that the address names, and keep them up to date.

        Somebody who plans only the own week gets the own, whatever is asked.
        """
        self.is_open = False
        me = self._person()
        everyone = Permission.SCHEDULE_WRITE in me.permissions
        wanted = read_id(self.router.url.query_parameters.get("doctor", "")) if everyone else me.person_id
        await self._watch(
            LiveView(
                "setup.hours",
                WeeksOf(PractitionerId(wanted) if wanted else None),
                (topics.SCHEDULE,),
                weeks_vars,
                lang=self._lang(),
            )
        )

    @handler(needs=PLAN)
    async def choose_doctor(self, doctor: str) -> EventSpec:
        """Go to another doctor."""
        chosen = read_id(doctor)
        return rx.redirect(f"/calendar/setup?{urlencode({'tab': 'hours', 'doctor': str(chosen or '')})}")  # type: ignore[return-value]

    @handler(needs=PLAN)
    async def edit(self) -> None:
        """Open the form with the week that holds, to hold from tomorrow on unless another day is typed."""
        doctor = self._chosen()
        found: DoctorWeeks = await self._execute(WeeksOf(doctor))
        hours, breaks = ([entry.block for entry in entries] for entries in (found.hours, found.breaks))
        today = _day_of(datetime.now(UTC))
        start = max((block.valid_from for block in hours if block.valid_from > today), default=None)
        start = start or (today + timedelta(days=1) if hours else today)
        self.valid_from = start.isoformat()
        self.days = typed_week(week_on(hours, start), week_on(breaks, start), self._lang())
        self._count = 0
        self.is_open, self.errors = True, {}

    @handler(needs=PLAN)
    async def close(self) -> None:
        """Put the form away."""
        self.is_open, self.errors = False, {}

    @handler(needs=PLAN)
    async def add_block(self, number: int, rest: bool) -> None:
        """One more block on a weekday, or one more break."""
        self._count += 1
        fresh = TypedBlock(f"{number}_new{self._count}", rest=rest)
        self.days = [
            replace(day, blocks=[*day.blocks, fresh]) if day.number == number and len(day.blocks) < MOST_BLOCKS else day
            for day in self.get_value("days")
        ]

    @handler(needs=PLAN)
    async def drop_block(self, block_id: str) -> None:
        """Take a block out of the form."""
        self.days = [
            replace(day, blocks=[block for block in day.blocks if block.id != block_id])
            for day in self.get_value("days")
        ]
        self.errors = {name: words for name, words in self.errors.items() if name != PREFIX + block_id}

    @handler(needs=PLAN)
    async def save(self, form: dict[str, str]) -> None:
        """Let the typed week hold from its day on."""
        key = form.pop("_key", "") or None
        request = read_week(form, self.get_value("days"), self._chosen())
        try:
            await self._execute(request, key)
        except ValidationFailed as refused:
            raise prefixed(refused, PREFIX) from refused
        self.key_epoch += 1
        self.is_open = False
        await self._reread()
        await self._notify("scheduling.setup.hours.saved")

    def _chosen(self) -> PractitionerId:
        """Whose weeks are shown."""
        doctor = read_id(self.doctor)
        if doctor is None:
            raise NotFound
        return PractitionerId(doctor)


def _day_of(now: datetime) -> date:
    return now.astimezone(settings().zone).date()


def weeks_vars(found: DoctorWeeks, now: datetime, lang: str) -> dict[str, Any]:
    """The vars of a doctor's weeks."""
    anywhere = OptionView("", text_of("scheduling.setup.hours.no_room", lang))
    used = {entry.block.room_id for entry in found.hours}
    return {
        "doctor": str(found.practitioner_id or ""),
        "doctors": doctor_options(found.doctors),
        "rooms": [anywhere, *room_options(tuple(room for room in found.rooms if room.active or room.id in used))],
        "weeks": week_views(found, _day_of(now), lang),
        "loaded": True,
    }
