"""The note's own way to the server: text goes straight to the database and never through a screen's State.

GET /notes/{encounter}              all sections, which of them this person may write, whether it is signed
GET /notes/{encounter}/{section}    one section
PUT /notes/{encounter}/{section}    {"text": ..., "base_version": n}, with the header Idempotency-Key

A save is answered only after the commit. 409 with the code `encounter.note_conflict` carries under `theirs` the text
that is there now; every other refusal is problem+json.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tht_app.domain.encounter.note import NoteConflict, section_named
from tht_app.domain.encounter.record import Note, SavedSection, SectionText
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.i18n import clock_text, date_text
from tht_app.settings import settings
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.encounter import ReadNote, SaveSection
from tht_app.web.acting import lang_of, problem, route

PRIVATE = {"cache-control": "private, no-store"}
KEY = "idempotency-key"
KEY_LENGTHS = range(8, 65)
LARGEST_VERSION = 2**31 - 2


def routes() -> list[Route]:
    """The routes of the note."""
    return [
        Route("/notes/{encounter}", whole_note, methods=["GET"]),
        Route("/notes/{encounter}/{section}", one_section, methods=["GET"]),
        Route("/notes/{encounter}/{section}", save, methods=["PUT"]),
    ]


@route
async def whole_note(request: Request, actor: Actor) -> Response:
    """All sections of a note."""
    note: Note = await execute(actor, ReadNote(_encounter(request)))
    return JSONResponse(
        {
            "signed": note.signed_at is not None,
            "sections": {
                section.section.value: _shown(section, request) | {"writable": section.section in note.writable}
                for section in note.sections
            },
        },
        headers=PRIVATE,
    )


@route
async def one_section(request: Request, actor: Actor) -> Response:
    """One section of a note: its text, version, author and time."""
    return JSONResponse(await _present(request, actor), headers=PRIVATE)


@route
async def save(request: Request, actor: Actor) -> Response:
    """Store a section; the answer is the acknowledgement."""
    text, base_version = await _body(request)
    asked = SaveSection(_encounter(request), request.path_params["section"], text, base_version)
    try:
        saved: SavedSection = await execute(actor, asked, key=_key(request))
    except NoteConflict as conflict:
        return await _conflict(request, actor, conflict)
    at = datetime.fromisoformat(saved.at)
    return JSONResponse({"version": saved.version, "at": saved.at, "clock": _clock(at)}, headers=PRIVATE)


async def _conflict(request: Request, actor: Actor, conflict: NoteConflict) -> Response:
    refusal = problem(conflict, lang_of(request))
    body: dict[str, Any] = json.loads(bytes(refusal.body))
    body["theirs"] = await _present(request, actor)
    return JSONResponse(body, 409, PRIVATE, media_type="application/problem+json")


async def _present(request: Request, actor: Actor) -> dict[str, Any]:
    section = section_named(request.path_params["section"])
    note: Note = await execute(actor, ReadNote(_encounter(request)))
    return _shown(next(text for text in note.sections if text.section is section), request)


def _encounter(request: Request) -> UUID:
    try:
        return UUID(request.path_params["encounter"])
    except ValueError:
        raise NotFound from None


def _key(request: Request) -> str:
    key = request.headers.get(KEY, "")
    if len(key) not in KEY_LENGTHS:
        raise ValidationFailed({KEY: "required"})
    return key


async def _body(request: Request) -> tuple[str, int]:
    """Text and base version of a save, or ValidationFailed naming what is not there."""
    try:
        body: object = json.loads(await request.body())
    except ValueError:
        raise ValidationFailed({"text": "required"}) from None
    fields: dict[str, Any] = body if isinstance(body, dict) else {}
    text, version = fields.get("text"), fields.get("base_version")
    problems: dict[str, Any] = {}
    if not isinstance(text, str):
        problems["text"] = "required"
    if not isinstance(version, int) or isinstance(version, bool) or not 0 <= version <= LARGEST_VERSION:
        problems["base_version"] = "encounter.not_a_number"
    if problems or not isinstance(text, str) or not isinstance(version, int):
        raise ValidationFailed(problems)
    return text, version


def _shown(section: SectionText, request: Request) -> dict[str, Any]:
    return {
        "section": section.section.value,
        "version": section.version,
        "text": section.text,
        "author": section.author,
        "at": section.at.isoformat() if section.at else "",
        "clock": _clock(section.at) if section.at else "",
        "day": date_text(section.at.astimezone(settings().zone).date(), lang_of(request)) if section.at else "",
    }


def _clock(moment: datetime) -> str:
    return clock_text(moment.astimezone(settings().zone))
