"""Tickets: which step follows which, whose turn, whose point."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.domain.identity import ROLE_PERMISSIONS, Role
from tht_app.domain.queue import (
    OPEN,
    TRANSITIONS,
    UNDOABLE,
    NothingToUndo,
    NotOwnPoint,
    PointKind,
    PriorityReason,
    ServicePoint,
    ServicePointId,
    StepRefused,
    TicketStatus,
    TicketStep,
    ensure_may_call,
    ensure_step,
    priority_of,
    queued_at,
    ticket_label,
    undo_target,
    wait_tone,
    waited_minutes,
)

NOW = datetime(2027, 3, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(("status", "wanted"), list(product(TicketStatus, TicketStatus)))
def test_only_what_the_table_names_is_possible(status: TicketStatus, wanted: TicketStatus) -> None:
    if wanted in TRANSITIONS[status]:
        ensure_step(status, wanted)
    else:
        with pytest.raises(StepRefused):
            ensure_step(status, wanted)


def test_what_is_over_stays_over_except_by_undoing() -> None:
    assert {status for status in TicketStatus if not TRANSITIONS[status]} == set(TicketStatus) - OPEN


@pytest.mark.parametrize("step", list(TicketStep))
def test_what_can_be_undone_is_undone_once(step: TicketStep) -> None:
    if step in UNDOABLE:
        assert undo_target(step, TicketStatus.WAITING) is TicketStatus.WAITING
    else:
        with pytest.raises(NothingToUndo):
            undo_target(step, TicketStatus.WAITING)
    with pytest.raises(NothingToUndo):
        undo_target(step, None)


@given(st.integers(1, 999), st.integers(1, 999))
def test_labels_sort_like_their_numbers(one: int, other: int) -> None:
    assert (ticket_label("A", one) < ticket_label("A", other)) == (one < other)


def test_labels_grow_instead_of_losing_a_digit() -> None:
    assert [ticket_label("B", number) for number in (7, 999, 1000)] == ["B-007", "B-999", "B-1000"]


def test_who_comes_early_waits_from_the_appointment_on() -> None:
    early, late = NOW - timedelta(minutes=20), NOW + timedelta(minutes=20)
    assert queued_at(early, NOW) == NOW
    assert queued_at(late, NOW) == late
    assert queued_at(NOW, None) == NOW
    assert waited_minutes(late, NOW) == 0
    assert waited_minutes(early, NOW) == 20


@pytest.mark.parametrize(("minutes", "tone"), [(0, "ok"), (30, "ok"), (31, "long"), (60, "long"), (61, "too_long")])
def test_long_waits_are_marked(minutes: int, tone: str) -> None:
    assert wait_tone(minutes) == tone


def test_nobody_goes_first_without_a_reason() -> None:
    assert priority_of(None) == 0
    assert all(priority_of(reason) > 0 for reason in PriorityReason)
    assert max(PriorityReason, key=priority_of) is PriorityReason.EMERGENCY


ME = uuid4()
POINTS = {
    "mine": ServicePoint(ServicePointId(uuid4()), "A", PointKind.PRACTITIONER, ME),
    "colleague": ServicePoint(ServicePointId(uuid4()), "B", PointKind.PRACTITIONER, uuid4()),
    "pharmacy": ServicePoint(ServicePointId(uuid4()), "F", PointKind.PHARMACY),
    "cashier": ServicePoint(ServicePointId(uuid4()), "K", PointKind.CASHIER),
}
MAY = {
    Role.ADMIN: {"mine", "colleague", "pharmacy", "cashier"},
    Role.NURSE: {"mine", "colleague", "pharmacy", "cashier"},
    Role.DOCTOR: {"mine"},
    Role.PHARMACIST: {"pharmacy"},
    Role.CASHIER: {"cashier"},
    Role.AUDITOR: set[str](),
    Role.OWNER: set[str](),
}


@pytest.mark.parametrize(("role", "point"), list(product(MAY, POINTS)))
def test_each_role_calls_where_it_works(role: Role, point: str) -> None:
    if point in MAY[role]:
        ensure_may_call(ROLE_PERMISSIONS[role], ME, POINTS[point])
    else:
        with pytest.raises(NotOwnPoint):
            ensure_may_call(ROLE_PERMISSIONS[role], ME, POINTS[point])
