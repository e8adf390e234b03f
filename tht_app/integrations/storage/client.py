"""Four words of S3: put, get, list, remove. A client of its own, because that is all a backup needs.

Files go in parts of 16 MiB when they are larger than one part, so that memory stays constant and a file of any size
fits. What is sent is what was signed: each part's SHA-256 is in the signature, so a storage that alters it refuses it.
"""

import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from .signature import Credentials, canonical_query, encoded_path, signed_headers

if TYPE_CHECKING:
    from tht_app.settings import Settings

PART = 16 << 20
SECONDS = 120.0
GONE = 404
NOTHING = sha256(b"").hexdigest()


class StorageProblem(Exception):
    """The storage cannot be reached or refuses; the text says which, without any key."""


@dataclass(frozen=True, slots=True)
class Storage:
    """One bucket, addressed by path (`https://host/bucket/prefix/name`)."""

    endpoint: str
    bucket: str
    prefix: str
    who: Credentials

    def put(self, name: str, path: Path) -> None:
        """Send a file; it appears under its name only when all of it is there."""
        with path.open("rb") as file, self._talking() as client:
            first = file.read(PART)
            second = file.read(PART)
            if not second:
                self._ask(client, "PUT", self._path(name), body=first)
                return
            upload = self._begin(client, name)
            try:
                marks = [self._part(client, name, upload, 1, first), self._part(client, name, upload, 2, second)]
                while piece := file.read(PART):
                    marks.append(self._part(client, name, upload, len(marks) + 1, piece))
                self._complete(client, name, upload, marks)
            except BaseException:
                self._ask(client, "DELETE", self._path(name), {"uploadId": upload}, gone=True)
                raise

    def get(self, name: str) -> Iterator[bytes]:
        """What lies under a name, piece by piece."""
        with self._talking() as client:
            url, headers = self._request("GET", self._path(name), {}, NOTHING)
            with client.stream("GET", url, headers=headers) as answer:
                if not answer.is_success:
                    answer.read()
                    raise _problem(answer)
                yield from answer.iter_raw(1 << 20)

    def names(self) -> list[str]:
        """The names of what lies under the prefix."""
        found: list[str] = []
        query = {"list-type": "2", "prefix": self._key("")}
        with self._talking() as client:
            while True:
                text = self._ask(client, "GET", f"/{self.bucket}", query).text
                found += [unescape(key) for key in re.findall(r"<Key>([^<]*)</Key>", text)]
                more = re.search(r"<NextContinuationToken>([^<]*)</NextContinuationToken>", text)
                if more is None:
                    return [key.removeprefix(self._key("")) for key in found]
                query["continuation-token"] = unescape(more[1])

    def remove(self, name: str) -> None:
        """Remove a name; one that is not there is no problem."""
        with self._talking() as client:
            self._ask(client, "DELETE", self._path(name), gone=True)

    def _begin(self, client: httpx.Client, name: str) -> str:
        text = self._ask(client, "POST", self._path(name), {"uploads": ""}).text
        found = re.search(r"<UploadId>([^<]+)</UploadId>", text)
        if found is None:
            raise StorageProblem("the storage does not speak S3 (no upload was begun)")
        return unescape(found[1])

    def _part(self, client: httpx.Client, name: str, upload: str, number: int, piece: bytes) -> str:
        query = {"partNumber": str(number), "uploadId": upload}
        return self._ask(client, "PUT", self._path(name), query, body=piece).headers.get("etag", "")

    def _complete(self, client: httpx.Client, name: str, upload: str, marks: list[str]) -> None:
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(mark)}</ETag></Part>"
            for number, mark in enumerate(marks, start=1)
        )
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        answer = self._ask(client, "POST", self._path(name), {"uploadId": upload}, body=body)
        if "<Error>" in answer.text:  # S3 answers 200 first and may fail afterwards
            raise _problem(answer)

    def _ask(
        self,
        client: httpx.Client,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        body: bytes = b"",
        gone: bool = False,
    ) -> httpx.Response:
        url, headers = self._request(method, path, query or {}, sha256(body).hexdigest())
        answer = client.request(method, url, headers=headers, content=body or None)
        if answer.is_success or (gone and answer.status_code == GONE):
            return answer
        raise _problem(answer)

    def _request(self, method: str, path: str, query: Mapping[str, str], payload: str) -> tuple[str, dict[str, str]]:
        host = urlsplit(self.endpoint).netloc
        headers = signed_headers(self.who, method, path, query, {"host": host}, payload, datetime.now(UTC))
        asked = f"?{canonical_query(query)}" if query else ""
        return f"{self.endpoint.rstrip('/')}{encoded_path(path)}{asked}", headers

    def _path(self, name: str) -> str:
        return f"/{self.bucket}/{self._key(name)}"

    def _key(self, name: str) -> str:
        prefix = self.prefix.strip("/")
        return f"{prefix}/{name}" if prefix else name

    @contextmanager
    def _talking(self) -> Generator[httpx.Client, None, None]:
        try:
            with httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=True) as client:
                yield client
        except httpx.HTTPError as failure:
            raise StorageProblem(
                f"{urlsplit(self.endpoint).netloc} does not answer ({type(failure).__name__})"
            ) from None


def _problem(answer: httpx.Response) -> StorageProblem:
    said = re.search(r"<Code>([A-Za-z0-9.]{1,60})</Code>", answer.text)
    return StorageProblem(f"{answer.url.host} refuses ({answer.status_code}{f' {said[1]}' if said else ''})")


def storage_of(chosen: "Settings") -> Storage | None:
    """The storage that is configured; None where copies stay on this machine."""
    if not chosen.backup_s3_endpoint:
        return None
    who = Credentials(chosen.backup_s3_access_key, chosen.backup_s3_secret_key, chosen.backup_s3_region)
    return Storage(chosen.backup_s3_endpoint, chosen.backup_s3_bucket, chosen.backup_s3_prefix, who)
