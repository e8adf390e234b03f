"""Service points, tickets and their steps: who may be called where, and what can be taken back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from tht_app.domain.errors import PermissionDenied, RuleViolation
from tht_app.domain.identity import Permission

ServicePointId = NewType("ServicePointId", UUID)
TicketId = NewType("TicketId", UUID)

LETTERS = re.compile("[A-Z]{1,2}")
"""What stands before the number of a ticket."""

RETURNS_AFTER = 2
"""A skipped patient is called again after so many others, unless the clinic sets another number."""
MOST_OTHERS = 20
"""Whoever has to let more people pass than this is not skipped but forgotten."""

PATIENCE_MINUTES = 30
LIMIT_MINUTES = 60
"""Waiting longer than the first is marked, longer than the second is marked as too long."""


class QueueEmpty(RuleViolation):
    """Nobody waits at this service point."""

    code = "queue.empty"


class AlreadyQueued(RuleViolation):
    """The patient already has an open ticket here today; `label` is its number."""

    code = "queue.already_queued"


class StepRefused(RuleViolation):
    """A ticket in this status cannot take that step: somebody was faster, or it was never possible."""

    code = "queue.step_refused"


class NothingToUndo(RuleViolation):
    """The last step of this ticket was already undone, or there was none."""

    code = "queue.nothing_to_undo"


class MovedOn(RuleViolation):
    """The patient has already been called where they were sent; `label` is the number."""

    code = "queue.moved_on"


class SamePoint(RuleViolation):
    """The patient is at this service point already."""

    code = "queue.same_point"


class NotOwnPoint(PermissionDenied):
    """Calling at this service point is for others."""

    code = "queue.not_own_point"


class NoServicePoint(RuleViolation):
    """The doctor has no service point yet, so there is nowhere to wait."""

    code = "queue.no_service_point"


class PointKind(StrEnum):
    """What people wait for at a service point."""

    REGISTRATION = "registration"
    PRACTITIONER = "practitioner"
    AUDIOLOGY = "audiology"
    CASHIER = "cashier"
    PHARMACY = "pharmacy"


class TicketStatus(StrEnum):
    """Where a ticket stands; the first four are open."""

    WAITING = "waiting"
    CALLED = "called"
    IN_SERVICE = "in-service"
    SKIPPED = "skipped"
    DONE = "done"
    CANCELLED = "cancelled"


T = TicketStatus  # short, because the table below is read as a table

OPEN = frozenset({T.WAITING, T.CALLED, T.IN_SERVICE, T.SKIPPED})
CURRENT = frozenset({T.CALLED, T.IN_SERVICE})

TRANSITIONS: Mapping[TicketStatus, frozenset[TicketStatus]] = {
    T.WAITING: frozenset({T.CALLED, T.CANCELLED}),
    T.CALLED: frozenset({T.CALLED, T.IN_SERVICE, T.SKIPPED, T.DONE, T.CANCELLED}),
    T.IN_SERVICE: frozenset({T.DONE, T.CANCELLED}),
    T.SKIPPED: frozenset({T.CALLED, T.CANCELLED}),
    T.DONE: frozenset(),
    T.CANCELLED: frozenset(),
}


class TicketStep(StrEnum):
    """What happened to a ticket, one row of its history each; words: `queue.step.<value>`."""

    ISSUED = "issued"
    CALLED = "called"
    CALLED_AGAIN = "called-again"
    STARTED = "started"
    SKIPPED = "skipped"
    DONE = "done"
    FORWARDED = "forwarded"
    """Done here and sent on: the same number now waits at the next service point."""
    MOVED = "moved"
    """Not served here: the same number waits somewhere else instead, with its old place in time."""
    PRIORITISED = "prioritised"
    """It became known that somebody goes first, or that they do not."""
    CANCELLED = "cancelled"
    UNDONE = "undone"


UNDOABLE = frozenset({TicketStep.CALLED, TicketStep.SKIPPED, TicketStep.DONE, TicketStep.FORWARDED, TicketStep.MOVED})


class PriorityReason(StrEnum):
    """Why somebody goes first; nobody goes first without one."""

    ELDERLY = "elderly"
    DISABLED = "disabled"
    CHILD = "child"
    EMERGENCY = "emergency"


class Need(StrEnum):
    """How a patient has to be reached beside the loudspeaker; the words are `queue.need.<value>`."""

    VISUAL = "visual"
    """Hears badly: call by sight."""
    SIGN_LANGUAGE = "sign-language"
    WHEELCHAIR = "wheelchair"


def priority_of(reason: PriorityReason | None) -> int:
    """0 by arrival, 1 before them, 2 before all."""
    if reason is None:
        return 0
    return 2 if reason is PriorityReason.EMERGENCY else 1


@dataclass(frozen=True, slots=True)
class ServicePoint:
    """One place where people are called to, with its own row of numbers."""

    id: ServicePointId
    letter: str
    kind: PointKind
    practitioner_id: UUID | None = None
    """The doctor whose patients wait here; None where anybody may serve."""


def ticket_label(letter: str, number: int) -> str:
    """What is printed and called: `A-007`; beyond 999 it simply grows."""
    return f"{letter}-{number:03d}"


def goes_on(at: PointKind, to: PointKind | None) -> bool:
    """Whether the visit with the doctor is not over when a patient leaves a doctor's room for there.

    From the doctor to audiology people come back; to the cash counter, the pharmacy or home they do not.
    """
    return at is PointKind.PRACTITIONER and to is PointKind.AUDIOLOGY


def ensure_step(status: TicketStatus, wanted: TicketStatus) -> None:
    """Refuse a step that the table of transitions does not have."""
    if wanted not in TRANSITIONS[status]:
        raise StepRefused(status=status.value)


def undo_target(last: TicketStep, before: TicketStatus | None) -> TicketStatus:
    """The status to which undoing the last step leads: the one before it. Only the last step, and only once."""
    if last not in UNDOABLE or before is None:
        raise NothingToUndo
    return before


def ensure_may_call(permissions: frozenset[Permission], person_id: UUID, point: ServicePoint) -> None:
    """A doctor calls in the own room, pharmacy and cash counter at their own points, desk and nurse everywhere."""
    own = {
        PointKind.PHARMACY: Permission.QUEUE_CALL_PHARMACY,
        PointKind.CASHIER: Permission.QUEUE_CALL_CASHIER,
    }
    if Permission.QUEUE_CALL in permissions or own.get(point.kind) in permissions:
        return
    if Permission.QUEUE_CALL_OWN_ROOM in permissions and point.practitioner_id == person_id:
        return
    raise NotOwnPoint(permission=Permission.QUEUE_CALL.value)


def queued_at(arrived: datetime, booked_for: datetime | None) -> datetime:
    """From when somebody waits: who comes early for an appointment waits from its time on, not from the door."""
    return arrived if booked_for is None else max(arrived, booked_for)


def waited_minutes(since: datetime, now: datetime) -> int:
    """Whole minutes of waiting; nobody waits before their turn could begin."""
    return max(0, int((now - since).total_seconds() // 60))


def wait_tone(minutes: int) -> str:
    """How a waiting time is marked: `ok`, `long` or `too_long`; always beside the number, never instead of it."""
    if minutes > LIMIT_MINUTES:
        return "too_long"
    return "long" if minutes > PATIENCE_MINUTES else "ok"
