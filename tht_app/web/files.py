"""Attached files on their way out: authorised by the door, audited, never kept by a browser or proxy.

GET /files/{file}                  the file; `?download` as one to save
GET /files/{file}/thumbnail        its small picture
GET /files/{file}/pages/{page}     one page of a PDF as picture, counted from 1

A browser only ever draws pictures that were made here. PDF and DICOM are handed out to be saved, never to be opened in
the clinic's name.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tht_app.domain.errors import NotFound
from tht_app.use_cases.attachment import page_of, thumbnail_of, whole_file
from tht_app.use_cases.door import Actor
from tht_app.web.acting import route

PRIVATE = {
    "cache-control": "private, no-store",
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}
SAME_LOOK_SECONDS = 300.0
MOST_REMEMBERED = 2000


class Looks:
    """Whose small pictures a session was shown of late: a list of files is one look, not one for each picture."""

    def __init__(self) -> None:
        """Nobody has looked yet."""
        self._until: dict[tuple[str, UUID], float] = {}

    def of(self, token: str) -> frozenset[UUID]:
        """Patients whose pictures this session was shown within five minutes."""
        now = time.monotonic()
        if len(self._until) > MOST_REMEMBERED:
            self._until = {look: until for look, until in self._until.items() if until > now}
        return frozenset(patient for (whose, patient), until in self._until.items() if whose == token and until > now)

    def note(self, token: str, patients: frozenset[UUID], seen: frozenset[UUID]) -> None:
        """This session was shown these now; the five minutes begin with the look that was written down."""
        for patient in patients - seen:
            self._until[token, patient] = time.monotonic() + SAME_LOOK_SECONDS


LOOKS = Looks()


def routes() -> list[Route]:
    """The routes of attached files."""
    return [
        Route("/files/{file:uuid}", content, methods=["GET"]),
        Route("/files/{file:uuid}/thumbnail", thumbnail, methods=["GET"]),
        Route("/files/{file:uuid}/pages/{page:int}", page, methods=["GET"]),
    ]


@route
async def content(request: Request, actor: Actor) -> Response:
    """The file itself."""
    file = await whole_file(actor, _file(request))
    shown = file.type.is_image and "download" not in request.query_params
    headers = {
        **PRIVATE,
        "content-disposition": _disposition("inline" if shown else "attachment", file.name),
        "content-length": str(file.size),
    }
    return StreamingResponse(_streamed(file.pieces), media_type=file.type.value, headers=headers)


@route
async def thumbnail(request: Request, actor: Actor) -> Response:
    """The small picture of a list."""
    seen = LOOKS.of(actor.token)
    picture, patients = await thumbnail_of(actor, _file(request), seen)
    LOOKS.note(actor.token, patients, seen)
    return Response(picture, media_type="image/webp", headers=PRIVATE)


@route
async def page(request: Request, actor: Actor) -> Response:
    """One page of a PDF."""
    number: int = request.path_params["page"]
    return Response(await page_of(actor, _file(request), number), media_type="image/webp", headers=PRIVATE)


def _file(request: Request) -> UUID:
    wanted: object = request.path_params["file"]
    if not isinstance(wanted, UUID):
        raise NotFound
    return wanted


def _disposition(how: str, name: str) -> str:
    """RFC 6266: a plain name for old programs, the right one for the others; quotes cannot end it early."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in " ._-()") else "_" for sign in name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


async def _streamed(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece
