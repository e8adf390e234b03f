"""What the screens may know of the signed-in person: the navigation and the refusal pages are drawn from it.

Only the gate fills it, from the database, with every event. Hiding something by it is courtesy, never protection.
"""

import reflex as rx

from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.marks import SIGNED_IN
from tht_app.state.session import SignedIn
from tht_app.use_cases.identity import ChooseLanguage


class PersonState(Acting, rx.State):
    """The person of this tab."""

    username: str = ""
    display_name: str = ""
    roles: list[str] = []
    permissions: list[str] = []
    zone: str = ""
    """The clinic's time zone, in which a screen tells the time wherever its browser is."""
    _session_id: str = ""
    """The session that everything else in this tab's state belongs to."""

    @handler(needs=SIGNED_IN)
    async def choose_language(self, lang: str) -> None:
        """Remember the language for the account; the browser has already switched by itself."""
        await self._execute(ChooseLanguage(lang))

    def _became(self, who: SignedIn) -> None:
        """Take over what the database says, if it says something new."""
        news = {
            "_session_id": str(who.session_id),
            "username": who.username,
            "display_name": who.display_name,
            "roles": sorted(role.value for role in who.roles),
            "permissions": sorted(permission.value for permission in who.permissions),
            "zone": settings().time_zone,
        }
        for name, value in news.items():
            if self.get_value(name) != value:
                setattr(self, name, value)
