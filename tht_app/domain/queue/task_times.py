"""BPJS task times: the moments of a visit that the national queue system wants to hear, in order and rising.

Source: BPJS Antrean RS, `antrean/updatewaktu`: 1 begins to wait at admission, 2 admission begins, 3 begins to wait for
the doctor, 4 the doctor begins, 5 the doctor is done and the wait for the pharmacy begins, 6 the pharmacy begins, 7 the
medicine is ready, 99 absent or cancelled. 1 and 2 belong to new patients, who pass registration; 6 and 7 to those with
a prescription. A task whose predecessor is missing is refused over there, so it is not recorded here either.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import IntEnum

from .ticket import PointKind, TicketStep

STEP = timedelta(seconds=1)
"""Two moments that fall together are told apart by so much: equal times are refused."""


class Task(IntEnum):
    """What BPJS calls `taskid`."""

    REGISTRATION_WAIT = 1
    REGISTRATION = 2
    DOCTOR_WAIT = 3
    DOCTOR = 4
    DOCTOR_DONE = 5
    PHARMACY = 6
    PHARMACY_DONE = 7
    ABSENT = 99


ONLY_AFTER: Mapping[Task, Task] = {
    Task.REGISTRATION: Task.REGISTRATION_WAIT,
    Task.DOCTOR: Task.DOCTOR_WAIT,
    Task.DOCTOR_DONE: Task.DOCTOR,
    Task.PHARMACY: Task.DOCTOR_DONE,
    Task.PHARMACY_DONE: Task.PHARMACY,
}
"""What must have happened before; the others may come first."""

OF_STEP: Mapping[tuple[PointKind, TicketStep], Task] = {
    (PointKind.REGISTRATION, TicketStep.ISSUED): Task.REGISTRATION_WAIT,
    (PointKind.REGISTRATION, TicketStep.CALLED): Task.REGISTRATION,
    (PointKind.PRACTITIONER, TicketStep.ISSUED): Task.DOCTOR_WAIT,
    (PointKind.PRACTITIONER, TicketStep.CALLED): Task.DOCTOR,
    (PointKind.PRACTITIONER, TicketStep.DONE): Task.DOCTOR_DONE,
    (PointKind.PRACTITIONER, TicketStep.FORWARDED): Task.DOCTOR_DONE,
    (PointKind.PHARMACY, TicketStep.CALLED): Task.PHARMACY,
    (PointKind.PHARMACY, TicketStep.DONE): Task.PHARMACY_DONE,
    (PointKind.PHARMACY, TicketStep.FORWARDED): Task.PHARMACY_DONE,
}


def task_of(kind: PointKind, step: TicketStep) -> Task | None:
    """The task that a step at such a service point means; nothing at audiology and cash counter."""
    return OF_STEP.get((kind, step))


def may_record(task: Task, standing: Iterable[int]) -> bool:
    """Whether a task can follow those that stand: each once, rising, not without its predecessor, nothing after 99.

    Somebody whom the doctor has seen was not absent, whatever they leave out afterwards.
    """
    before = set(standing)
    last = max(before, default=0)
    if task is Task.ABSENT:
        return last < Task.DOCTOR_DONE
    needed = ONLY_AFTER.get(task)
    return task > last and (needed is None or needed in before)


def moment_of(now: datetime, last: datetime | None) -> datetime:
    """When it happened, and later than the task before even where both fell together."""
    return now if last is None else max(now, last + STEP)
