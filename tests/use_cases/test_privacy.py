"""Requests about personal data: written down with their clock, answered once, and known to the owner without whose."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.merging import merge
from tests.factories.registration import a_patient
from tht_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from tht_app.domain.privacy import ANSWER_WITHIN, Check, Outcome, RequestClosed, Requester, RequestId, RequestKind
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.merging import PatientIsMerged
from tht_app.state.privacy.view_models import answer_of, recording_of, register_vars
from tht_app.use_cases.door import execute
from tht_app.use_cases.privacy import AnswerRequest, ReadRequests, RecordRequest, RequestsOfPatient

pytestmark = pytest.mark.integration
NAME = "Kanaruwati Prameswari"
WISH = "Ibu meminta salinan hasil audiogram."
ANSWER = "Salinan diserahkan, tanpa berkas gambar."
OTHERS = ("dokter", "perawat", "apoteker", "kasir", "auditor")


@pytest.fixture
async def patient(actors: Actors) -> PatientId:
    return await a_patient(actors["admin"], name=NAME)


def asking(patient_id: UUID, **more) -> RecordRequest:
    values = {"kind": RequestKind.COPY, "requester": Requester.PATIENT, "checked_by": Check.ID_CARD, "wish": WISH}
    return RecordRequest(patient_id, **{**values, **more})


async def test_the_desk_writes_down_who_asked_for_what_and_the_clock_begins(
    clinic: Clinic, actors: Actors, patient: PatientId
):
    before = datetime.now(UTC)
    request_id = await execute(actors["admin"], asking(patient))
    [line] = await execute(actors["admin"], RequestsOfPatient(patient))
    assert (line.id, line.requester_name, line.wish, line.patient_name) == (request_id, NAME, WISH, NAME)
    assert line.due_at - line.received_at == ANSWER_WITHIN
    assert before <= line.received_at <= datetime.now(UTC)
    entry = clinic.admin_fetch(
        "select patient_ids, action from audit.event where object_id = %s and request = 'privacy.RecordRequest'",
        request_id,
    )
    assert entry == [{"patient_ids": [patient], "action": "create"}]
    kept = clinic.admin_fetch("select * from clinic.privacy_request where id = %s", request_id)[0]
    assert all(
        word.encode() not in bytes(kept[name]) for name in ("requester_sealed", "wish_sealed") for word in (NAME, WISH)
    )


async def test_it_is_answered_once_and_the_answer_stays(clinic: Clinic, actors: Actors, patient: PatientId):
    request_id = await execute(actors["admin"], asking(patient))
    await execute(
        actors["admin"], AnswerRequest(request_id, Outcome.PARTLY, "Salinan diserahkan, tanpa berkas gambar.")
    )
    with pytest.raises(RequestClosed):
        await execute(actors["admin"], AnswerRequest(request_id, Outcome.REFUSED, "Lain."))
    with pytest.raises(NotFound):
        await execute(actors["admin"], AnswerRequest(RequestId(uuid4()), Outcome.DONE, "Ada."))
    [line] = await execute(actors["admin"], RequestsOfPatient(patient))
    assert (line.outcome, line.closed_by) == (Outcome.PARTLY, "Rina Wulandari")
    assert line.answer == ANSWER


LATER = "received_at = received_at + interval '1 day', due_at = due_at + interval '1 day'"


@pytest.mark.parametrize(
    "statement",
    [
        "delete from clinic.privacy_request where id = %(id)s",
        "truncate clinic.privacy_request",
        f"update clinic.privacy_request set {LATER} where id = %(id)s",
        "update clinic.privacy_request set wish_sealed = requester_sealed where id = %(id)s",
    ],
)
async def test_nobody_moves_the_clock_or_removes_a_request(
    clinic: Clinic, actors: Actors, patient: PatientId, statement: str
):
    request_id = await execute(actors["admin"], asking(patient))
    superuser = psycopg.connect(clinic.server.dsn(dbname=clinic.name))
    for connection in (clinic.as_app(actors["admin"].token), superuser):
        with connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement, {"id": request_id})


async def test_nobody_answers_in_anothers_name(clinic: Clinic, actors: Actors, patient: PatientId):
    request_id = await execute(actors["admin"], asking(patient))
    forged = (
        "update clinic.privacy_request set outcome = 'done', answer_sealed = 'x', closed_at = now(), closed_by = %s "
        "where id = %s"
    )
    with clinic.as_app(actors["admin"].token) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(forged, (clinic.person_id("pemilik"), request_id))


async def test_the_owner_sees_that_something_waits_and_not_whose_it_is(
    clinic: Clinic, actors: Actors, patient: PatientId
):
    request_id = await execute(actors["admin"], asking(patient))
    found = await execute(actors["pemilik"], ReadRequests())
    line = next(one for one in found if one.id == request_id)
    assert (line.kind, line.recorded_by) == (RequestKind.COPY, "Rina Wulandari")
    assert (line.patient_id, line.patient_name, line.requester, line.wish) == (None, "", None, "")
    assert NAME not in repr(register_vars(found, datetime.now(UTC), "id"))
    for request in (RequestsOfPatient(patient), asking(patient), AnswerRequest(request_id, Outcome.DONE, "Ya.")):
        with pytest.raises(PermissionDenied):
            await execute(actors["pemilik"], request)
    with clinic.as_app(actors["pemilik"].token) as connection:
        assert connection.execute("select 1 from clinic.privacy_request").fetchall() == []
        rows = connection.execute("select * from sec.privacy_requests(%s, 10)", (patient,)).fetchall()
        assert rows == []


@pytest.mark.parametrize("who", OTHERS)
async def test_nobody_else_knows_of_it(clinic: Clinic, actors: Actors, patient: PatientId, who: str):
    await execute(actors["admin"], asking(patient))
    for request in (ReadRequests(), RequestsOfPatient(patient), asking(patient)):
        with pytest.raises(PermissionDenied):
            await execute(actors[who], request)
    with clinic.as_app(actors[who].token) as connection:
        assert connection.execute("select 1 from clinic.privacy_request").fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from sec.privacy_requests(null, 10)")


async def test_what_waits_longest_stands_first_and_what_was_answered_last(actors: Actors, patient: PatientId):
    today = datetime.now(ZONE).date()
    late = await execute(actors["admin"], asking(patient, received_on=today - timedelta(days=10)))
    fresh = await execute(actors["admin"], asking(patient))
    done = await execute(actors["admin"], asking(patient, kind=RequestKind.ERASURE))
    await execute(actors["admin"], AnswerRequest(done, Outcome.REFUSED, "Disimpan 25 tahun."))
    found = await execute(actors["admin"], RequestsOfPatient(patient))
    assert [one.id for one in found] == [late, fresh, done]
    shown = register_vars(found, datetime.now(UTC), "en")
    assert [row.standing for row in shown["rows"]] == ["late", "open", "closed"]
    assert (shown["late"], len(shown["waiting"])) == (1, 2)


async def test_a_request_follows_the_person_through_a_merge(actors: Actors):
    plain = {"nik": "", "nik_missing": "not_brought"}
    kept, gone = [await a_patient(actors["admin"], **plain) for _ in range(2)]
    request_id = await execute(actors["admin"], asking(gone))
    await merge(actors["admin"], kept, gone)
    assert [one.id for one in await execute(actors["admin"], RequestsOfPatient(kept))] == [request_id]
    with pytest.raises(PatientIsMerged):
        await execute(actors["admin"], asking(gone))


async def test_for_a_child_the_guardian_asks(actors: Actors):
    guardian = {"guardian_name": "Yuni Kezia", "guardian_relation": "mother", "nik": "", "nik_missing": "not_brought"}
    child = await a_patient(
        actors["admin"], birth_date=str(datetime.now(ZONE).date() - timedelta(days=2000)), **guardian
    )
    with pytest.raises(ValidationFailed) as refused:
        await execute(actors["admin"], asking(child))
    assert set(refused.value.fields) == {"requester"}
    await execute(actors["admin"], asking(child, requester=Requester.GUARDIAN, requester_name="Yuni Kezia"))


async def test_every_field_that_cannot_be_read_is_named(actors: Actors, patient: PatientId):
    with pytest.raises(ValidationFailed) as refused:
        recording_of(patient, {"request_kind": "x", "received_on": "kemarin"})
    assert set(refused.value.fields) == {"request_kind", "requester", "checked_by", "received_on"}
    with pytest.raises(ValidationFailed):
        answer_of(RequestId(uuid4()), {"outcome": "mungkin"})
    tomorrow = datetime.now(UTC).date() + timedelta(days=2)
    with pytest.raises(ValidationFailed) as refused:
        await execute(actors["admin"], asking(patient, requester=Requester.GUARDIAN, received_on=tomorrow))
    assert set(refused.value.fields) == {"requester_name", "received_on"}
    with pytest.raises(ValidationFailed):
        await execute(actors["admin"], asking(patient, wish="  "))
