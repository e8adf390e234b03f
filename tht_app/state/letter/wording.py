"""What the owner sets for letters: their sentences."""

from datetime import UTC, datetime

import reflex as rx

from tht_app.domain.identity import Permission
from tht_app.domain.letter import PARTS, checked_wording
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.letter.view_models import WordingView, kind_of, preview, wording_views
from tht_app.use_cases.letter import ReadWordings, ResetWording, SaveWording


class LetterWordingState(Acting, rx.State):
    """The card of the settings."""

    wordings: list[WordingView] = []
    chosen: WordingView = WordingView()
    shown: list[str] = []
    """The sentences with an invented patient in them."""
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=Permission.SETTINGS_MANAGE)
    async def load(self) -> None:
        """Show what holds."""
        await self._read(self.chosen.kind)

    @handler(needs=Permission.SETTINGS_MANAGE)
    async def choose(self, kind: str) -> None:
        """Look at another kind of letter."""
        await self._read(kind)

    @handler(needs=Permission.SETTINGS_MANAGE)
    async def look(self, form: dict[str, str]) -> None:
        """Show how it would read, or keep it: the pressed button says which."""
        kind = kind_of(self.chosen.kind)
        parts = {part: form.get(part, "") for part in PARTS}
        wording = checked_wording(kind, parts)
        self.shown = preview(wording, datetime.now(UTC).astimezone(settings().zone).date())
        if form.get("deed") != "save":
            return
        await self._execute(SaveWording(kind, parts), key=form.get("_key"))
        await self._read(kind.value)
        await self._notify("letter.wordings.saved")

    @handler(needs=Permission.SETTINGS_MANAGE)
    async def reset_wording(self) -> None:
        """Go back to the wording that comes with the program."""
        kind = kind_of(self.chosen.kind)
        await self._execute(ResetWording(kind))
        await self._read(kind.value)
        await self._notify("letter.wordings.reset_done")

    async def _read(self, kind: str) -> None:
        wanted = kind_of(kind).value
        self.wordings = wording_views(await self._execute(ReadWordings()))
        self.chosen = next(one for one in self.wordings if one.kind == wanted)
        self.shown, self.errors = [], {}
        self.key_epoch += 1
