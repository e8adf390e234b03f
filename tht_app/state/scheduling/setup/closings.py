"""Leave and blocked time: what a list shows of them, and what a typed form means. Pure functions, the zone given."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from tht_app.domain.errors import Problem, ValidationFailed
from tht_app.domain.scheduling import LONGEST_CLOSING, LeaveKind, Period, PractitionerId, ResourceKind
from tht_app.i18n import date_text, text_of, time_text
from tht_app.state.scheduling.setup.forms import Fields
from tht_app.state.scheduling.view_models import OptionView, read_id
from tht_app.use_cases.scheduling import AddLeave, Block, BlockTime, Closings, Leave

PREFIX = "closing_"
MOST_DAYS_LINKED = 5
MIDNIGHT = time()
RESOURCE_KINDS = (ResourceKind.PRACTITIONER, ResourceKind.ROOM, ResourceKind.DEVICE)


@dataclass(frozen=True)
class BookedDay:
    """A day on which somebody is booked although it is closed, and where to look at it."""

    text: str = ""
    href: str = ""


@dataclass(frozen=True)
class ClosingView:
    """A leave or blocked time; the fields of its form stand in it, so that taking it back can be undone."""

    id: str = ""
    what: str = "leave"
    """leave or block."""
    kind: str = ""
    """Why a doctor is absent; empty for blocked time."""
    resource: str = ""
    resource_kind: str = "practitioner"
    name: str = ""
    when: str = ""
    note: str = ""
    booked: int = 0
    days: list[BookedDay] = field(default_factory=list[BookedDay])
    more_days: int = 0
    first: str = ""
    last: str = ""
    starts: str = ""
    ends: str = ""


def resource_key(kind: ResourceKind, resource_id: UUID) -> str:
    """How a select carries a doctor, room or device."""
    return f"{kind.value}:{resource_id}"


def period_text(period: Period, zone: tzinfo, lang: str) -> str:
    """`01-Des-2026 – 05-Des-2026` for whole days, else with the times."""
    start, end = period.start.astimezone(zone), period.end.astimezone(zone)
    if start.time() == MIDNIGHT == end.time():
        first, last = start.date(), end.date() - timedelta(days=1)
        return date_text(first, lang) if first == last else f"{date_text(first, lang)} – {date_text(last, lang)}"
    if start.date() == end.date():
        return f"{date_text(start.date(), lang)}, {time_text(start)}–{time_text(end)}"
    return f"{date_text(start.date(), lang)} {time_text(start)} – {date_text(end.date(), lang)} {time_text(end)}"


def _form_times(period: Period, zone: tzinfo) -> dict[str, str]:
    start, end = period.start.astimezone(zone), period.end.astimezone(zone)
    if start.time() == MIDNIGHT == end.time():
        last = end.date() - timedelta(days=1)
        return {"first": start.date().isoformat(), "last": last.isoformat()}
    return {
        "first": start.date().isoformat(),
        "last": end.date().isoformat(),
        "starts": time_text(start),
        "ends": time_text(end),
    }


def _booked_days(days: Sequence[date], doctor: UUID, lang: str) -> list[BookedDay]:
    return [
        BookedDay(f"{date_text(day, lang)} ({count})", f"/calendar?date={day.isoformat()}&doctor={doctor}")
        for day, count in sorted(Counter(days).items())
    ]


def closing_views(found: Closings, zone: tzinfo, lang: str, *, newest_first: bool = False) -> list[ClosingView]:
    """Leave and blocked time together, by start."""
    names: dict[UUID, str] = {one.id: one.display_name for one in found.doctors}
    names |= {one.id: one.name for one in (*found.rooms, *found.devices)}
    closed: list[Leave | Block] = [*found.leave, *found.blocks]
    entries = sorted(closed, key=lambda one: one.period, reverse=newest_first)
    return [_closing_view(one, names, found.booked.get(one.id, ()), zone, lang) for one in entries]


def _closing_view(
    one: Leave | Block, names: Mapping[UUID, str], booked: Sequence[date], zone: tzinfo, lang: str
) -> ClosingView:
    is_leave = isinstance(one, Leave)
    kind = ResourceKind.PRACTITIONER if isinstance(one, Leave) else one.kind
    resource: UUID = one.practitioner_id if isinstance(one, Leave) else one.resource_id
    days = _booked_days(booked, resource, lang)
    return ClosingView(
        id=str(one.id),
        what="leave" if is_leave else "block",
        kind=one.kind.value if is_leave else "",
        resource=resource_key(kind, resource),
        resource_kind=kind.value,
        name=names.get(resource, ""),
        when=period_text(one.period, zone, lang),
        note=one.note if isinstance(one, Leave) else one.reason,
        booked=len(booked),
        days=days[:MOST_DAYS_LINKED],
        more_days=max(0, len(days) - MOST_DAYS_LINKED),
        **_form_times(one.period, zone),
    )


def _chosen_first(choices: list[OptionView], lang: str) -> list[OptionView]:
    """Where there is only one it is chosen; else nobody is closed by not choosing."""
    return choices if len(choices) == 1 else [OptionView("", text_of("scheduling.setup.choose", lang)), *choices]


def doctor_choices(found: Closings, lang: str) -> list[OptionView]:
    """Doctors who can be absent."""
    doctors = [one for one in found.doctors if one.active]
    return _chosen_first(
        [OptionView(resource_key(ResourceKind.PRACTITIONER, one.id), one.display_name) for one in doctors], lang
    )


def resource_choices(found: Closings, lang: str) -> list[OptionView]:
    """Doctors, rooms and devices to choose from, each with the word for what it is."""
    rows = [(ResourceKind.PRACTITIONER, one.id, one.display_name) for one in found.doctors if one.active]
    rows += [(ResourceKind.ROOM, one.id, one.name) for one in found.rooms if one.active]
    rows += [(ResourceKind.DEVICE, one.id, one.name) for one in found.devices if one.active]
    choices = [
        OptionView(resource_key(kind, row_id), f"{text_of(f'scheduling.resource.{kind.value}', lang)}: {name}")
        for kind, row_id, name in rows
    ]
    return _chosen_first(choices, lang)


def closing_form(view: ClosingView) -> dict[str, str]:
    """The form that would make this leave or blocked time again."""
    return {
        f"{PREFIX}{name}": getattr(view, name)
        for name in ("resource", "kind", "first", "last", "starts", "ends", "note")
    }


Moments = tuple[date, date] | tuple[datetime, datetime]


def _moments(read: Fields, zone: tzinfo) -> Moments | None:
    """Whole days where no time is typed; what is wrong stands in `read`."""
    first = read.day("first", required=True)
    last = read.day("last") or first
    timed = bool(read.text("starts") or read.text("ends"))
    starts, ends = read.clock("starts", required=timed), read.clock("ends", required=timed)
    if first is None or last is None or read.problems:
        return None
    if timed and starts is not None and ends is not None:
        moments: Moments = (datetime.combine(first, starts, zone), datetime.combine(last, ends, zone))
        ordered = moments[0] < moments[1]
    else:
        moments, ordered = (first, last), first <= last
    if not ordered:
        read.refuse("ends" if timed and first == last else "last", "scheduling.closing_order")
    if last - first > LONGEST_CLOSING:
        read.refuse("last", Problem("scheduling.closing_too_long", {"days": LONGEST_CLOSING.days}))
    return moments


def _resource(read: Fields) -> tuple[ResourceKind, UUID] | None:
    kind, _, row_id = read.text("resource", required=True).partition(":")
    found = read_id(row_id)
    if found is None or kind not in set(RESOURCE_KINDS):
        if kind:
            read.refuse("resource", "choice")
        return None
    return ResourceKind(kind), found


def read_leave(form: Mapping[str, str], zone: tzinfo) -> AddLeave:
    """A doctor's absence; raises `ValidationFailed` with the names of its fields (`closing_…`)."""
    read = Fields(form, PREFIX)
    resource, moments = _resource(read), _moments(read, zone)
    kind = read.text("kind", required=True)
    if kind and kind not in set(LeaveKind):
        read.refuse("kind", "choice")
    if resource and resource[0] is not ResourceKind.PRACTITIONER:
        read.refuse("resource", "choice")
    read.done()
    if resource is None or moments is None:
        raise ValidationFailed({})
    return AddLeave(PractitionerId(resource[1]), *moments, LeaveKind(kind), read.text("note"))


def read_block(form: Mapping[str, str], zone: tzinfo) -> BlockTime:
    """Blocked time; raises `ValidationFailed` with the names of its fields (`closing_…`)."""
    read = Fields(form, PREFIX)
    resource, moments, reason = _resource(read), _moments(read, zone), read.text("note", required=True)
    read.done()
    if resource is None or moments is None:
        raise ValidationFailed({})
    return BlockTime(*resource, *moments, reason)
