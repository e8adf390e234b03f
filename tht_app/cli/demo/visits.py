"""One visit after the other, as far as each has come, through the same use cases as at the desk and in the room."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from tht_app.cli.demo.clinic import PAY, Place
from tht_app.cli.demo.content import KnownAllergy
from tht_app.cli.demo.hand import Hand
from tht_app.cli.demo.plan import Counter, Outcome, Visit
from tht_app.cli.demo.scenario import read_signa
from tht_app.cli.demo.shelf import SHELF
from tht_app.domain.queue import Need, PriorityReason, TicketId
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import AppointmentId, CancelReason
from tht_app.use_cases.encounter import (
    AddDiagnosis,
    AddHistory,
    AddMedicine,
    AddProcedure,
    AnswerHistory,
    RecordAllergy,
    RecordVitals,
    SaveSection,
    SignEncounter,
    StateAllergies,
)
from tht_app.use_cases.ent import TapFinding
from tht_app.use_cases.pharmacy import (
    ClaimPrescription,
    Dispense,
    LineDraft,
    MarkReady,
    SaveDraft,
    SignPrescription,
)
from tht_app.use_cases.queue import (
    CallAgain,
    CallNext,
    CheckIn,
    FinishTicket,
    IssuedTicket,
    SkipTicket,
    StartTicket,
    WalkIn,
)
from tht_app.use_cases.scheduling import BookAppointment, CancelAppointment, MarkNoShow

EXTRA_HOURS = "Jam praktik tambahan data demo"
SECTIONS = ("subjective", "objective", "assessment", "plan")
AT_THE_DESK = frozenset({Outcome.SIGNED, Outcome.UNSIGNED, Outcome.IN_SERVICE, Outcome.WAITING})
BY_NURSE = frozenset({"subjective"})
COUNTER_DAYS = timedelta(days=4)
NEEDS: Mapping[int, tuple[Need, ...]] = {3: (Need.VISUAL,), 7: (Need.WHEELCHAIR,), 9: (Need.VISUAL, Need.SIGN_LANGUAGE)}
OFTEN_FIRST = 6
"""Of those who wait, one in so many has a reason to go first."""


def _reason(visit: Visit) -> PriorityReason | None:
    first = visit.outcome is Outcome.WAITING and visit.number % OFTEN_FIRST == 0
    return PriorityReason.ELDERLY if first else None


class Visits:
    """Carries out the visits of a plan."""

    def __init__(self, hand: Hand, place: Place, patients: Mapping[int, PatientId], now: datetime) -> None:
        """Take what the visits stand on; `now` is the moment that the demo shows."""
        self._hand, self._place, self._patients, self._now = hand, place, patients, now
        self._through: dict[int, asyncio.Event] = {}
        self._before: dict[int, asyncio.Event] = {}
        self._last: dict[int, asyncio.Event] = {}

    def line_up(self, visits: Sequence[Visit]) -> None:
        """Let those who come take their numbers in this order at each doctor, however many visits go on at once."""
        for visit in visits:
            if visit.outcome in AT_THE_DESK:
                if visit.doctor in self._last:
                    self._before[visit.number] = self._last[visit.doctor]
                self._last[visit.doctor] = self._through[visit.number] = asyncio.Event()

    async def carry_out(self, visit: Visit) -> None:
        """From the telephone call to the counter, as far as this visit goes."""
        appointment = None if visit.walk_in else await self._book(visit)
        if visit.outcome is Outcome.BOOKED:
            return
        if visit.outcome in {Outcome.CANCELLED, Outcome.MISSED} and appointment is not None:
            await self._not_come(visit, appointment)
            return
        if visit.outcome is Outcome.WAITING:
            await self._turn(visit)
            await self._arrive(visit, appointment)
            self._through[visit.number].set()
            return
        ticket = await self._call(visit, appointment)
        encounter = cast("UUID", ticket.encounter_id)
        if visit.outcome is Outcome.IN_SERVICE:
            self._through[visit.number].set()
            await self._nurse(visit, encounter)
            return
        finish = FinishTicket(ticket.ticket_id, self._place.counters[PAY] if self._pays(visit) else None)
        following = await self._hand.do(finish, visit.ended, f"v{visit.number}/finish")
        self._through[visit.number].set()
        await self._nurse(visit, encounter)
        await self._doctor(visit, encounter)
        if visit.outcome is Outcome.SIGNED:
            signing = SignEncounter(encounter, "")
            await self._hand.do(signing, visit.ended + timedelta(minutes=1), f"v{visit.number}/sign")
        await self._pharmacy(visit, encounter)
        if following is not None:
            await self._counters(visit, following)

    def _pays(self, visit: Visit) -> bool:
        """The way over the counters is walked in the last days, enough to know how long it takes."""
        return self._now - visit.start < COUNTER_DAYS

    async def _counters(self, visit: Visit, paying: TicketId) -> None:
        """Pay, then fetch the medicine, as far as the prescription has come."""
        key = f"v{visit.number}"
        called = visit.ended + timedelta(minutes=1 + visit.number % 4)
        if visit.counter is Counter.WAITING and visit.number % 2:
            return
        await self._hand.do(CallAgain(paying), called, f"{key}/pay-call")
        paid = called + timedelta(minutes=2 + visit.number % 3)
        target = self._place.counters["F"] if visit.story.medicines else None
        fetching = await self._hand.do(FinishTicket(paying, target), paid, f"{key}/pay")
        if fetching is None or visit.counter is Counter.WAITING:
            return
        handed = visit.ended + self._wait(visit)
        await self._hand.do(CallAgain(fetching), handed, f"{key}/fetch-call")
        if visit.counter is Counter.DISPENSED:
            done = handed + timedelta(minutes=1 + visit.number % 3)
            await self._hand.do(FinishTicket(fetching), done, f"{key}/fetch")

    @staticmethod
    def _wait(visit: Visit) -> timedelta:
        """From the doctor's door to the medicine."""
        return timedelta(minutes=8 + visit.number % 14)

    async def at_registration(self, patients: Sequence[int], at: datetime) -> None:
        """New people at the desk who do not have a doctor yet; the first has just been called."""
        for place, number in enumerate(patients):
            came = at - timedelta(minutes=9 - 4 * place)
            walk_in = WalkIn(self._patients[number], service_point_id=self._place.counters["R"])
            await self._hand.do(walk_in, came, f"today/registration/{place}")
        if patients:
            await self._hand.do(CallNext(self._place.counters["R"]), at, "today/registration/call")

    async def _book(self, visit: Visit) -> AppointmentId:
        """Call by telephone some days before; outside of hours only the demo's own today can lie."""
        request = BookAppointment(
            patient_id=self._patients[visit.patient],
            practitioner_id=self._place.doctors[visit.doctor],
            visit_type_id=self._place.visit_types[visit.visit_type],
            start=visit.start,
            minutes=visit.minutes,
            room_id=self._place.rooms[visit.room],
            device_ids=tuple(self._place.devices[name] for name in visit.devices),
            note=visit.story.scenario.key.replace("-", " ").capitalize() if visit.number % 4 == 0 else "",
            override_reason=EXTRA_HOURS,
        )
        return await self._hand.do(request, visit.booked, f"v{visit.number}/book")

    async def _not_come(self, visit: Visit, appointment: AppointmentId) -> None:
        if visit.outcome is Outcome.MISSED:
            late = visit.start + timedelta(minutes=visit.minutes + 20)
            await self._hand.do(MarkNoShow(appointment), late, f"v{visit.number}/missed")
            return
        cancel = CancelAppointment(appointment, CancelReason.PATIENT, "Pasien menelepon, minta dijadwalkan ulang.")
        await self._hand.do(cancel, visit.start - timedelta(hours=5), f"v{visit.number}/cancel")

    async def _arrive(self, visit: Visit, appointment: AppointmentId | None) -> IssuedTicket:
        reason, needs = _reason(visit), NEEDS.get(visit.number % 11, ())
        request = (
            CheckIn(appointment, reason, needs)
            if appointment is not None
            else WalkIn(
                self._patients[visit.patient],
                self._place.doctors[visit.doctor],
                self._place.visit_types[visit.visit_type],
                reason,
                needs=needs,
            )
        )
        return await self._hand.do(request, visit.arrived, f"v{visit.number}/arrive")

    async def _call(self, visit: Visit, appointment: AppointmentId | None) -> IssuedTicket:
        """Check in, call and begin, with no other patient of this doctor in between."""
        await self._turn(visit)
        ticket = await self._arrive(visit, appointment)
        point = self._place.points[visit.doctor]
        await self._hand.do(CallNext(point), visit.called, f"v{visit.number}/call")
        await self._hand.do(StartTicket(ticket.ticket_id), visit.called, f"v{visit.number}/start")
        return ticket

    async def _turn(self, visit: Visit) -> None:
        if before := self._before.get(visit.number):
            await before.wait()

    async def skip_first(self, doctor: int, at: datetime) -> None:
        """The first who waits is called and does not come."""
        called = await self._hand.do(CallNext(self._place.points[doctor]), at, f"today/skipped-call/{doctor}")
        if called is not None:
            await self._hand.do(SkipTicket(called.ticket_id), at, f"today/skip/{doctor}")

    async def call_first(self, doctor: int, at: datetime) -> None:
        """The first who waits is called at this moment."""
        await self._hand.do(CallNext(self._place.points[doctor]), at, f"today/call/{doctor}")

    async def _nurse(self, visit: Visit, encounter: UUID) -> None:
        """Vital signs, complaint, allergies and what is taken already."""
        story, key = visit.story, f"v{visit.number}"
        at = min(visit.arrived + timedelta(minutes=3), visit.called)
        await self._hand.do(RecordVitals(encounter, story.vitals, confirmed=True), at, f"{key}/vitals")
        text = story.sections["subjective"]
        await self._hand.do(SaveSection(encounter, "subjective", text, 0), at, f"{key}/subjective")
        if story.control or not story.asked:
            return
        patient = self._patients[visit.patient]
        await self._allergies(patient, story.allergy, at, key)
        for number, (medicine, dosage) in enumerate(story.scenario.takes):
            await self._hand.do(AddMedicine(patient, medicine, dosage), at, f"{key}/takes/{number}")
        if answers := {name: (value, words) for name, value, words in story.scenario.answers}:
            await self._hand.do(AnswerHistory(patient, answers), at, f"{key}/answers")

    async def _allergies(self, patient: PatientId, known: KnownAllergy | None, at: datetime, key: str) -> None:
        if known is None:
            await self._hand.do(StateAllergies(patient, "none_known"), at, f"{key}/allergy")
            return
        allergy = RecordAllergy(patient, known.substance, known.reaction, known.category, known.severity, "confirmed")
        await self._hand.do(allergy, at, f"{key}/allergy")

    async def _doctor(self, visit: Visit, encounter: UUID) -> None:
        """Examination, note, diagnoses, problem list and prescription."""
        story, key = visit.story, f"v{visit.number}"
        at = visit.called + timedelta(minutes=5)
        for number, finding in enumerate(story.findings):
            await self._hand.do(TapFinding(encounter, finding), at, f"{key}/finding/{number}")
        for section in SECTIONS:
            if section not in BY_NURSE:
                save = SaveSection(encounter, section, story.sections[section], 0)
                await self._hand.do(save, at, f"{key}/{section}")
        for number, (code, laterality, certainty) in enumerate(story.diagnoses):
            diagnosis = AddDiagnosis(encounter, code, laterality, certainty)
            await self._hand.do(diagnosis, at, f"{key}/diagnosis/{number}")
        for number, (code, laterality) in enumerate(story.procedures):
            await self._hand.do(AddProcedure(encounter, code, laterality), at, f"{key}/procedure/{number}")
        if story.scenario.problem and not story.control:
            problem = AddHistory(self._patients[visit.patient], "problem", story.scenario.problem)
            await self._hand.do(problem, at, f"{key}/problem")

    async def _pharmacy(self, visit: Visit, encounter: UUID) -> None:
        """Write, sign and, as far as it has come, hand over the prescription."""
        lines = tuple(self._line(visit, number) for number in range(len(visit.story.medicines)))
        if not lines:
            return
        key, at = f"v{visit.number}", visit.ended
        draft = await self._hand.do(SaveDraft(encounter, lines), at, f"{key}/draft")
        await self._hand.do(SignPrescription(draft), at + timedelta(minutes=1), f"{key}/rx-sign")
        if visit.counter is Counter.WAITING:
            return
        if visit.counter is Counter.READY:
            await self._hand.do(ClaimPrescription(draft), at + timedelta(minutes=4), f"{key}/claim")
            await self._hand.do(MarkReady(draft), at + timedelta(minutes=9), f"{key}/ready")
            return
        await self._hand.do(Dispense(draft), at + self._wait(visit), f"{key}/dispense")

    def _line(self, visit: Visit, number: int) -> LineDraft:
        medicine, side = visit.story.medicines[number]
        product, signa = SHELF[medicine.code], read_signa(medicine.signa)
        return LineDraft(
            product_id=self._place.products[medicine.code],
            amount=signa.amount,
            unit=signa.unit,
            times_per_day=signa.times,
            route=product.route,
            quantity=medicine.quantity,
            side=side,
            timing=signa.timing,
            as_needed=signa.as_needed,
            days=medicine.days,
        )
