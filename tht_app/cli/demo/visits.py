"""One visit after the other, as far as each has come, through the same use cases as at the desk and in the room."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tht_app.cli.demo.clinic import Place
from tht_app.cli.demo.content import KnownAllergy
from tht_app.cli.demo.hand import Hand
from tht_app.cli.demo.plan import Counter, Outcome, Visit
from tht_app.cli.demo.scenario import read_signa
from tht_app.cli.demo.shelf import SHELF
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import AppointmentId, CancelReason
from tht_app.use_cases.encounter import (
    AddDiagnosis,
    AddHistory,
    AddMedicine,
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
from tht_app.use_cases.queue import CallNext, CheckIn, FinishTicket, IssuedTicket, SkipTicket, StartTicket, WalkIn
from tht_app.use_cases.scheduling import BookAppointment, CancelAppointment, MarkNoShow

EXTRA_HOURS = "Jam praktik tambahan data demo"
SECTIONS = ("subjective", "objective", "assessment", "plan")
AT_THE_DESK = frozenset({Outcome.SIGNED, Outcome.UNSIGNED, Outcome.IN_SERVICE, Outcome.WAITING})
BY_NURSE = frozenset({"subjective"})


class Visits:
    """Carries out the visits of a plan."""

    def __init__(self, hand: Hand, place: Place, patients: Mapping[int, PatientId]) -> None:
        """Take what the visits stand on."""
        self._hand, self._place, self._patients = hand, place, patients
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
        await self._nurse(visit, ticket.encounter_id)
        if visit.outcome is Outcome.IN_SERVICE:
            return
        await self._doctor(visit, ticket.encounter_id)
        await self._hand.do(FinishTicket(ticket.ticket_id), visit.ended, f"v{visit.number}/finish")
        if visit.outcome is Outcome.SIGNED:
            signing = SignEncounter(ticket.encounter_id, "")
            await self._hand.do(signing, visit.ended + timedelta(minutes=1), f"v{visit.number}/sign")
        await self._pharmacy(visit, ticket.encounter_id)

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
        request = (
            CheckIn(appointment)
            if appointment is not None
            else WalkIn(
                self._patients[visit.patient],
                self._place.doctors[visit.doctor],
                self._place.visit_types[visit.visit_type],
            )
        )
        return await self._hand.do(request, visit.arrived, f"v{visit.number}/arrive")

    async def _call(self, visit: Visit, appointment: AppointmentId | None) -> IssuedTicket:
        """Check in, call and begin, with no other patient of this doctor in between."""
        await self._turn(visit)
        ticket = await self._arrive(visit, appointment)
        point = self._place.points[visit.doctor]
        await self._hand.do(CallNext(point), visit.called, f"v{visit.number}/call")
        self._through[visit.number].set()
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
        wait = timedelta(minutes=8 + visit.number % 14)
        await self._hand.do(Dispense(draft), at + wait, f"{key}/dispense")

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
