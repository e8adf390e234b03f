"""Keys change while people work: nothing is lost, nothing opens wrongly, a kill in the middle costs nothing."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.encounter import make_visit, write_section
from tests.factories.registration import a_patient, nik_for
from tht_app.database import rotation
from tht_app.database.crypto import MasterKeyMissing, Purpose, SealBroken, Vault, fingerprint, version_of
from tht_app.database.engine import open_database
from tht_app.database.keyring import hear, look_again, master_keys, next_file, reload_keys, settle, wrapping_key
from tht_app.database.master_rotation import StillOpen, forget, old_files, rotate_index, rotate_master
from tht_app.database.queries.interop import code_of
from tht_app.database.rotation import NotRotated, administrator, read_keys, rotate, seal_again, states, values_under
from tht_app.database.sealed import TABLES, columns
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.consent import ConsentGiver, ConsentPurpose
from tht_app.safety import file_problem
from tht_app.settings import settings
from tht_app.use_cases.attachment import BeginUpload
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import ReadNote
from tht_app.use_cases.registration import GetPatient, RecordConsent, SearchPatients

pytestmark = pytest.mark.integration


class Killed(BaseException):
    """What nobody catches: the process is gone from here on."""


WORDS = "Telinga kanan berdenging sejak tiga hari."


@pytest.fixture(scope="module")
def key_path(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The master key of this module's clinic in a file, and settings that name it."""
    path = tmp_path_factory.mktemp("keys") / "master.key"
    path.touch(mode=0o600)
    path.write_bytes(clinic.master_key)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THT_DATABASE_URL", clinic.server.dsn(user="tht_app", dbname=clinic.name))
        patch.setenv("THT_MASTER_KEY_FILE", str(path))
        settings.cache_clear()
        look_again(clinic.database.vault, settings())
        yield path
    settings.cache_clear()


@pytest.fixture(scope="module")
def admin(clinic: Clinic) -> Iterator[rotation.Connection]:
    """Who owns the tables."""
    with administrator(clinic.server.dsn(dbname=clinic.name)) as connection:
        yield connection


@pytest.fixture(scope="module")
async def visit(actors: Actors, key_path: Path) -> UUID:
    """A patient with everything that is sealed, and a visit with two versions of its text and a file on its way."""
    patient = await a_patient(actors["admin"], email="siti@surat.example", bpjs="0001234567890")
    consent = RecordConsent(PatientId(patient), ConsentPurpose.REMINDERS, given=True, giver=ConsentGiver.PATIENT)
    await execute(actors["admin"], consent)
    visit = await make_visit(actors, patient)
    await write_section(actors["dokter"], visit, "subjective", "sementara")
    await write_section(actors["dokter"], visit, "subjective", WORDS)
    await execute(actors["dokter"], BeginUpload(visit, "foto.jpg", 9))
    return visit


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


def everything_open(clinic: Clinic, vault: Vault) -> dict[tuple[str, str, UUID], str]:
    """Every sealed value of the clinic in clear, by its place."""
    found: dict[tuple[str, str, UUID], str] = {}
    for table in TABLES:
        for row in clinic.admin_fetch(f"select * from {table.table}"):
            for name in table.columns:
                sealed = row[table.column(name)]
                if sealed is not None:
                    place = (table.table, name, row[table.key])
                    found[place] = vault.open(table.purpose, table.label(name), row[table.key], sealed)
    return found


def rules(clinic: Clinic) -> list[Any]:
    """How triggers and row-level security stand."""
    return clinic.admin_fetch(
        "select c.relname, c.relrowsecurity, c.relforcerowsecurity, t.tgname, t.tgenabled from pg_class c "
        "left join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal "
        "where c.relnamespace in ('clinic'::regnamespace, 'sec'::regnamespace) and c.relkind = 'r' order by 1, 4"
    )


async def note_of(actors: Actors, visit: UUID) -> str:
    note = await execute(actors["dokter"], ReadNote(visit))
    return next(section.text for section in note.sections if section.section == "subjective")


def test_every_sealed_column_of_the_schema_is_on_the_list(clinic: Clinic):
    rows = clinic.admin_fetch(
        "select table_schema || '.' || table_name || '.' || column_name as name from information_schema.columns "
        "join information_schema.tables using (table_schema, table_name) "
        "where table_schema in ('clinic', 'sec', 'audit') and table_type = 'BASE TABLE' "
        "and data_type = 'bytea' and right(column_name, 7) = '_sealed'"
    )
    assert {row["name"] for row in rows} == columns()


async def test_a_new_key_seals_at_once_in_every_process_and_old_values_open(
    clinic: Clinic, actors: Actors, admin: rotation.Connection, key_path: Path, visit: UUID
):
    conninfo = clinic.server.dsn(user="tht_app", dbname=clinic.name)
    deaf = await open_database(conninfo, clinic.master_key, ZONE, pool_size=1)
    look_again(deaf.vault, settings())
    told: list[str] = []
    with psycopg.connect(conninfo, autocommit=True) as listener:
        listener.execute("listen clinic")
        version = rotate(admin, bytes_of(key_path), Purpose.CLINICAL)
        told += [notice.payload for notice in listener.notifies(timeout=5, stop_after=1)]
    assert told == [f"keys clinical {version}"]
    await hear(told[0])
    assert clinic.database.vault.newest(Purpose.CLINICAL) == version
    await write_section(actors["dokter"], visit, "plan", "di bawah kunci baru")
    (row,) = clinic.admin_fetch("select id, body_sealed from clinic.note_section_version where section = 'plan'")
    assert version_of(row["body_sealed"]) == version
    assert await note_of(actors, visit) == WORDS
    opened = deaf.vault.open(Purpose.CLINICAL, "note_section_version.body", row["id"], row["body_sealed"])
    assert opened == "di bawah kunci baru"
    assert deaf.vault.newest(Purpose.CLINICAL) == version, "who had not heard of it seals with it too from now on"
    await deaf.close()


def test_a_damaged_version_opens_nothing_and_does_not_ask_without_end(clinic: Clinic, key_path: Path):
    vault = clinic.database.vault
    sealed = bytearray(vault.seal(Purpose.IDENTITY, "patient.nik", UUID(int=1), "x"))
    sealed[1:3] = b"\xff\xff"
    for _ in range(50):
        with pytest.raises(SealBroken):
            vault.open(Purpose.IDENTITY, "patient.nik", UUID(int=1), bytes(sealed))


def test_a_damaged_value_does_not_hide_a_key_that_is_new(clinic: Clinic, admin: rotation.Connection, key_path: Path):
    place = (Purpose.SECRET, "totp.secret", UUID(int=2))
    deaf = Vault.unlock(clinic.master_key, read_keys(admin))
    look_again(deaf, settings())
    sealed = deaf.seal(*place, "x")
    with pytest.raises(SealBroken):
        deaf.open(*place, sealed[:1] + b"\xff\xff" + sealed[3:])
    rotate(admin, clinic.master_key, Purpose.SECRET)
    sealed = Vault.unlock(clinic.master_key, read_keys(admin)).seal(*place, "y")
    assert deaf.open(*place, sealed) == "y"


async def test_everything_comes_under_the_new_key_and_says_what_it_said(
    clinic: Clinic, actors: Actors, admin: rotation.Connection, key_path: Path, visit: UUID
):
    person = clinic.person_id("dokter")
    clinic.admin_fetch(
        "insert into sec.totp (person_id, secret_sealed) values (%s, %s)",
        person,
        clinic.database.vault.seal(Purpose.SECRET, "totp.secret", person, "JBSWY3DPEHPK3PXP"),
    )
    before, stood = everything_open(clinic, clinic.database.vault), rules(clinic)
    assert len(before) >= 9
    for purpose in {table.purpose for table in TABLES}:
        rotate(admin, clinic.master_key, purpose)
        await reload_keys(clinic.database, settings())
        vault = Vault.unlock(clinic.master_key, read_keys(admin))
        assert seal_again(admin, vault, purpose) > 0
        assert set(values_under(admin, purpose)) == {vault.newest(purpose)}
        assert seal_again(admin, vault, purpose) == 0, "a second run has nothing to do"
    assert everything_open(clinic, clinic.database.vault) == before
    assert rules(clinic) == stood, "triggers and row-level security are as they were"
    assert await note_of(actors, visit) == WORDS


async def test_a_run_that_is_killed_goes_on_where_it_ended(
    clinic: Clinic, actors: Actors, admin: rotation.Connection, key_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rotation, "BATCH", 2)
    monkeypatch.setattr(rotation, "PAUSE_SECONDS", 0)
    for number in range(7):
        await a_patient(actors["admin"], name=f"Budi {'ABCDEFG'[number]}", phone=f"0812000000{number}1")
    before, stood = everything_open(clinic, clinic.database.vault), rules(clinic)
    rotate(admin, clinic.master_key, Purpose.IDENTITY)
    vault = Vault.unlock(clinic.master_key, read_keys(admin))

    def kill(done: int, _all: int) -> None:
        if done >= 4:
            raise Killed

    with pytest.raises(Killed):
        seal_again(admin, vault, Purpose.IDENTITY, kill)
    half = values_under(admin, Purpose.IDENTITY)
    assert len(half) == 2, "some values are under the new key, some under the old one"
    assert rules(clinic) == stood
    await reload_keys(clinic.database, settings())
    assert everything_open(clinic, clinic.database.vault) == before
    seal_again(admin, vault, Purpose.IDENTITY)
    assert set(values_under(admin, Purpose.IDENTITY)) == {vault.newest(Purpose.IDENTITY)}
    assert everything_open(clinic, clinic.database.vault) == before


async def test_people_go_on_working_while_values_are_sealed_again(
    clinic: Clinic, actors: Actors, admin: rotation.Connection, key_path: Path, visit: UUID
):
    rotate(admin, clinic.master_key, Purpose.CLINICAL)
    vault = Vault.unlock(clinic.master_key, read_keys(admin))
    stop = threading.Event()

    def work() -> int:
        rows = 0
        while not stop.is_set():
            rows += seal_again(admin, vault, Purpose.CLINICAL)
        return rows + seal_again(admin, vault, Purpose.CLINICAL)

    working = asyncio.create_task(asyncio.to_thread(work))
    for number in range(12):  # this process has not heard of the new key until it meets a value under it
        await write_section(actors["dokter"], visit, "objective", f"pemeriksaan {number}")
    stop.set()
    assert await working > 0
    assert set(values_under(admin, Purpose.CLINICAL)) == {vault.newest(Purpose.CLINICAL)}
    await reload_keys(clinic.database, settings())
    note = await execute(actors["dokter"], ReadNote(visit))
    assert next(s.text for s in note.sections if s.section == "objective") == "pemeriksaan 11"


def test_a_key_that_the_master_key_does_not_fit_is_never_added(clinic: Clinic, admin: rotation.Connection):
    before = states(admin)
    with pytest.raises(MasterKeyMissing):
        rotate(admin, bytes(32), Purpose.CLINICAL)
    with pytest.raises(NotRotated, match="rotate-index"):
        rotate(admin, clinic.master_key, Purpose.INDEX)
    assert states(admin) == before


def test_no_program_that_serves_people_can_touch_a_key(clinic: Clinic, actors: Actors):
    for user in ("tht_app", "tht_gate"):
        with clinic.as_app(actors["pemilik"].token, user=user) as connection:
            for statement in (
                "insert into sec.data_key (purpose, version, wrapped) values ('clinical', 999, 'x')",
                "update sec.data_key set wrapped = 'x'",
                "delete from sec.data_key",
                "insert into audit.handover values (9, 0, '', '', '', 0, '', '')",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
                connection.rollback()


async def test_a_new_master_key_takes_the_old_one_s_place_while_the_clinic_works(
    clinic: Clinic, actors: Actors, admin: rotation.Connection, key_path: Path, visit: UUID
):
    old, before = bytes_of(key_path), everything_open(clinic, clinic.database.vault)
    done = rotate_master(admin, key_path)
    new = bytes_of(key_path)
    assert new != old
    assert (done.old, done.new) == (fingerprint(old), fingerprint(new))
    assert file_problem(key_path) == ""
    assert [bytes_of(path) for path in old_files(key_path)] == [old]
    assert wrapping_key(settings().database_url) == fingerprint(new)
    with pytest.raises(MasterKeyMissing):
        Vault.unlock(old, read_keys(admin))
    await hear("keys master 6")
    assert everything_open(clinic, clinic.database.vault) == before
    assert await note_of(actors, visit) == WORDS
    with pytest.raises(NotRotated):
        forget(key_path, "0000-0000-0000")
    forget(key_path, fingerprint(old))
    assert old_files(key_path) == []


def test_killed_before_the_commit_nothing_has_happened(
    admin: rotation.Connection, key_path: Path, monkeypatch: pytest.MonkeyPatch
):
    key, keys = bytes_of(key_path), read_keys(admin)
    with monkeypatch.context() as broken:

        def die(*_: object) -> None:
            raise Killed

        broken.setattr("tht_app.database.master_rotation.tell", die)
        with pytest.raises(Killed):
            rotate_master(admin, key_path)
    assert next_file(key_path).is_file()
    assert (bytes_of(key_path), read_keys(admin)) == (key, keys)
    assert not settle(key_path, wrapping_key(settings().database_url)), "the one that waits is not the clinic's"
    assert len(master_keys(settings())) == 2
    Vault.unlock(key, read_keys(admin))


async def test_killed_after_the_commit_the_next_start_finds_the_key_that_fits(
    clinic: Clinic, admin: rotation.Connection, key_path: Path, visit: UUID, monkeypatch: pytest.MonkeyPatch
):
    old = bytes_of(key_path)
    with monkeypatch.context() as broken:

        def die(*_: object) -> None:
            raise Killed

        broken.setattr("tht_app.database.master_rotation.settle", die)
        with pytest.raises(Killed):
            rotate_master(admin, key_path)
    assert bytes_of(key_path) == old, "the file is still the old one, and the data keys are under the new one"
    await reload_keys(clinic.database, settings())
    place = ("clinic.note_section_version", "body")
    assert WORDS in {
        words for (*where, _), words in everything_open(clinic, clinic.database.vault).items() if (*where,) == place
    }
    assert settle(key_path, wrapping_key(settings().database_url))
    assert bytes_of(key_path) != old
    assert len(master_keys(settings())) == 1
    assert fingerprint(old) in old_files(key_path)[0].name
    Vault.unlock(bytes_of(key_path), read_keys(admin))


async def test_the_index_key_changes_with_the_clinic_closed_and_everybody_is_found_again(
    clinic: Clinic, actors: Actors, admin: rotation.Connection, key_path: Path
):
    nik = nik_for("1985-07-14")
    patient = await a_patient(actors["admin"], nik=nik, name="Sri Handayani")
    code = code_of(clinic.database.vault, UUID(int=7))
    with pytest.raises(StillOpen):
        rotate_index(admin, bytes_of(key_path))
    tokens = dict(clinic.tokens)
    await clinic.database.engine.dispose()
    await clinic.gate._engine.dispose()
    before = clinic.admin_fetch("select id, nik_index from clinic.patient where nik_index is not null")
    rotate_index(admin, bytes_of(key_path))
    after = {row["id"]: row["nik_index"] for row in clinic.admin_fetch("select id, nik_index from clinic.patient")}
    assert all(after[row["id"]] != row["nik_index"] for row in before)
    await reload_keys(clinic.database, settings())
    found = await execute(actors["admin"], SearchPatients(nik))
    assert [hit.banner.id for hit in found.hits] == [patient]
    assert (await execute(actors["admin"], GetPatient(PatientId(patient)))).details.nik == nik
    assert code_of(clinic.database.vault, UUID(int=7)) == code, (
        "links in mails that were sent still lead where they did"
    )
    assert tokens == clinic.tokens
