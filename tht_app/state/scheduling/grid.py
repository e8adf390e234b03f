"""From a stretch of the clinic's days to what the calendar's grid draws; pure functions, the clinic's zone given.

Times go to the browser as the clinic's wall clock (`2027-03-01T09:15`), without a zone: a browser in another zone, or
with a wrong clock, then cannot show or send a wrong hour.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from tht_app.domain.scheduling import AppointmentStatus, ClosedReason, Period, day_period, usual_room, without
from tht_app.i18n import text_of
from tht_app.state.scheduling.view_models import name_text, person_text
from tht_app.use_cases.scheduling import AppointmentEntry, CalendarView, ClosedPeriod, HoldEntry, WorkingHours

EARLIEST, LATEST = time(7), time(18)
"""What the grid shows at least; it grows with hours and appointments that lie outside."""
WEEK = 7
HIDDEN = {AppointmentStatus.CANCELLED, AppointmentStatus.ENTERED_IN_ERROR}
TAKES_TIME = {AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED}
HELD = "hold-"
"""What the ids of held times begin with, so that nobody takes one for an appointment."""


@dataclass(frozen=True)
class ColumnView:
    """A doctor, a room or a device; `visits` counts who comes on each shown day."""

    id: str = ""
    kind: str = "doctor"
    title: str = ""
    tint: int = 0
    visits: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True)
class EventView:
    """One appointment, or a time that somebody holds; `doctor`, `room` and `devices` are ids of columns."""

    id: str = ""
    start: str = ""
    end: str = ""
    doctor: str = ""
    room: str = ""
    devices: list[str] = field(default_factory=list[str])
    name: str = ""
    person: str = ""
    visit: str = ""
    tint: int = 1
    status: str = "booked"
    payer: str = "self"
    first: bool = False
    over: bool = False
    takes: bool = True
    until: str = ""
    """When a held time is free again by itself; empty for appointments."""
    version: int = 0


@dataclass(frozen=True)
class ClosedView:
    """A stretch in which columns cannot be booked by hand, with the reason in words."""

    columns: list[str] = field(default_factory=list[str])
    start: str = ""
    end: str = ""
    kind: str = "outside"
    text: str = ""


@dataclass(frozen=True)
class GridView:
    """All that the grid draws: columns in the clinic's order, appointments, closed stretches, first and last hour."""

    first: str = ""
    days: int = 1
    opens: str = "07:00"
    closes: str = "18:00"
    columns: list[ColumnView] = field(default_factory=list[ColumnView])
    events: list[EventView] = field(default_factory=list[EventView])
    closed: list[ClosedView] = field(default_factory=list[ClosedView])


def wall(moment: datetime, zone: tzinfo) -> str:
    """`2027-03-01T09:15` on the clinic's clock."""
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}"


def wall_clock(now: datetime, zone: tzinfo) -> str:
    """The clinic's clock with seconds, from which the browser counts on."""
    return f"{now.astimezone(zone):%Y-%m-%dT%H:%M:%S}"


def read_wall(text: str, zone: tzinfo) -> datetime | None:
    """A wall clock time that a browser sent, as an instant; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is not None else found.replace(tzinfo=zone)


def first_day(day: date, view: str) -> tuple[date, int]:
    """The days that a view shows around a day: Monday to Sunday, or the day itself."""
    if view == "week":
        return day - timedelta(days=day.weekday()), WEEK
    return day, 1


def _event(entry: AppointmentEntry, zone: tzinfo, today: date, lang: str) -> EventView:
    return EventView(
        id=str(entry.id),
        start=wall(entry.slot.start, zone),
        end=wall(entry.slot.end, zone),
        doctor=str(entry.practitioner_id),
        room=str(entry.room_id),
        devices=[str(device) for device in entry.device_ids],
        name=name_text(entry.patient_name, lang),
        person=person_text(entry.sex, entry.birth_date, entry.record_number, today, lang),
        visit=entry.visit_type_names[lang],
        tint=entry.tint,
        status=entry.status.value,
        payer=entry.payer,
        first=entry.first_visit,
        over=entry.overbooked or entry.outside_hours,
        takes=entry.status in TAKES_TIME,
        version=entry.version,
    )


def _held(hold: HoldEntry, zone: tzinfo, lang: str) -> EventView:
    return EventView(
        id=f"{HELD}{hold.id}",
        start=wall(hold.slot.start, zone),
        end=wall(hold.slot.end, zone),
        doctor=str(hold.practitioner_id),
        room=str(hold.room_id),
        devices=[str(device) for device in hold.device_ids],
        name=text_of("scheduling.grid.held", lang, name=hold.held_by),
        tint=8,
        status=AppointmentStatus.PROPOSED.value,
        until=wall_clock(hold.hold_until, zone),
    )


def _closed(periods: Iterable[ClosedPeriod], zone: tzinfo, lang: str) -> list[ClosedView]:
    """Closed stretches, those that several columns share as one."""
    shared: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for one in periods:
        text = one.names.get(lang) or text_of(f"scheduling.closed.{one.reason.value}", lang)
        place = (wall(one.period.start, zone), wall(one.period.end, zone), one.reason.value, text)
        shared[place].append(str(one.resource_id))
    return [ClosedView(columns, *place) for place, columns in shared.items()]


def usual_rooms(hours: Iterable[WorkingHours], first: date, days: int, zone: tzinfo) -> dict[str, dict[str, str]]:
    """Doctor -> day -> the room in which they usually sit then."""
    weeks = defaultdict(list)
    for known in hours:
        weeks[str(known.practitioner_id)].append(known.block)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for doctor, blocks in weeks.items():
        for day in (first + timedelta(days=ahead) for ahead in range(days)):
            if (room := usual_room(blocks, day_period(day, zone), zone)) is not None:
                found[doctor][day.isoformat()] = str(room)
    return dict(found)


def _columns(view: CalendarView, zone: tzinfo) -> list[ColumnView]:
    """Doctors, rooms, devices, each in the clinic's order."""
    days = [(view.first_day + timedelta(days=ahead)).isoformat() for ahead in range(view.days)]
    counted = Counter(
        (entry.practitioner_id, wall(entry.slot.start, zone)[:10])
        for entry in view.appointments
        if entry.status not in HIDDEN
    )
    doctors = [
        ColumnView(str(one.id), "doctor", one.display_name, one.tint, {day: counted[one.id, day] for day in days})
        for one in view.doctors
    ]
    rooms = [ColumnView(str(room.id), "room", room.name) for room in view.rooms]
    return doctors + rooms + [ColumnView(str(device.id), "device", device.name) for device in view.devices]


def _hours(view: CalendarView, zone: tzinfo) -> Iterator[Period]:
    """When doctors work on the shown days, whatever else closes these hours."""
    shut: dict[UUID, list[Period]] = defaultdict(list)
    for one in view.closed:
        if one.reason is ClosedReason.OUTSIDE_HOURS:
            shut[one.resource_id].append(one.period)
    for doctor in view.doctors:
        for ahead in range(view.days):
            yield from without([day_period(view.first_day + timedelta(days=ahead), zone)], shut[doctor.id])


def _limits(view: CalendarView, events: Iterable[EventView], zone: tzinfo) -> tuple[str, str]:
    """The first and the last full hour that the grid has to show: all hours of work and all appointments."""
    spans = [(wall(period.start, zone), wall(period.end, zone)) for period in _hours(view, zone)]
    spans += [(event.start, event.end) for event in events]
    starts = [start[11:] for start, _ in spans]
    ends = [end[11:] if end[:10] == start[:10] else "24:00" for start, end in spans]
    opens, closes = min([f"{EARLIEST:%H:%M}", *starts]), max([f"{LATEST:%H:%M}", *ends])
    hours = int(closes[:2]) + (closes[3:] != "00")
    return f"{opens[:2]}:00", f"{hours:02d}:00"


def grid_view(view: CalendarView, *, zone: tzinfo, now: datetime, lang: str) -> GridView:
    """The grid of one day or of the seven of a week; every appointment stands in each of its columns."""
    today = now.astimezone(zone).date()
    events = [_event(entry, zone, today, lang) for entry in view.appointments if entry.status not in HIDDEN]
    events += [_held(hold, zone, lang) for hold in view.holds]
    opens, closes = _limits(view, events, zone)
    return GridView(
        first=view.first_day.isoformat(),
        days=view.days,
        opens=opens,
        closes=closes,
        columns=_columns(view, zone),
        events=events,
        closed=_closed(view.closed, zone, lang),
    )
