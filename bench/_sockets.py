"""Browser tabs reduced to their sockets, light enough that 500 of them measure the server and not themselves.

They speak Engine.IO 4 and Socket.IO 5 over a plain websocket, as the browser does, and look into what comes only for
the mark of the change that is awaited; a message counts when its last byte is there.
"""

import asyncio
import json
import os
import struct
import time
import uuid
from base64 import b64encode
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from tests.web.browser import HYDRATE

TEXT = 1
PONG = b"3"


class Socket(asyncio.Protocol):
    """One websocket; calls `heard` with every text that comes."""

    def __init__(self, request: bytes, heard: Callable[["Socket", bytes], None]) -> None:
        """`request` opens the websocket."""
        self._request, self._heard = request, heard
        self._came = bytearray()
        self._open = False
        self.last = b""
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the websocket."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Remember it: a screen that was lost must not look like one that was slow."""
        self.lost = True

    def data_received(self, data: bytes) -> None:
        """Cut what came into messages."""
        self._came += data
        if not self._open:
            head, found, rest = self._came.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                raise ConnectionRefusedError(head.decode(errors="replace"))
            self._open, self._came = True, bytearray(rest)
        while (text := self._cut()) is not None:
            self._message(text)

    def _cut(self) -> bytes | None:
        """The next whole frame, if it is there; servers neither mask nor, here, split."""
        came = self._came
        if len(came) < 2:
            return None
        size, start = came[1] & 0x7F, 2
        if size == 126 and len(came) >= 4:
            size, start = struct.unpack_from("!H", came, 2)[0], 4
        elif size == 127 and len(came) >= 10:
            size, start = struct.unpack_from("!Q", came, 2)[0], 10
        elif size > 125:
            return None
        if len(came) < start + size:
            return None
        text = bytes(came[start : start + size])
        del came[: start + size]
        return text

    def _message(self, text: bytes) -> None:
        if text == b"2":
            self.send(PONG)
        elif text.startswith(b"42"):
            self.last = text
            self._heard(self, text)
        else:
            self._heard(self, text)

    def send(self, text: bytes) -> None:
        """Send one text; browsers mask, and a mask of zeros is one."""
        size = len(text)
        length = bytes([0x80 | size]) if size < 126 else struct.pack("!BH", 0x80 | 126, size)
        self.transport.write(bytes([0x80 | TEXT]) + length + bytes(4) + text)


class Crowd:
    """Screens that should all hear of the same change."""

    def __init__(self, path: str, namespace: str) -> None:
        """`path` is where Socket.IO is mounted, `namespace` for example `/_event,` or nothing for the default one."""
        self._path, self._namespace = path, namespace
        self.sockets: list[Socket] = []
        self.updates = 0
        self._mark = b""
        self._waiting: set[Socket] = set()
        self._times: list[float] = []
        self._all = asyncio.Event()

    async def join(self, origin: str, *, cookie: str = "", auth: object = None, **query: str) -> Socket:
        """One more screen; returns when it is connected."""
        where = urlsplit(origin)
        path = f"{self._path}/?{urlencode({'EIO': '4', 'transport': 'websocket', **query})}"
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {where.netloc}",
            f"Origin: {origin}",
            *([f"Cookie: {cookie}"] if cookie else []),
            "X-Forwarded-For: 203.0.113.7",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {b64encode(os.urandom(16)).decode()}",
        ]
        connected = asyncio.Event()
        hello = f"40{self._namespace}{json.dumps(auth) if auth is not None else ''}".encode()

        def heard(socket: Socket, text: bytes) -> None:
            if text.startswith(b"0{"):
                socket.send(hello)
            elif text.startswith(b"40"):
                connected.set()
            elif text.startswith(b"42"):
                self._heard(socket, text)

        request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        _, socket = await asyncio.get_running_loop().create_connection(
            lambda: Socket(request, heard), where.hostname or "127.0.0.1", where.port or 80
        )
        await asyncio.wait_for(connected.wait(), 20)
        self.sockets.append(socket)
        return socket

    async def join_page(self, origin: str, page: str, cookie: str, *mounted: str) -> None:
        """One more tab of the clinic, at this page; `mounted` are the events that its components send by themselves."""
        where = {"pathname": page, "asPath": page}
        boot = {"name": HYDRATE, "payload": {}, "router_data": where}
        socket = await self.join(origin, cookie=cookie, auth={"event": boot}, token=str(uuid.uuid4()))
        for name in mounted:
            told = json.dumps(["event", {"name": name, "payload": {}, "router_data": where}])
            socket.send(f"42{self._namespace}{told}".encode())

    def _heard(self, socket: Socket, text: bytes) -> None:
        self.updates += 1
        if socket in self._waiting and self._mark in text:
            self._times.append(time.perf_counter())
            self._waiting.discard(socket)
            if not self._waiting:
                self._all.set()

    def await_mark(self, mark: str) -> None:
        """From now on every screen is expected to receive something with this mark in it."""
        self._mark = mark.encode()
        self._waiting, self._times = set(self.sockets), []
        self._all.clear()

    async def all_heard(self, seconds: float = 30) -> list[float]:
        """When each of them did; raises TimeoutError."""
        if self._waiting:
            await asyncio.wait_for(self._all.wait(), seconds)
        return self._times

    async def quiet(self, seconds: float = 1.0) -> None:
        """Wait until nothing more comes."""
        before = -1
        while before != self.updates:
            before = self.updates
            await asyncio.sleep(seconds)

    def leave(self) -> None:
        """Close every screen."""
        for socket in self.sockets:
            socket.transport.close()
        self.sockets = []
