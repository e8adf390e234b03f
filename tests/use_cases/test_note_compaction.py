"""A snapshot stands for the steps before it, and removing those loses nothing, whenever the power goes."""

from uuid import UUID

import psycopg
import pytest
from psycopg import errors

from tests.conftest import Actors, Clinic
from tests.factories.encounter import PASSWORD, give_password, make_complete_note, make_patient, make_visit
from tht_app.database.crypto import Purpose
from tht_app.database.ids import new_id
from tht_app.database.queries.encounter import shared
from tht_app.domain.encounter.note import Section
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import (
    AppendUpdate,
    CompactNote,
    FindCompactable,
    OpenSharedNote,
    ReadVersions,
    SettleNote,
    SignEncounter,
    compact_closed_notes,
    shared_note,
)
from tht_app.use_cases.encounter.compaction import SnapshotDiffers
from tht_app.use_cases.encounter.note_document import clocks_of, document_of, rewrite, seed, words_of

pytestmark = pytest.mark.integration
STEPS = 12


@pytest.fixture(autouse=True)
def short_snapshots(monkeypatch):
    monkeypatch.setattr(shared_note, "STEPS_OF_A_SNAPSHOT", 5)


async def write(actors: Actors, visit: UUID, *words: str) -> None:
    """One step a word, each by doctor or nurse in turns."""
    note = await execute(actors["worker"], OpenSharedNote(visit))
    document = document_of(update for step in note.steps for update in step.updates)
    for number, word in enumerate(words):
        section = (Section.PLAN, Section.SUBJECTIVE)[number % 2]
        update = rewrite(document, section, f"{words_of(document)[section]} {word}".strip())
        who = ("dokter", "perawat")[number % 2]
        await execute(actors[who], AppendUpdate(visit, (update,), frozenset({section}), "x"))


@pytest.fixture
async def visit(clinic: Clinic, actors: Actors) -> UUID:
    """A visit with a snapshot behind most of its steps, and two steps after it."""
    await give_password(clinic, "dokter")
    visit = await make_visit(actors, await make_patient(actors["admin"]))
    await make_complete_note(actors["dokter"], visit)
    await write(actors, visit, *(f"kata{number}" for number in range(STEPS)))
    await execute(actors["worker"], SettleNote(visit))
    await write(actors, visit, "sesudah", "akhir")
    return visit


async def sign(actors: Actors, visit: UUID) -> None:
    await execute(actors["dokter"], SignEncounter(visit, PASSWORD))


async def says(actors: Actors, visit: UUID) -> tuple[dict[Section, str], dict[int, int]]:
    note = await execute(actors["worker"], OpenSharedNote(visit))
    document = document_of(update for step in note.steps for update in step.updates)
    return words_of(document), clocks_of(document.get_state())


def kinds(clinic: Clinic, visit: UUID) -> list[str]:
    rows = clinic.admin_fetch("select kind from clinic.note_update where encounter_id = %s order by seq", visit)
    return [row["kind"] for row in rows]


async def test_steps_of_an_open_note_stay_and_those_of_a_signed_one_become_one_row(clinic, actors, visit):
    before, rows = await says(actors, visit), kinds(clinic, visit)
    assert await execute(actors["worker"], CompactNote(visit)) == 0
    assert kinds(clinic, visit) == rows
    await sign(actors, visit)
    versions = await execute(actors["dokter"], ReadVersions(visit))
    assert visit in await execute(actors["worker"], FindCompactable())
    assert await compact_closed_notes(actors["worker"]) == len(rows) - 3
    assert kinds(clinic, visit) == ["snapshot", "edit", "edit"]
    assert await says(actors, visit) == before
    assert await execute(actors["dokter"], ReadVersions(visit)) == versions
    assert visit not in await execute(actors["worker"], FindCompactable())
    assert await execute(actors["worker"], CompactNote(visit)) == 0


@pytest.mark.parametrize("moment", ["newest_snapshot", "covered", "remove_covered"])
async def test_a_crash_at_any_moment_of_it_leaves_the_note_whole(clinic, actors, visit, monkeypatch, moment):
    await sign(actors, visit)
    before, rows = await says(actors, visit), kinds(clinic, visit)
    real = getattr(shared, moment)

    async def killed(*arguments):
        await real(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(shared, moment, killed)
    with pytest.raises(KeyboardInterrupt):
        await execute(actors["worker"], CompactNote(visit))
    assert (await says(actors, visit), kinds(clinic, visit)) == (before, rows)
    monkeypatch.setattr(shared, moment, real)
    assert await execute(actors["worker"], CompactNote(visit)) > 0
    assert await says(actors, visit) == before


async def test_a_snapshot_that_says_something_else_removes_nothing(clinic, actors, visit):
    newest = clinic.admin_fetch("select max(seq) as seq from clinic.note_update where encounter_id = %s", visit)
    row_id = new_id()
    body = clinic.database.vault.seal_bytes(
        Purpose.CLINICAL, shared.BODY, row_id, shared.packed((seed({Section.PLAN: "palsu"}),))
    )
    clinic.admin_fetch(
        "insert into clinic.note_update "
        "(id, encounter_id, patient_id, kind, covers, sections, body_sealed, author_id, at) "
        "select %s, id, patient_id, 'snapshot', %s, '{}', %s, practitioner_id, now() "
        "from clinic.encounter where id = %s",
        row_id,
        newest[0]["seq"],
        body,
        visit,
    )
    clinic.admin_fetch("update clinic.encounter set status = 'cancelled' where id = %s", visit)
    rows = kinds(clinic, visit)
    with pytest.raises(SnapshotDiffers):
        await execute(actors["worker"], CompactNote(visit))
    assert await compact_closed_notes(actors["worker"]) == 0
    assert kinds(clinic, visit) == rows


ATTEMPTS = {
    "of_an_open_note": (False, "worker", "kind = 'edit'"),
    "by_a_doctor": (True, "dokter", "kind = 'seed'"),
    "after_the_snapshot": (True, "worker", "kind = 'edit'"),
    "the_snapshot": (True, "worker", "kind = 'snapshot'"),
    "by_the_administrator": (True, None, "kind = 'edit'"),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_the_database_itself_removes_no_step_that_stands_for_itself(clinic, actors, visit, attempt):
    signed, who, which = ATTEMPTS[attempt]
    if signed:
        await sign(actors, visit)
    rows = kinds(clinic, visit)
    with psycopg.connect(clinic.server.dsn(dbname=clinic.name)) as attacker:  # past all grants and policies
        token = actors[who].token if who else ""
        attacker.execute("select set_config('app.session', %s, false)", (token,))
        attacker.commit()
        try:
            done = attacker.execute(f"delete from clinic.note_update where encounter_id = %s and {which}", (visit,))
            assert done.rowcount == 0
        except errors.InsufficientPrivilege:
            attacker.rollback()
    assert kinds(clinic, visit) == rows


async def test_nobody_but_the_keeper_of_notes_has_them_compacted(clinic, actors, visit):
    await sign(actors, visit)
    rows = kinds(clinic, visit)
    for who in ("dokter", "admin"):
        with clinic.as_app(actors[who].token) as attacker, pytest.raises(errors.InsufficientPrivilege):
            attacker.execute("select sec.compact_note(%s)", (visit,))
    assert kinds(clinic, visit) == rows
