"""The audit log at a million entries: verified, sealed, read, and what writing it costs the people who work.

    make bench NAME=audit
    python -m bench.audit --entries 10000000 --viewer     only the auditor's pages, at ten million

Loads synthetic entries as the superuser, 5,000 a transaction with the indexes made afterwards, into a durable
PostgreSQL of its own, seals them as the clinic does, and verifies them with the program behind "verify now". Goals:
1,000,000 entries verified in under 15 s; seal lag p99 under 2 s; a page of the log p95 under 1 s, also at ten million;
a call through the door at 16 clients under 1.25 times the same call with the audit insert switched off; 400 calls a
second through `execute` in one process, 2,000 of the same statements a second under pgbench; a breach report over
everything in under 60 s.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench._clinic import open_clinic, own_folder, percentile, person, some_patients
from bench._pgbench import audited_rate
from tests.conftest import Clinic
from tht_app.database.apart import run_apart
from tht_app.database.seal import newest_seal, seal_next, unsealed
from tht_app.database.signing import AUDIT, SigningKey, signing_key
from tht_app.domain.audit import AuditAction
from tht_app.domain.audit.chain import Seal
from tht_app.domain.audit.log import Area, Filter, Outcome
from tht_app.domain.identity import Role
from tht_app.domain.registration import PatientId
from tht_app.use_cases import door
from tht_app.use_cases.audit import BreachReport, ListEntries, PatientAccesses
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.registration import GetPatient
from tht_app.worker.sealer import Sealer

ENTRIES = 1_000_000
A_TRANSACTION = 5_000
PATIENTS = 300
CLIENTS = 16
CALLS = 40
ROUNDS = 6
PAGES = 60
SMALL_SEALS = 2_000
FOLLOWED = 5
RATE_SECONDS = 10
GOALS = {
    "verify_s": 15,
    "seal_lag_p99_s": 2,
    "page_p95_ms": 1000,
    "ratio": 1.25,
    "executed_per_s": 400,
    "pgbench_per_s": 2000,
    "breach_report_s": 60,
}

# Six in seven are reads that went well; one in thirty is a list with twenty patients; two in five changed something.
LOAD = """
insert into audit.event (id, at, person_id, action, request, outcome, patient_ids, address, details_sealed)
select gen_random_uuid(), now() - make_interval(secs => (%(all)s - n) * 3.5),
       people[1 + (hashint8(n) & 1023) %% cardinality(people)],
       case when n %% 7 = 0 then (array['update', 'create', 'search', 'call', 'update', 'sign'])[1 + n %% 6]
            when n %% 1009 = 0 then 'print' when n %% 20011 = 0 then 'export' else 'read' end,
       (array['registration.patients.GetPatient', 'encounter.visits.ReadEncounter', 'queue.board.QueueOf',
              'scheduling.overview.CalendarRange', 'pharmacy.reading.GetPrescription', 'encounter.note.ReadNote',
              'ent.ReadExam'])[1 + n %% 7],
       case when n %% 5003 = 0 then 'denied' else 'done' end,
       case when n %% 30 = 0 then patients[1 + n %% 200 : 20 + n %% 200]
            when n %% 19 = 0 then '{}'
            else array[patients[1 + (hashint8(n * 31) & 65535) %% cardinality(patients)]] end,
       '10.0.0.' || 1 + n %% 40,
       case when n %% 5 < 2 then decode(repeat(md5(n::text), 5), 'hex') end
from generate_series(%(first)s::bigint, %(last)s::bigint) n, (select %(people)s::uuid[] as people,
     %(patients)s::uuid[] as patients) given
"""
INDEXES = (
    "select indexname, indexdef from pg_indexes where schemaname = 'audit' and tablename = 'event' "
    "and indexname <> 'event_pkey'"
)
LAG = (
    "select extract(epoch from (to_timestamp(s.at / 1000000.0) - e.at))::float8 as lag from audit.event e "
    "join audit.seal s on s.epoch = e.epoch and s.lo <= e.txid::text::bigint and s.hi > e.txid::text::bigint "
    "where e.at >= %s and e.request like 'registration%%'"
)


def load(clinic: Clinic, entries: int, patients: list[PatientId]) -> None:
    """So many entries, the same for the same count."""
    people = [row["id"] for row in clinic.admin_fetch("select id from sec.person order by id")]
    given = {"all": entries, "people": people, "patients": patients}
    with psycopg.connect(clinic.server.dsn(dbname=clinic.name), autocommit=True) as connection:
        kept = connection.execute(INDEXES).fetchall()
        for name, _ in kept:
            connection.execute(sql.SQL("drop index audit.{}").format(sql.Identifier(name)))
        for first in range(1, entries + 1, A_TRANSACTION):
            connection.execute(LOAD, {**given, "first": first, "last": min(first + A_TRANSACTION - 1, entries)})
        connection.execute("set maintenance_work_mem = '512MB'")
        for _, made in kept:
            connection.execute(sql.SQL(made))
        connection.execute("vacuum analyze audit.event")


async def seal_all(clinic: Clinic, token: str, key: SigningKey) -> float:
    """Seal whatever waits; gives the seconds."""
    started = time.perf_counter()
    while await seal_next(clinic.database, token, key):
        pass
    return round(time.perf_counter() - started, 1)


async def verify(clinic: Clinic, token: str, anchors: Path) -> tuple[float, dict[str, Any], float]:
    """As the button does: seconds, the result, and the longest time (ms) that the event loop was kept."""
    started, found, longest = time.perf_counter(), {}, 0.0
    ticking = asyncio.create_task(_ticks())
    async for report in run_apart(clinic.database, "verify", token, anchors=str(anchors)):
        found = report.get("result", found)
    ticking.cancel()
    longest = max(_TICKS, default=0.0)
    return round(time.perf_counter() - started, 1), found, round(longest * 1000, 1)


_TICKS: list[float] = []


async def _ticks() -> None:
    _TICKS.clear()
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.005)
        _TICKS.append(time.perf_counter() - before - 0.005)


def questions(clinic: Clinic, patients: list[PatientId]) -> dict[str, Callable[[int], Any]]:
    """What an auditor asks, by name; each makes a request from a running number."""
    now = datetime.now(UTC)
    people = [row["id"] for row in clinic.admin_fetch("select id from sec.person order by id")]
    ever, month = now - timedelta(days=4000), now - timedelta(days=30)
    until = now + timedelta(days=1)

    def over(since: datetime, **more: Any) -> Filter:
        return Filter(since, until, **more)

    return {
        "newest": lambda _: ListEntries(over(month)),
        "person": lambda turn: ListEntries(over(ever, person_id=people[turn % len(people)])),
        "patient": lambda turn: ListEntries(over(ever, patient_id=patients[turn % len(patients)])),
        "address": lambda turn: ListEntries(over(ever, address=f"10.0.0.{turn % 45}")),
        "denied": lambda _: ListEntries(over(ever, outcome=Outcome.DENIED)),
        "export": lambda _: ListEntries(over(ever, action=AuditAction.EXPORT)),
        "area": lambda _: ListEntries(over(ever, area=Area.PHARMACY)),
        "nothing": lambda _: ListEntries(over(ever, area=Area.BACKUP)),
        "person_and_deed": lambda turn: ListEntries(
            over(ever, person_id=people[turn % len(people)], action=AuditAction.PRINT)
        ),
        "report": lambda turn: PatientAccesses(patients[turn % len(patients)]),
    }


async def read_pages(clinic: Clinic, patients: list[PatientId]) -> dict[str, float]:
    """p95 (ms) of each question, with some pages behind the first."""
    auditor = await clinic.actor("auditor")
    figures: dict[str, float] = {}
    for name, ask in questions(clinic, patients).items():
        took: list[float] = []
        turn = 0
        while len(took) < PAGES:
            request = ask(turn)
            for _ in range(FOLLOWED):
                started = time.perf_counter()
                found = await execute(auditor, request)
                took.append((time.perf_counter() - started) * 1000)
                after = getattr(found, "after", None)
                if after is None:
                    break
                request = ListEntries(request.wanted, after)
            turn += 1
        figures[name] = percentile(took, 95)
        print(f"{name:16} p95 {figures[name]:8.1f} ms", flush=True)
    return figures


@contextmanager
def unaudited() -> Iterator[None]:
    """The door without the insert of its entry: only here, to have something to compare with."""
    kept = door.write_audit

    async def nothing(*_: Any) -> None:
        pass

    door.write_audit = nothing
    try:
        yield
    finally:
        door.write_audit = kept


async def calls(actor: Actor, patients: list[PatientId]) -> float:
    """Milliseconds that a call takes when sixteen clients call at once."""

    async def client(number: int) -> None:
        for turn in range(CALLS):
            await execute(actor, GetPatient(patients[(number * 7 + turn) % len(patients)]))

    started = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return (time.perf_counter() - started) * 1000 / (CALLS * CLIENTS)


async def cost(clinic: Clinic, patients: list[PatientId]) -> dict[str, float]:
    """With and without the entry, by turns in one run."""
    actor = await clinic.actor("admin")
    with_entry, without = [], []
    await calls(actor, patients)
    for _ in range(ROUNDS):
        with_entry.append(await calls(actor, patients))
        with unaudited():
            without.append(await calls(actor, patients))
    on, off = statistics.median(with_entry), statistics.median(without)
    figures = {"audited_ms": round(on, 2), "unaudited_ms": round(off, 2), "ratio": round(on / off, 3)}
    return figures | {"executed_per_s": round(1000 / on)}


async def lag(clinic: Clinic, key: SigningKey, patients: list[PatientId], folder: Path) -> float:
    """p99 (s) from an entry to its seal, while sixteen clients write entries."""
    since = datetime.now(UTC)
    sealer = asyncio.create_task(Sealer(key, folder / "anchors.log").run())
    actor = await clinic.actor("admin")
    for _ in range(ROUNDS):
        await calls(actor, patients)
    await asyncio.sleep(2.5)
    sealer.cancel()
    await asyncio.gather(sealer, return_exceptions=True)
    if left := await unsealed(clinic.database, (await clinic.actor("worker")).token, await _newest(clinic)):
        raise RuntimeError(f"{left} entries were never sealed")
    return round(percentile([row["lag"] * 100 for row in clinic.admin_fetch(LAG, since)], 99) / 100, 2)


async def _newest(clinic: Clinic) -> Seal | None:
    found = await newest_seal(clinic.database, (await clinic.actor("worker")).token)
    return found.seal if found else None


async def small_seals(clinic: Clinic, token: str, key: SigningKey, patients: list[PatientId]) -> None:
    """Seals over one entry each, as a quiet clinic makes them."""
    actor = await clinic.actor("admin")
    for turn in range(SMALL_SEALS):
        await execute(actor, GetPatient(patients[turn % len(patients)]))
        await seal_next(clinic.database, token, key)


async def run(folder: Path, entries: int, *, viewer: bool) -> dict[str, Any]:
    """Build a clinic with a long past, then measure."""
    async with open_clinic(folder, pool_size=24) as clinic:
        demo = await clinic.actor("demo")
        await execute(demo, person("auditor", "Lina Marlina", Role.AUDITOR))
        patients = await some_patients(demo, PATIENTS)
        started = time.perf_counter()
        await asyncio.to_thread(load, clinic, entries, patients)
        print(f"{entries} entries loaded in {time.perf_counter() - started:.0f} s", flush=True)
        key, tokens = (
            signing_key(clinic.master_key, AUDIT),
            {name: await clinic.actor(name) for name in ("worker", "tht")},
        )
        figures: dict[str, Any] = {"entries": entries}
        if not viewer:
            figures |= await proof(clinic, key, tokens, patients, folder)
        pages = await read_pages(clinic, patients)
        window = BreachReport(datetime.now(UTC) - timedelta(days=4000), datetime.now(UTC))
        started = time.perf_counter()
        await execute(tokens["tht"], window)
        breach = round(time.perf_counter() - started, 1)
        return figures | {"page_p95_ms": max(pages.values()), "pages": pages, "breach_report_s": breach}


async def proof(
    clinic: Clinic, key: SigningKey, actors: dict[str, Actor], patients: list[PatientId], folder: Path
) -> dict[str, Any]:
    """Sealing, verifying, lag and cost."""
    sealing = await seal_all(clinic, actors["worker"].token, key)
    print(f"sealed in {sealing} s", flush=True)
    seconds, found, kept = await verify(clinic, actors["tht"].token, folder / "anchors.log")
    print(f"verified in {seconds} s: {found}; the event loop was kept {kept} ms at most", flush=True)
    figures = {"seal_s": sealing, "verify_s": seconds, "verified": found["entries"], "loop_kept_ms": kept}
    figures["faults"] = found["fault_count"]
    figures["seal_lag_p99_s"] = await lag(clinic, key, patients, folder)
    figures |= await cost(clinic, patients)
    admin = await clinic.actor("admin")
    figures["pgbench_per_s"] = await asyncio.to_thread(
        audited_rate, clinic, admin, patients, folder, clients=CLIENTS, seconds=RATE_SECONDS
    )
    await small_seals(clinic, actors["worker"].token, key, patients)
    again, found, _ = await verify(clinic, actors["tht"].token, folder / "anchors.log")
    figures["verify_with_small_seals_s"], figures["seals"] = again, found["seals"]
    print(figures, flush=True)
    return figures


def main() -> None:
    """Measure in a folder of its own and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--entries", type=int, default=ENTRIES)
    asked.add_argument("--viewer", action="store_true", help="only the auditor's pages")
    chosen = asked.parse_args()
    with own_folder() as folder:
        figures = asyncio.run(run(folder, chosen.entries, viewer=chosen.viewer))
    print(json.dumps(figures | {"goals": GOALS}))


if __name__ == "__main__":
    main()
