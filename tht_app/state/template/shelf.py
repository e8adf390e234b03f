"""The list of templates: one's own and the clinic's, and what happened to each."""

from uuid import UUID

import reflex as rx

from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.template.view_models import (
    PieceView,
    TemplateRow,
    VersionView,
    piece_views,
    template_rows,
    version_views,
)
from tht_app.use_cases.template import InstallExamples, ListTemplates, ReadTemplateVersions, RetireTemplate

WRITE = Permission.RECORD_WRITE


def as_id(text: str) -> UUID:
    """An id that came from a browser; what is none names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


class ShelfState(Acting, rx.State):
    """What stands on the shelf; retired ones when they are asked for."""

    templates: list[TemplateRow] = []
    retired: bool = False
    loaded: bool = False
    history_of: TemplateRow = TemplateRow()
    versions: list[VersionView] = []
    chosen: int = 0
    pieces: list[PieceView] = []

    @handler(needs=WRITE)
    async def load(self) -> None:
        """Show the list."""
        self._shut()
        await self._read()

    @handler(needs=WRITE)
    async def show_retired(self, retired: bool) -> None:
        """Those in use, or those that are not offered any more."""
        self.retired = retired
        await self._read()

    @handler(needs=WRITE)
    async def retire(self, template_id: str) -> None:
        """Offer a template no more, with a way back."""
        name = self._name(template_id)
        await self._execute(RetireTemplate(as_id(template_id)))
        await self._read()
        await self._notify("template.shelf.retired", undo=ShelfState.restore(template_id), name=name)

    @handler(needs=WRITE)
    async def restore(self, template_id: str) -> None:
        """Offer it again."""
        await self._execute(RetireTemplate(as_id(template_id), retired=False))
        await self._read()

    @handler(needs=Permission.TEMPLATE_SHARE)
    async def install(self) -> None:
        """Take the examples over for the whole clinic."""
        done = await self._execute(InstallExamples())
        await self._read()
        if done.missing:
            await self._notify("template.shelf.missing", "warn", codes=", ".join(done.missing))
        await self._notify("template.shelf.installed", count=done.count)

    @handler(needs=WRITE)
    async def open_history(self, template_id: str) -> None:
        """Who changed it when."""
        self.history_of = next((one for one in self.templates if one.id == template_id), TemplateRow())
        if self.history_of.id:
            await self._compare(0)

    @handler(needs=WRITE)
    async def choose_version(self, version: int) -> None:
        """What this version changed."""
        await self._compare(version)

    @handler(needs=WRITE)
    async def close_history(self) -> None:
        """Back to the list."""
        self._shut()

    async def _compare(self, version: int) -> None:
        """Show a version beside the one before it; 0 is the newest."""
        found = await self._execute(ReadTemplateVersions(as_id(self.history_of.id)))
        self.versions = version_views(found, settings().zone, self._lang())
        after = next((one for one in found if one.version == version), found[0])
        before = next((one for one in found if one.version == after.version - 1), None)
        self.chosen = after.version
        self.pieces = piece_views(before.content if before else None, after.content, self._lang())

    async def _read(self) -> None:
        found = await self._execute(ListTemplates(self.retired))
        self.templates = template_rows(found, settings().zone, self._lang())
        self.loaded = True

    def _name(self, template_id: str) -> str:
        return next((one.name for one in self.templates if one.id == template_id), "")

    def _shut(self) -> None:
        self.history_of, self.versions, self.chosen, self.pieces = TemplateRow(), [], 0, []
