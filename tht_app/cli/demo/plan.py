"""What happens in the demo clinic, decided before anything is written: pure, and the same for the same day and seed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from random import Random

from tht_app.cli.demo.content import fitting
from tht_app.cli.demo.people import InventedPatient, PatientMaker
from tht_app.cli.demo.scenario import Scenario
from tht_app.cli.demo.story import Story, story_again, story_of
from tht_app.domain.registration.dates import ADULT_AT
from tht_app.domain.scheduling import USUAL_CLEANING, DeviceKind

SEED = 20_260_719
DOCTORS = 4
AUDIOLOGY_ROOM = 4
OPENS, CLOSES = time(8), time(20)
LAST_SLOT = 23 * 60 + 40
"""Minute of the day after which no appointment ends before midnight."""
MINUTES = {"consultation": 15, "check-up": 10, "endoscopy": 30, "audiometry": 30, "procedure": 45, "post-op": 15}
DEVICES = {"endoscopy": ("endoscope-1", "endoscope-2"), "audiometry": ("audiometer-1",)}

CLEANING = {"endoscopy": USUAL_CLEANING[DeviceKind.ENDOSCOPE]}


class Outcome(StrEnum):
    """How far a visit has come at the moment the demo shows."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    IN_SERVICE = "in_service"
    WAITING = "waiting"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    MISSED = "missed"


class Counter(StrEnum):
    """How far the prescription of a visit has come."""

    DISPENSED = "dispensed"
    READY = "ready"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is: `busy` is visits of one doctor on one past day, at the least."""

    patients: int
    past_days: int
    future_days: int
    busy: int


FULL = Size(patients=2000, past_days=14, future_days=6, busy=4)
SMALL = Size(patients=200, past_days=1, future_days=1, busy=4)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit, past, present or to come. All times are aware."""

    number: int
    patient: int
    doctor: int
    start: datetime
    minutes: int
    visit_type: str
    room: int
    devices: tuple[str, ...]
    outcome: Outcome
    story: Story
    walk_in: bool = False
    counter: Counter = Counter.DISPENSED
    arrives: datetime | None = None
    """Sooner than 12 minutes before the start where somebody came early."""

    @property
    def booked(self) -> datetime:
        """When the appointment was made: some days before, in office hours."""
        return self.start - timedelta(days=1 + self.number % 5, minutes=self.number % 90)

    @property
    def arrived(self) -> datetime:
        """When the patient stood at the desk."""
        return self.arrives or self.start - timedelta(minutes=4 + self.number % 17)

    @property
    def called(self) -> datetime:
        """When the doctor called."""
        if self.outcome is Outcome.IN_SERVICE:
            return self.start
        return self.start + timedelta(minutes=self.number % 6)

    @property
    def ended(self) -> datetime:
        """When the patient left the room."""
        return self.called + timedelta(minutes=self.minutes - 2)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A patient and the moment of registration."""

    who: InventedPatient
    at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the seeder will do; `days` holds the visits of each day in the order of their start.

    `imported` are the patients, by number, who came with the list of the former system and have not been here since.
    """

    now: datetime
    today: date
    first_day: date
    patients: tuple[Newcomer, ...]
    imported: frozenset[int]
    days: tuple[tuple[date, tuple[Visit, ...]], ...]

    @property
    def visits(self) -> tuple[Visit, ...]:
        """All visits by day and time."""
        return tuple(visit for _, day in self.days for visit in day)


class Planner:
    """Draws patients, stories and times; one random source, used in one order."""

    def __init__(self, size: Size, now: datetime, zone: tzinfo, seed: int = SEED) -> None:
        """Take the moment that the demo shows."""
        self.size, self.zone = size, zone
        self.now = now.replace(second=0, microsecond=0)
        self.today = now.astimezone(zone).date()
        self.first_day = self.today - timedelta(days=size.past_days)
        self.rng = Random(seed)  # noqa: S311 - invented people need no secrets
        self._number = 0
        self._taken: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        self._due: dict[tuple[int, date], list[Visit]] = defaultdict(list)

    def plan(self) -> Plan:
        """Everything."""
        maker = PatientMaker(self.rng, self.today)
        newcomers = sorted((self._newcomer(maker.make()) for _ in range(self.size.patients)), key=lambda one: one.at)
        self._pool = [
            index for index, one in enumerate(newcomers) if one.at.astimezone(self.zone).date() < self.first_day
        ]
        self.rng.shuffle(self._pool)
        self._newcomers = newcomers
        days: list[tuple[date, tuple[Visit, ...]]] = []
        for ahead in range(-self.size.past_days, self.size.future_days + 1):
            day = self.today + timedelta(days=ahead)
            if day.isoweekday() == 7 and day != self.today:
                continue
            visits = self._today() if ahead == 0 else self._day(day)
            days.append((day, tuple(sorted(visits, key=lambda visit: (visit.start, visit.doctor)))))
        imported = self._imported({visit.patient for _, visits in days for visit in visits})
        return Plan(self.now, self.today, self.first_day, tuple(newcomers), imported, tuple(days))

    def _imported(self, seen: set[int]) -> frozenset[int]:
        """Nearly all who have no visit, if they were born by then, and of age by then if they came without guardian."""
        day = import_day(self.first_day)
        return frozenset(
            index
            for index, one in enumerate(self._newcomers)
            if index not in seen
            and index % 25
            and one.who.birth_date < day
            and ("guardian_name" in one.who.form or one.who.age(day) >= ADULT_AT)
        )

    def _newcomer(self, who: InventedPatient) -> Newcomer:
        earliest = who.birth_date + timedelta(days=2)
        if "guardian_name" not in who.form:
            earliest = max(earliest, who.birth_date + timedelta(days=ADULT_AT * 366))
        last = self.first_day - timedelta(days=1)
        day = last - timedelta(days=int(self.rng.triangular(0, 900, 90)))
        day = min(max(day, earliest), self.today - timedelta(days=1))
        minute = self.rng.randint(8 * 60, 19 * 60)
        return Newcomer(who, self._at(day, minute))

    def _local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _at(self, day: date, minute: int) -> datetime:
        """That minute of the clinic's day, as UTC."""
        return datetime.combine(day, time(minute // 60, minute % 60), self.zone).astimezone(UTC)

    def _day(self, day: date) -> list[Visit]:
        past = day < self.today
        visits: list[Visit] = []
        for doctor in range(DOCTORS):
            wanted = self.size.busy + self.rng.randint(0, 2) if past else 3 + self.rng.randint(0, 3)
            minute = OPENS.hour * 60 + 15 * self.rng.randint(0, 6) + doctor * 5
            due = self._due.pop((doctor, day), [])
            for turn in range(wanted):
                minute = _after_lunch(minute)
                outcome = self._outcome(day, doctor, turn, wanted) if past else Outcome.BOOKED
                start = self._at(day, minute)
                visit = self._again(due.pop(), start, outcome) if due else self._first(doctor, start, outcome)
                visits.append(visit)
                minute += visit.minutes + 5 * self.rng.randint(2, 11)
                if minute > CLOSES.hour * 60 - 60:
                    break
        return visits

    def _outcome(self, day: date, doctor: int, turn: int, wanted: int) -> Outcome:
        """Nearly all are signed; the last two of yesterday's first doctor still have to be."""
        if doctor == 0 and self.today - day <= timedelta(days=2) and turn >= wanted - 2:
            return Outcome.UNSIGNED
        chance = self.rng.random()
        return Outcome.CANCELLED if chance < 0.03 else Outcome.MISSED if chance < 0.06 else Outcome.SIGNED

    def _today(self) -> list[Visit]:
        """For each doctor: some done, one inside, some waiting, some to come; around this very minute, day or night."""
        visits: list[Visit] = []
        now = self.now.astimezone(self.zone)
        minute = now.hour * 60 + now.minute
        for doctor in range(DOCTORS):
            ends = minute - 20 - doctor * 2
            for turn in range(4):
                start = ends - 45 - 5 * turn
                if start < 25:
                    break
                outcome = Outcome.SIGNED if turn else Outcome.UNSIGNED
                counter = (Counter.WAITING, Counter.READY, Counter.DISPENSED, Counter.DISPENSED)[turn]
                visits.append(self._fresh(doctor, start, outcome, counter=counter, short=True))
                ends = start
            inside = max(minute - 12 - doctor * 2, 0)
            came = self._at(self.today, max(inside - 9 - doctor * 3, 0))
            visits.append(self._fresh(doctor, inside, Outcome.IN_SERVICE, short=True, arrives=came))
            cursor = max(minute + 8, 20)
            for turn in range(4 if doctor < 2 else 2):
                came = self.now - timedelta(minutes=min(35 - turn * 8 + doctor, max(minute - 1, 0)))
                walk_in = turn == 2 or cursor > LAST_SLOT
                visits.append(
                    self._fresh(doctor, min(cursor, 1439), Outcome.WAITING, short=True, arrives=came, walk_in=walk_in)
                )
                cursor += 20
            for _ in range(4):
                cursor += 35
                if cursor > min(CLOSES.hour * 60 - 20, 23 * 60):
                    break
                visits.append(self._fresh(doctor, cursor, Outcome.BOOKED, short=True))
        return visits

    def _fresh(
        self,
        doctor: int,
        minute: int,
        outcome: Outcome,
        *,
        short: bool,
        counter: Counter = Counter.DISPENSED,
        arrives: datetime | None = None,
        walk_in: bool = False,
    ) -> Visit:
        start = self._at(self.today, minute)
        return self._first(
            doctor, start, outcome, short=short, counter=counter, arrives=arrives, walk_in=walk_in or None
        )

    def _first(
        self,
        doctor: int,
        start: datetime,
        outcome: Outcome,
        *,
        short: bool = False,
        counter: Counter = Counter.DISPENSED,
        arrives: datetime | None = None,
        walk_in: bool | None = None,
    ) -> Visit:
        """A first visit of somebody from the pool; `short` ones take no longer than a consultation."""
        rng = self.rng
        patient, scenario = self._somebody(start, short=short)
        visit_type = scenario.visit_type
        if walk_in is None:
            walk_in = outcome is Outcome.SIGNED and visit_type == "consultation" and rng.random() < 0.2
        story = story_of(scenario, self._newcomers[patient].who, self._local_day(start), rng)
        visit = self._visit(
            patient=patient, doctor=doctor, start=start, visit_type=visit_type, outcome=outcome, walk_in=walk_in,
            counter=counter, arrives=arrives, story=story,
        )  # fmt: skip
        self._book_control(visit)
        return visit

    def _again(self, first: Visit, start: datetime, outcome: Outcome) -> Visit:
        """The same patient comes back, better."""
        temperature = f"{36.3 + (first.number % 6) / 10:.1f}"
        again = story_again(first.story, (start - first.start).days, temperature)
        return self._visit(
            patient=first.patient, doctor=first.doctor, start=start, visit_type="check-up", outcome=outcome,
            walk_in=False, counter=Counter.DISPENSED, arrives=None, story=again,
        )  # fmt: skip

    def _visit(
        self,
        *,
        patient: int,
        doctor: int,
        start: datetime,
        visit_type: str,
        outcome: Outcome,
        walk_in: bool,
        counter: Counter,
        arrives: datetime | None,
        story: Story,
    ) -> Visit:
        devices = () if walk_in else self._devices(visit_type, start)
        if visit_type in DEVICES and not devices:
            # No device is free then: the doctor sees the patient first.
            visit_type = "consultation"
        minutes = MINUTES[visit_type]
        ends = start + timedelta(minutes=minutes)
        audiology = bool(devices) and visit_type == "audiometry" and self._take("room-audiology", start, ends)
        self._number += 1
        return Visit(
            self._number, patient, doctor, start, minutes, visit_type,
            AUDIOLOGY_ROOM if audiology else doctor, devices, outcome, story, walk_in, counter, arrives,
        )  # fmt: skip

    def _devices(self, visit_type: str, start: datetime) -> tuple[str, ...]:
        """A free device of those that will do, clean again before the next visit."""
        ends = start + timedelta(minutes=MINUTES[visit_type] + CLEANING.get(visit_type, 0))
        free = (name for name in DEVICES.get(visit_type, ()) if self._take(name, start, ends))
        return tuple(name for name in (next(free, ""),) if name)

    def _take(self, what: str, start: datetime, ends: datetime) -> bool:
        """Take a device or room for a while, unless somebody has it then."""
        if any(start < until and since < ends for since, until in self._taken[what]):
            return False
        self._taken[what].append((start, ends))
        return True

    def _book_control(self, visit: Visit) -> None:
        scenario = visit.story.scenario
        if scenario.control is None or visit.outcome is not Outcome.SIGNED or self.rng.random() < 0.35:
            return
        day = visit.start.astimezone(self.zone).date() + timedelta(days=scenario.follow_up)
        if day.isoweekday() == 7:
            day += timedelta(days=1)
        if day != self.today:
            self._due[(visit.doctor, day)].append(visit)

    def _somebody(self, start: datetime, *, short: bool) -> tuple[int, Scenario]:
        """The next patient of the pool who can have a story, and that story."""
        day = self._local_day(start)
        while True:
            index = self._pool.pop()
            who = self._newcomers[index].who
            stories = [one for one in fitting(who.age(day), who.sex) if not short or MINUTES[one.visit_type] <= 15]
            if stories:
                return index, self.rng.choices(stories, weights=[one.share for one in stories])[0]


def import_day(first_day: date) -> date:
    """When the list of the former system was taken over."""
    return first_day - timedelta(days=110)


def _after_lunch(minute: int) -> int:
    """The minute itself, or the end of lunch when the longest visit would run into it."""
    return 13 * 60 + 30 if 11 * 60 + 45 < minute < 13 * 60 + 30 else minute
