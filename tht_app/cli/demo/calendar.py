"""What stands in the demo's calendar beside the visits: an absence, a blocked room, control visits, a waiting list."""

from datetime import date, datetime, time, timedelta, tzinfo

from tht_app.cli.demo.clinic import Place
from tht_app.cli.demo.hand import Hand
from tht_app.cli.demo.plan import AUDIOLOGY_ROOM, Outcome, Plan, Visit
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import (
    CancelReason,
    DayPart,
    FreeSlot,
    LeaveKind,
    PractitionerId,
    ResourceKind,
    SeriesRule,
    VisitTypeId,
)
from tht_app.use_cases.scheduling import (
    AddLeave,
    AddToWaitlist,
    BlockTime,
    BookAppointment,
    BookSeries,
    CancelAppointment,
    FreeSlots,
    PlanSeries,
    SeriesDate,
)

ABSENT = 3
"""The doctor who is away after the days with visits."""
CONTROLS = 4
BEFORE = timedelta(hours=3)


class DemoCalendar:
    """Writes it, after all visits, so that nobody stands in their way."""

    def __init__(self, hand: Hand, plan: Plan, place: Place, patients: dict[int, PatientId], zone: tzinfo) -> None:
        """Take who and what there is."""
        self._hand, self._plan, self._place, self._zone = hand, plan, place, zone
        self._last = plan.days[-1][0]
        self._at = plan.now - BEFORE
        known = [visit for visit in plan.visits if visit.outcome is Outcome.SIGNED and visit.patient in patients]
        self._known = [(visit, patients[visit.patient]) for visit in _once_each(known)]

    async def write(self) -> None:
        """All of it; repeated after an interruption it changes nothing."""
        await self._close()
        if self._known:
            await self._series(*self._known[0])
        await self._wait()

    def _type(self, code: str) -> VisitTypeId:
        return self._place.visit_types[code]

    def _doctor(self, number: int) -> PractitionerId:
        return self._place.doctors[number]

    def _moment(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), self._zone)

    async def _close(self) -> None:
        first = self._last + timedelta(days=1)
        congress = AddLeave(
            self._doctor(ABSENT), first, first + timedelta(days=2), LeaveKind.TRAINING, "Kongres PERHATI-KL, Surabaya"
        )
        await self._hand.do(congress, self._at, "calendar/leave")
        room = self._place.rooms[AUDIOLOGY_ROOM]
        starts, ends = self._moment(self._plan.today, 13), self._moment(self._plan.today, 15)
        calibration = BlockTime(ResourceKind.ROOM, room, starts, ends, "Kalibrasi audiometer")
        await self._hand.do(calibration, self._at, "calendar/block")

    async def _series(self, visit: Visit, patient: PatientId) -> None:
        """Control visits every other week; what is not free gets the nearest offered time."""
        day = self._last + timedelta(days=1)
        while day.isoweekday() in {6, 7}:
            day += timedelta(days=1)
        rule = SeriesRule(self._moment(day, 9, 30), 2, count=CONTROLS)
        request = PlanSeries(patient, self._doctor(visit.doctor), self._type("check-up"), rule)
        dates: tuple[SeriesDate, ...] = await self._hand.ask(request, self._at)
        instead = tuple(
            (one.slot.start, one.offers[0].start if one.offers else None) for one in dates if one.refusal is not None
        )
        note = "Kontrol telinga setelah OMSK"
        await self._hand.do(BookSeries(request, instead, note), self._at, "calendar/series")

    async def _wait(self) -> None:
        """Four wait; one of them is offered a time that somebody else has just called off."""
        wishes = (
            (None, DayPart.ANY, "Bisa datang kapan saja dalam satu jam"),
            (self._doctor(1), DayPart.MORNING, ""),
            (self._doctor(2), DayPart.EVENING, "Hanya setelah jam kerja"),
            (self._doctor(0), DayPart.AFTERNOON, ""),
        )
        until = self._last + timedelta(days=7)
        for number, ((_, patient), (doctor, part, note)) in enumerate(zip(self._known[1:], wishes, strict=False)):
            request = AddToWaitlist(patient, self._type("consultation"), self._plan.today, until, doctor, part, note)
            await self._hand.do(request, self._at + timedelta(minutes=number), f"calendar/waiting/{number}")
        if len(self._known) > len(wishes) + 1:
            await self._call_off(self._known[len(wishes) + 1][1])

    async def _call_off(self, patient: PatientId) -> None:
        near = self._moment(self._last + timedelta(days=1), 10)
        wanted = FreeSlots(self._doctor(0), 15, near, patient_id=patient, count=1)
        free: tuple[FreeSlot, ...] = await self._hand.ask(wanted, self._at)
        if not free:
            return
        book = BookAppointment(patient, self._doctor(0), self._type("consultation"), free[0].start)
        booked = await self._hand.do(book, self._at, "calendar/called-off/book")
        cancel = CancelAppointment(booked, CancelReason.PATIENT, "Pasien keluar kota")
        await self._hand.do(cancel, self._plan.now - timedelta(minutes=20), "calendar/called-off/cancel")


def _once_each(visits: list[Visit]) -> list[Visit]:
    """The first visit of each patient."""
    seen: dict[int, Visit] = {}
    for visit in visits:
        seen.setdefault(visit.patient, visit)
    return list(seen.values())
