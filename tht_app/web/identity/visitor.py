"""The session of a service in whose name a page or a room of the web asks: one for all its visitors."""

import asyncio
from typing import Any
from uuid import UUID

from tht_app.database.gate import current_gate
from tht_app.domain.errors import SessionEnded, Unavailable
from tht_app.use_cases.door import Actor, Viewer, execute, proceed, reread


class Visitor:
    """A session of a service, opened when it is first needed and again when it has run its time."""

    def __init__(self, service: str, kind: str) -> None:
        """`service` is its user name, `kind` that of its sessions."""
        self._service, self._kind = service, kind
        self._token: str | None = None
        self._opening = asyncio.Lock()

    async def execute(self, request: Any, address: str | None = None) -> Any:
        """Do what `request` asks; raises DomainError."""
        for _ in range(2):
            token = await self._present()
            try:
                return await execute(Actor(token, address), request)
            except SessionEnded:
                self._token = None
        raise Unavailable

    async def proceed(self, request: Any, noted: frozenset[UUID]) -> Any:
        """Take one more step of something that the audit log tells of already; raises DomainError."""
        for _ in range(2):
            token = await self._present()
            try:
                return (await proceed(Actor(token), request, noted=noted)).result
            except SessionEnded:
                self._token = None
        raise Unavailable

    async def reread(self, request: Any) -> Any:
        """Read again what an open page already shows: the same, without another entry in the audit log."""
        for _ in range(2):
            token = await self._present()
            try:
                return (await reread(request, [Viewer(Actor(token))])).result
            except SessionEnded:
                self._token = None
        raise Unavailable

    async def _present(self) -> str:
        async with self._opening:
            if self._token is None:
                self._token = await current_gate().open_service(self._service, kind=self._kind)
            return self._token
