"""Opening a record in an emergency: who may, for how long, and who sees that it was done."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.care import REASON, sees
from tests.factories.encounter import make_patient, make_visit
from tht_app.database.ids import new_id
from tht_app.database.unit_of_work import Actor
from tht_app.domain.care import AlreadyReviewed, AlreadyTreating, CareRules, EmergencyEntry, EmergencyStillOpen
from tht_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from tht_app.domain.proof import ProofNeeded, Sensitive
from tht_app.use_cases.care import (
    AddCover,
    EndEmergency,
    ListEmergencies,
    OpenEmergency,
    ReadOwnEmergency,
    ReviewEmergency,
    SaveCareRules,
    WithdrawCover,
)
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import AddHistory, OpenVisit, RecordAllergy, StateAllergies

pytestmark = pytest.mark.integration

END_ALL = "update clinic.emergency_access set ended_at = now() where ended_at is null and until > now()"


@pytest.fixture
async def stranger(clinic: Clinic, actors: Actors) -> UUID:
    """Somebody with a visit of the other doctor; no access of the first is open."""
    clinic.admin_fetch(END_ALL)
    patient = await make_patient(actors["admin"], "Dewi Gawat Darurat")
    await make_visit(actors, patient, "dokter2")
    return patient


class TestAnEmergency:
    async def test_opens_one_record_for_an_hour(self, clinic: Clinic, actors: Actors, stranger: UUID) -> None:
        other = await make_patient(actors["admin"])
        await make_visit(actors, other, "dokter2")
        until = await execute(actors["dokter"], OpenEmergency(stranger, REASON))
        assert timedelta(minutes=59) < until - datetime.now(UTC) <= timedelta(minutes=60)
        assert await sees(actors, "dokter", stranger)
        assert not await sees(actors, "dokter", other)
        open_ = await execute(actors["dokter"], ReadOwnEmergency())
        assert (open_.patient_id, open_.reason) == (stranger, REASON)
        entry = clinic.admin_fetch(
            "select * from audit.event where action = 'break_glass' and %s = any (patient_ids)", stranger
        )
        assert [(row["reason"], row["outcome"]) for row in entry] == [(REASON, "done")]

    async def test_reads_and_does_not_write(self, clinic: Clinic, actors: Actors, stranger: UUID) -> None:
        await execute(actors["dokter"], OpenEmergency(stranger, REASON))
        for request in (
            RecordAllergy(stranger, "penisilin"),
            AddHistory(stranger, "illness", "x"),
            StateAllergies(stranger, "unavailable"),
            OpenVisit(stranger, "consultation"),
        ):
            with pytest.raises((PermissionDenied, NotFound)):
                await execute(actors["dokter"], request)
        assert clinic.admin_fetch("select 1 from clinic.patient_history where patient_id = %s", stranger) == []

    async def test_becomes_a_treatment_by_a_visit_that_the_desk_opens(self, actors: Actors, stranger: UUID) -> None:
        await execute(actors["dokter"], OpenEmergency(stranger, REASON))
        await make_visit(actors, stranger)
        await execute(actors["dokter"], RecordAllergy(stranger, "penisilin"))
        [entry] = await self._entries(actors, "auditor", stranger)
        assert entry.visits == 1

    @pytest.mark.parametrize("reason", ["", "   ", "gawat darurat", "x " * 9, "y" * 501])
    async def test_needs_a_reason_that_says_something(self, actors: Actors, stranger: UUID, reason: str) -> None:
        with pytest.raises(ValidationFailed) as refused:
            await execute(actors["dokter"], OpenEmergency(stranger, reason))
        assert "reason" in refused.value.fields
        assert not await sees(actors, "dokter", stranger)

    async def test_needs_a_fresh_proof_at_the_door_and_in_the_database(
        self, clinic: Clinic, actors: Actors, stranger: UUID
    ) -> None:
        doctor = Actor(await clinic.gate.open_session(clinic.person_id("dokter")))
        for ago in ("301 seconds", "1 day"):
            clinic.prove(doctor.token, Sensitive.BREAK_GLASS, ago=ago)
            with pytest.raises(ProofNeeded):
                await execute(doctor, OpenEmergency(stranger, REASON))
            with clinic.as_app(doctor.token) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute("select sec.open_emergency(%s, %s, 'x')", (new_id(), stranger))
        clinic.prove(doctor.token, Sensitive.BREAK_GLASS, ago="1 minute")
        assert await execute(doctor, OpenEmergency(stranger, REASON))

    async def test_is_for_doctors_only(self, actors: Actors, stranger: UUID) -> None:
        for who in ("admin", "perawat", "apoteker", "kasir", "auditor", "pemilik"):
            with pytest.raises(PermissionDenied):
                await execute(actors[who], OpenEmergency(stranger, REASON))

    async def test_is_one_at_a_time_however_fast(self, clinic: Clinic, actors: Actors, stranger: UUID) -> None:
        others = [await make_patient(actors["admin"]) for _ in range(4)]
        tries = [execute(actors["dokter"], OpenEmergency(one, REASON)) for one in (stranger, *others)]
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(outcome, datetime) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, EmergencyStillOpen) for outcome in outcomes) == 4

    async def test_is_not_extended_by_asking_again(self, actors: Actors, stranger: UUID) -> None:
        until = await execute(actors["dokter"], OpenEmergency(stranger, REASON))
        with pytest.raises(AlreadyTreating):
            await execute(actors["dokter"], OpenEmergency(stranger, REASON))
        assert (await execute(actors["dokter"], ReadOwnEmergency())).until == until

    async def test_ends_when_it_is_ended_and_when_its_hour_is_over(
        self, clinic: Clinic, actors: Actors, stranger: UUID
    ) -> None:
        await execute(actors["dokter"], OpenEmergency(stranger, REASON))
        await execute(actors["dokter"], EndEmergency())
        assert not await sees(actors, "dokter", stranger)
        with pytest.raises(NotFound):
            await execute(actors["dokter"], EndEmergency())
        await execute(actors["dokter"], OpenEmergency(stranger, REASON))
        clinic.admin_fetch("alter table clinic.emergency_access disable trigger emergency_stays")
        clinic.admin_fetch(
            "update clinic.emergency_access set opened_at = opened_at - interval '2 hours', "
            "until = until - interval '2 hours' where patient_id = %s and ended_at is null",
            stranger,
        )
        clinic.admin_fetch("alter table clinic.emergency_access enable trigger emergency_stays")
        assert not await sees(actors, "dokter", stranger)
        assert await execute(actors["dokter"], ReadOwnEmergency()) is None

    async def test_does_not_pass_to_who_covers(self, clinic: Clinic, actors: Actors) -> None:
        clinic.admin_fetch(END_ALL)
        patient = await make_patient(actors["admin"])
        await execute(actors["dokter"], OpenEmergency(patient, REASON))
        today = datetime.now(ZONE).date()
        cover = await execute(
            actors["admin"], AddCover(clinic.person_id("dokter"), clinic.person_id("dokter2"), today, today)
        )
        assert await sees(actors, "dokter", patient)
        assert not await sees(actors, "dokter2", patient)
        await execute(actors["admin"], WithdrawCover(cover))

    async def _entries(self, actors: Actors, who: str, patient: UUID | None = None) -> list[EmergencyEntry]:
        found = await execute(actors[who], ListEmergencies())
        return [entry for entry in found if patient is None or entry.patient_id == patient]

    async def test_is_shown_to_each_as_far_as_it_concerns_them(self, actors: Actors, stranger: UUID) -> None:
        await execute(actors["dokter"], OpenEmergency(stranger, REASON))
        [whole] = await self._entries(actors, "auditor", stranger)
        assert (whole.person, whole.reason, whole.patient_name) == (
            "dr. Sari Kusuma, Sp.THT-KL",
            REASON,
            "Dewi Gawat Darurat",
        )
        assert len(await self._entries(actors, "dokter2", stranger)) == 1, "the treating doctor"
        assert len(await self._entries(actors, "dokter", stranger)) == 1, "who opened it"
        owners = await self._entries(actors, "pemilik")
        assert whole.id in {entry.id for entry in owners}
        assert {(entry.patient_id, entry.patient_name, entry.record_number) for entry in owners} == {(None, "", None)}
        assert {entry.reason for entry in owners} == {REASON}
        for who in ("admin", "perawat", "apoteker", "kasir"):
            with pytest.raises(PermissionDenied):
                await execute(actors[who], ListEmergencies())

    async def test_is_reviewed_once_by_an_auditor(self, actors: Actors, stranger: UUID) -> None:
        await execute(actors["dokter"], OpenEmergency(stranger, REASON))
        [entry] = await self._entries(actors, "auditor", stranger)
        for who in ("dokter", "pemilik", "admin"):
            with pytest.raises(PermissionDenied):
                await execute(actors[who], ReviewEmergency(entry.id, "Sesuai."))
        with pytest.raises(ValidationFailed):
            await execute(actors["auditor"], ReviewEmergency(entry.id, "  "))
        await execute(actors["auditor"], ReviewEmergency(entry.id, "Sesuai catatan jaga."))
        with pytest.raises(AlreadyReviewed):
            await execute(actors["auditor"], ReviewEmergency(entry.id, "Lagi."))
        [seen] = await self._entries(actors, "auditor", stranger)
        assert (seen.review, seen.reviewed_by) == ("Sesuai catatan jaga.", "Lina Marlina")

    async def test_too_many_in_an_hour_are_marked(self, clinic: Clinic, actors: Actors, stranger: UUID) -> None:
        await execute(actors["pemilik"], SaveCareRules(CareRules(emergencies_an_hour=20)))
        await execute(actors["dokter"], OpenEmergency(stranger, REASON))
        await execute(actors["dokter"], EndEmergency())
        [entry] = await self._entries(actors, "auditor", stranger)
        assert not entry.frequent
        await execute(actors["pemilik"], SaveCareRules(CareRules(emergencies_an_hour=1)))
        other = await make_patient(actors["admin"])
        await execute(actors["dokter"], OpenEmergency(other, REASON))
        [entry] = await self._entries(actors, "auditor", other)
        assert entry.frequent
        await execute(actors["pemilik"], SaveCareRules(CareRules()))

    async def test_what_was_opened_cannot_be_made_unseen(self, clinic: Clinic, actors: Actors, stranger: UUID) -> None:
        await execute(actors["dokter"], OpenEmergency(stranger, REASON))
        for statement in (
            "delete from clinic.emergency_access",
            "update clinic.emergency_access set until = until + interval '1 minute'",
            "update clinic.emergency_access set patient_id = gen_random_uuid()",
            "truncate clinic.emergency_access",
        ):
            with pytest.raises(psycopg.Error):
                clinic.admin_fetch(statement)

    async def test_nobody_is_opened_by_an_id_that_names_nobody(self, actors: Actors, stranger: UUID) -> None:
        with pytest.raises(NotFound):
            await execute(actors["dokter"], OpenEmergency(new_id(), REASON))
