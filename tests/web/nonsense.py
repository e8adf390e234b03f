"""Nonsense for every route, and what must never come back.

Requests are bytes on a line, because a well-behaved client would refuse to send most of them. The seed is fixed: what
fails once fails again.
"""

import asyncio
import base64
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from tests.web.conftest import RunningServer
from tests.web.matrix import all_routes

SEED = 20261125
AT_ONCE = 6
SECONDS = 20
INSIDE = re.compile(
    rb"Traceback|File \"|psycopg|sqlalchemy|starlette|select .* from|tht_app/|/usr/|root:x:", re.IGNORECASE
)
HOSTILE_PATHS = (
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "....//....//etc/passwd",
    "%00",
    "a%00.pdf",
    "%ff%fe",
    "%f0%9f%92%a9",
    "%d9%a3",
    "-1",
    "99999999999999999999999999",
    "'%20or%201=1--",
    "{{7*7}}",
    "%0d%0aSet-Cookie:%20a=b",
    "x" * 3000,
    "00000000-0000-0000-0000-000000000000",
)
DEEP = b"[" * 100_000
NESTED = base64.urlsafe_b64encode(b'{"challenge":"e30","a":' + b"[" * 10_000).decode()
ASKED = base64.urlsafe_b64encode(b'{"challenge":"e30","type":"webauthn.create","origin":"x"}').decode()
DEEP_KEY = {"clientDataJSON": ASKED, "attestationObject": base64.urlsafe_b64encode(b"\x81" * 12_000).decode()}
BODIES = (
    b"",
    b"\x00\xff\xfe" * 40,
    b"null",
    b"[]",
    b"3",
    b'"\\ud800"',
    b"{",
    DEEP,
    b'{"a":' * 5_000,
    json.dumps(
        dict.fromkeys(("name", "encounter", "size", "kind", "proof", "passkey", "password", "username"), 1)
    ).encode(),
    json.dumps(dict.fromkeys(("name", "encounter", "kind", "side", "site", "proof", "passkey"), "\x00")).encode(),
    json.dumps(
        {"encounter": "x", "name": "a\ud800\x00/../b", "size": 2**53, "kind": [], "side": {}, "site": None}
    ).encode(),
    json.dumps({"kind": "export", "proof": ["x"], "passkey": {"id": {"id": 1}}}).encode(),
    json.dumps({"passkey": json.dumps({"id": "!", "response": {"clientDataJSON": "e30"}}), "kind": "export"}).encode(),
    json.dumps({"passkey": json.dumps({"id": "e30", "response": {"clientDataJSON": NESTED}})}).encode(),
    json.dumps({"passkey": json.dumps({"id": "e30", "response": DEEP_KEY})}).encode(),
    b"username=%00&password=%ff%fe&code=%F0%28%8C%28&next=//evil.example",
    b"username=a&username=b&day=99999999999999999999&month=-1&year=%d9%a3&deed=x",
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="../../x\x00"\r\n\r\n\x00\xff;;\x00\r\n--x--\r\n',
    b"--x\r\nContent-Disposition: form-data\r\n\r\n",
)
TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain; charset=klingon",
    "\u00e9;;=",
)
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW", "get")
EXTRAS = (
    "Range: bytes=0-,-1,9999999999999999999-",
    "Idempotency-Key: \u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
    "Idempotency-Key: " + "k" * 64,
    "Accept-Language: " + "id;q=x," * 300,
    "Cookie: lang=%00; sid=; sid=" + "f" * 64,
    "X-Forwarded-For: 1.2.3.4, ::ffff:0:0, \u00e9",
    "Sec-Fetch-Mode: navigate",
    "If-None-Match: " + '"' * 500,
    "X-Long: " + "y" * 6000,
)
NO_HTTP = {
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "nul": b"GET /\x00 HTTP/1.1\r\n\r\n",
    "version": b"GET /signin HTTP/9.9\r\nHost: x\r\n\r\n",
    "absolute": b"GET http://evil.example/signin HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "negative": b"POST /signin HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "smuggled": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / ",
    "chunk": b"POST /signin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx\r\n",
    "long": b"GET /signin HTTP/1.1\r\nHost: x\r\n" + b"X-A: " + b"b" * 200_000 + b"\r\n\r\n",
    "many": b"GET /signin HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(3000)) + b"\r\n",
    "names": b"GET /signin HTTP/1.1\r\nHost: x\r\nX y: z\r\n : q\r\n\r\n",
    "noise": random.Random(SEED).randbytes(5_000),
}
"""What is no HTTP, or two requests in one."""


@dataclass(frozen=True)
class Sent:
    """One request as bytes, and how it is told when it fails."""

    told: str
    data: bytes


def filled(chance: random.Random, path: str, visit: UUID) -> str:
    """A route's path with something in each of its places: hostile, or an id that fits."""
    return re.sub(r"\{[^}]*\}", lambda _: chance.choice((*HOSTILE_PATHS, str(visit), str(uuid4()), "1")), path)


def request(server: RunningServer, chance: random.Random, method: str, path: str, token: str) -> Sent:
    """Headers of every kind, a body of every kind, and the origin that lets it in."""
    body = chance.choice(BODIES) if method not in {"GET", "HEAD"} or chance.random() < 0.1 else b""
    query = chance.choice(("", "", "?next=%0d%0a//evil", "?" + "a=b&" * 200, "?lang=%ff&kind=%00&patient=%27"))
    lines = [
        f"{method} {path}{query} HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        f"Origin: {server.origin}",
        f"Content-Type: {chance.choice(TYPES)}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *chance.sample(EXTRAS, chance.randint(0, 2)),
    ]
    if not any(line.startswith("X-Forwarded-For") for line in lines):
        lines.append(f"X-Forwarded-For: 10.9.{chance.randint(0, 255)}.{chance.randint(1, 254)}")
    if token and not any(line.startswith("Cookie") for line in lines):
        lines.append(f"Cookie: sid={token}")
    head = "\r\n".join(lines).encode("latin-1", "replace")
    return Sent(f"{method} {path[:120]}{query[:20]} {body[:60]!r}", head + b"\r\n\r\n" + body)


def nonsense(server: RunningServer, tokens: list[str], visit: UUID) -> Iterator[Sent]:
    """For every route: its own method several times, and one that it does not know."""
    chance = random.Random(SEED)
    for known in sorted(all_routes()):
        method, path = known.split(" ", 1)
        for token in tokens:
            ends = path == "/signout" and token
            for _ in range(3):
                yield request(server, chance, "GET" if ends else method, filled(chance, path, visit), token)
        yield request(server, chance, chance.choice(METHODS), filled(chance, path, visit), tokens[0])
    for hostile in HOSTILE_PATHS:
        for folder in ("/", "/files/", "/assets/", "/fonts/", "/verify/"):
            yield request(server, chance, "GET", folder + hostile, chance.choice(tokens))


async def answer(server: RunningServer, sent: Sent) -> bytes:
    """Everything that comes back until the line is closed; a line that is cut without a word counts as refused."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(sent.data)
        await writer.drain()
        return await asyncio.wait_for(reader.read(), SECONDS)
    except OSError:
        return b""
    finally:
        writer.close()


def plain(server: RunningServer, path: str) -> Sent:
    return Sent(path, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n".encode())
