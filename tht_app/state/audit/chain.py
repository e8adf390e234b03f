"""How the log's proof stands, and verifying it while everybody works on."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import reflex as rx

from tht_app.domain.identity import Permission
from tht_app.state.acting import Acting, handler
from tht_app.state.audit.view_models import ChainView, EntryView, chain_view, entry_view, progress_vars
from tht_app.use_cases.audit import VERIFICATION, AuditOverview, Overview, ReadChain

READ = Permission.AUDIT_READ
LOOKS_EVERY = 0.5


class ChainState(Acting, rx.State):
    """The card above the log."""

    chain: ChainView = ChainView()
    loaded: bool = False
    watching: bool = False
    """This tab shows the progress of a verification."""

    @handler(needs=READ)
    async def load(self) -> None:
        """Read how it stands."""
        await self._read()

    @handler(needs=READ, background=True)
    async def verify(self) -> None:
        """Have everything verified, or watch the verification that runs; its result stays in the log."""
        async with self:
            if self.watching:
                return
            self.watching = True
        try:
            await VERIFICATION.start(self._person().actor)
            while (progress := VERIFICATION.progress) is not None:
                async with self:
                    self.chain = replace(self.chain, **progress_vars(progress, self._lang()))
                await asyncio.sleep(LOOKS_EVERY)
        finally:
            async with self:
                self.watching = False
        before = self.chain.verified
        async with self:
            await self._read()
            if self.chain.verified == before:
                await self._notify("audit.chain.not_finished", "warn")

    async def _read(self) -> None:
        self.chain = chain_view(await self._execute(ReadChain()), datetime.now(UTC), self._lang())
        self.loaded = True


class AuditHomeState(Acting, rx.State):
    """What an auditor sees first."""

    chain: ChainView = ChainView()
    refused: int = 0
    refusals: list[EntryView] = []
    handed_out: list[EntryView] = []
    loaded: bool = False

    @handler(needs=READ)
    async def load(self) -> None:
        """Read chain, refusals of today, newest prints and exports."""
        found: Overview = await self._execute(AuditOverview())
        lang = self._lang()
        self.chain = chain_view(found.chain, datetime.now(UTC), lang)
        self.refused = found.refused
        self.refusals = [entry_view(entry, lang) for entry in found.refusals]
        self.handed_out = [entry_view(entry, lang) for entry in found.handed_out]
        self.loaded = True
