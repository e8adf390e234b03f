"""How an update reaches browsers without an event of theirs. With `state/tokens.py`, what knows Reflex from inside.

The State on the server gets the same values first, so that a later event of that tab starts from what its screen shows.
States live in the memory of this process; with a store outside of it, this file is what has to change.
"""

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

import engineio.packet
import socketio.packet
from engineio.exceptions import SocketIsClosedError
from reflex.istate.manager.token import BaseStateToken
from reflex.state import BaseState, State, StateUpdate
from reflex_base import constants
from reflex_base.constants.state import FIELD_MARKER


class Wire:
    """The sockets and States of a Reflex app."""

    def __init__(self, app: Any) -> None:
        """Speak through this app."""
        self._app = app

    def present(self, tab: str) -> str | None:
        """The socket that holds the tab at this moment."""
        record = self._app.event_namespace._token_manager.token_to_socket.get(tab)
        return record.sid if record else None

    async def state_of(self, tab: str, full_name: str) -> BaseState:
        """One State of a tab."""
        root = await self._app.state_manager.get_state(BaseStateToken(ident=tab, cls=State))
        return root.get_substate(full_name.split("."))

    async def send(self, sockets: Iterable[str], full_name: str, values: Mapping[str, Any]) -> None:
        """Send the same values of a State to all these sockets; encoded once, however many they are."""
        to = list(sockets)
        if not to:
            return
        delta = {full_name: {f"{name}{FIELD_MARKER}": value for name, value in values.items()}}
        channel = self._app.event_namespace
        server, event = channel.server, [str(constants.SocketEvent.EVENT), StateUpdate(delta=delta)]
        told = server.packet_class(socketio.packet.EVENT, namespace=channel.namespace, data=event)
        sealed = engineio.packet.Packet(engineio.packet.MESSAGE, told.encode())
        # Socket.IO's own `emit` makes a task for each recipient, which costs more than the sending itself.
        for _, line in server.manager.get_participants(channel.namespace, to):
            with contextlib.suppress(SocketIsClosedError):
                await server.eio.send_packet(line, sealed)


def put(state: BaseState, values: Mapping[str, Any]) -> None:
    """Set vars whose values the browser is sent by other means: the next event need not send them again."""
    for name, value in values.items():
        setattr(state, name, value)
        state.dirty_vars.discard(name)
