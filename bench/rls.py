"""What row-level security by treatment costs, through the door, with audit on.

    make bench NAME=rls                        1,000,000 patients and 5,000,000 visits
    python -m bench.rls 100000                 fewer patients, five visits each
    python -m bench.rls --keep /var/tmp/r      load once, measure as often as one likes

Patients are loaded as `bench.search` does, visits by SQL as the owner, over four years and twenty doctors; who treats
whom is then rebuilt as a change of the rules does it. The same calls run with row-level security and without it (every
policy off, also those that ask for a permission), in turns, so that both see the same machine. Without it the door
still asks who treats the patient: that is not part of the ratio. The last line is one JSON object.

Goals: a chart under 1.15 times, a doctor's day under 2 times, name search of a doctor p95 under 60 ms.
"""

import argparse
import asyncio
import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from bench.search import Known, Loader, bench_person, fragment_of, master_key, quantiles
from tht_app.database.engine import hold, open_database
from tht_app.database.gate import make_gate
from tht_app.database.ids import new_id
from tht_app.database.migrate import migrate
from tht_app.database.server import EmbeddedServer
from tht_app.database.unit_of_work import Actor
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import ReadDoctorDay, ReadEncounter
from tht_app.use_cases.registration import SearchPatients

PATIENTS = 1_000_000
VISITS_EACH = 5
DOCTORS = 20
TODAY = 40
"""Visits that each doctor has today."""
CHARTS = 150
ROUNDS = 6
DAYS = 40
SEARCHES = 300
SEED = 2026

# Triggers sleep meanwhile, as for a restore: five million of them would say what the rebuilding says at once.
VISITS = """
insert into clinic.encounter
    (id, patient_id, practitioner_id, visit_type, status, arrived_at, started_at, ended_at, signed_at, signed_by, hash)
select uuidv7(), p.id, t.doctor, 'consultation', 'finished', t.at, t.at, t.at + interval '10 minutes',
    t.at + interval '15 minutes', t.doctor, sha256('')
from clinic.patient p, generate_series(1, %(each)s) n,
    lateral (select now() - random() * interval '1460 days' - n * interval '1 second' as at,
        (%(doctors)s::uuid[])[1 + floor(random() * %(count)s)::integer] as doctor
        where p.id is not null) t
"""
VISITS_TODAY = """
insert into clinic.encounter (id, patient_id, practitioner_id, visit_type, status, arrived_at)
select uuidv7(), p.id, d.id, 'consultation', 'arrived', now()
from unnest(%(doctors)s::uuid[]) as d (id),
    lateral (select id from clinic.patient where d.id is not null order by random() limit %(today)s) p
"""
DIAGNOSES = """
insert into clinic.condition (id, encounter_id, patient_id, icd10_code, title, laterality, is_primary, certainty,
    status, recorded_by, recorded_at)
select uuidv7(), e.id, e.patient_id, 'H66.1', 'Otitis media', 'right', true, 'confirmed', 'active',
    e.practitioner_id, e.arrived_at
from clinic.encounter e where e.practitioner_id = any (%(doctors)s::uuid[])
"""


def load_visits(dsn: str, doctors: Sequence[UUID]) -> None:
    """Visits, diagnoses of the first doctor, today's lists; then who treats whom."""
    values = {"doctors": list(doctors), "count": len(doctors), "each": VISITS_EACH, "today": TODAY}
    with psycopg.connect(dsn) as connection:
        if connection.execute("select exists (select 1 from clinic.encounter)").fetchone() == (True,):
            return
        started = time.perf_counter()
        connection.execute("set session_replication_role = replica")
        connection.execute("select setseed(0.2026)")
        for statement in (VISITS, VISITS_TODAY):
            connection.execute(statement, values)
        connection.execute(DIAGNOSES, {"doctors": [doctors[0]]})
        connection.execute("select sec.rebuild_care(null)")
        connection.commit()
        print(f"  visits and who treats whom: {time.perf_counter() - started:.0f} s", flush=True)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("vacuum (analyze) clinic.encounter, clinic.condition, sec.care, clinic.patient")


def make_doctors(dsn: str) -> list[UUID]:
    """Twenty doctors, the same ones in a kept folder."""
    with psycopg.connect(dsn) as connection:
        known = connection.execute("select id from sec.person where username like 'dokter%' order by username")
        doctors = [row[0] for row in known.fetchall()]
        while len(doctors) < DOCTORS:
            doctor, number = new_id(), len(doctors)
            connection.execute(
                "insert into sec.person (id, username, display_name) values (%s, %s, %s)",
                (doctor, f"dokter{number:02d}", f"dr. {number}"),
            )
            connection.execute("insert into sec.person_role (person_id, role) values (%s, 'doctor')", (doctor,))
            doctors.append(doctor)
        return doctors


class Switch:
    """Row-level security of the whole clinic, on and off."""

    def __init__(self, dsn: str) -> None:
        """Remember which tables have it."""
        self._connection = psycopg.connect(dsn, autocommit=True)
        rows = self._connection.execute(
            "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname in ('clinic', 'sec') and c.relrowsecurity"
        )
        self._tables = [row[0] for row in rows.fetchall()]

    def set(self, *, on: bool) -> None:
        """Turn all of them."""
        for table in self._tables:
            self._connection.execute(f"alter table {table} {'enable' if on else 'disable'} row level security")  # type: ignore[arg-type]


async def timed(actor: Actor, requests: Sequence[object]) -> list[float]:
    """Milliseconds of each call, after a few that warm the connection up."""
    for request in requests[:8]:
        await execute(actor, request)
    times: list[float] = []
    for request in requests:
        started = time.perf_counter()
        await execute(actor, request)
        times.append((time.perf_counter() - started) * 1000)
    return times


async def measure(dsn: str, actor: Actor, doctor: UUID, sample: Sequence[Known]) -> dict[str, float]:
    """Charts, days and searches of one doctor."""
    rng = random.Random(SEED)
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "select id from clinic.encounter where practitioner_id = %s and arrived_at > now() - interval '700 days' "
            "limit 20000",
            (doctor,),
        ).fetchall()
        mine = {
            row[0]
            for row in connection.execute("select patient_id from sec.care where staff_id = %s", (doctor,)).fetchall()
        }
    charts = [ReadEncounter(row[0]) for row in rng.sample(rows, min(CHARTS, len(rows)))]
    works: dict[str, Sequence[object]] = {"chart": charts, "day": [ReadDoctorDay()] * DAYS}
    switch, times = Switch(dsn), {(kind, on): list[float]() for kind in works for on in (True, False)}
    for turn in range(ROUNDS * 2):
        on = turn % 2 == 0
        switch.set(on=on)
        for kind, requests in works.items():
            times[kind, on] += await timed(actor, requests)
    switch.set(on=True)
    figures: dict[str, float] = {"patients_of_the_doctor": len(mine)}
    for kind in works:
        with_it, without = (statistics.median(times[kind, on]) for on in (True, False))
        figures |= {
            f"{kind}_ms": round(with_it, 2),
            f"{kind}_without_ms": round(without, 2),
            f"{kind}_ratio": round(with_it / without, 3),
        }
    own = [one for one in sample if one.id in mine] or list(sample)
    texts = [fragment_of(one, rng) for one in rng.choices(own, k=SEARCHES)]
    found = await timed(actor, [SearchPatients(text) for text in texts])
    figures["search_p50_ms"], figures["search_p95_ms"] = quantiles(found)
    return figures


async def on_server(server: EmbeddedServer, patients: int, key: bytes) -> dict[str, object]:
    """The bench on a running server."""
    dsn = server.dsn()
    migrate(dsn, key)
    person = bench_person(dsn)
    database = await open_database(server.dsn(user="tht_app"), key, ZoneInfo("Asia/Jakarta"), pool_size=4)
    gate = make_gate(server.dsn(user="tht_gate"))
    hold(database)
    try:
        loader = Loader(dsn, database.vault, person)
        loader.catch_up()
        if loader.rows < patients:
            loader.grow_to(patients)
        doctors = make_doctors(dsn)
        load_visits(dsn, doctors)
        actor = Actor(await gate.open_session(doctors[0], address="127.0.0.1"))
        figures = await measure(dsn, actor, doctors[0], loader.sample)
    finally:
        hold(None)
        await database.close()
        await gate.close()
    return {"bench": "rls", "patients": patients, "visits": patients * VISITS_EACH, **figures}


def run(patients: int, kept: Path | None) -> dict[str, object]:
    """Load and measure, in a folder that goes away or in `kept`."""
    folder = kept or Path(tempfile.mkdtemp(prefix="tht-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    server = EmbeddedServer(folder)
    server.start()
    try:
        return asyncio.run(on_server(server, patients, master_key(folder)))
    finally:
        server.stop()
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="What row-level security by treatment costs.")
    parser.add_argument("patients", nargs="?", type=int, default=PATIENTS)
    parser.add_argument("--keep", type=Path, help="folder for the loaded database, to measure again without loading")
    given = parser.parse_args()
    print(json.dumps(run(given.patients, given.keep)))
