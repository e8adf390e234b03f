"""An auditor reads the log: everything that happened, in sentences, and of patients what tells them apart."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.conftest import PEOPLE, Actors, Clinic
from tests.factories.encounter import make_patient, make_visit, write_section
from tests.factories.merging import merge
from tests.factories.registration import patient_form
from tht_app.database.queries import audit as queries
from tht_app.domain.audit import AuditAction
from tht_app.domain.audit.log import Area, Deed, Entry, Filter, Outcome
from tht_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from tht_app.domain.identity import Role
from tht_app.domain.proof import ProofNeeded, Sensitive
from tht_app.settings import settings
from tht_app.use_cases.audit import (
    AuditOverview,
    BreachReport,
    EntryChoices,
    EntryPage,
    ExportEntries,
    FindAuditedPatients,
    HandOutLog,
    KeepVerification,
    ListEntries,
    PatientAccesses,
    PrintPatientAccesses,
    ReadChain,
    ReadEntry,
)
from tht_app.use_cases.audit.wording import sentence
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.identity import CreatePerson, ListPeople
from tht_app.use_cases.registration import CorrectPatient, GetPatient, SearchPatients

pytestmark = pytest.mark.integration

SITI, BUDI = "Siti Rahmawati", "Budi Santoso"
PROGRAM = "Pengisi demo"
SECRET = "Pasien bercerita tentang pekerjaannya."


def around(**wanted: Any) -> Filter:
    """A filter over yesterday, today and tomorrow."""
    now = datetime.now(UTC)
    return Filter(now - timedelta(days=1), now + timedelta(days=1), **wanted)


@pytest.fixture(scope="module", autouse=True)
def anchors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An anchor file of this module's own."""
    path = tmp_path_factory.mktemp("anchors") / "anchors.log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THT_ANCHOR_FILE", str(path))
        settings.cache_clear()
        yield path
    settings.cache_clear()


@pytest.fixture(scope="module")
async def siti(actors: Actors) -> UUID:
    """A patient whom a doctor has seen, and whose data were corrected."""
    patient = await make_patient(actors["admin"], SITI)
    visit = await make_visit(actors, patient)
    await make_visit(actors, patient, "dokter2")
    await write_section(actors["dokter"], visit, "subjective", SECRET)
    form = patient_form(name=SITI, phone="0812-1111-2222")
    version = (await execute(actors["admin"], GetPatient(patient))).version
    await execute(actors["admin"], CorrectPatient(patient, version, form))
    return patient


@pytest.fixture(scope="module")
async def budi(actors: Actors) -> UUID:
    """Another patient."""
    return await make_patient(actors["admin"], BUDI)


async def listed(actors: Actors, wanted: Filter) -> list[Entry]:
    """Every page of the log for a filter."""
    found: list[Entry] = []
    page: EntryPage = await execute(actors["auditor"], ListEntries(wanted))
    found += page.entries
    while page.after is not None:
        page = await execute(actors["auditor"], ListEntries(wanted, page.after))
        found += page.entries
    return found


REQUESTS = [
    AuditOverview(),
    BreachReport(datetime.now(UTC) - timedelta(days=1), datetime.now(UTC)),
    EntryChoices(),
    ExportEntries(around(), "id"),
    FindAuditedPatients("siti"),
    HandOutLog(),
    KeepVerification(1, 1),
    ListEntries(around()),
    PatientAccesses(uuid4()),
    PrintPatientAccesses(uuid4()),
    ReadChain(),
    ReadEntry(uuid4()),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: type(one).__name__)
async def test_only_an_auditor_reads_the_log_and_every_other_try_is_in_it(
    clinic: Clinic, actors: Actors, request_: Any
):
    for username in PEOPLE:
        if username == "auditor":
            continue
        before = clinic.admin_fetch("select count(*) as n from audit.event where action = 'deny'")[0]["n"]
        with pytest.raises(PermissionDenied):
            await execute(actors[username], request_)
        assert clinic.admin_fetch("select count(*) as n from audit.event where action = 'deny'")[0]["n"] == before + 1


async def test_an_entry_is_a_sentence_in_both_languages(actors: Actors, siti: UUID):
    opened = await listed(actors, around(patient_id=siti, action=AuditAction.READ, area=Area.ENCOUNTER))
    entry = next(one for one in opened if one.request == "encounter.note.ReadNote")
    moment = f"{entry.at:%d}-"
    assert sentence(entry, "id").startswith(f"dr. Sari Kusuma, Sp.THT-KL membuka catatan {SITI}, {moment}")
    assert sentence(entry, "id").endswith(", dari 127.0.0.1")
    assert f"opened the note of {SITI}, {moment}" in sentence(entry, "en")


async def test_a_strangers_and_a_refused_entry_are_sentences_too(clinic: Clinic, actors: Actors):
    with pytest.raises(PermissionDenied):
        await execute(actors["kasir"], ListPeople())
    entry = (await listed(actors, around(outcome=Outcome.DENIED, person_id=clinic.person_id("kasir"))))[0]
    assert sentence(entry, "id").startswith("Tono ditolak: melihat daftar akun, ")
    clinic.admin_fetch(
        "insert into audit.event (id, action, request, outcome, address) "
        "values (gen_random_uuid(), 'sign_in_failed', 'identity.sign_in', 'denied', '203.0.113.77')"
    )
    failed = await listed(actors, around(address="203.0.113.77"))
    assert sentence(failed[0], "id").startswith("Seseorang yang belum masuk gagal masuk, ")


async def test_every_condition_finds_exactly_what_fits(clinic: Clinic, actors: Actors, siti: UUID, budi: UUID):
    dokter = clinic.person_id("dokter")
    everything = await listed(actors, around())
    asked: dict[str, tuple[Filter, Any]] = {
        "person": (around(person_id=dokter), lambda one: one.who.id == dokter),
        "action": (around(action=AuditAction.CREATE), lambda one: one.action == "create"),
        "reads": (around(action=AuditAction.READ), lambda one: one.action == "read"),
        "outcome": (around(outcome=Outcome.DENIED), lambda one: one.outcome is Outcome.DENIED),
        "area": (around(area=Area.REGISTRATION), lambda one: one.context == "registration"),
        "address": (around(address="127.0.0.1"), lambda one: one.address == "127.0.0.1"),
        "all": (
            around(person_id=dokter, patient_id=siti, action=AuditAction.UPDATE, area=Area.ENCOUNTER),
            lambda one: one.request == "encounter.note.SaveSection",
        ),
    }
    for name, (wanted, fits) in asked.items():
        found = await listed(actors, wanted)
        expected = [one.id for one in everything if fits(one)]
        known = {one.id for one in everything}
        assert [one.id for one in found if one.id in known] == expected, name
        assert expected, name
        assert all(fits(one) for one in found), name
    assert {siti} == {one.patients[0].id for one in await listed(actors, around(patient_id=siti))}
    assert {budi} == {one.patients[0].id for one in await listed(actors, around(patient_id=budi))}
    past = Filter(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC))
    assert await listed(actors, past) == []


async def test_pages_hold_every_entry_once_however_little_is_looked_at(
    clinic: Clinic, actors: Actors, siti: UUID, monkeypatch: pytest.MonkeyPatch
):
    newest = clinic.admin_fetch("select at from audit.event order by at desc, id desc limit 1")[0]["at"]
    until = newest + timedelta(microseconds=1)
    wanted = Filter(until - timedelta(days=1), until, area=Area.ENCOUNTER)
    expected = clinic.admin_fetch(
        "select id from audit.event where request like 'encounter%%' and at < %s order by at desc, id desc", until
    )
    monkeypatch.setattr(queries, "SCANNED", 3)
    pages = [await execute(actors["auditor"], ListEntries(wanted))]
    while pages[-1].after is not None:
        pages.append(await execute(actors["auditor"], ListEntries(wanted, pages[-1].after)))
    assert [entry.id for page in pages for entry in page.entries] == [row["id"] for row in expected]
    assert any(page.cut and not page.entries for page in pages)
    assert not pages[-1].cut


async def test_old_and_new_values_are_read_and_what_was_written_in_a_note_is_not(actors: Actors, siti: UUID):
    corrected = (await listed(actors, around(patient_id=siti, action=AuditAction.UPDATE, area=Area.REGISTRATION)))[0]
    entry = await execute(actors["auditor"], ReadEntry(corrected.id))
    changed = {change.field: (change.old, change.new) for change in entry.changes}
    assert "+6281211112222" in str(changed)
    written = await listed(actors, around(patient_id=siti, action=AuditAction.UPDATE, area=Area.ENCOUNTER))
    saved = next(one for one in written if one.request == "encounter.note.SaveSection")
    entry = await execute(actors["auditor"], ReadEntry(saved.id))
    assert [(change.field, change.new) for change in entry.changes] == [("subjective", "1")]
    assert SECRET not in str(entry)
    with pytest.raises(NotFound):
        await execute(actors["auditor"], ReadEntry(uuid4()))


async def test_values_that_do_not_open_are_said_to_and_hide_nothing_else(clinic: Clinic, actors: Actors, budi: UUID):
    entry_id = uuid4()
    clinic.admin_fetch(
        "insert into audit.event (id, person_id, action, request, outcome, patient_ids, details_sealed) "
        "values (%s, %s, 'update', 'registration.patients.CorrectPatient', 'done', array[%s], '\\x0100010203')",
        entry_id,
        clinic.person_id("admin"),
        budi,
    )
    entry = await execute(actors["auditor"], ReadEntry(entry_id))
    assert entry.unreadable
    assert entry.patients[0].name == BUDI


async def test_reading_the_log_is_in_the_log_with_everybody_who_was_named(clinic: Clinic, actors: Actors, siti: UUID):
    await execute(actors["auditor"], ListEntries(around(patient_id=siti)))
    await execute(actors["auditor"], FindAuditedPatients("siti rahma"))
    await execute(actors["auditor"], PatientAccesses(siti))
    rows = clinic.admin_fetch(
        "select request, patient_ids from audit.event where person_id = %s order by at desc limit 3",
        clinic.person_id("auditor"),
    )
    assert [row["request"].rpartition(".")[2] for row in rows] == [
        "PatientAccesses",
        "FindAuditedPatients",
        "ListEntries",
    ]
    assert all(siti in row["patient_ids"] for row in rows)


async def test_a_patient_is_found_by_number_or_name_and_only_what_tells_them_apart_is_said(
    clinic: Clinic, actors: Actors, siti: UUID
):
    number = clinic.admin_fetch("select record_number from clinic.patient where id = %s", siti)[0]["record_number"]
    for text in (f"RM {number}", "siti", "rahma siti", "SITI RAHMAWATI"):
        found = await execute(actors["auditor"], FindAuditedPatients(text))
        assert siti in {one.id for one in found}, text
    for text in ("ti", "x" * 300, "0812-1111-2222", "siti budi", "%", "", "a\\"):
        assert siti not in {one.id for one in await execute(actors["auditor"], FindAuditedPatients(text))}, text
    for request in (GetPatient(siti), SearchPatients("siti")):
        with pytest.raises(PermissionDenied):
            await execute(actors["auditor"], request)


@pytest.mark.parametrize(
    "call",
    [
        "select * from sec.audit_patient_names(array[gen_random_uuid()])",
        "select * from sec.audit_find_patients(array['siti'], null, 5)",
        "select * from sec.audit_of_patients(array[gen_random_uuid()], now() - interval '1 day', now())",
    ],
)
async def test_the_databases_own_functions_ask_who_asks(clinic: Clinic, actors: Actors, call: str):
    for username in PEOPLE:
        with clinic.as_app(actors[username].token) as connection:
            if username == "auditor":
                connection.execute(call)
                continue
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(call)
    with clinic.as_app() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(call)


async def test_who_opened_a_record_is_told_by_day_person_and_kind(actors: Actors, siti: UUID):
    for _ in range(3):
        await execute(actors["dokter2"], GetPatient(siti))
    report = await execute(actors["auditor"], PatientAccesses(siti))
    looked = [one for one in report.accesses if one.who.name == PEOPLE["dokter2"][0]]
    assert [(one.deed, one.area, one.times) for one in looked] == [(Deed.LOOK, "registration", 3)]
    assert report.patient.name == SITI
    assert report.times == sum(one.times for one in report.accesses)
    sheet = await execute(actors["auditor"], PrintPatientAccesses(siti))
    assert "dr. Bambang Hadi, Sp.THT-KL (Dokter)" in {line.who for line in sheet.lines}
    assert sheet.printed_by == PEOPLE["auditor"][0]
    with pytest.raises(NotFound):
        await execute(actors["auditor"], PatientAccesses(uuid4()))
    day = datetime.now(UTC).date()
    with pytest.raises(ValidationFailed):
        await execute(actors["auditor"], PatientAccesses(siti, day, day - timedelta(days=2)))


async def test_what_was_done_in_a_record_that_was_merged_is_told_with_the_one_that_stands(
    clinic: Clinic, actors: Actors
):
    stays, goes = [await make_patient(actors["admin"], "Ratna Dewi Kencana") for _ in range(2)]
    await execute(actors["demo"], GetPatient(goes))
    await merge(actors["admin"], stays, goes, confirmed=True, reason="Orang yang sama")
    report = await execute(actors["auditor"], PatientAccesses(stays))
    assert PROGRAM in {one.who.name for one in report.accesses}
    number = clinic.admin_fetch("select record_number from clinic.patient where id = %s", goes)[0]["record_number"]
    window = (datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1))
    found = await execute(actors["auditor"], BreachReport(*window, record_number=str(number)))
    assert PROGRAM in {one.access.who.name for one in found}


async def test_the_table_for_a_spreadsheet_holds_no_formula(clinic: Clinic, actors: Actors):
    clinic.admin_fetch(
        "insert into audit.event (id, person_id, action, request, outcome, reason, address) "
        "values (gen_random_uuid(), %s, 'override', 'scheduling.booking.BookAppointment', 'done', "
        "'=HYPERLINK(\"http://x\")', '198.51.100.9')",
        clinic.person_id("admin"),
    )
    page = await execute(actors["auditor"], ExportEntries(around(address="198.51.100.9"), "id"))
    lines = list(csv.reader(io.StringIO(page.text), delimiter=";"))
    assert lines[0][:4] == ["tanggal", "jam", "siapa", "kejadian"]
    assert len(lines) == 2
    assert lines[1][7] == '\'=HYPERLINK("http://x")'
    assert lines[1][2] == "Rina Wulandari (Pendaftaran)"
    assert page.after is None


async def test_files_of_the_log_ask_for_a_fresh_proof(clinic: Clinic, actors: Actors):
    stale = Actor(await clinic.gate.open_session(clinic.person_id("auditor")))
    for request in (ExportEntries(around(), "id"), HandOutLog()):
        with pytest.raises(ProofNeeded):
            await execute(stale, request)
    clinic.prove(stale.token, Sensitive.EXPORT)
    assert (await execute(stale, ExportEntries(around(), "id"))).text


async def test_a_breach_report_names_whose_data_an_account_reached(actors: Actors, siti: UUID, budi: UUID):
    await execute(
        actors["pemilik"], CreatePerson("dicuri", "Akun Dicuri", frozenset({Role.ADMIN}), "sepuluh-Kucing-putih")
    )
    window = (datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1))
    found = await execute(actors["auditor"], BreachReport(*window, username="dokter2"))
    assert {one.access.who.name for one in found} == {PEOPLE["dokter2"][0]}
    assert siti in {one.patient.id for one in found}
    assert budi not in {one.patient.id for one in found}
    assert await execute(actors["auditor"], BreachReport(*window, username="dicuri")) == ()
    for wrong in ({"username": "tidak.ada"}, {"record_number": "99-99-99"}, {"record_number": "x"}):
        with pytest.raises(NotFound):
            await execute(actors["auditor"], BreachReport(*window, **wrong))


async def test_the_first_screen_says_who_was_refused_and_what_left(clinic: Clinic, actors: Actors, siti: UUID):
    await execute(actors["auditor"], PrintPatientAccesses(siti))
    overview = await execute(actors["auditor"], AuditOverview())
    refused = clinic.admin_fetch("select count(*) as n from audit.event where outcome = 'denied'")[0]["n"]
    assert overview.refused == refused
    assert overview.refusals
    assert overview.handed_out[0].request == "audit.accesses.PrintPatientAccesses"
