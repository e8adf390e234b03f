"""The key that signs the audit log changes with the master key: old seals stay proved, an old key proves no more."""

import secrets
import subprocess
import sys
import zipfile
from pathlib import Path

import psycopg
import pytest

from tests.conftest import Actors, Clinic
from tht_app.database.anchors import read_anchors, write_anchor
from tht_app.database.archive import write_archive
from tht_app.database.crypto import create_master_key
from tht_app.database.master_rotation import Rotated, rotate_master
from tht_app.database.rotation import administrator
from tht_app.database.seal import SigningKeyReplaced, seal_next, seals_after
from tht_app.database.signing import AUDIT, SigningKey, signing_key
from tht_app.database.succession import Handover, signers_of
from tht_app.database.verify import Report, verify_log
from tht_app.domain.audit.chain import Fault
from tht_app.use_cases.door import execute
from tht_app.use_cases.identity import ListPeople
from tht_app.worker.sealer import Sealer

pytestmark = pytest.mark.integration


class Log:
    """A log with its present key and its anchor file."""

    def __init__(self, clinic: Clinic, actors: Actors, folder: Path) -> None:
        self.clinic, self.actors = clinic, actors
        self.anchors, self.path = folder / "anchors.log", folder / "master.key"
        create_master_key(self.path, clinic.master_key)

    @property
    def key(self) -> SigningKey:
        return signing_key(self.path.read_bytes(), AUDIT)

    async def seal(self, key: SigningKey | None = None) -> None:
        await execute(self.actors["pemilik"], ListPeople())
        await seal_next(self.clinic.database, self.actors["worker"].token, key or self.key)

    async def anchor(self, key: SigningKey | None = None) -> None:
        last = (await seals_after(self.clinic.database, self.actors["tht"].token))[-1]
        write_anchor(self.anchors, last, key or self.key)

    def rotate(self) -> Rotated:
        with administrator(self.clinic.server.dsn(dbname=self.clinic.name)) as connection:
            return rotate_master(connection, self.path)

    async def verify(self, public: bytes | None = None) -> Report:
        public = public or self.key.public
        anchors = read_anchors(self.anchors, public)
        return await verify_log(self.clinic.database, self.actors["tht"].token, public, anchors)

    async def faults(self) -> set[Fault]:
        return {finding.fault for finding in (await self.verify()).findings}

    def attack(self, statement: str, *parameters: object) -> None:
        with psycopg.connect(self.clinic.server.dsn(dbname=self.clinic.name), autocommit=True) as connection:
            connection.execute("set session_replication_role = replica")
            assert connection.execute(statement, parameters).rowcount > 0


@pytest.fixture(scope="module")
def log(clinic: Clinic, actors: Actors, tmp_path_factory: pytest.TempPathFactory) -> Log:
    """The log of this module's clinic, whose master key lies in a file."""
    return Log(clinic, actors, tmp_path_factory.mktemp("succession"))


async def test_after_two_changes_every_seal_and_anchor_is_still_proved(log: Log):
    for _ in range(2):
        await log.seal()
        await log.seal()
        await log.anchor()
        log.rotate()
        await log.anchor()
    await log.seal()
    await log.anchor()
    report = await log.verify()
    assert report.findings == []
    assert (report.handovers, report.anchors, report.seals) == (2, 5, 5)


async def test_whoever_still_has_the_old_key_seals_nothing_any_more(log: Log):
    old = log.key
    log.rotate()
    with pytest.raises(SigningKeyReplaced):
        await log.seal(old)
    sealer = Sealer(old, log.anchors, renew=lambda: log.key)
    for _ in range(3):
        await sealer._once()
    sealer.anchor()
    assert await log.faults() == set()
    assert (await log.verify()).unsealed <= 1, "the program that was running has found the new key by itself"


async def test_history_written_anew_with_a_stolen_old_key_is_noticed(log: Log):
    old = log.key
    await log.seal()
    log.rotate()
    await log.seal()
    stolen = (await seals_after(log.clinic.database, log.actors["tht"].token))[-2]
    assert stolen.key_id == old.key_id
    log.attack("update audit.seal set signature = %s where number = %s", secrets.token_bytes(64), stolen.seal.number)
    assert Fault.SIGNATURE_WRONG in await log.faults()
    log.attack("update audit.seal set signature = %s where number = %s", stolen.signature, stolen.seal.number)
    last = (await seals_after(log.clinic.database, log.actors["tht"].token))[-1]
    log.attack("update audit.seal set signature = %s where number = %s", old.sign(last.digest), last.seal.number)
    assert Fault.SIGNATURE_WRONG in await log.faults(), "a seal from after the change is not under the old key"
    log.attack("update audit.seal set signature = %s where number = %s", last.signature, last.seal.number)
    assert await log.faults() == set()


async def test_a_statement_that_the_present_key_has_not_signed_leads_nowhere(log: Log):
    thief = signing_key(secrets.token_bytes(32), AUDIT)
    known = log.clinic.admin_fetch("select * from audit.handover order by step desc limit 1")[0]
    forged = Handover(known["step"] + 1, 10**6, bytes(32), thief.public, log.key.public, 0).signed(thief, thief)
    values = (forged.step, forged.number, forged.digest, forged.old_public, forged.new_public, forged.at)
    log.attack(
        "insert into audit.handover values (%s, %s, %s, %s, %s, %s, %s, %s)",
        *values,
        forged.old_signature,
        forged.new_signature,
    )
    assert signers_of(log.key.public, [forged]).former == ()
    assert await log.faults() == set(), "it is not believed, and what is true is still proved"
    log.attack("delete from audit.handover where step = %s", forged.step)


async def test_a_removed_or_changed_statement_is_noticed(log: Log):
    first = log.clinic.admin_fetch("select * from audit.handover order by step limit 1")[0]
    log.attack("update audit.handover set number = number + 1 where step = %s", first["step"])
    assert Fault.SIGNATURE_WRONG in await log.faults()
    log.attack("update audit.handover set number = number - 1 where step = %s", first["step"])
    log.attack("delete from audit.handover where step = %s", first["step"])
    assert Fault.SIGNATURE_WRONG in await log.faults()
    log.attack("insert into audit.handover values (%s, %s, %s, %s, %s, %s, %s, %s)", *first.values())
    assert await log.faults() == set()


async def test_the_log_under_a_key_that_is_not_the_clinic_s_proves_nothing(log: Log):
    report = await log.verify(signing_key(secrets.token_bytes(32), AUDIT).public)
    assert {finding.fault for finding in report.findings} == {Fault.SIGNATURE_WRONG}


async def test_an_archive_over_changes_of_the_key_proves_itself(log: Log, tmp_path: Path):
    await write_archive(log.clinic.database, log.actors["tht"].token, log.key.public, tmp_path / "log.zip")
    with zipfile.ZipFile(tmp_path / "log.zip") as archive:
        archive.extractall(tmp_path / "log")

    def check() -> tuple[int, str]:
        command = [sys.executable, str(tmp_path / "log" / "verify.py")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    status, said = check()
    assert (status, "signatures checked" in said) == (0, True), said
    lines = (tmp_path / "log" / "handovers.jsonl").read_text().splitlines()
    (tmp_path / "log" / "handovers.jsonl").write_text("\n".join(lines[1:]) + "\n")
    status, said = check()
    assert status == 1
    assert "was not signed with this key" in said
