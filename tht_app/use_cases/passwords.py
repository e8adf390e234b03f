"""Hashing and checking passwords: argon2id, four at a time, so that two hundred sign-ins at once stay in 256 MiB."""

import asyncio
import gzip
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from tht_app.domain.errors import Problem
from tht_app.domain.passwords import LONGEST, password_problem

MEMORY_KIB = 64 * 1024
ROUNDS = 3
AT_ONCE = 4

argon2: Any = import_module("passlib.hash").argon2  # a lazy attribute without types
# The first use would load it, and four threads that do so at once break each other.
argon2.set_backend("argon2_cffi")
_hasher: Any = argon2.using(type="ID", memory_cost=MEMORY_KIB, rounds=ROUNDS, parallelism=1)
_pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="argon2")

DUMMY = "$argon2id$v=19$m=65536,t=3,p=1$LoWQEoJwLiWEsFZKKUXIGQ$cBKruVnwCF+FzVIDk+ZVdhABxjbc7b1MOLfXs0PjvuE"
"""A hash that no password has, with the same cost: an unknown user takes as long as a known one."""


async def hash_password(password: str) -> str:
    """Hash for `sec.credential`, about 160 ms of one core. Raises ValueError above the longest password."""
    if len(password) > LONGEST:
        raise ValueError("longer than any password")
    return await asyncio.get_running_loop().run_in_executor(_pool, _hasher.hash, password)


async def password_matches(password: str, password_hash: str | None) -> bool:
    """Whether it is the password; without a hash (unknown user) it takes as long and says no."""
    if len(password) > LONGEST:
        return False
    matches = await asyncio.get_running_loop().run_in_executor(_pool, _hasher.verify, password, password_hash or DUMMY)
    return bool(matches) and password_hash is not None


def outdated(password_hash: str) -> bool:
    """Whether it was made with weaker parameters than today's."""
    return bool(_hasher.needs_update(password_hash))


COMMON = Path(__file__).with_name("common_passwords.txt.gz")
"""Nearly twenty thousand passwords that guessing begins with; its head says where they are from."""


@cache
def _common() -> frozenset[str]:
    with gzip.open(COMMON, "rt", encoding="utf-8") as lines:
        return frozenset(line.strip() for line in lines if not line.startswith("#"))


def new_password_problem(password: str, username: str, names: Iterable[str] = ()) -> Problem | None:
    """What is wrong with a password that somebody chooses; nothing leaves the machine to find out."""
    return password_problem(password, username, is_common=_common().__contains__, names=names)
