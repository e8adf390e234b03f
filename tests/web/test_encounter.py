"""The encounter screen over a real socket: what reaches whom, and what one patient leaves behind for the next."""

import json
from uuid import UUID, uuid4

import pytest

from tests.conftest import Actors
from tests.factories.encounter import make_complete_note, make_patient, make_visit
from tests.web.browser import STATE, Tab
from tests.web.conftest import PASSWORD, RunningServer

pytestmark = pytest.mark.integration

VISIT = f"{STATE}.tht_app___state___encounter___visit____encounter_state"
DIAGNOSIS = f"{STATE}.tht_app___state___encounter___findings____diagnosis_state"
VITALS = f"{STATE}.tht_app___state___encounter___findings____vitals_state"
SIGNING = f"{STATE}.tht_app___state___encounter___signing____signing_state"
EXAM = f"{STATE}.tht_app___state___ent___exam____exam_state"
DAY = f"{STATE}.tht_app___state___encounter___day____doctor_day_state"


async def tab_on(server: RunningServer, username: str, visit: UUID) -> Tab:
    browser = await server.signed_in(username)
    tab = await browser.tab().open(f"/encounters/{visit}")
    await tab.fire(f"{VISIT}.load", f"/encounters/{visit}")
    return tab


def everything(tab: Tab) -> str:
    return json.dumps(tab.updates, ensure_ascii=False)


async def new_visit(actors: Actors, name: str = "Siti Rahmawati") -> UUID:
    return await make_visit(actors, await make_patient(actors["admin"], name))


async def test_the_note_itself_never_passes_through_the_socket(server: RunningServer, actors: Actors):
    visit = await new_visit(actors)
    await make_complete_note(actors["dokter"], visit)
    tab = await tab_on(server, "dokter", visit)
    assert tab.value("encounter_state", "view")["patient_name"] == "Siti Rahmawati"
    assert "H66.1" in everything(tab)
    assert "berair" not in everything(tab)
    await tab.browser.close()


async def test_nothing_picked_for_one_patient_waits_at_the_next(server: RunningServer, actors: Actors):
    first, second = await new_visit(actors), await new_visit(actors, "Budi Santoso")
    tab = await tab_on(server, "dokter", first)
    path = f"/encounters/{first}"
    await tab.fire(f"{DIAGNOSIS}.search", path, text="congek", question="1")
    await tab.fire(f"{DIAGNOSIS}.pick", path, code="H66.1")
    await tab.fire(f"{EXAM}.tap", path, finding="ear.right.ear_canal.cerumen")
    assert tab.value("diagnosis_state", "code") == "H66.1"
    assert tab.value("exam_state", "pressed") == ["ear.right.ear_canal.cerumen"]
    await tab.fire(f"{VISIT}.load", f"/encounters/{second}")
    assert tab.value("encounter_state", "view")["patient_name"] == "Budi Santoso"
    assert tab.value("diagnosis_state", "code") == ""
    assert tab.value("exam_state", "pressed") == []
    await tab.browser.close()


@pytest.mark.parametrize("wrong", ["nonsense", "00000000-0000-7000-8000-00000000dead", "%00", "../patients"])
async def test_an_address_that_names_no_visit_shows_none(server: RunningServer, actors: Actors, wrong: str):
    browser = await server.signed_in("dokter")
    tab = await browser.tab().open("/")
    await tab.fire(f"{VISIT}.load", f"/encounters/{wrong}")
    assert tab.value("encounter_state", "phase") == "missing"
    await browser.close()


async def test_a_bad_figure_is_answered_beside_its_field_and_a_jump_asks_again(server: RunningServer, actors: Actors):
    visit = await new_visit(actors)
    tab = await tab_on(server, "perawat", visit)
    path = f"/encounters/{visit}"
    await tab.fire(f"{VITALS}.save", path, form={"weight_kg": "enam puluh", "_key": str(uuid4())})
    assert tab.value("vitals_state", "errors").keys() == {"weight_kg"}
    await tab.fire(f"{VITALS}.save", path, form={"weight_kg": "60,5", "_key": str(uuid4())})
    assert tab.value("vitals_state", "errors") == {}
    assert [reading["value"] for reading in tab.value("encounter_state", "readings")] == ["60,5"]
    await tab.browser.close()


async def test_signing_over_the_socket_needs_the_password_and_locks(server: RunningServer, actors: Actors):
    visit = await new_visit(actors)
    await make_complete_note(actors["dokter"], visit)
    tab = await tab_on(server, "dokter", visit)
    path = f"/encounters/{visit}"
    await tab.fire(f"{SIGNING}.start", path)
    assert tab.value("signing_state", "review")["missing"] == []
    await tab.fire(f"{SIGNING}.sign", path, form={"password": "salah", "_key": str(uuid4())})
    assert tab.value("signing_state", "errors").keys() == {"password"}
    assert not tab.value("encounter_state", "view")["signed"]
    await tab.fire(f"{SIGNING}.sign", path, form={"password": PASSWORD, "_key": str(uuid4())})
    assert tab.value("encounter_state", "view")["signed"]
    assert PASSWORD not in everything(tab)
    await tab.fire(f"{SIGNING}.check", path)
    assert tab.value("signing_state", "checked") == "intact"
    await tab.browser.close()


async def test_a_signature_without_a_review_is_refused(server: RunningServer, actors: Actors):
    visit = await new_visit(actors)
    await make_complete_note(actors["dokter"], visit)
    tab = await tab_on(server, "dokter", visit)
    await tab.fire(f"{SIGNING}.sign", f"/encounters/{visit}", form={"password": PASSWORD, "_key": str(uuid4())})
    assert not tab.value("encounter_state", "view")["signed"]
    assert tab.value("signing_state", "changed")
    await tab.browser.close()


async def test_the_doctors_day_is_on_the_first_screen(server: RunningServer, actors: Actors):
    visit = await new_visit(actors)
    browser = await server.signed_in("dokter")
    tab = await browser.tab().open("/")
    await tab.fire(f"{DAY}.load", "/")
    assert str(visit) in [line["id"] for line in tab.value("doctor_day_state", "day")]
    await browser.close()
