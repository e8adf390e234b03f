"""What can be read from the audit log: entries, what they changed, who opened a record. No clock, no I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import ValidationFailed

ANCHOR_OVERDUE = timedelta(hours=26)
"""An anchor is written every hour: a day and two hours without one is a mistake that somebody has to look at."""
SEALING_STOPPED = timedelta(minutes=10)
"""Entries are sealed within a second or two: one that waits this long means that nothing seals any more."""
NAMED_IN_A_ROW = 3
"""Patients that a line of a list names; the others are counted, and named when the entry is opened."""
NAMED_IN_AN_ENTRY = 50
TEXTS = frozenset({"note_section", "note_addendum", "note"})
"""Of these the log holds versions, never what was written."""
LONGEST_ADDRESS = 64


class Outcome(StrEnum):
    """How a deed ended; the words are `audit.outcome.<value>`."""

    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"


class Area(StrEnum):
    """The part of the clinic that a request belongs to; the words are `audit.area.<value>`."""

    REGISTRATION = "registration"
    SCHEDULING = "scheduling"
    QUEUE = "queue"
    ENCOUNTER = "encounter"
    ENT = "ent"
    ATTACHMENT = "attachment"
    LETTER = "letter"
    PHARMACY = "pharmacy"
    ORDERS = "orders"
    BILLING = "billing"
    CARE = "care"
    PRIVACY = "privacy"
    INTEROP = "interop"
    IDENTITY = "identity"
    ACCESS = "access"
    SETTINGS = "settings"
    AUDIT = "audit"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the log ends: entries are read from the newest to the oldest, never by counting."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are looked for; everything that is not said does not matter. `until` is not included."""

    since: datetime
    until: datetime
    person_id: UUID | None = None
    patient_id: UUID | None = None
    action: AuditAction | None = None
    area: Area | None = None
    outcome: Outcome | None = None
    address: str = ""

    def __post_init__(self) -> None:
        """Refuse what could never find anything."""
        if self.since >= self.until:
            raise ValidationFailed({"to": "audit.period"})
        if len(self.address) > LONGEST_ADDRESS:
            raise ValidationFailed({"address": "too_long"})


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who did it: a person of the clinic, one of its programs, or (nothing known) a stranger at the sign-in."""

    id: UUID | None = None
    name: str = ""
    roles: tuple[str, ...] = ()
    is_program: bool = False


@dataclass(frozen=True, slots=True)
class KnownPatient:
    """A patient as the auditor may see them."""

    id: UUID
    record_number: int
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """One value that was changed; a side that is missing did not exist."""

    type: str
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. `seal` is the number of the seal over it, nothing while it waits for one."""

    id: UUID
    at: datetime
    who: Somebody
    action: str
    request: str
    outcome: Outcome
    reason: str
    address: str
    patients: tuple[KnownPatient, ...]
    patient_count: int
    seal: int | None
    object_type: str = ""
    changes: tuple[Change, ...] = ()
    unreadable: bool = False
    """The old and new values do not open: damaged, or sealed under another key."""

    @property
    def context(self) -> str:
        """The first word of the request: the part of the clinic it belongs to."""
        return context_of(self.request)


class Deed(StrEnum):
    """What a patient reads about an access; the words are `audit.deed.<value>`."""

    LOOK = "look"
    FIND = "find"
    CHANGE = "change"
    SIGN = "sign"
    HAND_OVER = "hand_over"
    PRINT = "print"
    SEND = "send"
    EMERGENCY = "emergency"


DEEDS = {
    "read": Deed.LOOK,
    "review": Deed.LOOK,
    "verify": Deed.LOOK,
    "search": Deed.FIND,
    "sign": Deed.SIGN,
    "dispense": Deed.HAND_OVER,
    "print": Deed.PRINT,
    "export": Deed.SEND,
    "break_glass": Deed.EMERGENCY,
}
"""Every other action is a change."""


@dataclass(frozen=True, slots=True)
class Access:
    """One way in which somebody reached a patient's record on one day, as often as it happened.

    `area` is the part of the clinic it was done in (`encounter`); `reason` what the person wrote down, often nothing.
    """

    first: datetime
    last: datetime
    times: int
    who: Somebody
    deed: Deed
    area: str
    reason: str

    def joined(self, other: "Access") -> "Access":
        """Both as one, from the first to the last."""
        first, last = min(self.first, other.first), max(self.last, other.last)
        return Access(first, last, self.times + other.times, self.who, self.deed, self.area, self.reason)


def deed_of(action: str) -> Deed:
    """What an action of the log is to a patient."""
    return DEEDS.get(action, Deed.CHANGE)


def context_of(request: str) -> str:
    """`registration` of `registration.patients.GetPatient`, and of the name of a handler of that part's screens."""
    if "tht_app___state___" in request:
        request = request.split("tht_app___state___", 1)[1].replace("___", ".")
    return request.split(".", 1)[0].strip("_")


def changes_of(details: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Old beside new for every value that differs, in the order in which they were written."""
    found: list[Change] = []
    for detail in details:
        kind = str(detail.get("type", ""))
        old, new = _values(kind, detail.get("old")), _values(kind, detail.get("new"))
        found += [
            Change(kind, name, old.get(name), new.get(name))
            for name in dict.fromkeys([*old, *new])
            if old.get(name) != new.get(name)
        ]
    return tuple(found)


def _values(kind: str, said: Any) -> dict[str, str]:
    if not isinstance(said, Mapping):
        return {}
    values = cast("Mapping[str, Any]", said)
    return {str(name): _plain(value) for name, value in values.items() if kind not in TEXTS or isinstance(value, int)}


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_plain(each) for each in value)  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, Mapping):
        pairs = ((str(name), _plain(each)) for name, each in value.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return "; ".join(f"{name}: {each}" for name, each in pairs if each)
    return "" if value is None else str(value)


def gathered(accesses: Iterable[Access]) -> tuple[Access, ...]:
    """Accesses of the same person, day, kind and reason as one; emergencies first, then the newest.

    A screen that is opened ten times in a morning is one line that says so: a patient reads who, when and why, not a
    machine's record. `first` and `last` have to be in the clinic's zone, because a day is the clinic's day.
    """
    found: dict[tuple[Any, ...], Access] = {}
    for one in accesses:
        key = (one.first.date(), one.who.id, one.deed, one.area, one.reason)
        former = found.get(key)
        found[key] = one if former is None else former.joined(one)
    newest = sorted(found.values(), key=lambda one: (one.first, one.last), reverse=True)
    return tuple(sorted(newest, key=lambda one: one.deed is not Deed.EMERGENCY))


@dataclass(frozen=True, slots=True)
class LastSeal:
    """The newest seal of the log."""

    number: int
    at: datetime
    total: int


@dataclass(frozen=True, slots=True)
class LastAnchor:
    """The newest line of the anchor file."""

    number: int
    at: datetime
    genuine: bool


@dataclass(frozen=True, slots=True)
class Verified:
    """What the last verification found, by whom and when."""

    at: datetime
    who: str
    well: bool
    entries: int
    seals: int
    faults: tuple[tuple[str, int], ...] = ()
    """Fault and the number of the seal at which it shows."""
    restores: tuple[tuple[int, int], ...] = ()
    """Epoch that began when a backup was put back, and the seal from which it went on: no fault, never kept quiet."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A verification that runs: entries done and in all (zero while they are not counted yet)."""

    done: int
    everything: int


@dataclass(frozen=True, slots=True)
class Chain:
    """How the log's own proof stands."""

    unsealed: int
    seal: LastSeal | None = None
    anchor: LastAnchor | None = None
    verified: Verified | None = None
    running: Progress | None = None
    oldest_unanchored: datetime | None = None
    """When the first seal after the anchor was made; nothing when every seal is under it."""
    oldest_unsealed: datetime | None = None

    def sealing_stopped(self, now: datetime) -> bool:
        """Whether an entry has waited for its seal for too long."""
        return self.oldest_unsealed is not None and now - self.oldest_unsealed > SEALING_STOPPED

    def anchor_overdue(self, now: datetime) -> bool:
        """Whether seals have stood without an anchor for too long, or the newest anchor is not the clinic's own."""
        if self.anchor is not None and not self.anchor.genuine:
            return True
        return self.oldest_unanchored is not None and now - self.oldest_unanchored > ANCHOR_OVERDUE
