"""Steps that do not go through the door: the database takes them only while what the door decided on is still so."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.encounter import PASSWORD, give_password, make_complete_note, make_patient, make_visit
from tht_app.database.note_steps import QuickStep, StepWriter
from tht_app.database.queries.encounter.visits import LOCK_SPACE
from tht_app.domain.encounter.note import Section
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import AppendUpdate, OpenSharedNote, SignEncounter

pytestmark = pytest.mark.integration
EMPTY = b"\x00\x00"
"""An update that changes nothing."""
S, P = frozenset({Section.SUBJECTIVE}), frozenset({Section.PLAN})


@pytest.fixture
async def writer():
    writer = StepWriter()
    yield writer
    await writer.close()


@pytest.fixture
async def visit(actors: Actors) -> UUID:
    visit = await make_visit(actors, await make_patient(actors["admin"]))
    await execute(actors["worker"], OpenSharedNote(visit))
    return visit


async def a_step(actors: Actors, who: str, visit: UUID, sections: frozenset[Section], text: bytes = EMPTY) -> QuickStep:
    """A later step of somebody whose first one went through the door."""
    first = S if who == "perawat" else sections
    ground = await execute(actors[who], AppendUpdate(visit, (EMPTY,), first, "room"))
    return QuickStep(actors[who].token, visit, ground, sections, (text,), "room", datetime.now(UTC))


def stored(clinic: Clinic, visit: UUID) -> list[tuple[UUID, list[str]]]:
    rows = clinic.admin_fetch(
        "select author_id, sections from clinic.note_update where encounter_id = %s and kind = 'edit' order by seq",
        visit,
    )
    return [(row["author_id"], row["sections"]) for row in rows]


async def test_each_row_is_its_authors_own_and_sealed(clinic, actors, writer, visit):
    steps = [await a_step(actors, "dokter", visit, P, b"rahasia"), await a_step(actors, "perawat", visit, S)]
    already = len(stored(clinic, visit))
    assert await writer.append(clinic.database, steps) == [True, True]
    authors = [clinic.person_id("dokter"), clinic.person_id("perawat")]
    assert stored(clinic, visit)[already:] == [(authors[0], ["plan"]), (authors[1], ["subjective"])]
    (last,) = clinic.admin_fetch(
        "select body_sealed from clinic.note_update where sections = '{plan}' order by seq desc limit 1"
    )
    assert b"rahasia" not in bytes(last["body_sealed"])


LONG_AGO = "since = now() - interval '2 hours', until = now() - interval '1 hour'"
CHANGES = {
    "the role is gone": (
        "update sec.person_role set role = 'cashier' where person_id = %(nurse)s",
        "update sec.person_role set role = 'nurse' where person_id = %(nurse)s",
    ),
    "the session has ended": (
        "update sec.session set revoked_at = now() where person_id = %(nurse)s",
        "update sec.session set revoked_at = null where person_id = %(nurse)s",
    ),
    "the visit was cancelled": ("update clinic.encounter set status = 'cancelled' where id = %(visit)s", "select 1"),
    "a colleague took it over": (
        "update clinic.encounter set practitioner_id = %(colleague)s where id = %(visit)s",
        "select 1",
    ),
    "nobody treats the patient any more": (
        f"update sec.care set {LONG_AGO} where patient_id = %(patient)s",
        "select 1",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_the_decision_stood_on_is_asked_again(clinic, actors, writer, visit, change):
    step = await a_step(actors, "perawat", visit, S)
    rows = stored(clinic, visit)
    (row,) = clinic.admin_fetch("select patient_id from clinic.encounter where id = %s", visit)
    about = {"nurse": clinic.person_id("perawat"), "colleague": clinic.person_id("dokter2")}
    about |= {"visit": visit, "patient": row["patient_id"]}

    def change_to(statement: str) -> None:
        with clinic.as_app(user="postgres") as connection:
            connection.execute(statement, about)

    change_to(CHANGES[change][0])
    try:
        assert await writer.append(clinic.database, [step]) == [False]
    finally:
        change_to(CHANGES[change][1])
    assert stored(clinic, visit) == rows


async def test_one_that_the_policies_refuse_takes_no_other_with_it(clinic, actors, writer, visit):
    steps = [await a_step(actors, "dokter", visit, P), await a_step(actors, "perawat", visit, P)]
    rows = stored(clinic, visit)
    assert await writer.append(clinic.database, steps) == [False, False]
    assert stored(clinic, visit) == rows
    assert await writer.append(clinic.database, steps[:1]) == [True]


async def test_nobody_waits_for_a_signer_and_nothing_is_written_behind_a_signature(clinic, actors, writer, visit):
    await give_password(clinic, "dokter")
    other = await make_visit(actors, await make_patient(actors["admin"], "Budi Santoso"))
    await execute(actors["worker"], OpenSharedNote(other))
    steps = [await a_step(actors, "dokter", visit, P), await a_step(actors, "dokter", other, P)]
    with clinic.as_app(user="postgres") as signer:
        signer.execute("select pg_advisory_xact_lock(hashtextextended(%s, %s))", (str(visit), LOCK_SPACE))
        assert await writer.append(clinic.database, steps) == [False, True]
    await make_complete_note(actors["dokter"], visit)
    await execute(actors["dokter"], SignEncounter(visit, PASSWORD))
    assert await writer.append(clinic.database, steps[:1]) == [False]
