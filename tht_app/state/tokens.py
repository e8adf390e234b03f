"""A tab's token belongs to the session that first used it; anybody else who shows it gets a fresh, empty one.

Reflex keys state by a token that the browser keeps in sessionStorage and sends in an address, so it turns up in logs
and survives a change of user in the same tab. This is the one module that touches Reflex's token manager.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from reflex.utils.token_manager import LocalTokenManager

from tht_app.state.gate import session_cookie

MOST_TOKENS = 20_000


class BoundTokens(LocalTokenManager):
    """Links sockets to tab tokens, and remembers whose each token is."""

    def __init__(
        self,
        cookie_of: Callable[[str], str],
        owner_of: Callable[[str], str | None],
        gone: Callable[[str], None] = lambda _tab: None,
    ) -> None:
        """`cookie_of(sid)` is the handshake's cookie header; `owner_of(session token)` the id of a live session.

        `gone` hears which tab has lost its socket.
        """
        super().__init__()
        self._gone = gone
        self._cookie_of = cookie_of
        self._owner_of = owner_of
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._session_tokens: dict[str, str] = {}

    def session_of(self, client_token: str) -> str | None:
        """The session token of the socket that holds this tab's token at the moment."""
        record = self.token_to_socket.get(client_token)
        return self._session_tokens.get(record.sid) if record else None

    async def link_token_to_sid(self, token: str, sid: str) -> str | None:
        """Link, but hand out another token if this one belongs to another session or to another open socket."""
        session_token = session_cookie(self._cookie_of(sid)) or ""
        owner = self._owner_of(session_token) or session_token
        self._session_tokens[sid] = session_token
        asked = token if len(token) <= 64 and self._owners.get(token, owner) == owner else str(uuid4())
        given = await super().link_token_to_sid(asked, sid) or asked
        self._owners[given] = owner
        self._owners.move_to_end(given)
        while len(self._owners) > MOST_TOKENS:
            self._owners.popitem(last=False)
        return given if given != token else None

    async def disconnect_token(self, token: str, sid: str) -> None:
        """Forget the socket; whose token it was stays known."""
        self._session_tokens.pop(sid, None)
        holder = self.token_to_socket.get(token)
        if holder is None or holder.sid == sid:  # else the tab has come back on another socket already
            self._gone(token)
        await super().disconnect_token(token, sid)


def install(app: Any, owner_of: Callable[[str], str | None], gone: Callable[[str], None]) -> BoundTokens:
    """Put bound tokens under a Reflex app before its first socket."""
    namespace = app.event_namespace

    def cookie_of(sid: str) -> str:
        environ = app.sio.get_environ(sid, namespace.namespace) or {}
        return str(environ.get("HTTP_COOKIE", ""))

    tokens = BoundTokens(cookie_of, owner_of, gone)
    namespace._token_manager = tokens
    return tokens
