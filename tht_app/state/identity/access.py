"""The own access on the settings page: second factor, open sessions; and the owner's decision who needs a factor."""

from uuid import UUID

import reflex as rx

from tht_app.domain.identity import Permission
from tht_app.state.acting import SIGNED_IN, Acting, handler
from tht_app.state.identity.access_views import AccessView, access_view, demands_of, policy_view
from tht_app.use_cases.access import (
    DropOwnFactor,
    DropOwnPasskey,
    EndOwnSession,
    ReadFactorPolicy,
    ReadOwnAccess,
    SaveFactorPolicy,
)

MANAGE = Permission.IDENTITY_MANAGE


class AccessState(Acting, rx.State):
    """The card of one's own."""

    view: AccessView = AccessView()
    loaded: bool = False
    asking_drop: bool = False

    @handler(needs=SIGNED_IN)
    async def load(self) -> None:
        """Show what the own account has."""
        self.asking_drop = False
        await self._show()

    @handler(needs=SIGNED_IN)
    async def end_session(self, session_id: str) -> None:
        """Sign out on one other device."""
        await self._execute(EndOwnSession(_as_id(session_id)))
        await self._show()
        await self._notify("identity.access.session.ended")

    @handler(needs=SIGNED_IN)
    async def end_others(self) -> None:
        """Sign out everywhere but here."""
        ended = await self._execute(EndOwnSession())
        await self._show()
        await self._notify("identity.access.sessions.ended", count=ended)

    @handler(needs=SIGNED_IN)
    async def ask_drop(self, open_: bool) -> None:
        """Ask before the second factor goes."""
        self.asking_drop = open_ and self.view.totp

    @handler(needs=SIGNED_IN)
    async def drop_factor(self) -> None:
        """Go back to the password alone."""
        await self._execute(DropOwnFactor())
        self.asking_drop = False
        await self._show()
        await self._notify("identity.access.factor.dropped")

    @handler(needs=SIGNED_IN)
    async def drop_passkey(self, passkey_id: str) -> None:
        """Forget a passkey whose device is gone."""
        await self._execute(DropOwnPasskey(_as_id(passkey_id)))
        await self._show()
        await self._notify("identity.access.passkeys.dropped")

    async def _show(self) -> None:
        self.view = access_view(await self._execute(ReadOwnAccess()), self._lang())
        self.loaded = True


class FactorPolicyState(Acting, rx.State):
    """Who needs a second factor."""

    policy: dict[str, str] = {}
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=MANAGE)
    async def load(self) -> None:
        """Show what holds."""
        self.policy = policy_view(await self._execute(ReadFactorPolicy()))

    @handler(needs=MANAGE)
    async def save(self, form: dict[str, str]) -> None:
        """Decide it."""
        demands = demands_of(form)
        await self._execute(SaveFactorPolicy(demands), form.get("_key") or None)
        self.policy = policy_view(demands)
        self.key_epoch += 1
        await self._notify("identity.policy.saved")


def _as_id(text: str) -> UUID:
    """An id; the nil one for anything else, which is nobody's."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
