"""States that exist for the gate's tests only."""

from collections.abc import Iterator
from contextlib import contextmanager

import reflex as rx
from reflex_base.event import EventHandler
from reflex_base.registry import RegisteredEventHandler, RegistrationContext

from tht_app.domain.errors import Conflict, Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.state.acting import SIGNED_IN, Acting, handler


class ProbeState(Acting, rx.State):
    """Counts, remembers, fails."""

    n: int = 0
    secret: str = ""
    seen: dict[str, str] = {}  # noqa: RUF012
    errors: dict[str, str] = {}  # noqa: RUF012
    _hidden: str = ""

    @handler(needs=Permission.PATIENT_WRITE)
    async def count_up(self, by: int) -> None:
        self.n += by

    @handler(needs=(Permission.INVOICE_WRITE, Permission.PATIENT_MERGE))
    async def either(self) -> None:
        self.n += 1

    @handler(needs=SIGNED_IN)
    async def for_all(self) -> None:
        self.n += 1

    @handler(needs=Permission.PATIENT_WRITE)
    async def remember(self, secret: str) -> None:
        self.secret = secret

    @handler(needs=Permission.PATIENT_WRITE)
    async def keep_form(self, form: dict[str, str]) -> None:
        self.seen = form

    @handler(needs=Permission.PATIENT_WRITE)
    async def bad_field(self, form: dict[str, str]) -> None:
        raise ValidationFailed({"name": Problem("too_long", {"max": 5})})

    @handler(needs=Permission.PATIENT_WRITE)
    async def conflict(self) -> None:
        raise Conflict

    @handler(needs=Permission.PATIENT_WRITE)
    async def bug(self) -> None:
        raise RuntimeError("Siti Rahmawati has 3171234567890001")

    @handler(needs=Permission.PATIENT_WRITE)
    async def steps(self):
        self.n = 1
        yield
        self.n = 2
        yield
        raise Conflict


async def _unmarked(self) -> None:
    self.n += 1000


_unmarked.__name__ = "unmarked"
UNMARKED = f"{ProbeState.get_full_name()}.unmarked"


@contextmanager
def unmarked_registered() -> Iterator[None]:
    """An unmarked handler in the registry, for a while."""
    handlers = RegistrationContext.get().event_handlers
    found = EventHandler(fn=_unmarked, state=ProbeState)
    handlers[UNMARKED] = RegisteredEventHandler(handler=found, states=(ProbeState,))
    try:
        yield
    finally:
        del handlers[UNMARKED]
