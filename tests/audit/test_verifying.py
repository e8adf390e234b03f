"""An auditor has the log verified from the screen: the result is in the log, and a log that was changed is told so."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import Actors, Clinic
from tht_app.database.anchors import newest_anchor, write_anchor
from tht_app.database.apart import run_apart
from tht_app.database.seal import StoredSeal, seal_next
from tht_app.database.signing import AUDIT, SigningKey, signing_key
from tht_app.domain.audit.log import ANCHOR_OVERDUE, Chain
from tht_app.domain.errors import PermissionDenied, SessionEnded, Unavailable
from tht_app.settings import settings
from tht_app.state.audit.view_models import chain_view
from tht_app.use_cases.audit import VERIFICATION, AuditOverview, ReadChain, write_log_archive
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.identity import ListPeople

pytestmark = pytest.mark.integration


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
def key(clinic: Clinic) -> SigningKey:
    """The clinic's key."""
    return signing_key(clinic.master_key, AUDIT)


async def sealed(clinic: Clinic, actors: Actors, key: SigningKey) -> StoredSeal:
    """Something happens and is sealed."""
    await execute(actors["pemilik"], ListPeople())
    made = await seal_next(clinic.database, actors["worker"].token, key)
    assert made is not None
    return made


def forge_last_line(anchors: Path) -> str:
    """Change the anchor file; gives what stood there."""
    kept = anchors.read_text()
    anchors.write_text(kept.replace('"total": ', '"total": 1'))
    return kept


async def ran(clinic: Clinic, token: str, anchors: Path) -> None:
    """Run the verifying program to its end."""
    async for report in run_apart(clinic.database, "verify", token, anchors=str(anchors)):
        assert "result" not in report


async def verified(actors: Actors) -> Chain:
    """What the screen shows after the button was pressed and the work is done."""
    await VERIFICATION.start(actors["auditor"])
    assert VERIFICATION.progress is not None
    await VERIFICATION.finished()
    assert VERIFICATION.progress is None
    return await execute(actors["auditor"], ReadChain())


def attack(clinic: Clinic, statement: str, *parameters: Any) -> None:
    """As the superuser, with every trigger off."""
    with psycopg.connect(clinic.server.dsn(dbname=clinic.name), autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        assert connection.execute(statement, parameters).rowcount > 0


async def test_a_whole_log_is_said_to_be_whole_by_name_and_count(
    clinic: Clinic, actors: Actors, key: SigningKey, anchors: Path
):
    before = chain_view(await execute(actors["auditor"], ReadChain()), datetime.now(UTC), "id")
    assert (before.state, before.verified) == ("Belum ada segel", "Belum pernah.")
    for _ in range(3):
        await sealed(clinic, actors, key)
    chain = await verified(actors)
    assert chain.verified is not None
    assert (chain.verified.well, chain.verified.who, chain.verified.seals) == (True, "Lina Marlina", 3)
    assert chain.verified.entries >= 3
    assert chain.seal is not None
    assert chain.seal.number == 3
    assert chain.unsealed > 0
    assert chain.anchor is None
    entry = clinic.admin_fetch("select outcome from audit.event where action = 'verify'")
    assert entry == [{"outcome": "done"}]
    assert chain_view(chain, datetime.now(UTC), "id").state == "Utuh"


async def test_the_event_loop_goes_on_while_it_runs(clinic: Clinic, actors: Actors):
    longest, last = 0.0, asyncio.get_running_loop().time()
    await VERIFICATION.start(actors["auditor"])
    while VERIFICATION.progress is not None:
        await asyncio.sleep(0.01)
        now = asyncio.get_running_loop().time()
        longest, last = max(longest, now - last), now
    assert longest < 1


async def test_a_changed_entry_is_told_with_its_seal_on_screen_and_first_page(
    clinic: Clinic, actors: Actors, key: SigningKey, anchors: Path
):
    seal = clinic.admin_fetch("select lo, hi from audit.seal where number = 2")[0]
    victim = clinic.admin_fetch(
        "select id, reason from audit.event where txid::text::bigint >= %s and txid::text::bigint < %s limit 1",
        seal["lo"],
        seal["hi"],
    )[0]["id"]
    attack(clinic, "update audit.event set address = '10.9.9.9' where id = %s", victim)
    view = chain_view(await verified(actors), datetime.now(UTC), "id")
    assert (view.state, view.tone) == ("Log berubah", "danger")
    assert view.faults == ["Entri di bawah segel 2 diubah, dihapus, ditambah, atau dipindahkan."]
    first = await execute(actors["auditor"], AuditOverview())
    assert chain_view(first.chain, datetime.now(UTC), "en").state == "Log was changed"
    assert clinic.admin_fetch("select count(*) as n from audit.event where outcome = 'failed'")[0]["n"] == 1
    attack(clinic, "update audit.event set address = '127.0.0.1' where id = %s", victim)
    assert chain_view(await verified(actors), datetime.now(UTC), "id").state == "Utuh"


async def test_a_cut_off_end_is_told_by_the_anchor(clinic: Clinic, actors: Actors, key: SigningKey, anchors: Path):
    made = await sealed(clinic, actors, key)
    write_anchor(anchors, made, key)
    chain = await verified(actors)
    assert chain.anchor is not None
    assert (chain.anchor.number, chain.anchor.genuine) == (made.seal.number, True)
    assert chain.verified is not None
    assert chain.verified.well
    attack(clinic, "create table public.kept_seal as select * from audit.seal where number = %s", made.seal.number)
    attack(clinic, "delete from audit.seal where number = %s", made.seal.number)
    faults = chain_view(await verified(actors), datetime.now(UTC), "id").faults
    attack(clinic, "insert into audit.seal select * from public.kept_seal")
    assert any("ada di berkas jangkar tetapi tidak di log" in fault for fault in faults)
    assert chain_view(await verified(actors), datetime.now(UTC), "id").state == "Utuh"


async def test_an_anchor_that_is_late_is_told_and_one_with_nothing_new_to_anchor_is_not(
    clinic: Clinic, actors: Actors, key: SigningKey, anchors: Path
):
    made = await sealed(clinic, actors, key)
    write_anchor(anchors, made, key)
    last = newest_anchor(anchors, key.public)
    assert last is not None
    assert last.anchor.number == made.seal.number
    later = datetime.now(UTC) + ANCHOR_OVERDUE + timedelta(minutes=1)
    chain = await execute(actors["auditor"], ReadChain())
    assert not chain.anchor_overdue(later)
    await sealed(clinic, actors, key)
    chain = await execute(actors["auditor"], ReadChain())
    assert not chain.anchor_overdue(datetime.now(UTC))
    assert chain.anchor_overdue(later)
    assert chain_view(chain, later, "id").overdue
    kept = forge_last_line(anchors)
    chain = await execute(actors["auditor"], ReadChain())
    assert chain.anchor_overdue(datetime.now(UTC))
    anchors.write_text(kept)  # noqa: ASYNC240  a test of its own


async def test_a_session_that_ends_meanwhile_is_no_fault(clinic: Clinic, actors: Actors, anchors: Path):
    before = clinic.admin_fetch("select count(*) as n from audit.event where action = 'verify'")[0]["n"]
    dead = Actor("00" * 32)
    with pytest.raises(SessionEnded):
        await VERIFICATION.start(dead)
    with pytest.raises(Unavailable):
        await ran(clinic, dead.token, anchors)
    assert clinic.admin_fetch("select count(*) as n from audit.event where action = 'verify'")[0]["n"] == before


async def test_nobody_else_has_it_verified_or_handed_out(clinic: Clinic, actors: Actors, tmp_path: Path):
    for username in ("pemilik", "admin", "dokter"):
        with pytest.raises(PermissionDenied):
            await VERIFICATION.start(actors[username])
        with pytest.raises(PermissionDenied):
            await write_log_archive(actors[username], tmp_path / "log.zip")
        with pytest.raises(Unavailable):
            await ran(clinic, actors[username].token, tmp_path / "anchors.log")
    assert not (tmp_path / "log.zip").exists()
    await write_log_archive(actors["auditor"], tmp_path / "log.zip")
    assert (tmp_path / "log.zip").stat().st_size > 0
