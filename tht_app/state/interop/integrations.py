"""The integrations page, and the note at the front desk that mail is off."""

from uuid import UUID

import reflex as rx

from tht_app.domain.identity import Permission
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.interop.view_models import NO_MAIL, MailView, TroubleView, integrations_vars
from tht_app.use_cases.interop import Integrations, SendAgain

MANAGE = Permission.INTEGRATION_MANAGE


class IntegrationsState(Watching, Acting, rx.State):
    """How mail stands and which messages have trouble."""

    mail: MailView = NO_MAIL
    troubles: list[TroubleView] = []
    loaded: bool = False

    @handler(needs=MANAGE)
    async def load(self) -> None:
        """Show how it stands, and follow it."""
        opens_patients = Permission.PATIENT_READ in self._person().permissions
        await self._watch(
            LiveView(
                name="interop.integrations",
                request=Integrations(),
                topics=(topics.OUTBOX,),
                make=integrations_vars,
                audience=opens_patients,
                lang=self._lang(),
            )
        )

    @handler(needs=MANAGE)
    async def send_again(self, outbox_id: str) -> None:
        """Start anew with one message."""
        await self._execute(SendAgain(UUID(outbox_id)))
        await self._notify("interop.integrations.trouble.again.done")
        await self._reread()


class MailNoteState(Acting, rx.State):
    """Whether those who look after appointments have to know that nothing leaves by mail."""

    off: bool = False

    @handler(needs=Permission.APPOINTMENT_READ)
    async def load(self) -> None:
        """Ask the settings; nobody is waited for."""
        self.off = not settings().mail_on
