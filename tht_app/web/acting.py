"""How a plain HTTP route acts for somebody: who asks, in which language, and how a refusal is answered.

async def put_note(request: Request) -> Response:
    actor = await actor_of(request)
    if isinstance(actor, Response):
        return actor
    try:
        await execute(actor, SaveSection(...))
    except DomainError as refusal:
        return problem(refusal, lang_of(request))
"""

import functools
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from tht_app.domain.errors import (
    Conflict,
    DomainError,
    NotFound,
    PermissionDenied,
    RuleViolation,
    SessionEnded,
    Unavailable,
    ValidationFailed,
)
from tht_app.domain.proof import ProofNeeded
from tht_app.i18n import Language, as_language, text_of
from tht_app.settings import settings
from tht_app.state.feedback import error_words, incident, problem_words
from tht_app.state.session import SignedIn
from tht_app.use_cases.door import Actor
from tht_app.web.identity.sessions import BOOK

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (ValidationFailed, 422),
    (NotFound, 404),
    (Conflict, 409),
    (PermissionDenied, 403),
    (SessionEnded, 401),
    (ProofNeeded, 428),
    (Unavailable, 503),
    (RuleViolation, 409),
    (DomainError, 400),
)


def prefixed(name: str) -> str:
    """A cookie that only this very host may set, where browsers allow that."""
    return f"__Host-{name}" if settings().secure_cookies else name


def cookie_name() -> str:
    """`__Host-sid` where people come by https, else `sid`: browsers refuse the prefix over plain http."""
    return prefixed("sid")


def session_token(request: Request) -> str | None:
    """The session token that the browser sent."""
    return request.cookies.get(cookie_name())


def client_address(request: Request) -> str | None:
    """The address of the browser, as far as the clinic's own proxies say it."""
    return request.client.host if request.client else None


def lang_of(request: Request) -> Language:
    """The language of the browser."""
    return as_language(request.cookies.get("lang"))


async def signed_in(request: Request) -> SignedIn | None:
    """The live session behind a request; a writing request counts as activity. Raises Unavailable."""
    token = session_token(request)
    if not token:
        return None
    who = await BOOK.of(token, client_address(request))
    if who is not None and request.method in WRITING:
        await BOOK.touched(token)
    return who


async def actor_of(request: Request) -> Actor | Response:
    """Who acts, or the 401/503 answer to return as it is."""
    try:
        who = await signed_in(request)
    except Unavailable as refusal:
        return problem(refusal, lang_of(request))
    if who is None:
        return problem(SessionEnded(), lang_of(request))
    return who.actor


def problem(error: DomainError, lang: str, status: int | None = None, title: str = "") -> Response:
    """A refusal as `application/problem+json` (RFC 9457); bad fields stand under `errors` in words."""
    status = status or next(status for kind, status in STATUS if isinstance(error, kind))
    body: dict[str, object] = {
        "type": f"tht:{error.code}",
        "title": title or error_words(error, lang),
        "status": status,
        "code": error.code,
    }
    if isinstance(error, ValidationFailed):
        body["errors"] = {name: problem_words(what, lang) for name, what in error.fields.items()}
    headers = {"Retry-After": "5"} if status == 503 else None
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def bug(error: Exception, where: str, lang: str) -> Response:
    """What nobody foresaw: the person gets an incident id, the log the rest."""
    number = incident(error, where)
    body = {
        "type": "tht:common.incident",
        "title": text_of("errors.common.incident", lang, incident=number),
        "status": 500,
        "code": "common.incident",
        "incident": number,
    }
    return JSONResponse(body, 500, media_type="application/problem+json")


def is_navigation(method: str, headers: Headers) -> bool:
    """Whether a person opens this address in the browser; over plain http browsers do not say it in so many words."""
    if method not in {"GET", "HEAD"}:
        return False
    mode = headers.get("sec-fetch-mode")
    return mode == "navigate" if mode else "text/html" in headers.get("accept", "")


def _ask_for_proof(request: Request, needed: ProofNeeded) -> Response:
    """Whoever opened an address in the browser is asked on a page, and goes on from there; a program is refused."""
    if is_navigation(request.method, request.headers):
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/proof?{urlencode({**needed.params, 'next': wanted})}", 303)
    return problem(needed, lang_of(request))


Route = Callable[[Request], Awaitable[Response]]


def route(function: Callable[[Request, Actor], Awaitable[Response]]) -> Route:
    """Give a route its actor and translate what it raises: `async def put_note(request, actor) -> Response`."""
    where = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    async def acting(request: Request) -> Response:
        actor = await actor_of(request)
        if isinstance(actor, Response):
            return actor
        try:
            return await function(request, actor)
        except ProofNeeded as needed:
            return _ask_for_proof(request, needed)
        except DomainError as error:
            return problem(error, lang_of(request))
        except HTTPException as refused:  # a body that says it is a form and is none
            return Response(status_code=refused.status_code)
        except Exception as error:  # noqa: BLE001  the web's translator
            return bug(error, where, lang_of(request))

    return acting
