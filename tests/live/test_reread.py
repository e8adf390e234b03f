"""One reading for many screens: handed only to who may see it and whose session lives, with an entry for each."""

from datetime import datetime
from uuid import UUID

import pytest

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.queue import service_points
from tests.factories.scheduling import Practice, practice
from tht_app.domain.errors import SessionEnded
from tht_app.use_cases.door import Actor, Viewer, execute, read, reread
from tht_app.use_cases.queue import QueueOf, UndoTicket, WalkIn
from tht_app.use_cases.scheduling import DaySchedule

pytestmark = pytest.mark.integration

TODAY = DaySchedule(datetime.now(ZONE).date())


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    found = await practice(clinic, actors)
    await service_points(found)
    return found


@pytest.fixture(scope="module")
async def queued(desk: Practice) -> UUID:
    patient = await desk.patient("Antre Sekali")
    await execute(desk.actors["admin"], WalkIn(patient, desk.dokter, desk.visit_types["consultation"]))  # type: ignore[arg-type]
    return patient


def entries(clinic: Clinic, token: str, patient: UUID) -> int:
    rows = clinic.admin_fetch(
        "select 1 from audit.event e join sec.session s on s.id = e.session_id "
        "where s.token_hash = sha256(convert_to(%s, 'UTF8')) and %s = any (e.patient_ids)",
        token,
        patient,
    )
    return len(rows)


async def fresh(clinic: Clinic, who: str) -> Actor:
    return Actor(await clinic.gate.open_session(clinic.person_id(who)))


async def test_an_ended_session_is_handed_nothing_and_has_no_entry(clinic: Clinic, queued: UUID):
    ended, alive = await fresh(clinic, "perawat"), await fresh(clinic, "admin")
    await clinic.gate.close_session(ended.token)
    reading = await reread(QueueOf(), [Viewer(ended), Viewer(alive)])
    assert reading.admitted == {alive.token}
    assert (entries(clinic, ended.token, queued), entries(clinic, alive.token, queued)) == (0, 1)


async def test_who_lost_the_permission_is_handed_nothing(clinic: Clinic, desk: Practice):
    cashier, nurse = await fresh(clinic, "kasir"), await fresh(clinic, "perawat")
    reading = await reread(TODAY, [Viewer(cashier), Viewer(nurse)])
    assert reading.admitted == {nurse.token}


async def test_only_patients_new_to_the_screen_are_written(clinic: Clinic, queued: UUID):
    knows, new = await fresh(clinic, "admin"), await fresh(clinic, "admin")
    reading = await reread(QueueOf(), [Viewer(knows, frozenset({queued})), Viewer(new)])
    assert queued in reading.patient_ids
    assert (entries(clinic, knows.token, queued), entries(clinic, new.token, queued)) == (0, 1)


async def test_nobody_left_means_no_reading(clinic: Clinic, desk: Practice):
    ended = await fresh(clinic, "admin")
    await clinic.gate.close_session(ended.token)
    with pytest.raises(SessionEnded):
        await reread(QueueOf(), [Viewer(ended)])


async def test_a_writing_use_case_cannot_be_followed(desk: Practice):
    with pytest.raises(TypeError, match="writes"):
        await reread(UndoTicket(UUID(int=0)), [Viewer(desk.actors["admin"])])  # type: ignore[arg-type]


async def test_a_first_reading_writes_an_entry_even_without_patients(clinic: Clinic, desk: Practice):
    actor = await fresh(clinic, "dokter2")
    await read(actor, TODAY)
    count = "select 1 from audit.event e join sec.session s on s.id = e.session_id where s.token_hash = sha256(%s)"
    assert len(clinic.admin_fetch(count, actor.token.encode())) == 1
    await read(actor, TODAY, seen=frozenset())
    assert len(clinic.admin_fetch(count, actor.token.encode())) == 1
