"""Merging by raw SQL and at many desks at once: who may point where, and who is faster."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.encounter import make_visit
from tests.factories.merging import appointments_of, merge
from tests.factories.registration import a_patient
from tests.factories.scheduling import EARLY, Practice, at, practice, when
from tht_app.database.queries.registration_merge import FOLLOWS, Follow
from tht_app.domain.errors import Conflict
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.merging import PatientIsMerged, VisitInProgress
from tht_app.live.topics import PATIENTS, topic_of
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import OpenVisit, StateAllergies
from tht_app.use_cases.registration import GetPatient, MergePatients, UndoMerge
from tht_app.use_cases.scheduling import BookAppointment

pytestmark = pytest.mark.integration
DESKS = 64
NAMES_A_PATIENT = """
select distinct c.relname || '.' || a.attname as name
from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = 'clinic' and c.relkind = 'r'
  and (a.attname = 'patient_id' or exists (
    select 1 from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any (k.conkey)
      and k.confrelid = 'clinic.patient'::regclass))
"""


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    return await practice(clinic, actors)


FINISH = "update clinic.encounter set status = 'finished', ended_at = now() where id = %s"
"""A doctor opens visits of patients whom they have seen."""


async def twins(actors: Actors) -> tuple[PatientId, PatientId]:
    plain = {"nik": "", "nik_missing": "not_brought"}
    return await a_patient(actors["admin"], **plain), await a_patient(actors["admin"], **plain)


def test_every_column_that_names_a_patient_says_how_it_follows(clinic: Clinic) -> None:
    """Red? A new table names a patient: decide how it follows a merge and add it to FOLLOWS.

    LINK is the rule: read it through `sec.records_of`. MOVE is work for `sec.merge_patients` and `sec.undo_merge`.
    """
    assert {row["name"] for row in clinic.admin_fetch(NAMES_A_PATIENT)} == set(FOLLOWS)


def test_nothing_but_appointments_can_be_given_to_another_patient(clinic: Clinic) -> None:
    """Red? Call `keep_patient("<table>")` in the migration of the new table."""
    rows = clinic.admin_fetch(
        "select p.table_name || '.' || p.column_name as name from information_schema.column_privileges p "
        "where p.grantee = 'tht_app' and p.privilege_type = 'UPDATE' and p.table_schema = 'clinic' "
        "and p.table_name || '.' || p.column_name = any(%s) and not exists (select 1 from pg_trigger t "
        "where t.tgrelid = ('clinic.' || p.table_name)::regclass and t.tgname = 'patient_stays')",
        [name for name, how in FOLLOWS.items() if how is not Follow.OWN],
    )
    assert rows == []


@pytest.mark.parametrize(
    "statement",
    [
        "update clinic.patient set merged_into = %(other)s where id = %(one)s",
        "update clinic.patient set record_number = record_number + 100000 where id = %(one)s",
        "update clinic.appointment set patient_id = %(other)s where patient_id = %(one)s",
        "update clinic.encounter set patient_id = %(other)s where patient_id = %(one)s",
        "update clinic.allergy_state set patient_id = %(other)s where patient_id = %(one)s",
        "update clinic.reservation set resource_id = %(other)s where resource_id = %(one)s",
        (
            "insert into clinic.patient_merge (id, survivor_id, merged_id, at, by, doubts, taken, before_sealed) "
            "values (gen_random_uuid(), %(one)s, %(other)s, now(), sec.me(), '{}', '{}', '')"
        ),
        "update clinic.patient_merge set undone_at = now()",
        "delete from clinic.patient_merge",
        "select sec.move_appointments(array[%(one)s]::uuid[], %(one)s, %(other)s, now())",
    ],
)
async def test_the_application_cannot_point_elsewhere(clinic: Clinic, actors: Actors, statement: str) -> None:
    one, other = await twins(actors)
    await make_visit(actors, one)
    await execute(actors["perawat"], StateAllergies(one, "none_known"))
    who = "perawat" if "allergy" in statement else "admin"
    with clinic.as_app(actors[who].token) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement, {"one": one, "other": other})


@pytest.mark.parametrize("who", ["dokter", "perawat", "pemilik"])
async def test_the_functions_ask_for_the_permission_themselves(clinic: Clinic, actors: Actors, who: str) -> None:
    one, other = await twins(actors)
    calls = (
        "select sec.merge_patients(gen_random_uuid(), %(one)s, %(other)s, now(), '{}', '{}', 'x', null)",
        "select sec.undo_merge(gen_random_uuid(), now(), 'x')",
    )
    for call in calls:
        with clinic.as_app(actors[who].token) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(call, {"one": one, "other": other})


async def test_a_merged_record_is_frozen_and_takes_nothing_new(clinic: Clinic, actors: Actors) -> None:
    survivor, merged = await twins(actors)
    await merge(actors["admin"], survivor, merged)
    statements = (
        ("admin", "update clinic.patient set name = 'x' where id = %(id)s"),
        (
            "admin",
            (
                "insert into clinic.consent (id, patient_id, purpose, text_version, given, giver, giver_name_sealed, "
                "at, recorded_by) "
                "values (gen_random_uuid(), %(id)s, 'reminders', '1', true, 'patient', 'x', now(), sec.me())"
            ),
        ),
        (
            "dokter",
            (
                "insert into clinic.encounter (id, patient_id, practitioner_id, visit_type, status, arrived_at) "
                "values (gen_random_uuid(), %(id)s, sec.me(), 'consultation', 'arrived', now())"
            ),
        ),
    )
    for who, statement in statements:
        with clinic.as_app(actors[who].token) as connection, pytest.raises(psycopg.Error) as refused:
            connection.execute(statement, {"id": merged})
        assert refused.value.sqlstate == "TM001"


async def test_a_sealed_value_of_the_merged_record_does_not_open_in_the_other(clinic: Clinic, actors: Actors) -> None:
    survivor, merged = await twins(actors)
    await merge(actors["admin"], survivor, merged, ["phone"])
    rows = clinic.admin_fetch(
        "select phone_sealed, phone_index from clinic.patient where id = any(%s)", [survivor, merged]
    )
    assert len({bytes(row["phone_sealed"]) for row in rows}) == 2
    assert len({bytes(row["phone_index"]) for row in rows}) == 1
    assert (await execute(actors["admin"], GetPatient(survivor))).details.phone == "+6281234567890"


async def request_of(actors: Actors, survivor: UUID, merged: UUID) -> MergePatients:
    one = await execute(actors["admin"], GetPatient(PatientId(survivor)))
    other = await execute(actors["admin"], GetPatient(PatientId(merged)))
    return MergePatients(PatientId(survivor), one.version, PatientId(merged), other.version)


async def test_two_desks_crosswise_make_one_merge(clinic: Clinic, actors: Actors) -> None:
    one, other = await twins(actors)
    there, back = await request_of(actors, one, other), await request_of(actors, other, one)
    tries = [execute(actors["admin"], request) for _ in range(DESKS // 2) for request in (there, back)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    lost = [result for result in results if isinstance(result, (PatientIsMerged, Conflict))]
    assert (len(results) - len(lost), len(lost)) == (1, DESKS - 1), results
    standing = clinic.admin_fetch(
        "select id from clinic.patient where id = any(%s) and merged_into is null", [one, other]
    )
    assert len(standing) == 1


async def test_booking_in_a_record_while_it_is_merged_leaves_nothing_behind(
    clinic: Clinic, desk: Practice, actors: Actors
) -> None:
    for turn in range(4):
        one, other = await twins(actors)
        request = await request_of(actors, one, other)
        books = [
            execute(
                when(actors["admin"], EARLY),
                BookAppointment(
                    patient_id=other,
                    practitioner_id=desk.dokter if place % 2 else desk.dokter2,
                    visit_type_id=desk.visit_types["consultation"],
                    start=at(8 + place // 2, 0, day=at(8).date().replace(day=2 + turn)),
                ),
            )
            for place in range(12)
        ]
        results = await asyncio.gather(
            *books[:6], execute(actors["admin"], request), *books[6:], return_exceptions=True
        )
        assert not isinstance(results[6], BaseException), results[6]
        booked = [result for result in results if isinstance(result, UUID) and result != results[6]]
        assert all(isinstance(result, (UUID, PatientIsMerged)) or "taken" in str(result) for result in results), results
        assert appointments_of(clinic, other) == []
        assert set(appointments_of(clinic, one)) == set(booked)
        waiting = clinic.admin_fetch(
            "select 1 from clinic.reservation where resource_id = %s and state in ('hold', 'booked', 'in_service')",
            other,
        )
        assert waiting == []


async def test_a_visit_and_a_merge_at_once_end_with_one_of_them(clinic: Clinic, actors: Actors) -> None:
    for _ in range(8):
        one, other = await twins(actors)
        clinic.admin_fetch(FINISH, await make_visit(actors, other))
        request = await request_of(actors, one, other)
        visit = OpenVisit(other, "consultation")
        results = await asyncio.gather(
            execute(actors["dokter"], visit), execute(actors["admin"], request), return_exceptions=True
        )
        lost = [result for result in results if isinstance(result, BaseException)]
        assert [type(result) for result in lost] in ([PatientIsMerged], [VisitInProgress]), results
        rows = clinic.admin_fetch(
            "select 1 from clinic.encounter e join clinic.patient p on p.id = e.patient_id "
            "where p.id = %s and p.merged_into is not null and e.status <> 'finished'",
            other,
        )
        assert rows == []


async def test_screens_hear_of_a_merge_and_of_its_undoing(clinic: Clinic, actors: Actors) -> None:
    survivor, merged = await twins(actors)
    with psycopg.connect(clinic.server.dsn(dbname=clinic.name), autocommit=True) as ear:
        ear.execute("listen clinic")
        merge_id = await merge(actors["admin"], survivor, merged)
        await execute(actors["admin"], UndoMerge(merge_id, "ternyata dua orang"))
        heard = {note.payload for note in ear.notifies(timeout=2, stop_after=2)}
    assert heard == {f"patients {merge_id} 0"}
    assert {topic_of(payload, ZONE) for payload in heard} == {PATIENTS}


async def test_undoing_at_many_desks_at_once_has_one_effect(actors: Actors) -> None:
    survivor, merged = await twins(actors)
    merge_id = await merge(actors["admin"], survivor, merged)
    tries = [execute(actors["admin"], UndoMerge(merge_id, "ternyata dua orang")) for _ in range(8)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert [result for result in results if not isinstance(result, BaseException)] == [merged]


async def test_repeating_one_save_has_one_effect(clinic: Clinic, actors: Actors) -> None:
    survivor, merged = await twins(actors)
    request, key = await request_of(actors, survivor, merged), uuid4().hex
    first = await execute(actors["admin"], request, key=key)
    assert await execute(actors["admin"], request, key=key) == first
    assert len(clinic.admin_fetch("select 1 from clinic.patient_merge where survivor_id = %s", survivor)) == 1


ONE_RECORD = {
    "registration_merge.py": "counts what hangs on each record",
    "queue.py": "open tickets: a record with one is never merged, and a merged one gets none",
}
"""Queries about one record only, and why that is right."""


def test_whoever_reads_by_patient_reads_all_records_of_the_person() -> None:
    """Red? A query asks for one record: write `patient_id = any(sec.records_of(:patient))`, or add it with a reason."""
    queries = Path(__file__).resolve().parents[2] / "tht_app/database/queries"
    forgetful = [
        f"{path.name}: {line.strip()}"
        for path in sorted(queries.rglob("*.py"))
        if path.name not in ONE_RECORD
        for line in path.read_text(encoding="utf-8").splitlines()
        if "patient_id = :" in line or "patient_id = any(:" in line or "patient_id in (:" in line
    ]
    assert forgetful == []
