"""A doctor's weeks: which holds now, which is planned, and the one that is being typed. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from uuid import UUID

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.scheduling import PractitionerId, RoomId, WeeklyHours, running_into
from tht_app.i18n import date_text, text_of
from tht_app.state.scheduling.setup.forms import Fields
from tht_app.use_cases.scheduling import DoctorWeeks, HoursBlock, SetWeek

WEEKDAYS = range(1, 8)
PREFIX = "hours_"


@dataclass(frozen=True)
class BlockView:
    """One block as it is read: `08.00–12.00`, and where."""

    text: str = ""
    room: str = ""


@dataclass(frozen=True)
class WeekdayView:
    """One weekday of a week."""

    weekday: str = ""
    blocks: list[BlockView] = field(default_factory=list[BlockView])
    breaks: list[BlockView] = field(default_factory=list[BlockView])


@dataclass(frozen=True)
class WeekView:
    """A week and the days from and until which it holds; `now` marks the present one."""

    id: str = ""
    now: bool = False
    since: str = ""
    until: str = ""
    """The last day on which it holds; empty is open-ended."""
    closed: bool = False
    """The doctor does not work at all then."""
    days: list[WeekdayView] = field(default_factory=list[WeekdayView])


@dataclass(frozen=True)
class TypedBlock:
    """One block of the form; `id` keeps its fields apart."""

    id: str = ""
    starts: str = ""
    ends: str = ""
    room: str = ""
    rest: bool = False
    """A break, which is in no room."""


@dataclass(frozen=True)
class TypedDay:
    """One weekday of the form."""

    number: int = 1
    weekday: str = ""
    blocks: list[TypedBlock] = field(default_factory=list[TypedBlock])


def clock(moment: time) -> str:
    """`08.00`."""
    return f"{moment:%H.%M}"


def _holds(block: WeeklyHours, day: date) -> bool:
    return block.valid_from <= day and (block.valid_to is None or day < block.valid_to)


def week_on(hours: Iterable[WeeklyHours], day: date) -> list[WeeklyHours]:
    """The blocks that hold on that day, whatever weekday it is."""
    return [block for block in hours if _holds(block, day)]


def _turns(hours: Sequence[WeeklyHours]) -> list[date]:
    """The days on which a week begins or ends; what never held changes nothing."""
    real = [block for block in hours if block.valid_to is None or block.valid_to > block.valid_from]
    ends = {block.valid_to for block in real if block.valid_to is not None}
    return sorted({block.valid_from for block in real} | ends)


def _day_view(blocks: Sequence[WeeklyHours], weekday: int, rooms: Mapping[UUID | None, str], lang: str) -> WeekdayView:
    here = sorted((block for block in blocks if block.weekday == weekday), key=lambda block: block.starts)
    shown = [
        BlockView(
            f"{clock(block.starts)}–{clock(block.ends)}", rooms.get(RoomId(block.room_id), "") if block.room_id else ""
        )
        for block in here
    ]
    return WeekdayView(text_of(f"scheduling.weekday.{weekday}", lang), shown)


def _block_views(blocks: Iterable[WeeklyHours], weekday: int, rooms: Mapping[UUID | None, str]) -> list[BlockView]:
    here = sorted((block for block in blocks if block.weekday == weekday), key=lambda block: block.starts)
    return [BlockView(f"{clock(block.starts)}–{clock(block.ends)}", rooms.get(block.room_id, "")) for block in here]


def week_views(weeks: DoctorWeeks, today: date, lang: str) -> list[WeekView]:
    """The week that holds today and those that are planned, in order; what is over is left out."""
    hours, breaks = ([entry.block for entry in entries] for entries in (weeks.hours, weeks.breaks))
    rooms: dict[UUID | None, str] = {room.id: room.name for room in weeks.rooms}
    turns = _turns([*hours, *breaks])
    views: list[WeekView] = []
    for place, since in enumerate(turns):
        until = turns[place + 1] if place + 1 < len(turns) else None
        if until is not None and until <= today:
            continue
        blocks, rests = week_on(hours, since), week_on(breaks, since)
        views.append(
            WeekView(
                id=since.isoformat(),
                now=since <= today,
                since=date_text(since, lang),
                until=date_text(date.fromordinal(until.toordinal() - 1), lang) if until else "",
                closed=not blocks,
                days=[
                    WeekdayView(
                        text_of(f"scheduling.weekday.{weekday}", lang),
                        _block_views(blocks, weekday, rooms),
                        _block_views(rests, weekday, rooms),
                    )
                    for weekday in WEEKDAYS
                ],
            )
        )
    return views


def typed_week(blocks: Iterable[WeeklyHours], breaks: Iterable[WeeklyHours], lang: str) -> list[TypedDay]:
    """The form of a week, filled with what holds."""
    found = [(block, False) for block in blocks] + [(block, True) for block in breaks]
    return [
        TypedDay(
            weekday,
            text_of(f"scheduling.weekday.{weekday}", lang),
            [
                TypedBlock(f"{weekday}_{place}", clock(block.starts), clock(block.ends), str(block.room_id or ""), rest)
                for place, (block, rest) in enumerate(_of_day(found, weekday))
            ],
        )
        for weekday in WEEKDAYS
    ]


def _of_day(found: Iterable[tuple[WeeklyHours, bool]], weekday: int) -> list[tuple[WeeklyHours, bool]]:
    """The blocks of a weekday by time, its breaks after them."""
    here = [pair for pair in found if pair[0].weekday == weekday]
    return sorted(here, key=lambda pair: (pair[1], pair[0].starts))


def read_week(form: Mapping[str, str], days: Sequence[TypedDay], doctor: UUID) -> SetWeek:
    """The typed week; raises `ValidationFailed` with `hours_valid_from` and `hours_<block>` for a bad block."""
    read = Fields(form, PREFIX)
    valid_from = read.day("valid_from", required=True)
    typed: dict[bool, list[tuple[str, HoursBlock]]] = {False: [], True: []}
    for day in days:
        for block in day.blocks:
            found = _block(form, day.number, block.id, read)
            if found:
                typed[block.rest].append((block.id, found))
    for blocks in typed.values():
        clash = running_into([(block.weekday, block.starts, block.ends) for _, block in blocks])
        if clash is not None:
            read.refuse(blocks[clash][0], "scheduling.hours_overlap")
    read.done()
    if valid_from is None:
        raise ValidationFailed({f"{PREFIX}valid_from": "required"})
    hours, breaks = (tuple(block for _, block in typed[rest]) for rest in (False, True))
    return SetWeek(PractitionerId(doctor), hours, breaks, valid_from)


def _block(form: Mapping[str, str], weekday: int, block_id: str, read: Fields) -> HoursBlock | None:
    """One block of the form, or nothing: left empty, or something to say about it stands in `read`."""
    own = Fields(form, PREFIX)
    names = [f"{part}_{block_id}" for part in ("starts", "ends", "room")]
    if not own.text(names[0]) and not own.text(names[1]):
        return None
    starts, ends = own.clock(names[0], required=True), own.clock(names[1], required=True)
    room = own.id(names[2])
    for problem in own.problems.values():
        read.refuse(block_id, problem)
    if starts is None or ends is None:
        return None
    if ends <= starts:
        read.refuse(block_id, "scheduling.hours_order")
        return None
    return HoursBlock(weekday, starts, ends, RoomId(room) if room else None)
