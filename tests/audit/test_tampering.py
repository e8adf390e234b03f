"""Whoever holds the database changes, removes, adds, moves or cuts off entries: verification says so, each time."""

import asyncio
import random
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import Actors, Clinic
from tht_app.database.anchors import read_anchors, write_anchor
from tht_app.database.archive import write_archive
from tht_app.database.epoch import begin_epoch
from tht_app.database.seal import StoredSeal, seal_next, seals_after
from tht_app.database.signing import AUDIT, SigningKey, signing_key
from tht_app.database.verify import Report, verify_log
from tht_app.domain.audit.chain import Fault
from tht_app.use_cases.door import execute
from tht_app.use_cases.identity import ListPeople

pytestmark = pytest.mark.integration

POSITIONS = 40
"""So many entries are tampered with in each way, at random places."""


class Log:
    """The log of a clinic, and whoever attacks it with all rights there are."""

    def __init__(self, clinic: Clinic, actors: Actors, key: SigningKey, anchors: Path) -> None:
        self.clinic, self.actors, self.key, self.anchors = clinic, actors, key, anchors

    @property
    def token(self) -> str:
        return self.actors["tht"].token

    async def write(self, count: int) -> None:
        await asyncio.gather(*(execute(self.actors["pemilik"], ListPeople()) for _ in range(count)))

    async def seal(self) -> StoredSeal | None:
        return await seal_next(self.clinic.database, self.actors["worker"].token, self.key)

    async def anchor(self) -> None:
        write_anchor(self.anchors, (await seals_after(self.clinic.database, self.token))[-1], self.key)

    async def verify(self) -> Report:
        anchors = read_anchors(self.anchors, self.key.public)
        return await verify_log(self.clinic.database, self.token, self.key.public, anchors)

    async def faults(self) -> set[Fault]:
        return {finding.fault for finding in (await self.verify()).findings}

    def attack(self, statement: str, *parameters: Any) -> None:
        """As the superuser, with every trigger off."""
        with psycopg.connect(self.clinic.server.dsn(dbname=self.clinic.name), autocommit=True) as connection:
            connection.execute("set session_replication_role = replica")
            assert connection.execute(statement, parameters).rowcount > 0

    def begin_epoch(self) -> int:
        """What a restore does behind the data that it has put back."""
        with psycopg.connect(self.clinic.server.dsn(dbname=self.clinic.name)) as connection:
            return begin_epoch(connection)

    def forget_epochs(self) -> None:
        self.attack("delete from audit.epoch where number > 1")
        self.clinic.admin_fetch("alter table audit.event alter column epoch set default 1")

    def sealed_ids(self) -> list[Any]:
        rows = self.clinic.admin_fetch(
            "select id from audit.event where txid::text::bigint < (select max(hi) from audit.seal) order by txid, id"
        )
        return [row["id"] for row in rows]

    def keep(self) -> None:
        """A copy of both tables, to put things back as they were."""
        for table in ("event", "seal"):
            self.clinic.admin_fetch(f"drop table if exists public.kept_{table}")
            self.clinic.admin_fetch(f"create table public.kept_{table} as table audit.{table}")

    def put_back(self) -> None:
        with psycopg.connect(self.clinic.server.dsn(dbname=self.clinic.name), autocommit=True) as connection:
            connection.execute("set session_replication_role = replica")
            for table in ("event", "seal"):
                connection.execute(f"delete from audit.{table}")
                connection.execute(f"insert into audit.{table} select * from public.kept_{table}")


@pytest.fixture(scope="module")
async def log(clinic: Clinic, actors: Actors, tmp_path_factory: pytest.TempPathFactory) -> Log:
    key = signing_key(clinic.master_key, AUDIT)
    made = Log(clinic, actors, key, tmp_path_factory.mktemp("anchors") / "anchors.log")
    for _ in range(6):
        await made.write(20)
        assert await made.seal() is not None
    await made.anchor()
    made.keep()
    return made


@pytest.fixture(autouse=True)
async def untouched(log: Log) -> AsyncIterator[None]:
    """Each attack begins with a log that is whole, and is undone behind it."""
    assert (await log.verify()).well
    yield
    log.put_back()


CHANGES = {
    "who": "update audit.event set person_id = (select id from sec.person where username = 'kasir') where id = %s",
    "what": "update audit.event set action = 'print' where id = %s",
    "when": "update audit.event set at = at + interval '1 microsecond' where id = %s",
    "whose data": "update audit.event set patient_ids = array[gen_random_uuid()] where id = %s",
    "why": "update audit.event set reason = 'darurat' where id = %s",
    "from where": "update audit.event set address = '10.0.0.1' where id = %s",
    "old and new values": "update audit.event set details_sealed = '\\x00' where id = %s",
    "the transaction": "update audit.event set txid = (txid::text::bigint + 1)::text::xid8 where id = %s",
    "the epoch": "update audit.event set epoch = 2 where id = %s",
    "the id": "update audit.event set id = gen_random_uuid() where id = %s",
    "all of it": "delete from audit.event where id = %s",
}


@pytest.mark.parametrize("what", CHANGES)
async def test_a_change_anywhere_is_found(log: Log, what: str):
    dice = random.Random(what)
    for victim in dice.sample(log.sealed_ids(), POSITIONS // 4):
        log.attack(CHANGES[what], victim)
        assert Fault.ENTRIES_DIFFER in await log.faults(), (what, victim)
        log.put_back()


async def test_an_entry_slipped_in_between_is_found(log: Log):
    for victim in random.Random(3).sample(log.sealed_ids(), POSITIONS // 4):
        log.attack(
            "insert into audit.event (id, txid, at, person_id, action, request, outcome) "
            "select gen_random_uuid(), txid, at, person_id, action, request, outcome from audit.event where id = %s",
            victim,
        )
        assert Fault.ENTRIES_DIFFER in await log.faults()
        log.put_back()


async def test_two_entries_that_change_places_are_found(log: Log):
    first, second = log.sealed_ids()[3:5]
    log.attack(
        "update audit.event a set txid = b.txid from audit.event b "
        "where (a.id, b.id) in ((%s::uuid, %s::uuid), (%s::uuid, %s::uuid)) and a.id <> b.id",
        first,
        second,
        second,
        first,
    )
    assert Fault.ENTRIES_DIFFER in await log.faults()


async def test_the_last_entries_and_their_seals_cut_off_are_found_by_the_anchor(log: Log):
    log.attack("delete from audit.event where txid::text::bigint >= (select max(lo) from audit.seal)")
    log.attack("delete from audit.seal where number = (select max(number) from audit.seal)")
    assert await log.faults() == {Fault.SEAL_MISSING}


async def test_without_an_anchor_a_cut_end_could_not_be_noticed(log: Log):
    """Said so in the documents; this is what the anchor file is for."""
    log.attack("delete from audit.event where txid::text::bigint >= (select max(lo) from audit.seal)")
    log.attack("delete from audit.seal where number = (select max(number) from audit.seal)")
    report = await verify_log(log.clinic.database, log.token, log.key.public, [])
    assert report.well


@pytest.mark.parametrize("column", ["root", "previous", "digest", "signature"])
async def test_a_changed_seal_is_found(log: Log, column: str):
    log.attack(
        f"update audit.seal set {column} = set_byte({column}, 5, (get_byte({column}, 5) + 1) %% 256) where number = 3"
    )
    assert await log.faults()


async def test_a_history_written_anew_with_another_key_is_found(log: Log):
    log.attack("delete from audit.seal")
    forger = signing_key(bytes(32), AUDIT)
    while await seal_next(log.clinic.database, log.actors["worker"].token, forger):
        pass
    assert {Fault.SIGNATURE_WRONG} <= await log.faults()


async def test_a_history_written_anew_with_the_clinics_own_key_is_found_by_the_anchor(log: Log):
    log.attack("delete from audit.event where id = %s", log.sealed_ids()[0])
    log.attack("delete from audit.seal")
    while await log.seal():
        pass
    assert await log.faults() & {Fault.ANCHOR_DIFFERS, Fault.SEAL_MISSING}


async def test_a_forged_anchor_is_found(log: Log):
    kept = log.anchors.read_text()
    log.anchors.write_text(kept.replace('"total": ', '"total": 1'))
    assert await log.faults() == {Fault.SIGNATURE_WRONG}
    log.anchors.write_text(kept)


async def test_whoever_commits_late_is_sealed_and_not_missed(log: Log):
    """A transaction that began before the seal and commits after it lies in a later seal."""
    with log.clinic.as_app(log.actors["pemilik"].token) as slow:
        slow.execute(
            "insert into audit.event (id, person_id, action, request, outcome) "
            "select gen_random_uuid(), sec.me(), 'read', 'late', 'done'"
        )
        await log.write(5)
        await log.seal()
        slow.commit()
    await log.write(1)
    await log.seal()
    report = await log.verify()
    assert report.well
    late = log.clinic.admin_fetch("select txid::text::bigint as txid from audit.event where request = 'late'")
    assert late[0]["txid"] < log.clinic.admin_fetch("select max(hi) as hi from audit.seal")[0]["hi"]


async def test_nobody_of_the_application_can_write_a_seal_or_change_one(log: Log):
    for who in ("pemilik", "auditor", "admin"):
        with log.clinic.as_app(log.actors[who].token) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(
                    "insert into audit.seal select * from audit.seal limit 0; "
                    "insert into audit.epoch (number, reason) values (9, 'restored')"
                )
            connection.rollback()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("delete from audit.seal")


@pytest.fixture
async def rolled_back(log: Log) -> AsyncIterator[int]:
    """A backup is put back: the anchor file knows a seal that the log has no more, transaction ids begin anew.

    Gives the number of the last seal that is left; entries that were in the backup and under no seal are there too.
    """
    anchors = log.anchors.read_text()
    await log.write(3)
    log.keep()
    await log.write(5)
    await log.seal()
    await log.anchor()
    log.put_back()
    last = (await seals_after(log.clinic.database, log.token))[-1]
    write_anchor(log.anchors, last, log.key, begins=log.begin_epoch())
    await log.write(7)
    log.attack("update audit.event set txid = (700 + txid::text::bigint %% 50)::text::xid8 where epoch = %s", 2)
    yield last.seal.number
    log.forget_epochs()
    log.anchors.write_text(anchors)


async def test_a_restored_log_goes_on_and_says_that_it_was_rolled_back(log: Log, rolled_back: int, tmp_path: Path):
    behind, after = await log.seal(), await log.seal()
    assert (behind.seal.epoch, behind.seal.count >= 3, behind.seal.number) == (1, True, rolled_back + 1)
    assert (after.seal.epoch, after.seal.lo, after.seal.number) == (2, 0, rolled_back + 2)
    report = await log.verify()
    assert report.well
    assert (report.unsealed, [(one.number, one.begins) for one in report.restores]) == (0, [(rolled_back, 2)])
    everything = log.clinic.admin_fetch("select count(*) from audit.event")[0]["count"]
    assert report.entries == everything
    assert await write_archive(log.clinic.database, log.token, log.key.public, tmp_path / "log.zip") == everything
    with zipfile.ZipFile(tmp_path / "log.zip") as archive:
        archive.extractall(tmp_path)
    assert verified(tmp_path).returncode == 0


async def test_an_older_database_put_back_in_silence_is_found(log: Log, rolled_back: int):
    said = log.anchors.read_text().splitlines()
    log.anchors.write_text("\n".join(line for line in said if "begins" not in line) + "\n")
    assert await log.faults() == {Fault.SEAL_MISSING}
    while await log.seal():
        pass
    assert await log.faults() == {Fault.ANCHOR_DIFFERS}


async def test_a_restore_does_not_excuse_what_is_lost_later(log: Log, rolled_back: int):
    while await log.seal():
        pass
    await log.anchor()
    log.attack("delete from audit.event where epoch = %s", 2)
    log.attack("delete from audit.seal where epoch = %s", 2)
    assert await log.faults() == {Fault.SEAL_MISSING}
    said = log.anchors.read_text().splitlines()
    again = next(line for line in said if "begins" in line)
    log.anchors.write_text("\n".join([*said, again]) + "\n")
    assert Fault.SIGNATURE_WRONG in await log.faults()


@pytest.mark.parametrize("epoch", [1, 99])
async def test_an_entry_slipped_into_an_epoch_that_no_seal_covers_is_found(log: Log, rolled_back: int, epoch: int):
    while await log.seal():
        pass
    assert (await log.verify()).well
    log.attack(
        "insert into audit.event (id, epoch, txid, person_id, action, request, outcome) "
        "select gen_random_uuid(), %s, '900000000', person_id, action, request, outcome from audit.event limit 1",
        epoch,
    )
    assert await log.faults() == {Fault.ENTRIES_DIFFER}


def verified(archive: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """What the program inside the archive says about it."""
    command = [sys.executable, "-I", str(archive / "verify.py"), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


async def test_an_archive_proves_itself_without_the_clinic(log: Log, tmp_path: Path):
    target = tmp_path / "log.zip"
    entries = await write_archive(log.clinic.database, log.token, log.key.public, target)
    assert entries == len(log.sealed_ids())
    with zipfile.ZipFile(target) as archive:
        archive.extractall(tmp_path)

    assert verified(tmp_path).returncode == 0
    assert verified(tmp_path, signing_key(bytes(32), AUDIT).public.hex()).returncode == 1
    path = tmp_path / "entries.jsonl"
    whole = path.read_bytes()
    for place in random.Random(7).sample(range(len(whole)), POSITIONS):
        flipped = bytearray(whole)
        flipped[place] ^= 1
        path.write_bytes(bytes(flipped))
        assert verified(tmp_path).returncode != 0, place
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    assert verified(tmp_path).returncode == 1
