"""The card of the backups in the settings, and the owner's section on the first screen."""

import reflex as rx

from tht_app.domain.identity import Permission
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.state.acting import Acting, handler
from tht_app.state.backup.view_models import NO_BACKUPS, BackupView, backup_vars
from tht_app.use_cases.backup import AskForBackup, ReadBackups

MANAGE = Permission.BACKUP_MANAGE


class BackupsState(Watching, Acting, rx.State):
    """How the backups stand."""

    backups: BackupView = NO_BACKUPS
    loaded: bool = False

    @handler(needs=MANAGE)
    async def load(self) -> None:
        """Show how they stand, and follow it."""
        await self._watch(
            LiveView(
                name="backup.backups",
                request=ReadBackups(),
                topics=(topics.BACKUPS,),
                make=backup_vars,
                lang=self._lang(),
            )
        )

    @handler(needs=MANAGE)
    async def ask(self) -> None:
        """Make one now; the screen says when it is done."""
        await self._execute(AskForBackup())
        await self._notify("backup.asked")
        await self._reread()
