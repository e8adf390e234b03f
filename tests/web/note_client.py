"""A note's editor reduced to what an attacker has: a Y.Doc, a websocket, and messages of any kind."""

import asyncio
import json
from contextlib import suppress
from typing import Any, Self
from uuid import UUID

import aiohttp
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from tests.web.browser import Browser
from tht_app.domain.encounter.note import Section
from tht_app.live.note_wire import Kind
from tht_app.use_cases.encounter.note_document import document_of, words_of

PATIENCE = 15.0
LAST_PATIENCE = 45.0
REFUSED, ABNORMAL = 4403, 1006


class NoteClient:
    """One device at one note. `async with NoteClient(browser, visit) as pen: await pen.type("plan", "x")`."""

    def __init__(self, browser: Browser, encounter_id: UUID, *, origin: str | None = None, cookie: str | None = None):
        self.browser, self.encounter_id = browser, encounter_id
        self.origin = browser.origin if origin is None else origin
        self.cookie = browser.cookie_header() if cookie is None else cookie
        self.document: Doc = document_of(())
        self.welcome: dict[str, Any] = {}
        self.refused: dict[str, Any] = {}
        self.people: dict[int, dict[str, Any]] = {}
        self.frozen = False
        self.acknowledged = self.number = 0
        self.close_code: int | None = None
        self._came = asyncio.Event()
        self._synced = False

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession()
        try:
            self.socket = await self._http.ws_connect(
                f"{self.browser.origin}/notes/{self.encounter_id}/live",
                headers={"Origin": self.origin, "Cookie": self.cookie, "X-Forwarded-For": "203.0.113.7"},
                max_msg_size=0,
            )
        except aiohttp.ClientError:
            await self._http.close()
            raise
        self._reader = asyncio.create_task(self._read())
        await self.until(lambda: self.welcome or self.refused)
        if self.welcome:
            await self.send(Kind.STATE, self.document.get_state())
            await self.until(lambda: self._synced)
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(ConnectionError):
            await self.socket.close()
        self._reader.cancel()
        await self._http.close()

    async def _read(self) -> None:
        with suppress(ConnectionError):  # no time to say goodbye at a line that is gone
            async for message in self.socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    self._hear(message.data)
                    self._came.set()
        self.close_code = self.socket.close_code or ABNORMAL
        self._came.set()

    def _hear(self, message: bytes) -> None:
        kind, rest = Kind(message[0]), message[1:]
        if kind is Kind.WELCOME:
            self.welcome = json.loads(rest)
        elif kind is Kind.STATE:
            length = int.from_bytes(rest[:4], "big")
            self.document.apply_update(rest[4 + length :])
            self._synced = True
        elif kind is Kind.UPDATE:
            self.document.apply_update(rest)
        elif kind is Kind.ACK:
            self.acknowledged = int.from_bytes(rest[:4], "big")
        elif kind is Kind.REFUSED:
            self.refused = json.loads(rest)
        elif kind is Kind.FROZEN:
            self.frozen = True
        elif kind is Kind.PRESENCE:
            person = json.loads(rest)
            self.people[person["seat"]] = person
            if person.get("left"):
                del self.people[person["seat"]]

    async def until(self, condition: Any, patience: float = PATIENCE) -> None:
        """Wait until something is so; whoever is closed meanwhile waits no longer."""
        async with asyncio.timeout(patience):
            while not condition() and self.close_code is None:
                self._came.clear()
                await self._came.wait()

    async def closed(self) -> int | None:
        """Wait for the end of the line and return its code.

        A very busy server may end a line that it has refused without the last frame; the word has come by then.
        """
        await self.until(lambda: False, LAST_PATIENCE)
        return REFUSED if self.refused and self.close_code == ABNORMAL else self.close_code

    async def send(self, kind: int, content: bytes = b"") -> None:
        await self.socket.send_bytes(bytes([kind]) + content)

    async def push(self, update: bytes, *, wait: bool = True) -> int:
        """Send an update, of this document or of any other."""
        self.number = number = self.number + 1
        await self.send(Kind.UPDATE, number.to_bytes(4, "big") + update)
        if wait:
            await self.until(lambda: self.acknowledged >= number or self.refused)
        return number

    def edit(self, section: str, text: str, *, paragraph: int | None = None) -> bytes:
        """Write at the end of a paragraph (or a new one) here, and return the step."""
        before = self.document.get_state()
        children = self.document.get(section, type=XmlFragment).children
        with self.document.transaction():
            if paragraph is None:
                children.append(XmlElement("paragraph", {}, [XmlText(text)]))
            else:
                inside = children[paragraph].children
                if not len(inside):
                    inside.append(XmlText(text))
                else:
                    words = inside[0]
                    words.insert(len(words), text)
        return self.document.get_update(before)

    async def type(self, section: str, text: str, *, paragraph: int | None = 0, wait: bool = True) -> int:
        """Write and send."""
        return await self.push(self.edit(section, text, paragraph=paragraph), wait=wait)

    def says(self, section: str) -> str:
        """What a section says here."""
        return words_of(self.document)[Section(section)]
