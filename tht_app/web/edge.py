"""The outermost layer: who may open the websocket, which page needs a session, how much a request may carry.

Everything that is not named public needs a live session. The routes behind it still ask for their own permission.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterable
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers as RequestHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tht_app.domain.errors import SessionEnded, Unavailable
from tht_app.i18n import as_language, text_of
from tht_app.settings import settings
from tht_app.state.bucket import Buckets
from tht_app.web.acting import WRITING, cookie_name, is_navigation
from tht_app.web.identity.sessions import BOOK, SessionBook
from tht_app.web.policy import ALWAYS, HSTS, ContentPolicy
from tht_app.web.sockets import FORBIDDEN, SIGNED_OUT, SOCKETS, TOO_MANY, TRY_LATER, Sockets

EVENT = "/_event"
NOTE = re.compile(r"/notes/[0-9a-f-]{36}/live")
"""The two websockets of a screen: its own, and that of an open note."""
PROBES = frozenset({"/health", "/ready"})
SIGNIN = "/signin"
FORMS = frozenset({"/signout", "/setup", "/session/unlock", "/session/active"}) | {
    SIGNIN + rest for rest in ("", "/code", "/enrol", "/passkey", "/passkey/options", "/forgot")
}
PUBLIC = PROBES | FORMS | {"/session", "/plain.css", "/ping"}
DISPLAY, DISPLAY_AGAIN = "/display", b"/display/again"
"""A television never signs in: it shows the token of its device again."""
RETRY_SOON = (b"retry-after", b"2")
PLAIN_FOLDERS = ("/account/", "/proof")
"""Pages outside React that need a session."""
PUBLIC_FOLDERS = ("/verify/", "/ticket/", "/a/", "/display/", "/password/")
STATIC_FOLDERS = ("/assets/", "/fonts/", "/sounds/", "/diagrams/", "/external/")
STATIC_SUFFIXES = (".js", ".css", ".svg", ".png", ".ico", ".webmanifest", ".woff2", ".txt")
CLOSED = ("/_upload", "/_health", "/_all_routes", "/auth-codespace")
"""What Reflex would serve or take without asking anybody."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
SMALL_BODY = 1_000_000
LARGE_BODY = 30_000_000
LARGE_BODIES = ("/files", "/import")
FORM_BODY = 20_000
TOO_FAST = "identity.too_fast"
DRAINED = 40_000_000
CUT_SECONDS = 2.0


def is_public(path: str) -> bool:
    """Reachable without a session: plain pages with their own rules, and static files that hold no data."""
    return path in PUBLIC or is_static(path) or (path.startswith(PUBLIC_FOLDERS) and path != f"{DISPLAY}/")


def is_static(path: str) -> bool:
    """A file of the build, the same for everybody."""
    return path.startswith(STATIC_FOLDERS) or (path.count("/") == 1 and path.endswith(STATIC_SUFFIXES))


def is_odd(path: str) -> bool:
    """A path that two programs could read differently."""
    return "//" in path or "\\" in path or "\x00" in path or "/.." in path or "/./" in path


def most_bytes(path: str) -> int:
    """How long the body of a request may be."""
    if path in FORMS:
        return FORM_BODY
    return LARGE_BODY if path.startswith(LARGE_BODIES) else SMALL_BODY


class Limits:
    """How many requests are answered, files of the build and probes apart; whole desks share an address.

    Guessing passwords has slower limits of its own (`web/identity/throttle.py`), events of a socket have theirs.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """All full; `clock` counts seconds."""
        self._address = Buckets(rate=200, burst=2000, clock=clock)
        self._public = Buckets(rate=50, burst=1000, clock=clock)
        self._session = Buckets(rate=40, burst=400, clock=clock)

    def address(self, address: str | None, *, public: bool) -> bool:
        """Whether this address may ask once more; pages that need no session have less to give."""
        where = address or "unknown"
        return self._address.take(where) and (not public or self._public.take(where))

    def session(self, token: str) -> bool:
        """Whether this session may."""
        return self._session.take(token)


class Edge:
    """ASGI layer around everything else."""

    def __init__(
        self,
        app: ASGIApp,
        policy: ContentPolicy,
        *,
        book: SessionBook = BOOK,
        sockets: Sockets = SOCKETS,
        limits: Limits | None = None,
    ) -> None:
        """Stand before `app`, with the content policy of its build."""
        self._app, self._policy, self._book, self._sockets = app, policy, book, sockets
        self._limits = limits or Limits()
        configuration = settings()
        self._origins = frozenset(configuration.origins)
        self._hosts = frozenset(urlsplit(origin).netloc for origin in configuration.origins)
        self._hops = configuration.proxy_hops
        self._always = [*ALWAYS, *([HSTS] if configuration.secure_cookies else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Decide, then hand on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = RequestHeaders(scope=scope)
        self._place_client(scope, headers)
        if scope["type"] == "websocket":
            await self._websocket(scope, headers, receive, send)
        else:
            await self._http(scope, headers, receive, send)

    def _place_client(self, scope: Scope, headers: RequestHeaders) -> None:
        """Believe `X-Forwarded-For` exactly as far as our own proxies reach, for everybody behind this layer."""
        if not self._hops:
            return
        told = [part.strip() for line in headers.getlist("x-forwarded-for") for part in line.split(",") if part.strip()]
        if len(told) >= self._hops:
            scope["client"] = (told[-self._hops][:45], 0)

    async def _websocket(self, scope: Scope, headers: RequestHeaders, receive: Receive, send: Send) -> None:
        refusal, token = await self._socket_refusal(scope, headers)
        if refusal:
            await receive()
            await send({"type": "websocket.close", "code": refusal})
            return

        line = _Line(receive, send)
        scope["cut"] = line.cut
        if not self._sockets.add(token, line.cut):
            await receive()
            await send({"type": "websocket.close", "code": TOO_MANY})
            return
        try:
            await self._app(scope, line.receive, line.send)
        finally:
            self._sockets.remove(token, line.cut)

    async def _socket_refusal(self, scope: Scope, headers: RequestHeaders) -> tuple[int, str]:
        known = scope["path"].rstrip("/") == EVENT or NOTE.fullmatch(scope["path"])
        if not known or headers.get("origin") not in self._origins:
            return FORBIDDEN, ""
        token = cookie_parser(headers.get("cookie", "")).get(cookie_name(), "")
        try:
            who = await self._book.of(token, _address(scope))
        except Unavailable:
            return TRY_LATER, ""
        return (0, token) if who is not None else (SIGNED_OUT, "")

    async def _http(self, scope: Scope, headers: RequestHeaders, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        send = self._with_headers(scope, send)
        answer = await self._refusal(scope, headers)
        if answer is not None:
            if method in WRITING:
                await _drain(receive, SMALL_BODY)
            await _answer(send, *answer)
            return
        limit = most_bytes(path)
        if method in WRITING and int(headers.get("content-length") or 0) > limit:
            await _drain(receive, DRAINED)
            await _answer(send, *_problem(413, "common.too_large", headers))
            return
        await self._app(scope, _limited(receive, limit), send)

    async def _refusal(self, scope: Scope, headers: RequestHeaders) -> "Answer | None":
        path, method = scope["path"], scope["method"]
        if method not in METHODS:
            return _problem(405, "common.not_found", headers)
        if path not in PROBES and headers.get("host", "") not in self._hosts:
            return _problem(421, "common.not_found", headers)
        if is_odd(path) or path.startswith((*CLOSED, EVENT)):
            return _problem(404, "common.not_found", headers)
        if method in WRITING and headers.get("origin") not in self._origins:
            return _problem(403, "common.foreign_origin", headers)
        if not (headers.get("content-length") or "0").isdigit():
            return _problem(400, "common.too_large", headers)
        if path in PROBES or is_static(path):
            return None
        public = is_public(path)
        if not self._limits.address(_address(scope), public=public):
            return _problem(429, TOO_FAST, headers, [RETRY_SOON])
        return None if public else await self._needs_session(scope, headers)

    async def _needs_session(self, scope: Scope, headers: RequestHeaders) -> "Answer | None":
        token = cookie_parser(headers.get("cookie", "")).get(cookie_name(), "")
        try:
            if await self._book.of(token, _address(scope)) is not None:
                return None if self._limits.session(token) else _problem(429, TOO_FAST, headers, [RETRY_SOON])
        except Unavailable as away:
            return _problem(503, away.code, headers, [(b"retry-after", b"5")])
        if is_navigation(scope["method"], headers):
            if scope["path"].rstrip("/") == DISPLAY:
                return 303, b"", [(b"location", DISPLAY_AGAIN)]
            query = scope.get("query_string", b"").decode("latin-1")
            wanted = quote(scope["path"] + (f"?{query}" if query else ""), safe="/")
            return 303, b"", [(b"location", f"/signin?next={wanted}".encode())]
        return _problem(401, SessionEnded.code, headers)

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        path = scope["path"]

        async def decorated(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": self._headers(path, message["status"], message.get("headers", []))}
            await send(message)

        return decorated

    def _headers(self, path: str, status: int, given: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        present = list(given)
        names = {name.lower() for name, _ in present}
        extra = [header for header in self._always if header[0] not in names]
        if b"cache-control" not in names:
            extra.append((b"cache-control", _caching(path, status)))
        if b"content-security-policy" not in names:
            page = any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in present)
            react = page and not is_public(path) and not path.startswith(PLAIN_FOLDERS)
            policy = self._policy.of_page(path) if react else self._policy.plain
            extra.append((b"content-security-policy", policy.encode()))
        return [*present, *extra]


class _Line:
    """A websocket that can be cut from outside: the browser gets a close, the app behind it a disconnect."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._coming: asyncio.Future[Message] | None = None
        self._cutting = False
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def cut(self, code: int) -> None:
        if self._cutting:
            return
        self._cutting = True
        # Granian sends nothing while somebody waits to receive, and keeps the close for seconds once the app is gone:
        # so first stop waiting, then tell the browser, then the app.
        if self._coming is not None:
            self._coming.cancel()
            await asyncio.sleep(0)
        try:
            await asyncio.wait_for(self._send({"type": "websocket.close", "code": code}), CUT_SECONDS)
        finally:
            self._ended.set_result(code)

    async def receive(self) -> Message:
        if not self._cutting:
            self._coming = asyncio.ensure_future(self._receive())
            await asyncio.wait({self._coming})
            if not self._coming.cancelled():
                return self._coming.result()
        return {"type": "websocket.disconnect", "code": await self._ended}

    async def send(self, message: Message) -> None:
        """What the app still says after the cut is dropped."""
        if not self._cutting:
            await self._send(message)


Answer = tuple[int, bytes, list[tuple[bytes, bytes]]]


def _caching(path: str, status: int) -> bytes:
    if status not in {200, 304}:
        return b"no-store"
    if path.startswith("/assets/"):
        return b"public, max-age=31536000, immutable"
    if path.startswith(STATIC_FOLDERS):
        return b"public, max-age=86400"
    return b"no-cache" if path.count("/") == 1 and path.endswith(STATIC_SUFFIXES) else b"no-store"


def _address(scope: Scope) -> str | None:
    return scope["client"][0] if scope.get("client") else None


def _problem(status: int, code: str, headers: RequestHeaders, extra: Iterable[tuple[bytes, bytes]] = ()) -> Answer:
    lang = as_language(cookie_parser(headers.get("cookie", "")).get("lang"))
    title = text_of(f"errors.{code}", lang)
    body = json.dumps({"type": f"tht:{code}", "title": title, "status": status, "code": code}, ensure_ascii=False)
    return status, body.encode(), [(b"content-type", b"application/problem+json; charset=utf-8"), *extra]


async def _drain(receive: Receive, most: int) -> None:
    """Read what a browser is still sending, so that it can hear the answer; a flood is cut instead."""
    while most > 0:
        message = await receive()
        most -= len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


def _limited(receive: Receive, limit: int) -> Receive:
    """Stop a body that turns out longer than it said, as if the browser had gone away."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                return {"type": "http.disconnect"}
        return message

    return counted
