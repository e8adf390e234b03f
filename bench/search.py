"""How fast a patient is found, through the door, with row-level security and audit on.

    make bench NAME=search                     200,000 and 1,000,000 patients
    python -m bench.search 20000 50000         other sizes
    python -m bench.search --keep /var/tmp/s   load once, measure as often as one likes

Loads synthetic patients by COPY as the owner of the tables, sealed by the same functions as the clinic's own, on a
durable PostgreSQL of its own in a temporary folder. Names have real skew: the commonest first names are 3 % of
everybody, the long tail holds tens of thousands of words. The last line is one JSON object.

Goals at a million patients and one client, p95: numbers 15 ms, name fragment 30 ms, typo 60 ms; less than twice the
figures of 200,000.
"""

import argparse
import asyncio
import json
import random
import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from tht_app.database.crypto import Vault
from tht_app.database.engine import hold, open_database
from tht_app.database.gate import make_gate
from tht_app.database.ids import new_id
from tht_app.database.migrate import migrate
from tht_app.database.queries.registration import sealed_values
from tht_app.database.server import EmbeddedServer
from tht_app.database.unit_of_work import Actor
from tht_app.domain.registration.identifiers import shown_phone, shown_record_number
from tht_app.domain.registration.patient import Address, PatientDetails, Payer, Social
from tht_app.domain.registration.sex import Sex
from tht_app.use_cases.door import execute
from tht_app.use_cases.registration import SearchPatients

SIZES = (200_000, 1_000_000)
LOOK_UPS = 300
SAMPLE = 4_000
COPY_BATCH = 50_000
SEED = 2026

COMMON = (
    "siti muhammad dewi nur ahmad sri agus rina budi andi eka ayu indah putri rizki abdul yuni ratna wahyu hendra",
    "fitri lestari joko bambang dian ika maria nurul wati rahmawati hidayat setiawan susanti wijaya santoso kurniawan",
    "saputra utami handayani pratama purnomo hartono gunawan suryani anggraini permata kusuma sari rahman hakim",
    "maulana ramadhan firmansyah yulianti astuti puspita novitasari kartika melati cahyani",
)
ONSETS = "b bh c d dh f g h j k kh l m n ny p r s sy t th w y z br dr gr kr pr tr"
VOWELS = "aiueoaia"
ENDINGS = ("", "", "n", "ng", "r", "s", "t", "h", "m", "k", "wan", "wati", "yanto", "ningsih", "syah")
VILLAGES = ("Menteng", "Cempaka Putih", "Sukajadi", "Kebon Jeruk", "Tegalsari", "Panakkukang", "Ubud", "Lowokwaru")
CITIES = ("Jakarta", "Bandung", "Surabaya", "Makassar", "Denpasar", "Malang", "Semarang", "Medan")


@dataclass(frozen=True, slots=True)
class Known:
    """What the bench remembers of a sampled patient to look for."""

    id: UUID
    name: str
    nik: str
    phone: str
    birth_date: date
    record_number: int

    @classmethod
    def of(cls, patient_id: UUID, details: PatientDetails, number: int) -> Self:
        """What is looked for of these details."""
        return cls(patient_id, details.name, details.nik or "", details.phone or "", details.birth_date, number)


class People:
    """An endless row of synthetic patients, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        """Build the pool of words: common ones by rank, and a tail of 60,000 that are rare."""
        self.random = random.Random(seed)
        common, self.onsets = " ".join(COMMON).split(), ONSETS.split()
        tail = sorted({self._syllables() for _ in range(90_000)} - set(common))
        self.random.shuffle(tail)
        self.words = [*common, *tail[:60_000]]
        # By rank, but each of the two commonest words is in 3 % of all names, which have two and a half words.
        weights = [rank**-0.8 for rank in range(1, len(self.words) + 1)]
        weights[:2] = [0.012 * sum(weights)] * 2
        self.weights = list(accumulate(weights))

    def _syllables(self) -> str:
        pick = self.random.choice
        body = "".join(pick(self.onsets) + pick(VOWELS) for _ in range(self.random.choice((1, 2, 2, 3))))
        return body + pick(ENDINGS)

    def __iter__(self) -> Iterator[PatientDetails]:
        """Patients with distinct NIKs and telephones."""
        serial = 0
        while True:
            serial += 1
            yield self._one(serial)

    def _one(self, serial: int) -> PatientDetails:
        rng = self.random
        words = rng.choices(self.words, cum_weights=self.weights, k=rng.choices((1, 2, 3, 4), (5, 50, 35, 10))[0])
        born = date(1940, 1, 1) + timedelta(days=rng.randrange(31_000))
        sex = rng.choice((Sex.MALE, Sex.FEMALE))
        day = born.day + (40 if sex is Sex.FEMALE else 0)
        region = 110_101 + serial // 9_999 * 7 % 800_000
        return PatientDetails(
            name=" ".join(words).title(),
            birth_date=born,
            birth_date_estimated=False,
            sex=sex,
            nik=f"{region:06d}{day:02d}{born:%m%y}{serial % 9_999 + 1:04d}",
            nik_missing=None,
            other_id_kind=None,
            other_id=None,
            bpjs=f"{serial:013d}" if serial % 2 else None,
            phone=f"+628{110_000_000 + serial}",
            email=None,
            address=Address(
                street=f"Jl. Melati No. {serial % 300}", village=rng.choice(VILLAGES), city=rng.choice(CITIES)
            ),
            payer=Payer.BPJS if serial % 2 else Payer.SELF,
            insurer="",
            payer_number="",
            guardian=None,
            social=Social(),
            deceased=False,
        )


class Loader:
    """Puts patients into the tables as their owner."""

    def __init__(self, dsn: str, vault: Vault, person: UUID) -> None:
        """`dsn` is the administrator's; `person` stands as who registered them."""
        self.dsn, self.vault, self.person = dsn, vault, person
        self.people = iter(People(SEED))
        self.sample: list[Known] = []
        self.rows = 0

    def catch_up(self) -> None:
        """Know again what a kept database holds."""
        with psycopg.connect(self.dsn) as connection:
            rows = connection.execute("select id, record_number from clinic.patient order by record_number").fetchall()
        every = max(1, len(rows) // SAMPLE)
        for (patient_id, number), details in zip(rows, self.people, strict=False):
            self.rows += 1
            if number % every == 0:
                self.sample.append(Known.of(patient_id, details, number))
            if self.rows == len(rows):
                break

    def grow_to(self, size: int) -> None:
        """Load until there are `size` patients; every so many is remembered."""
        started = time.perf_counter()
        every = max(1, size // SAMPLE)
        with psycopg.connect(self.dsn) as connection:
            connection.execute("set role tht_owner")
            connection.execute("set search_path = clinic, ext")
            # COPY does not work under row-level security: the owner lifts FORCE for this transaction alone.
            connection.execute("alter table clinic.patient no force row level security")
            while batch := list(islice(self.people, min(COPY_BATCH, size - self.rows))):
                self._copy(connection, batch, every)
                print(f"  {self.rows:>9,} patients, {time.perf_counter() - started:.0f} s", flush=True)
            connection.execute("alter table clinic.patient force row level security")
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("vacuum (analyze) clinic.patient, clinic.patient_name, clinic.name_word")

    def _copy(self, connection: psycopg.Connection, batch: Sequence[PatientDetails], every: int) -> None:
        now = datetime.now(UTC)
        columns: list[str] | None = None
        lines: list[list[object]] = []
        for details in batch:
            self.rows += 1
            patient_id = new_id()
            values = sealed_values(self.vault, patient_id, details)
            values |= {"id": patient_id, "record_number": self.rows, "created_at": now, "updated_at": now}
            values |= {"created_by": self.person, "updated_by": self.person}
            columns = columns or list(values)
            lines.append([values[column] for column in columns])
            if self.rows % every == 0:
                known = (
                    patient_id,
                    details.name,
                    details.nik or "",
                    details.phone or "",
                    details.birth_date,
                    self.rows,
                )
                self.sample.append(Known(*known))
        named = sql.SQL(", ").join(map(sql.Identifier, columns or []))
        with connection.cursor().copy(sql.SQL("copy clinic.patient ({}) from stdin").format(named)) as copy:
            for line in lines:
                copy.write_row(line)


def slip(word: str, rng: random.Random) -> str:
    """One typing mistake inside a word."""
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + rng.choice("aeiounrstk") + word[at:]
    if kind == 2:
        return word[:at] + rng.choice("aeiounrstk") + word[at + 1 :]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def record_number_of(one: Known, _rng: random.Random) -> str:
    """The record number as printed."""
    return shown_record_number(one.record_number)


def nik_of(one: Known, _rng: random.Random) -> str:
    """The NIK."""
    return one.nik


def phone_of(one: Known, _rng: random.Random) -> str:
    """The telephone as people say it."""
    return shown_phone(one.phone)


def fragment_of(one: Known, rng: random.Random) -> str:
    """The beginning of a word, or two beginnings."""
    words = rng.sample(one.name.split(), k=min(len(one.name.split()), rng.choice((1, 1, 2))))
    return " ".join(word[: rng.choice((3, 4, 5, 6))] for word in words).lower()


def whole_name_of(one: Known, _rng: random.Random) -> str:
    """The whole name."""
    return one.name


def typo_of(one: Known, rng: random.Random) -> str:
    """The name with one mistake in a word of five letters or more."""
    words = one.name.lower().split()
    long = [at for at, word in enumerate(words) if len(word) >= 5] or [0]
    at = rng.choice(long)
    if len(words[at]) >= 5:
        words[at] = slip(words[at], rng)
    return " ".join(words) if rng.random() < 0.5 else words[at]


def birth_date_of(one: Known, _rng: random.Random) -> str:
    """The birth date as typed at a desk."""
    return f"{one.birth_date:%d-%m-%Y}"


KINDS: dict[str, Callable[[Known, random.Random], str]] = {
    "record_number": record_number_of,
    "nik": nik_of,
    "phone": phone_of,
    "birth_date": birth_date_of,
    "fragment": fragment_of,
    "name": whole_name_of,
    "typo": typo_of,
}
NUMBERS = ("record_number", "nik", "phone", "birth_date")


def quantiles(times: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    cuts = statistics.quantiles(times, n=20)
    return round(cuts[9], 2), round(cuts[18], 2)


async def measure(actor: Actor, sample: Sequence[Known], size: int) -> dict[str, float]:
    """Every kind of look-up with 1 and with 16 clients; also how often the patient was in the list."""
    rng = random.Random(SEED + size)
    figures: dict[str, float] = {}
    by_client: dict[str, list[float]] = {}
    for kind, text_of in KINDS.items():
        wanted = [(one, text_of(one, rng)) for one in rng.choices(sample, k=LOOK_UPS)]
        for _, text in wanted[:20]:
            await execute(actor, SearchPatients(text))
        times: list[float] = []
        hit = found = 0
        for one, text in wanted:
            started = time.perf_counter()
            result = await execute(actor, SearchPatients(text))
            times.append((time.perf_counter() - started) * 1000)
            found += bool(result.hits)
            hit += result.more or one.id in {each.banner.id for each in result.hits}
        by_client[kind] = times
        figures[f"{kind}_p50_ms"], figures[f"{kind}_p95_ms"] = quantiles(times)
        figures[f"{kind}_found"] = round(hit / LOOK_UPS, 3)
        many = await crowd(actor, [text for _, text in wanted])
        figures[f"{kind}_16_p50_ms"], figures[f"{kind}_16_p95_ms"] = quantiles(many)
        print(
            f"  {kind:<14} p50 {figures[f'{kind}_p50_ms']:>7.2f}  p95 {figures[f'{kind}_p95_ms']:>7.2f} ms   "
            f"16 clients: p50 {figures[f'{kind}_16_p50_ms']:>7.2f}  p95 {figures[f'{kind}_16_p95_ms']:>7.2f} ms   "
            f"with results {found / LOOK_UPS:.0%}, right one {hit / LOOK_UPS:.0%}",
            flush=True,
        )
    figures["number_p95_ms"] = max(figures[f"{kind}_p95_ms"] for kind in NUMBERS)
    return figures


async def crowd(actor: Actor, texts: Sequence[str], clients: int = 16) -> list[float]:
    """Milliseconds of look-ups by so many clients at once."""
    waiting = iter(texts)
    times: list[float] = []

    async def client() -> None:
        for text in waiting:
            started = time.perf_counter()
            await execute(actor, SearchPatients(text))
            times.append((time.perf_counter() - started) * 1000)

    await asyncio.gather(*(client() for _ in range(clients)))
    return times


def run(sizes: Sequence[int], kept: Path | None = None) -> dict[str, object]:
    """Load, measure, load more, measure again; in a folder that goes away, or in `kept` to measure it once more."""
    folder = kept or Path(tempfile.mkdtemp(prefix="tht-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    server = EmbeddedServer(folder)
    server.start()
    try:
        return asyncio.run(on_server(server, sizes, master_key(folder)))
    finally:
        server.stop()
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


def master_key(folder: Path) -> bytes:
    """The key of a kept folder, made the first time."""
    path = folder / "bench.key"
    if not path.exists():
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()


def bench_person(admin: str) -> UUID:
    """The clerk who searches."""
    with psycopg.connect(admin) as connection:
        found = connection.execute("select id from sec.person where username = 'bench'").fetchone()
        if found:
            return found[0]
        person = new_id()
        connection.execute("insert into sec.person (id, username, display_name) values (%s, 'bench', 'B')", (person,))
        connection.execute("insert into sec.person_role (person_id, role) values (%s, 'admin')", (person,))
        return person


async def on_server(server: EmbeddedServer, sizes: Sequence[int], key: bytes) -> dict[str, object]:
    """The bench on a running server; sizes smaller than what is there already are passed over."""
    admin = server.dsn()
    migrate(admin, key)
    person = bench_person(admin)
    database = await open_database(server.dsn(user="tht_app"), key, ZoneInfo("Asia/Jakarta"), pool_size=16)
    gate = make_gate(server.dsn(user="tht_gate"))
    hold(database)
    results: dict[int, dict[str, float]] = {}
    try:
        loader = Loader(admin, database.vault, person)
        loader.catch_up()
        for size in [size for size in sizes if size >= loader.rows]:
            print(f"{size:,} patients", flush=True)
            loader.grow_to(size)
            actor = Actor(await gate.open_session(person, address="127.0.0.1"))
            results[size] = await measure(actor, loader.sample, size)
    finally:
        hold(None)
        await database.close()
        await gate.close()
    return summary(results)


def summary(results: dict[int, dict[str, float]]) -> dict[str, object]:
    """The figures of the largest size at the top, growth from the smallest, and all of them below."""
    smallest, largest = results[min(results)], results[max(results)]
    growth = {
        f"{kind}_growth": round(largest[f"{kind}_p95_ms"] / smallest[f"{kind}_p95_ms"], 2)
        for kind in ("number", "fragment", "typo")
    }
    sizes = {str(size): figures for size, figures in results.items()}
    return {"bench": "search", "rows": max(results), **largest, **growth, "sizes": sizes}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How fast a patient is found.")
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--keep", type=Path, help="folder for the loaded database, to measure again without loading")
    given = parser.parse_args()
    print(json.dumps(run(sorted(given.sizes), given.keep)))
