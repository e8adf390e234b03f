"""64 desks want the same times: 10,000 attempts to book, hold, move, cancel and restore, all through the door.

    make bench NAME=booking_race

Every desk has a session and a connection of its own and takes the next wish as soon as its last one is answered. The
wishes lie on three days of four doctors, five rooms, three devices and 200 patients, so most of them meet somebody. A
wish that is refused for a reason of the clinic (taken, not movable any more) is normal life; an error is anything else
that a person would see, a lost connection or a deadlock that was not tried again included; so is a time that was held
and then could not be booked. Afterwards appointments are compared with each other, without the help of the constraint
that should have kept them apart, and with what they have reserved.

Goal: no overlap, no error.
"""

import asyncio
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from bench._clinic import Practice, a_practice, open_clinic, own_folder, percentile, some_patients
from tests.conftest import Clinic
from tests.factories.scheduling import EARLY, MONDAY, at, when
from tht_app.domain.errors import Conflict, RuleViolation
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import AppointmentId, CancelReason, HoldId
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.scheduling import (
    BookAppointment,
    CancelAppointment,
    HoldSlot,
    MoveAppointment,
    ReleaseHold,
    RestoreAppointment,
)

CONNECTIONS = 64
ATTEMPTS = 10_000
PATIENTS = 200
DAYS = 3
SEED = 2027
KINDS = {"book": 48, "hold": 14, "move": 12, "keep": 8, "cancel": 8, "release": 4, "restore": 4, "overbook": 2}
"""How often each is wished, in a hundred."""

APPOINTMENTS_AT_ONCE = """
select count(*) as n from clinic.appointment a join clinic.appointment b
on a.id < b.id and a.starts_at < b.ends_at and b.starts_at < a.ends_at
where a.status = 'booked' and b.status = 'booked'
and (a.room_id = b.room_id or a.patient_id = b.patient_id or a.device_ids && b.device_ids
     or (a.practitioner_id = b.practitioner_id and not a.overbooked and not b.overbooked))
"""
RESERVED_TWICE = """
select count(*) as n from clinic.reservation a join clinic.reservation b
on a.resource_id = b.resource_id and a.id < b.id and a.during && b.during
where a.state in ('hold', 'booked') and b.state in ('hold', 'booked') and not a.overbooked and not b.overbooked
"""
"""Holds, appointments and the cleaning of devices."""
STRAYS = """
select count(*) as n from clinic.appointment a where
(select count(distinct r.kind) from clinic.reservation r
 where r.appointment_id = a.id and r.state = 'booked' and r.resource_id in (a.practitioner_id, a.room_id, a.patient_id)
 and r.during = tstzrange(a.starts_at, a.ends_at, '[)')) <> case when a.status = 'booked' then 3 else 0 end
"""
"""Appointments that hold something else than their doctor, room and patient for exactly their time."""
DEADLOCKS = "select deadlocks as n from pg_stat_database where datname = current_database()"


@dataclass
class Wishes:
    """What the desks want, in an order that the seed decides as far as the race lets it."""

    practice: Practice
    patients: list[PatientId]
    booked: list[AppointmentId] = field(default_factory=list)
    held: list[tuple[HoldId, BookAppointment]] = field(default_factory=list)
    """Holds, with what is booked when their form is saved."""
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """One wish after the other, with its kind."""
        for _ in range(ATTEMPTS):
            (kind,) = self.dice.choices(list(KINDS), list(KINDS.values()))
            ready = {"hold", "book", "overbook"} | ({"keep", "release"} if self.held else set())
            ready |= {"move", "cancel", "restore"} if self.booked else set()
            yield (kind, self._wish(kind)) if kind in ready else ("book", self._booking())

    def _wish(self, kind: str) -> Any:
        pick = self.dice.choice
        match kind:
            case "move":
                doctor, room = pick(self.practice.doctors), pick(self.practice.rooms)
                return MoveAppointment(pick(self.booked), self._start(), practitioner_id=doctor, room_id=room)
            case "cancel":
                return CancelAppointment(pick(self.booked), CancelReason.PATIENT)
            case "restore":
                return RestoreAppointment(pick(self.booked))
            case "overbook":
                return self._booking("Nyeri hebat sejak pagi")
            case "hold":
                return self._hold()
            case "keep":
                return self._one_held()[1]
            case "release":
                return ReleaseHold(self._one_held()[0])
        return self._booking()

    def _one_held(self) -> tuple[HoldId, BookAppointment]:
        return self.held.pop(self.dice.randrange(len(self.held)))

    def _hold(self) -> HoldSlot:
        wanted = self._booking()
        return HoldSlot(
            wanted.practitioner_id,
            wanted.visit_type_id,
            wanted.start,
            minutes=wanted.minutes,
            room_id=wanted.room_id,
            patient_id=wanted.patient_id,
            device_ids=wanted.device_ids,
        )

    def granted(self, wish: Any, result: Any) -> None:
        """Remember what can be moved, cancelled, kept or released from now on."""
        match wish:
            case BookAppointment():
                self.booked.append(result)
            case HoldSlot():
                form = BookAppointment(
                    patient_id=cast("PatientId", wish.patient_id),
                    practitioner_id=wish.practitioner_id,
                    visit_type_id=wish.visit_type_id,
                    start=wish.start,
                    minutes=wish.minutes,
                    room_id=wish.room_id,
                    device_ids=wish.device_ids,
                    hold_id=result.id,
                )
                self.held.append((result.id, form))

    def _start(self) -> datetime:
        day = MONDAY + timedelta(days=self.dice.randrange(DAYS))
        return at(8, day=day) + timedelta(minutes=5 * self.dice.randrange(90))

    def _booking(self, override_reason: str = "") -> BookAppointment:
        pick, practice = self.dice.choice, self.practice
        return BookAppointment(
            patient_id=pick(self.patients),
            practitioner_id=pick(practice.doctors),
            visit_type_id=practice.visit_types["consultation"],
            start=self._start(),
            minutes=pick((10, 15, 20, 30)),
            room_id=pick(practice.rooms),
            device_ids=(pick(practice.devices),) if self.dice.random() < 0.2 else (),
            override_reason=override_reason,
        )


@dataclass
class Log:
    """What came of the wishes, and how long each took in ms."""

    outcomes: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)


async def desk(actor: Actor, queue: Iterator[tuple[str, Any]], wishes: Wishes, log: Log) -> None:
    """Take wishes until there are none left."""
    for kind, wish in queue:
        started = time.perf_counter()
        try:
            wishes.granted(wish, await execute(actor, wish))
            log.outcomes[f"{kind} done"] += 1
        except (RuleViolation, Conflict) as refusal:
            broken = kind == "keep"
            (log.errors if broken else log.outcomes)[("Held, yet " if broken else "") + type(refusal).__name__] += 1
        except Exception as failure:  # noqa: BLE001  whatever else a person would see is what is counted here
            log.errors[type(failure).__name__] += 1
        log.times.append((time.perf_counter() - started) * 1000)


async def race(clinic: Clinic) -> dict[str, Any]:
    """Let all desks run at once, then look at what is left."""
    practice = await a_practice(clinic)
    wishes = Wishes(practice, await some_patients(await clinic.actor("demo"), PATIENTS))
    admin = clinic.person_id("admin")
    desks = [when(Actor(await clinic.gate.open_session(admin)), EARLY) for _ in range(CONNECTIONS)]
    print(f"{CONNECTIONS} desks, {ATTEMPTS:,} attempts", flush=True)
    queue, log, started = iter(wishes), Log(), time.perf_counter()
    await asyncio.gather(*(desk(actor, queue, wishes, log) for actor in desks))
    seconds = time.perf_counter() - started
    for outcome, count in (log.outcomes + log.errors).most_common():
        print(f"{count:>7,}  {outcome}")
    return {
        "bench": "booking_race",
        "connections": CONNECTIONS,
        "attempts": len(log.times),
        "overlaps": clinic.admin_fetch(APPOINTMENTS_AT_ONCE)[0]["n"] + clinic.admin_fetch(RESERVED_TWICE)[0]["n"],
        "strays": clinic.admin_fetch(STRAYS)[0]["n"],
        "errors": log.errors.total(),
        "deadlocks_retried": clinic.admin_fetch(DEADLOCKS)[0]["n"],
        "done": sum(count for outcome, count in log.outcomes.items() if outcome.endswith(" done")),
        "attempts_per_s": round(len(log.times) / seconds, 1),
        "p50_ms": round(statistics.median(log.times), 1),
        "p99_ms": percentile(log.times, 99),
    }


async def run(folder: Path) -> dict[str, Any]:
    """Race in a clinic of its own."""
    async with open_clinic(folder, pool_size=CONNECTIONS) as clinic:
        return await race(clinic)


def main() -> None:
    """Print the figures; the exit status is not 0 when the promise is broken."""
    with own_folder() as folder:
        figures = asyncio.run(run(folder))
    print(json.dumps(figures))
    if figures["overlaps"] or figures["strays"] or figures["errors"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
