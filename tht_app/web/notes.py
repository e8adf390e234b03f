"""What the editor of a note asks for: text goes straight to the browser and never through a screen's State.

GET /notes/{encounter}/versions                        who wrote which section when, newest first
GET /notes/{encounter}/versions/{section}/{version}    what this version changed, word by word
GET /notes/{encounter}/phrases                         the templates that may be used here
GET /notes/{encounter}/phrases/{template}?side=right   what one of them says about this visit
"""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tht_app.domain.encounter.note import Piece, section_named
from tht_app.domain.encounter.record import NoteVersion
from tht_app.domain.errors import NotFound
from tht_app.i18n import clock_text, date_text
from tht_app.settings import settings
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.encounter import CompareVersion, ReadVersions
from tht_app.use_cases.template import FilledPhrase, FillPhrase, ListPhrases, Phrases
from tht_app.web.acting import lang_of, route

PRIVATE = {"cache-control": "private, no-store"}
LONGEST_NUMBER = 9


def routes() -> list[Route]:
    """The routes of the note."""
    return [
        Route("/notes/{encounter}/versions", versions, methods=["GET"]),
        Route("/notes/{encounter}/versions/{section}/{version}", changes, methods=["GET"]),
        Route("/notes/{encounter}/phrases", phrases, methods=["GET"]),
        Route("/notes/{encounter}/phrases/{template}", phrase, methods=["GET"]),
    ]


@route
async def versions(request: Request, actor: Actor) -> Response:
    """All versions of all sections."""
    found: tuple[NoteVersion, ...] = await execute(actor, ReadVersions(_encounter(request)))
    return JSONResponse({"versions": [_shown(one, request) for one in found]}, headers=PRIVATE)


@route
async def changes(request: Request, actor: Actor) -> Response:
    """What stayed, went and came with one version."""
    section, number = section_named(request.path_params["section"]), request.path_params["version"]
    if not number.isascii() or not number.isdigit() or len(number) > LONGEST_NUMBER:
        raise NotFound
    pieces: tuple[Piece, ...] = await execute(actor, CompareVersion(_encounter(request), section, int(number)))
    return JSONResponse({"pieces": [list(piece) for piece in pieces]}, headers=PRIVATE)


@route
async def phrases(request: Request, actor: Actor) -> Response:
    """What can be written by a short name."""
    found: Phrases = await execute(actor, ListPhrases(_encounter(request)))
    listed = [
        {
            "id": str(one.id),
            "name": one.name,
            "title": one.title,
            "shared": one.shared,
            "asksSide": one.asks_side,
            "sections": list(one.sections),
            "places": one.places,
        }
        for one in found.phrases
    ]
    return JSONResponse({"phrases": listed, "side": found.side}, headers=PRIVATE)


@route
async def phrase(request: Request, actor: Actor) -> Response:
    """The text of one template, its placeholders filled."""
    wanted = FillPhrase(_encounter(request), _id(request, "template"), request.query_params.get("side", ""))
    found: FilledPhrase = await execute(actor, wanted)
    return JSONResponse({"sections": dict(found.sections), "places": found.places}, headers=PRIVATE)


def _encounter(request: Request) -> UUID:
    return _id(request, "encounter")


def _id(request: Request, name: str) -> UUID:
    try:
        return UUID(request.path_params[name])
    except ValueError:
        raise NotFound from None


def _shown(one: NoteVersion, request: Request) -> dict[str, object]:
    at = one.at.astimezone(settings().zone)
    return {
        "section": one.section.value,
        "version": one.version,
        "author": one.author,
        "clock": clock_text(at),
        "day": date_text(at.date(), lang_of(request)),
        "copied": [date_text(day, lang_of(request)) for day in one.copied_from],
    }
