"""What is asked of the log, as it stands in an address: one way to read it, for the screen and for its files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from tht_app.domain.audit import AuditAction
from tht_app.domain.audit.log import LONGEST_ADDRESS, Area, Filter, Outcome, Place

USUAL_DAYS = 30
Kind = TypeVar("Kind", bound=StrEnum)
NAMES = ("from", "to", "person", "patient", "action", "area", "outcome", "address")


@dataclass(frozen=True)
class FilterView:
    """The filter as the form shows it; empty is "does not matter"."""

    first: str = ""
    last: str = ""
    person: str = ""
    patient: str = ""
    action: str = ""
    area: str = ""
    outcome: str = ""
    address: str = ""


def day_of(text: str) -> date | None:
    """A day as it stands in an address; nothing for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def id_of(text: str) -> UUID | None:
    """An id as it stands in an address; nothing for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _one_of(kind: type[Kind], text: str) -> Kind | None:
    return next((each for each in kind if each.value == text), None)


def read_filter(asked: Mapping[str, str], zone: ZoneInfo, now: datetime | None = None) -> Filter:
    """The filter of an address; what cannot be read does not matter. Without days, the last thirty.

    Raises `ValidationFailed` when the first day lies behind the last.
    """
    today = (now or datetime.now(UTC)).astimezone(zone).date()
    last = day_of(asked.get("to", "")) or today
    first = day_of(asked.get("from", "")) or last - timedelta(days=USUAL_DAYS)
    return Filter(
        since=datetime.combine(first, time(), zone),
        until=datetime.combine(last + timedelta(days=1), time(), zone),
        person_id=id_of(asked.get("person", "")),
        patient_id=id_of(asked.get("patient", "")),
        action=_one_of(AuditAction, asked.get("action", "")),
        area=_one_of(Area, asked.get("area", "")),
        outcome=_one_of(Outcome, asked.get("outcome", "")),
        address=asked.get("address", "").strip()[:LONGEST_ADDRESS],
    )


def filter_view(wanted: Filter) -> FilterView:
    """What the form shows of a filter."""
    return FilterView(
        first=wanted.since.date().isoformat(),
        last=(wanted.until - timedelta(days=1)).date().isoformat(),
        person=str(wanted.person_id or ""),
        patient=str(wanted.patient_id or ""),
        action=wanted.action.value if wanted.action else "",
        area=wanted.area.value if wanted.area else "",
        outcome=wanted.outcome.value if wanted.outcome else "",
        address=wanted.address,
    )


def query_of(view: FilterView, **more: str) -> str:
    """The filter as the part of an address behind the question mark: ids and codes, never a name."""
    values = (view.first, view.last, view.person, view.patient, view.action, view.area, view.outcome, view.address)
    told = {name: value for name, value in zip(NAMES, values, strict=True) if value}
    return urlencode({**told, **more})


def read_place(asked: Mapping[str, str]) -> Place | None:
    """Where the page before ended."""
    found = id_of(asked.get("id", ""))
    try:
        at = datetime.fromisoformat(asked.get("at", ""))
    except ValueError:
        return None
    return Place(at, found) if found is not None and at.tzinfo is not None else None


def place_query(place: Place) -> dict[str, str]:
    """A place as it stands in an address."""
    return {"at": place.at.astimezone(UTC).isoformat(), "id": str(place.id)}
