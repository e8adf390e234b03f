"""A clinic under load whose programs are killed with SIGKILL, and the browsers that do not give up.

The parent is the browsers: it knows every request with its key, sends it, and remembers which were acknowledged. The
child is the program: eight people who register patients through the door, and the sealer of the audit log. Killed is
the child, or PostgreSQL with all its processes. Whatever was not acknowledged is sent again under the same key.
"""

import asyncio
import json
import multiprocessing
import os
import random
import secrets
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import psutil
import psycopg
from sqlalchemy.exc import DBAPIError

from bench._clinic import ZONE
from tht_app.database import server as server_module
from tht_app.database.engine import hold, open_database
from tht_app.database.gate import hold_gate, make_gate
from tht_app.database.ids import new_id
from tht_app.database.migrate import migrate
from tht_app.database.seal import seal_next
from tht_app.database.server import EmbeddedServer
from tht_app.database.signing import AUDIT, signing_key
from tht_app.database.unit_of_work import Actor
from tht_app.database.verify import verify_log
from tht_app.domain.errors import SessionEnded, Unavailable
from tht_app.use_cases.door import execute
from tht_app.use_cases.registration import RegisterPatient

PEOPLE = 8
AHEAD = 24
"""So many requests are on their way at a time."""
PATIENCE_SECONDS = 60.0
LETTERS = "abcdefghijklmnopqrstuvwxyz"
START_METHOD = "forkserver"
"""The program's modules are loaded once, so that a new program stands within a moment."""

LOST = "select count(*) as n from unnest(%s::text[]) k where k not in (select key from clinic.idempotency)"
UNREAL = (
    "select count(*) as n from clinic.idempotency i where i.request = %s and not exists "
    "(select from clinic.patient p where p.id::text = i.result #>> '{}')"
)
TWICE = "select count(*) as n from (select name from clinic.patient group by name having count(*) > 1) d"
HALF = (
    "select (select count(*) from clinic.patient p where not exists (select from audit.event e "
    "where e.action = 'create' and e.object_id = p.id)) "
    "+ (select count(*) from audit.event e where e.action = 'create' "
    "and e.object_type = 'patient' and not exists (select from clinic.patient p where p.id = e.object_id)) as n"
)


@dataclass
class State:
    """How far a run is; written down after each kill, so that it can go on."""

    seed: int
    master_key: str
    app_kills: int = 0
    database_kills: int = 0
    sent: int = 0
    acknowledged: list[int] = field(default_factory=list[int])

    def save(self, path: Path) -> None:
        """Write it whole or not at all."""
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self)), encoding="utf-8")
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> "State":
        """As it was written down."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def key_of(seed: int, number: int) -> str:
    """The key of a request, the same however often it is sent."""
    return f"kill-{seed}-{number}"


def name_of(number: int) -> str:
    """A name that no other request has, in letters."""
    word = ""
    while True:
        number, rest = divmod(number, len(LETTERS))
        word = LETTERS[rest] + word
        if not number:
            return f"Uji {word.capitalize()}"


# The program: what is killed.


def program(line: Connection, app_dsn: str, gate_dsn: str, key: str, person: str) -> None:
    """Serve requests that come over the line until killed."""
    asyncio.run(_serve(line, app_dsn, gate_dsn, bytes.fromhex(key), person))


async def _serve(line: Connection, app_dsn: str, gate_dsn: str, key: bytes, person: str) -> None:
    database = await _patiently(lambda: open_database(app_dsn, key, ZONE, pool_size=PEOPLE + 1))
    gate = make_gate(gate_dsn)
    hold(database)
    hold_gate(gate)

    async def sign_in() -> str:
        return await _patiently(lambda: gate.open_session(UUID(person)))

    wishes: asyncio.Queue[tuple[int, str]] = asyncio.Queue()
    loop, said = asyncio.get_running_loop(), threading.Lock()

    def listen() -> None:
        with suppress(EOFError, OSError):
            while True:
                loop.call_soon_threadsafe(wishes.put_nowait, line.recv())

    async def work() -> None:
        token = await sign_in()
        while True:
            number, wish_key = await wishes.get()
            form = {"name": name_of(number), "birth_date": "1985-07-14", "sex": "female", "nik_missing": "not_brought"}
            for _ in range(PEOPLE):
                try:
                    await _patiently(lambda: execute(Actor(token), RegisterPatient(form), key=wish_key))  # noqa: B023
                    break
                except SessionEnded:
                    token = await sign_in()  # a database that forgets has forgotten this too
            with said:
                line.send(number)

    async def seal() -> None:
        signer = signing_key(key, AUDIT)
        while True:
            token = await _patiently(lambda: gate.open_service("worker"))
            with suppress(DBAPIError, TypeError):  # its session was forgotten: it sees nothing
                while True:
                    await _patiently(lambda: seal_next(database, token, signer))  # noqa: B023
                    await asyncio.sleep(0.1)

    threading.Thread(target=listen, daemon=True).start()
    await asyncio.gather(seal(), *(work() for _ in range(PEOPLE)))


async def _patiently(act: Callable[[], Any]) -> Any:
    """As every part of the program does while the database is away."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await act()
        except Exception as failure:
            away = isinstance(failure, (Unavailable, OSError)) or "Operational" in type(failure).__name__
            if not away or time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)


# The browsers, and whoever kills.


class Run:
    """One run over one folder."""

    def __init__(self, folder: Path, state: State, options: Mapping[str, str] | None = None) -> None:
        """Use the clinic of this folder; `options` are the server's (a mutant's, for example)."""
        self.folder, self.state = folder, state
        self.server = EmbeddedServer(folder / "database", options=options)
        self._dice = random.Random(f"{state.seed}-{state.app_kills}-{state.database_kills}")
        self._acknowledged = set(state.acknowledged)
        self._context = multiprocessing.get_context(START_METHOD)
        self._context.set_forkserver_preload(["bench._kill"])
        self._program: Any = None
        self._line: Connection | None = None
        self._ears: threading.Thread | None = None
        self._person = ""
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        """Start database and program."""
        server_module.RESTART_PAUSE = 0.05
        self.server.start()
        migrate(self.server.dsn(), bytes.fromhex(self.state.master_key))
        self._person = self._somebody()
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop both."""
        self._end_program()
        self.server.stop()

    def _somebody(self) -> str:
        with psycopg.connect(self.server.dsn()) as connection:
            row = connection.execute("select id from sec.person where username = 'desk'").fetchone()
            if row is None:
                row = (new_id(),)
                named = "insert into sec.person (id, username, display_name) values (%s, 'desk', 'Desk')"
                connection.execute(named, row)
                connection.execute("insert into sec.person_role (person_id, role) values (%s, 'admin')", row)
            connection.commit()
            connection.execute("checkpoint")  # what was there before the run is no part of it
            return str(row[0])

    def _start(self) -> None:
        self._line, theirs = self._context.Pipe()
        dsn = self.server.dsn
        arguments = (theirs, dsn("tht_app"), dsn("tht_gate"), self.state.master_key, self._person)
        self._program = self._context.Process(target=program, args=arguments, daemon=True)
        self._program.start()
        theirs.close()
        self._ears = threading.Thread(target=self._hear, args=(self._line,), daemon=True)
        self._ears.start()
        for number in sorted(set(range(self.state.sent)) - self._acknowledged):
            self._send(number)  # what nobody has acknowledged is asked for again, under its own key

    def _hear(self, line: Connection) -> None:
        with suppress(EOFError, OSError):
            while True:
                number = line.recv()
                with self._changed:
                    self._acknowledged.add(number)
                    self._changed.notify_all()

    def _send(self, number: int) -> None:
        with suppress(OSError):
            if self._line is not None:
                self._line.send((number, key_of(self.state.seed, number)))

    def work(self, acknowledgements: int) -> None:
        """Keep the program busy until so many more are acknowledged; raises when it stands still."""
        goal, deadline = len(self._acknowledged) + acknowledgements, time.monotonic() + PATIENCE_SECONDS
        while len(self._acknowledged) < goal:
            while self.state.sent - len(self._acknowledged) < AHEAD:
                self._send(self.state.sent)
                self.state.sent += 1
            with self._changed:
                self._changed.wait(0.05)
            if time.monotonic() > deadline or not self._program.is_alive():
                raise RuntimeError(f"nothing moves any more (seed {self.state.seed})")

    def settle(self) -> None:
        """Wait until everything that was asked for is acknowledged."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self._acknowledged) < self.state.sent:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.state.sent - len(self._acknowledged)} requests were never answered")
            time.sleep(0.05)

    def kill_program(self) -> None:
        """Kill the program between two moments of its work, and start it anew."""
        self.work(self._dice.randrange(5, 40))
        time.sleep(self._dice.random() * 0.03)
        self._end_program()
        self.state.app_kills += 1
        self._start()

    def _end_program(self) -> None:
        if self._program is None:
            return
        self._program.kill()
        self._program.join()
        if self._ears is not None:
            self._ears.join()  # what it said before it died counts as said
        if self._line is not None:
            self._line.close()

    def kill_database(self) -> None:
        """Kill every process of PostgreSQL; whoever watches over it starts it anew."""
        self.work(self._dice.randrange(5, 40))
        time.sleep(self._dice.random() * 0.03)
        pid = self.server.pid
        if pid is None:
            raise RuntimeError("the database is gone already")
        postmaster = psutil.Process(pid)
        for process in [postmaster, *postmaster.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                os.kill(process.pid, signal.SIGKILL)
        self.state.database_kills += 1

    def remember(self) -> None:
        """Write down how far it is."""
        self.state.acknowledged = sorted(self._acknowledged)
        self.state.save(self.folder / "state.json")

    def figures(self) -> dict[str, Any]:
        """What is left after all kills: lost, twice, half, and whether the audit log is whole."""
        self.settle()
        acknowledged = [key_of(self.state.seed, number) for number in self._acknowledged]
        with psycopg.connect(self.server.dsn()) as connection:

            def count(statement: Any, *parameters: Any) -> int:
                row = connection.execute(statement, parameters).fetchone()
                return int(row[0]) if row else 0

            figures = {
                "kills": self.state.app_kills + self.state.database_kills,
                "app_kills": self.state.app_kills,
                "database_kills": self.state.database_kills,
                "acknowledged": len(acknowledged),
                "acknowledged_lost": count(LOST, acknowledged) + count(UNREAL, "registration.patients.RegisterPatient"),
                "duplicates": count(TWICE),
                "half_transactions": count(HALF),
            }
        return {**figures, "chain_faults": asyncio.run(self._chain_faults()), "seed": self.state.seed}

    async def _chain_faults(self) -> int:
        key = bytes.fromhex(self.state.master_key)
        database = await open_database(self.server.dsn("tht_app"), key, ZONE, pool_size=2)
        gate, signer = make_gate(self.server.dsn("tht_gate")), signing_key(key, AUDIT)
        try:
            token = await gate.open_service("worker")
            for _ in range(100):
                await seal_next(database, token, signer)
                report = await verify_log(database, token, signer.public, [])
                if not report.unsealed:
                    return len(report.findings)
                await asyncio.sleep(0.2)
            return -1
        finally:
            await database.close()
            await gate.close()


def fresh_state(seed: int | None = None) -> State:
    """A run that has not begun."""
    return State(secrets.randbelow(10**6) if seed is None else seed, secrets.token_bytes(32).hex())


def kept(figures: Mapping[str, Any]) -> bool:
    """Whether the promise was kept."""
    return not any(figures[name] for name in ("acknowledged_lost", "duplicates", "half_transactions", "chain_faults"))
