"""What the lists of a clinic have in common: add, correct, take out of use, put in order.

A mixin: each list is a State of its own that says what to read, what a form means, and how an entry looks in a form.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import reflex as rx

from tht_app.domain.errors import Conflict, NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.state.acting import Acting, handler
from tht_app.state.scheduling.setup.views import EntryView
from tht_app.use_cases.scheduling import Arrange, Listed

MANAGE = Permission.SCHEDULE_WRITE
ENTRY = "entry_id"
"""The hidden field of a form that corrects an entry; a new one has none."""


def prefixed(refused: ValidationFailed, prefix: str, places: Mapping[str, str] | None = None) -> ValidationFailed:
    """The refusal with the names of the form's fields; `places` are those that are called otherwise."""
    other = places or {}
    return ValidationFailed({prefix + other.get(name, name): what for name, what in refused.fields.items()})


@dataclass(frozen=True, slots=True)
class ListOf:
    """What one list is made of."""

    listed: Listed
    request: Any
    """Reads all entries."""
    make: Callable[[Any, datetime, str], dict[str, Any]]
    """From what was read to the vars `rows` and `loaded`."""
    read: Callable[[Mapping[str, str], Any, int], Any]
    """From a form, the entry that it corrects and the length of the list to a saving request."""
    form: Callable[[Any], dict[str, str]]
    """From an entry to the form that would keep it."""
    blank: EntryView
    prefix: str
    """Before every field of the form; what follows is the field of the request."""
    places: Mapping[str, str] = field(default_factory=dict[str, str])
    """Where the form says what is wrong with a field that it does not have."""

    def renamed(self, refused: ValidationFailed) -> ValidationFailed:
        """The refusal with the names of the form's fields."""
        return prefixed(refused, self.prefix, self.places)


class Listing(Watching, Acting, rx.State, mixin=True):
    """A list that follows the clinic, with a sheet beside it; the State that takes it has `rows` and `chosen`."""

    is_open: bool = False
    loaded: bool = False
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=MANAGE)
    async def load(self) -> None:
        """Read the list, and keep it up to date."""
        what = self._list()
        await self._watch(
            LiveView(f"setup.{what.listed}", what.request, (topics.SCHEDULE,), what.make, lang=self._lang())
        )

    @handler(needs=MANAGE)
    async def open_new(self) -> None:
        """Open the sheet for a new entry."""
        await self._open(None)

    @handler(needs=MANAGE)
    async def open_one(self, entry_id: str) -> None:
        """Open the sheet of one entry."""
        await self._open(self._entry(entry_id))

    @handler(needs=MANAGE)
    async def close(self) -> None:
        """Put the sheet away."""
        self.is_open, self.errors = False, {}

    @handler(needs=MANAGE)
    async def save(self, form: dict[str, str]) -> None:
        """Keep what the form says; the notice offers to bring back what was there before."""
        what = self._list()
        key, wanted = form.pop("_key", "") or None, form.get(ENTRY, "")
        entry = self._entry(wanted) if wanted else None
        self._ensure_unchanged(entry)
        request = what.read(form, entry, len(self._entries()))
        try:
            kept = await self._execute(request, key)
        except ValidationFailed as refused:
            raise what.renamed(refused) from refused
        self.key_epoch += 1
        self.is_open = False
        await self._reread()
        undo = type(self).save({**what.form(entry), ENTRY: entry.id}) if entry else None
        await self._notify("scheduling.setup.saved", undo=undo or type(self).set_active(str(kept), False))

    @handler(needs=MANAGE)
    async def set_active(self, entry_id: str, active: bool) -> None:
        """Take an entry out of use, or back into it; what is booked with it stays."""
        what, entry = self._list(), self._entry(entry_id)
        await self._execute(replace(what.read(what.form(entry), entry, 0), active=active))
        await self._reread()
        words = "scheduling.setup.activated" if active else "scheduling.setup.deactivated"
        await self._notify(words, undo=type(self).set_active(entry_id, not active), name=entry.name)

    @handler(needs=MANAGE)
    async def move(self, entry_id: str, up: bool) -> None:
        """Change places with the entry above or below."""
        ids = [entry.id for entry in self._entries()]
        here = ids.index(self._entry(entry_id).id)
        there = here - 1 if up else here + 1
        if 0 <= there < len(ids):
            ids[here], ids[there] = ids[there], ids[here]
            await self._execute(Arrange(self._list().listed, tuple(UUID(one) for one in ids)))
            await self._reread()

    async def _open(self, entry: EntryView | None) -> None:
        chosen = entry or self._list().blank
        await self._prepare(chosen)
        self.chosen = chosen
        self.is_open, self.errors = True, {}

    def _ensure_unchanged(self, entry: Any) -> None:
        """Raise `Conflict` when somebody else has corrected the entry since its sheet was opened.

        The sheet then shows what they wrote wherever nothing was typed, and saving once more is a decision.
        """
        form = self._list().form
        chosen = self.get_value("chosen")
        if entry and self.is_open and entry.id == chosen.id and form(entry) != form(chosen):
            self.chosen = entry
            raise Conflict

    def _entries(self) -> list[Any]:
        return self.get_value("rows")

    def _entry(self, entry_id: str) -> Any:
        """An entry of the list; what is none does not exist."""
        for entry in self._entries():
            if entry.id == entry_id:
                return entry
        raise NotFound

    def _list(self) -> ListOf:
        raise NotImplementedError

    async def _prepare(self, entry: Any) -> None:
        """Fetch what the sheet of this entry lets choose from."""
