"""What the audit log has been told a moment ago: an open note at most once per person and five minutes."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from uuid import UUID

NOTED_SECONDS = 300.0
MOST_NOTED = 20_000


class Noted:
    """Whose data an entry was written about, by what was done; each for five minutes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing was written yet; `clock` counts seconds."""
        self._clock = clock
        self._entries: OrderedDict[tuple[Hashable, ...], tuple[float, frozenset[UUID]]] = OrderedDict()

    def lately(self, *key: Hashable) -> frozenset[UUID]:
        """The patients whom an entry of the last five minutes names; empty where one has to be written."""
        at, patients = self._entries.get(key, (0.0, frozenset[UUID]()))
        return patients if self._clock() - at < NOTED_SECONDS else frozenset()

    def now(self, *key: Hashable, patients: frozenset[UUID]) -> None:
        """An entry about these was written just now, unless one was written lately."""
        if self.lately(*key) >= patients:
            return
        self._entries.pop(key, None)
        self._entries[key] = (self._clock(), patients)
        while len(self._entries) > MOST_NOTED:
            self._entries.popitem(last=False)
