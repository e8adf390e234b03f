"""How many events one session may send: a token bucket."""

import time
from collections.abc import Callable
from dataclasses import dataclass

MOST_SESSIONS = 10_000


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


class Buckets:
    """One bucket a session: `burst` at once, `rate` a second in the long run."""

    def __init__(self, rate: float = 40, burst: float = 160, clock: Callable[[], float] = time.monotonic) -> None:
        """Fill every bucket to the brim; `clock` counts seconds."""
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: str) -> bool:
        """Take one; False when the session has to slow down."""
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            self._forget_full(now)
            bucket = self._buckets[key] = _Bucket(self._burst, now)
        bucket.level = min(self._burst, bucket.level + (now - bucket.at) * self._rate)
        bucket.at = now
        if bucket.level < 1:
            return False
        bucket.level -= 1
        return True

    def _forget_full(self, now: float) -> None:
        if len(self._buckets) < MOST_SESSIONS:
            return
        full = [key for key, bucket in self._buckets.items() if (now - bucket.at) * self._rate >= self._burst]
        for key in full or [next(iter(self._buckets))]:
            del self._buckets[key]
