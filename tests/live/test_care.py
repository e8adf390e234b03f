"""Screens of two doctors, and of one whose role is taken away, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.care import REASON
from tests.factories.encounter import make_patient, make_visit
from tests.web.browser import STATE, Browser, Tab
from tests.web.conftest import RunningServer
from tht_app.domain.identity import ROLE_PERMISSIONS, Role
from tht_app.domain.proof import Sensitive
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.live.view import LiveView, seen_by
from tht_app.use_cases.door import execute
from tht_app.use_cases.registration import GetPatient

pytestmark = pytest.mark.integration

DAY = f"{STATE}.tht_app___state___encounter___day____doctor_day_state"
VISIT = f"{STATE}.tht_app___state___encounter___visit____encounter_state"
PATIENTS = f"{STATE}.tht_app___state___registration___patients____patients_state"
PATIENT = f"{STATE}.tht_app___state___registration___patient____patient_state"
EMERGENCY = f"{STATE}.tht_app___state___care___emergency____emergency_state"
PROOF = f"{STATE}.tht_app___state___proof____proof_state"
LIST = f"{STATE}.tht_app___state___care___review____emergencies_state"
Opened = Callable[[str], Awaitable[Tab]]


@pytest.fixture
async def opened(server: RunningServer) -> AsyncIterator[Opened]:
    browsers: list[Browser] = []

    async def open_as(who: str) -> Tab:
        browser = await server.signed_in(who)
        browsers.append(browser)
        return await browser.tab().open("/")

    yield open_as
    for browser in browsers:
        await browser.close()


def answer(reason: str = REASON) -> dict[str, str]:
    """The form of the dialog."""
    return {"reason": reason, "_key": str(uuid4())}


def test_what_is_read_for_one_doctor_is_not_handed_to_another() -> None:
    doctor, nurse = ROLE_PERMISSIONS[Role.DOCTOR], ROLE_PERMISSIONS[Role.NURSE]
    one, other = UUID(int=1), UUID(int=2)
    view = LiveView("v", "r", ("a",), lambda *_: {})
    assert replace(view, reader=seen_by(one, doctor)) != replace(view, reader=seen_by(other, doctor))
    assert replace(view, reader=seen_by(one, nurse)) == replace(view, reader=seen_by(other, nurse))
    assert replace(view, reader=seen_by(one, nurse)) != replace(view, reader=seen_by(one, doctor))


async def test_a_visit_reaches_its_doctors_screen_and_no_other(actors: Actors, opened: Opened) -> None:
    mine, others = await opened("dokter"), await opened("dokter2")
    await mine.fire(f"{DAY}.load")
    await others.fire(f"{DAY}.load")
    patient = await make_patient(actors["admin"], "Ningsih Terpisah")
    await make_visit(actors, patient)
    for _ in range(100):
        if "Ningsih Terpisah" in json.dumps(mine.updates):
            break
        await asyncio.sleep(0.05)
    assert "Ningsih Terpisah" in json.dumps(mine.updates)
    assert "Ningsih Terpisah" not in json.dumps(others.updates)


async def test_a_role_that_is_taken_away_closes_open_screens_within_two_seconds(
    clinic: Clinic, actors: Actors, opened: Opened
) -> None:
    tab = await opened("dokter")
    await tab.fire(f"{DAY}.load")
    first = await make_visit(actors, await make_patient(actors["admin"], "Sebelum Dicabut"))
    await tab.fire(f"{VISIT}.load", f"/encounters/{first}")
    assert "Sebelum Dicabut" in json.dumps(tab.updates)
    me = clinic.person_id("dokter")
    later = await make_patient(actors["admin"], "Sesudah Dicabut")
    visit = await make_visit(actors, later)
    clinic.admin_fetch("delete from sec.person_role where person_id = %s", me)
    try:
        await asyncio.sleep(2)  # what was read a moment before may still be on its way
        before = len(tab.updates)
        await tab.fire(f"{VISIT}.load", f"/encounters/{visit}")
        clinic.admin_fetch("update clinic.encounter set status = 'in-progress' where id = %s", visit)
        await tab.settle(1.0)
        assert "Sesudah Dicabut" not in json.dumps(tab.updates[before:])
    finally:
        clinic.admin_fetch("insert into sec.person_role (person_id, role) values (%s, 'doctor')", me)


def without_ids(updates: list[dict], *ids: UUID) -> str:
    """What came over the socket, whatever was asked for."""
    told = json.dumps(updates)
    for one in ids:
        told = told.replace(str(one), "-")
    return told


async def test_a_foreign_address_and_one_of_nobody_look_the_same(actors: Actors, opened: Opened) -> None:
    foreign = await make_patient(actors["admin"], "Sutinah Rekan")
    visit = await make_visit(actors, foreign, "dokter2")
    nobody = uuid4()
    tab = await opened("dokter")
    for state, page, known in ((PATIENT, "patients", foreign), (VISIT, "encounters", visit)):
        told: list[str] = []
        for asked in (known, nobody):
            await tab.fire(f"{state}.load", f"/{page}/{asked}")
            told.append(without_ids(await tab.fire(f"{state}.load", f"/{page}/{asked}"), known, nobody))
        assert told[0] == told[1]
        assert tab.value(state.rsplit("____", 1)[1], "phase") == "missing"
    assert "Sutinah" not in json.dumps(tab.updates)


async def test_a_record_is_opened_in_an_emergency_shown_and_closed(
    clinic: Clinic, actors: Actors, opened: Opened
) -> None:
    patient = await make_patient(actors["admin"], "Parjo Gawat Sekali")
    await make_visit(actors, patient, "dokter2")
    number = (await execute(actors["admin"], GetPatient(patient))).banner.record_number  # type: ignore[arg-type]
    tab = await opened("dokter")
    await tab.fire(f"{PATIENTS}.search", "/patients", text="gawat sekali")
    assert tab.value("patients_state", "rows") in ([], None)
    await tab.fire(f"{PATIENTS}.search", "/patients", text=shown_record_number(number))
    assert tab.value("patients_state", "stranger")["name"] == "Parjo Gawat Sekali"
    await tab.fire(f"{EMERGENCY}.ask", "/patients")
    await tab.fire(f"{EMERGENCY}.open", "/patients", form=answer(reason="singkat"))
    assert tab.value("emergency_state", "errors").keys() == {"reason"}
    await tab.fire(f"{EMERGENCY}.open", "/patients", form=answer())
    assert tab.value("proof_state", "kind") == "break_glass"
    clinic.prove(tab.browser.session, Sensitive.BREAK_GLASS)
    await tab.fire(f"{PROOF}.go_on", "/patients")
    await tab.fire(f"{PATIENT}.load", f"/patients/{patient}")
    await tab.fire(f"{EMERGENCY}.load", f"/patients/{patient}")
    assert tab.value("patient_state", "banner")["name"] == "Parjo Gawat Sekali"
    assert len(tab.value("patient_state", "visits")) == 1
    access = tab.value("emergency_state", "access")
    assert (access["patient_id"], access["reason"]) == (str(patient), REASON)
    owner, auditor = await opened("pemilik"), await opened("auditor")
    for reader in (owner, auditor):
        await reader.fire(f"{LIST}.load")
        assert REASON in json.dumps(reader.updates)
    assert "Parjo" in json.dumps(auditor.updates)
    assert "Parjo" not in json.dumps(owner.updates)
    assert str(patient) not in json.dumps(owner.updates)
    await tab.fire(f"{EMERGENCY}.end", f"/patients/{patient}")
    await tab.fire(f"{PATIENT}.load", f"/patients/{patient}")
    assert tab.value("patient_state", "phase") == "missing"


async def test_nobody_opens_a_record_that_was_not_found_first(opened: Opened) -> None:
    tab = await opened("dokter")
    before = len(tab.updates)
    await tab.fire(f"{EMERGENCY}.open", "/patients", form=answer())
    assert (tab.value("emergency_state", "access") or {"patient_id": ""})["patient_id"] == ""
    assert "/patients/" not in json.dumps(tab.updates[before:])


async def test_a_known_patients_page_offers_the_emergency_before_the_booking_opens_it(
    clinic: Clinic, actors: Actors, opened: Opened
) -> None:
    patient = await make_patient(actors["admin"], "Wagiman Bulan Depan")
    clinic.admin_fetch(
        "insert into sec.care values (%s, %s, 'booking', %s, now() + interval '10 days', now() + interval '30 days')",
        patient,
        clinic.person_id("dokter"),
        uuid4(),
    )
    tab, page = await opened("dokter"), f"/patients/{patient}"
    clinic.prove(tab.browser.session, Sensitive.BREAK_GLASS)
    await tab.fire(f"{PATIENT}.load", page)
    assert tab.value("patient_state", "record_closed") is True
    await tab.fire(f"{EMERGENCY}.ask_here", page)
    assert tab.value("emergency_state", "wanted")["name"] == "Wagiman Bulan Depan"
    await tab.fire(f"{EMERGENCY}.open", page, form=answer())
    assert tab.value("patient_state", "record_closed") is False
    assert tab.value("emergency_state", "access")["patient_id"] == str(patient)
    await tab.fire(f"{EMERGENCY}.end", page)
