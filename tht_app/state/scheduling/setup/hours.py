"""When a doctor works: the present week, the planned ones, and the form that makes another."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import PractitionerId, WeeklyHours
from tht_app.i18n import text_of
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.scheduling.setup.weeks import PREFIX, TypedBlock, TypedDay, WeekView, read_week, typed_week, week_on
from tht_app.state.scheduling.setup.weeks import week_views as shown_weeks
from tht_app.state.scheduling.view_models import OptionView, doctor_options, read_id, room_options
from tht_app.use_cases.scheduling import DoctorWeeks, WeeksOf

PLAN = (Permission.SCHEDULE_WRITE, Permission.SCHEDULE_WRITE_OWN)
MOST_BLOCKS = 8
"""In one day; more is a typing mistake."""


class HoursState(Acting, rx.State):
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
    _hours: list[WeeklyHours] = []
    _count: int = 0

    @handler(needs=PLAN)
    async def load(self) -> None:
        """Read the weeks of the doctor that the address names."""
        self.is_open = False
        await self._show(self.router.url.query_parameters.get("doctor", ""))

    @handler(needs=PLAN)
    async def choose_doctor(self, doctor: str) -> EventSpec:
        """Go to another doctor."""
        chosen = read_id(doctor)
        return rx.redirect(f"/calendar/setup?{urlencode({'tab': 'hours', 'doctor': str(chosen or '')})}")  # type: ignore[return-value]

    @handler(needs=PLAN)
    async def edit(self) -> None:
        """Open the form with the week that holds, to hold from tomorrow on unless another day is typed."""
        if not self.doctor:
            raise NotFound
        today = self._today()
        planned = [block for block in self._hours if block.valid_from > today]
        start = max((block.valid_from for block in planned), default=today + timedelta(days=1))
        self.valid_from = (start if self._hours else today).isoformat()
        self.days = typed_week(week_on(self._hours, start), self._lang())
        self._count = 0
        self.is_open, self.errors = True, {}

    @handler(needs=PLAN)
    async def close(self) -> None:
        """Put the form away."""
        self.is_open, self.errors = False, {}

    @handler(needs=PLAN)
    async def add_block(self, number: int) -> None:
        """One more block on a weekday."""
        self._count += 1
        fresh = TypedBlock(f"{number}_new{self._count}")
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
        key, doctor = form.pop("_key", "") or None, read_id(self.doctor)
        if doctor is None:
            raise NotFound
        request = read_week(form, self.get_value("days"), doctor)
        try:
            await self._execute(request, key)
        except ValidationFailed as refused:
            raise ValidationFailed({PREFIX + name: what for name, what in refused.fields.items()}) from refused
        self.key_epoch += 1
        self.is_open = False
        await self._show(self.doctor)
        await self._notify("scheduling.setup.hours.saved")

    async def _show(self, doctor: str) -> None:
        """Read one doctor's weeks; somebody who plans only the own week gets the own, whatever is asked."""
        me = self._person()
        everyone = Permission.SCHEDULE_WRITE in me.permissions
        chosen = read_id(doctor) if everyone else me.person_id
        found: DoctorWeeks = await self._execute(WeeksOf(PractitionerId(chosen) if chosen else None))
        lang = self._lang()
        self.doctor = str(found.practitioner_id or "")
        self.doctors = doctor_options(tuple(one for one in found.doctors if everyone or one.id == me.person_id))
        anywhere = OptionView("", text_of("scheduling.setup.hours.no_room", lang))
        self.rooms = [anywhere, *room_options(tuple(room for room in found.rooms if room.active))]
        self._hours = [entry.block for entry in found.hours]
        self.weeks = shown_weeks(found, self._today(), lang)
        self.loaded = True

    def _today(self) -> date:
        return datetime.now(UTC).astimezone(settings().zone).date()
