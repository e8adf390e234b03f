"""The calendar: which days, which doctor and room, and what stands there as columns or as a list."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.identity import Permission
from tht_app.i18n import moment_text
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.scheduling.grid import EventView, GridView, first_day, grid_view, usual_rooms, wall_clock
from tht_app.state.scheduling.view_models import (
    DayView,
    DoctorView,
    OptionView,
    day_view,
    doctor_options,
    doctor_view,
    iso,
    read_day,
    read_id,
    room_options,
)
from tht_app.use_cases.scheduling import (
    CalendarRange,
    CalendarView,
    DayPlan,
    DaySchedule,
    ListPractitioners,
    ListRooms,
    WorkingHoursOf,
)

EVERYBODY = "all"
ROOM_CHOICES = ("none", "devices")
"""Beside all rooms and one of them: no rooms, or rooms and devices."""
VIEWS = ("day", "week", "list")


def _room(text: str) -> str:
    return text if text in ROOM_CHOICES or read_id(text) else EVERYBODY


def grid_vars(result: CalendarView, now: datetime, lang: str) -> dict[str, Any]:
    """What the columns show of a day or a week."""
    return {"grid": grid_view(result, zone=settings().zone, now=now, lang=lang), "doctors": [], **_moment(now, lang)}


def list_vars(result: DayPlan, now: datetime, lang: str) -> dict[str, Any]:
    """What the list shows of a day."""
    doctors = [doctor_view(doctor, settings().zone, now, lang) for doctor in result.doctors]
    return {"doctors": doctors, "grid": GridView(), **_moment(now, lang)}


def _moment(now: datetime, lang: str) -> dict[str, Any]:
    """When this was read, on the clinic's clock."""
    local = now.astimezone(settings().zone)
    return {
        "today": iso(local.date()),
        "clock": wall_clock(now, settings().zone),
        "read_at": moment_text(local, None, lang),
        "loaded": True,
    }


class CalendarState(Watching, Acting, rx.State):
    """One range of days, followed as it changes; day, view, doctor and room stand in the address."""

    shown: DayView = DayView()
    view: str = "day"
    doctor: str = EVERYBODY
    room: str = EVERYBODY
    mine: str = ""
    """The only doctor in whose calendar this person may write; empty for who may write in all."""
    grid: GridView = GridView()
    doctors: list[DoctorView] = []
    choices: list[OptionView] = []
    room_choices: list[OptionView] = []
    clock: str = ""
    today: str = ""
    read_at: str = ""
    usual: dict[str, dict[str, str]] = {}
    """Doctor -> day -> usual room: a visit that is dragged to another doctor goes along to where they sit."""
    loaded: bool = False

    @handler(needs=Permission.APPOINTMENT_READ)
    async def load(self) -> None:
        """Read the days that the address names."""
        known = await self._execute(ListPractitioners())
        rooms = await self._execute(ListRooms())
        self.choices, self.room_choices = doctor_options(known), room_options(rooms)
        asked = self.router.url.query_parameters
        me = self._person()
        self.mine = "" if Permission.APPOINTMENT_WRITE in me.permissions else str(me.person_id)
        chosen = read_id(asked.get("doctor"))
        if chosen is None and "doctor" not in asked and any(doctor.id == me.person_id for doctor in known):
            chosen = me.person_id
        self.doctor = str(chosen) if chosen else EVERYBODY
        self.room = _room(asked.get("room", ""))
        view = asked.get("view", "")
        self.view = view if view in VIEWS else VIEWS[0]
        await self._show(read_day(asked.get("date"), self._today()))

    @handler(needs=Permission.APPOINTMENT_READ)
    async def choose_day(self, day: str) -> EventSpec:
        """Go to another day; today for what is no day."""
        return self._go(date=iso(read_day(day, self._today())))

    @handler(needs=Permission.APPOINTMENT_READ)
    async def choose_doctor(self, doctor: str) -> EventSpec:
        """Show one doctor, or all."""
        return self._go(doctor=doctor if read_id(doctor) else EVERYBODY)

    @handler(needs=Permission.APPOINTMENT_READ)
    async def choose_room(self, room: str) -> EventSpec:
        """Show one room, all, none, or the devices too."""
        return self._go(room=_room(room))

    @handler(needs=Permission.APPOINTMENT_READ)
    async def go(self, place: str) -> EventSpec:
        """Another way of looking (day, week, list), or today."""
        if place in VIEWS:
            return self._go(view=place)
        return self._go(date=iso(self._today()))

    def _go(self, **news: str) -> EventSpec:
        here = {
            "date": iso(read_day(self.shown.day, self._today())),
            "view": self.view,
            "doctor": self.doctor,
            "room": self.room,
        }
        return rx.redirect(f"/calendar?{urlencode({**here, **news})}")  # type: ignore[return-value]

    def _today(self) -> date:
        return datetime.now(UTC).astimezone(settings().zone).date()

    async def _show(self, day: date) -> None:
        """Read the days around one, put them on the screen, and follow them."""
        first, days = first_day(day, self.view)
        self.shown = day_view(day, self._today(), self._lang(), first=first, days=days)
        shown = tuple(topics.calendar(first + timedelta(days=ahead)) for ahead in range(days))
        grid = self.view != "list"
        if grid:
            self.usual = usual_rooms(await self._execute(WorkingHoursOf()), first, days, settings().zone)
        await self._watch(
            LiveView(
                "scheduling.grid" if grid else "scheduling.list",
                CalendarRange(first, days) if grid else DaySchedule(day),
                (*shown, topics.SCHEDULE, topics.PATIENTS),
                grid_vars if grid else list_vars,
                self._person().permissions,
                self._lang(),
            )
        )

    def _event(self, appointment_id: str) -> EventView | None:
        """An appointment as the grid shows it now."""
        return next((event for event in self.get_value("grid").events if event.id == appointment_id), None)
