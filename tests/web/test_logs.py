"""No log, no temporary file and no unencrypted page of the database holds what patients said or who they are.

A visit is made with words that stand nowhere else; then a person does all that makes programs complain, and everything
that was written is searched. Names are readable in the database by decision (docs/adr/0006), so they are the control
that shows that the search finds what is there; in logs and temporary files they must not be either.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest

from tests.conftest import Actors, Clinic
from tests.factories.encounter import make_visit, write_section
from tests.factories.registration import a_patient
from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, RunningServer, give_passwords, start_server, stop_server
from tests.web.note_client import NoteClient
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.consent import ConsentGiver, ConsentPurpose
from tht_app.use_cases.door import execute
from tht_app.use_cases.registration import RecordConsent

pytestmark = pytest.mark.integration

NAME = "Xantippa Quadriwangsa"
GUARDIAN = "Yxabella Wiratmojo"
SEALED = {
    "nik": "3174015407859931",
    "phone": "0819-7755-3311",
    "phone as stored": "628197755331",
    "e-mail": "xantippa.q@surat.example",
    "street": "Jalan Zamrudkhatulistiwa",
    "note": "Tinitusberdenyutkananmalam",
    "guardian": GUARDIAN,
}
PASSWORD_TRIED = "Sandi-Qwzx-Yang-Salah-77"
SEARCH = "reflex___state____state.tht_app___state___registration___picker____search_box_state.search"


@pytest.fixture(scope="module")
def quiet_server(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that writes JSON lines and has its temporary files in a folder of its own."""
    give_passwords(clinic)
    folder = tmp_path_factory.mktemp("quiet")
    (folder / "tmp").mkdir()
    running = start_server(clinic, folder, TMPDIR=str(folder / "tmp"), THT_LOG_FORMAT="json")
    try:
        yield running
    finally:
        stop_server(running)


@pytest.fixture(scope="module")
async def visit(clinic: Clinic, actors: Actors) -> UUID:
    """A visit full of words to look for."""
    patient = await a_patient(
        actors["admin"],
        name=NAME,
        nik=SEALED["nik"],
        phone=SEALED["phone"],
        email=SEALED["e-mail"],
        street=SEALED["street"],
    )
    consent = RecordConsent(
        PatientId(patient), ConsentPurpose.REMINDERS, given=True, giver=ConsentGiver.PATIENT, giver_name=GUARDIAN
    )
    await execute(actors["admin"], consent)
    visit = await make_visit(actors, patient)
    await write_section(actors["dokter"], visit, "subjective", SEALED["note"])
    return visit


async def complain(server: RunningServer, visit: UUID) -> None:
    """All that makes a server write something: wrong types, missing things, refusals, failures of the database."""
    browser = await server.signed_in("admin")
    tab = await browser.tab().open("/nowhere")
    await tab.fire(SEARCH, text=NAME, question="1")
    assert NAME in json.dumps(tab.updates)
    await tab.send(SEARCH, "/", {"text": {"forged": [NAME, SEALED["nik"]]}, "question": "1"})
    await tab.send(f"{SEARCH}_{NAME}", "/", {"text": SEALED["nik"]})
    await tab.send("reflex___state____state.handle_frontend_exception", "/", {"info": NAME, "component_stack": NAME})
    await tab.settle()
    await register_twice(browser)
    await browser.http.post("/import/patients", files={"file": (f"{NAME}.csv", f"{NAME};{SEALED['nik']}")})
    await browser.http.get(f"/patients/{NAME}?q={SEALED['nik']}")
    await browser.close()
    stranger = server.browser(address="203.0.113.99")
    await stranger.sign_in(SEALED["e-mail"], PASSWORD_TRIED)
    await stranger.http.get(f"/verify/{SEALED['nik']}")
    await stranger.close()
    doctor = await server.signed_in("dokter")
    async with NoteClient(doctor, visit) as pen:
        await break_off(server.clinic)
        await pen.type("subjective", SEALED["note"])
    for garbage in (b"", SEALED["note"].encode()):
        async with NoteClient(doctor, visit) as pen:
            await pen.push(pen.edit("subjective", SEALED["note"])[:-3] + garbage)
            assert pen.refused
    await doctor.close()


async def register_twice(browser: Browser) -> None:
    """The same NIK again, so that a unique index refuses."""
    text = f"nama;tanggal_lahir;jenis_kelamin;nik\n{NAME};1985-07-14;P;{SEALED['nik']}\n"
    await browser.http.post("/import/patients", files={"file": ("p.csv", text, "text/csv")})


async def break_off(clinic: Clinic) -> None:
    """End the connections of the application in the middle of their work."""
    clinic.admin_fetch(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
        "and application_name = 'tht_app' and pid <> pg_backend_pid()"
    )


def found(paths: list[Path], words: list[str]) -> list[str]:
    """Which words stand in which files, as they are or as JSON and UTF-16 would write them."""
    patterns = {
        form: word for word in words for form in (word.encode(), word.encode("utf-16-le"), word.upper().encode())
    }
    search = re.compile(b"|".join(re.escape(form) for form in patterns))
    return [f"{patterns[hit]} in {path}" for path in paths for hit in set(search.findall(path.read_bytes()))]


def files_in(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


async def test_no_log_and_no_temporary_file_names_anybody(quiet_server: RunningServer, visit: UUID):
    await complain(quiet_server, visit)
    server = quiet_server.clinic.server
    with pytest.raises(psycopg.errors.UniqueViolation):
        quiet_server.clinic.admin_fetch("insert into clinic.patient select * from clinic.patient limit 1")
    written = [*files_in(quiet_server.log.parent), *files_in(server.log_dir)]
    assert quiet_server.log in written
    assert found(written, [NAME, *NAME.split(), PASSWORD, PASSWORD_TRIED, *SEALED.values()]) == []


def test_every_line_of_the_log_is_one_json_object(quiet_server: RunningServer):
    lines = quiet_server.log.read_text().splitlines()
    assert lines, "what was done above makes a server complain; if it says nothing, this test sees nothing"
    for line in lines:
        told = json.loads(line)
        assert {"timestamp", "level", "logger", "event"} <= told.keys()


async def test_the_database_s_files_hold_names_and_nothing_that_is_sealed(clinic: Clinic, visit: UUID):
    (row,) = clinic.admin_fetch(
        "select pg_relation_filepath('clinic.patient') as patients, "
        "(select setting from pg_settings where name = 'data_directory') as folder, "
        "pg_walfile_name(pg_current_wal_lsn()) as wal"
    )
    clinic.admin_fetch("checkpoint")
    folder = Path(row["folder"])
    pages, wal = (folder / row["patients"]).parent, folder / "pg_wal" / row["wal"]
    files = [*files_in(pages), wal]
    assert any(NAME in told for told in found([folder / row["patients"]], [NAME])), "the search finds what is there"
    assert found(files, list(SEALED.values())) == []


async def test_errors_tell_the_person_a_number_and_no_more(quiet_server: RunningServer, visit: UUID):
    browser = await quiet_server.signed_in("dokter", address="198.51.100.77")
    answer: httpx.Response = await browser.http.get(f"/notes/{visit}/versions/{SEALED['note']}/1")
    assert answer.status_code >= 400
    assert SEALED["note"] not in answer.text
    assert "Traceback" not in answer.text
    await browser.close()
