"""Copies of backups go to storage that speaks S3: against a strict local stand-in, and AWS's own signature example."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import md5, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from tht_app.cli.backup.fetching import fetch
from tht_app.cli.steps import StepFailed
from tht_app.integrations.storage import Storage, StorageProblem, client
from tht_app.integrations.storage.signature import Credentials, signed_headers
from tht_app.settings import settings

WHO = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")


def test_the_signature_is_that_of_the_published_example():
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, GET object."""
    headers = signed_headers(
        WHO,
        "GET",
        "/test.txt",
        {},
        {"host": "examplebucket.s3.amazonaws.com", "range": "bytes=0-9"},
        sha256(b"").hexdigest(),
        datetime(2013, 5, 24, tzinfo=UTC),
    )
    assert headers["Authorization"].endswith("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")


class StandIn(ThreadingHTTPServer):
    """Keeps objects in memory and refuses whatever is not signed as it arrived."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.fails_at: int | None = None


class Answering(BaseHTTPRequestHandler):
    """One request."""

    server: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: str = "", **headers: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def handled(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        if not self.is_signed(path, query, body):
            self.answer(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>")
            return
        getattr(self, f"on_{self.command.lower()}")(path, query, body)

    do_GET = do_PUT = do_POST = do_DELETE = handled  # noqa: N815  named by the library

    def is_signed(self, path: str, query: dict[str, str], body: bytes) -> bool:
        said = self.headers.get("Authorization", "")
        names = re.search(r"SignedHeaders=([^,]+)", said)[1].split(";")
        at = datetime.strptime(self.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        digest = sha256(body).hexdigest()
        given = {name: self.headers[name] for name in names if not name.startswith("x-amz-")}
        right = signed_headers(WHO, self.command, path, query, given, digest, at)["Authorization"]
        return {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names) and said == right

    def on_put(self, path: str, query: dict[str, str], body: bytes) -> None:
        if "uploadId" in query:
            if self.server.fails_at == int(query["partNumber"]):
                self.answer(500, "<Error><Code>InternalError</Code></Error>")
                return
            self.server.uploads[query["uploadId"]][int(query["partNumber"])] = body
        else:
            self.server.objects[path] = body
        self.answer(200, ETag=f'"{md5(body).hexdigest()}"')

    def on_post(self, path: str, query: dict[str, str], body: bytes) -> None:
        if "uploads" in query:
            self.server.uploads[path] = {}
            self.answer(200, f"<UploadId>{path}</UploadId>")
            return
        parts = self.server.uploads.pop(query["uploadId"])
        marks = re.findall(r"<ETag>(.*?)</ETag>", body.decode())
        assert len(marks) == len(parts)
        self.server.objects[path] = b"".join(parts[number] for number in sorted(parts))
        self.answer(200, "<CompleteMultipartUploadResult/>")

    def on_get(self, path: str, query: dict[str, str], _body: bytes) -> None:
        if "list-type" not in query:
            data = self.server.objects.get(path)
            self.answer(404, "<Error><Code>NoSuchKey</Code></Error>") if data is None else self.send(data)
            return
        keys = sorted(key.removeprefix(f"{path}/") for key in self.server.objects)
        keys = [key for key in keys if key.startswith(query["prefix"])]
        start = int(query.get("continuation-token", 0))
        more = f"<NextContinuationToken>{start + 2}</NextContinuationToken>" if len(keys) > start + 2 else ""
        self.answer(200, "".join(f"<Key>{key}</Key>" for key in keys[start : start + 2]) + more)

    def send(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def on_delete(self, path: str, query: dict[str, str], _body: bytes) -> None:
        self.server.uploads.pop(query.get("uploadId", ""), None)
        there = self.server.objects.pop(path, None) is not None or "uploadId" in query
        self.answer(204 if there else 404)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def storage(stand_in: StandIn) -> Storage:
    return Storage(f"http://127.0.0.1:{stand_in.server_port}", "cadangan", "klinik a/", WHO)


@pytest.mark.parametrize("size", [0, 10, 50, 51, 400])
def test_what_was_put_is_got_also_in_parts(
    storage: Storage, stand_in: StandIn, tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client, "PART", 50)
    path = tmp_path / "klinik.thtb"
    path.write_bytes(bytes(range(256)) * 2)
    path.write_bytes(path.read_bytes()[:size])
    storage.put(path.name, path)
    assert b"".join(storage.get(path.name)) == path.read_bytes()
    assert list(stand_in.objects) == ["/cadangan/klinik a/klinik.thtb"]


def test_names_are_listed_over_pages_and_removed(storage: Storage, tmp_path: Path):
    path = tmp_path / "x"
    path.write_bytes(b"x")
    names = [f"klinik-{number}.thtb" for number in range(5)]
    for name in names:
        storage.put(name, path)
    assert storage.names() == names
    storage.remove(names[0])
    storage.remove("never there")
    assert storage.names() == names[1:]


def test_an_upload_that_breaks_off_leaves_nothing(
    storage: Storage, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client, "PART", 50)
    path = tmp_path / "x"
    path.write_bytes(bytes(300))
    stand_in.fails_at = 4
    with pytest.raises(StorageProblem, match="InternalError"):
        storage.put("x", path)
    assert (stand_in.objects, stand_in.uploads) == ({}, {})


def test_a_refusal_names_its_reason_and_no_secret(storage: Storage, tmp_path: Path):
    path = tmp_path / "x"
    path.write_bytes(b"x")
    stranger = Credentials(WHO.access_key, "wrong", WHO.region)
    with pytest.raises(StorageProblem, match="SignatureDoesNotMatch") as refused:
        Storage(storage.endpoint, storage.bucket, storage.prefix, stranger).put("x", path)
    assert "wrong" not in str(refused.value)
    nobody = Storage("http://127.0.0.1:9", "b", "", WHO)
    with pytest.raises(StorageProblem, match="does not answer"):
        nobody.names()


def test_a_new_machine_fetches_the_newest_copy(
    storage: Storage, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    copy = tmp_path / "copy"
    for day in ("24", "25"):
        copy.write_bytes(day.encode())
        storage.put(f"klinik-202611{day}T190000Z-daily.thtb", copy)
    storage.put("urlaub.jpg", copy)
    for name, value in {
        "DIR": str(tmp_path / "backups"),
        "S3_ENDPOINT": storage.endpoint,
        "S3_BUCKET": storage.bucket,
        "S3_PREFIX": storage.prefix,
        "S3_ACCESS_KEY": WHO.access_key,
        "S3_SECRET_KEY": WHO.secret_key,
    }.items():
        monkeypatch.setenv(f"THT_BACKUP_{name}", value)
    settings.cache_clear()
    try:
        fetch()
        with pytest.raises(StepFailed, match="no backup klinik-x"):
            fetch("klinik-x")
    finally:
        settings.cache_clear()
    (fetched,) = (tmp_path / "backups").glob("*.thtb")
    assert (fetched.name, fetched.read_bytes()) == ("klinik-20261125T190000Z-daily.thtb", b"25")
