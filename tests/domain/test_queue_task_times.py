"""BPJS task times: which step means what, and that nothing ever leaves out of order."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.domain.queue import PointKind, Task, TicketStep
from tht_app.domain.queue.task_times import ONLY_AFTER, may_record, moment_of, task_of

NOW = datetime(2027, 3, 1, 2, tzinfo=UTC)
NEW, KNOWN = [1, 2, 3, 4, 5, 6, 7], [3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("kind", "step", "task"),
    [
        (PointKind.REGISTRATION, TicketStep.ISSUED, 1),
        (PointKind.REGISTRATION, TicketStep.CALLED, 2),
        (PointKind.PRACTITIONER, TicketStep.ISSUED, 3),
        (PointKind.PRACTITIONER, TicketStep.CALLED, 4),
        (PointKind.PRACTITIONER, TicketStep.DONE, 5),
        (PointKind.PRACTITIONER, TicketStep.FORWARDED, 5),
        (PointKind.PHARMACY, TicketStep.CALLED, 6),
        (PointKind.PHARMACY, TicketStep.DONE, 7),
        (PointKind.PHARMACY, TicketStep.ISSUED, None),
        (PointKind.CASHIER, TicketStep.CALLED, None),
        (PointKind.AUDIOLOGY, TicketStep.DONE, None),
        (PointKind.PRACTITIONER, TicketStep.CALLED_AGAIN, None),
    ],
)
def test_each_real_event_has_its_number(kind: PointKind, step: TicketStep, task: int | None) -> None:
    assert task_of(kind, step) == task


@pytest.mark.parametrize("way", [NEW, KNOWN])
def test_the_usual_ways_are_recorded_whole(way: list[int]) -> None:
    assert all(may_record(Task(task), way[:place]) for place, task in enumerate(way))


@pytest.mark.parametrize(
    ("task", "standing"),
    [(4, []), (5, [3]), (6, [3, 4]), (7, [3, 4, 5]), (3, [3]), (3, [3, 4]), (2, []), (99, [3, 4, 5]), (4, [99])],
)
def test_what_has_no_predecessor_or_comes_twice_is_not_recorded(task: int, standing: list[int]) -> None:
    assert not may_record(Task(task), standing)


@pytest.mark.parametrize("standing", [[], [1], [1, 2], [3], [3, 4]])
def test_who_leaves_before_the_doctor_is_done_was_absent(standing: list[int]) -> None:
    assert may_record(Task.ABSENT, standing)


@given(st.lists(st.tuples(st.sampled_from(list(Task)), st.integers(-5, 120)), max_size=40))
def test_whatever_happens_in_whatever_order_what_stands_rises(events: list[tuple[Task, int]]) -> None:
    """Events come as they like, clocks even go back a little: numbers and moments rise strictly, 99 ends it."""
    standing: list[tuple[Task, datetime]] = []
    for task, seconds in events:
        if may_record(task, (each for each, _ in standing)):
            last = standing[-1][1] if standing else None
            standing.append((task, moment_of(NOW + timedelta(seconds=seconds), last)))
    for (task, at), (following, later) in pairwise(standing):
        assert following > task
        assert later > at
    seen = {task for task, _ in standing}
    assert all(ONLY_AFTER[task] in seen for task in seen if task in ONLY_AFTER)
