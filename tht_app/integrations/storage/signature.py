"""AWS Signature Version 4 for one request; every storage that speaks S3 asks for it. Pure: the moment is given.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks, and the region that is part of the signature."""

    access_key: str
    secret_key: str
    region: str


def signed_headers(  # noqa: PLR0917  the parts of a request
    who: Credentials,
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    payload_sha256: str,
    at: datetime,
) -> dict[str, str]:
    """The headers with `x-amz-date`, `x-amz-content-sha256` and `Authorization`; `at` is in UTC, `path` not encoded."""
    moment = at.strftime("%Y%m%dT%H%M%SZ")
    all_headers = {**headers, "x-amz-date": moment, "x-amz-content-sha256": payload_sha256}
    lower = {name.lower(): value.strip() for name, value in all_headers.items()}
    names = ";".join(sorted(lower))
    canonical = "\n".join(
        [
            method,
            encoded_path(path),
            canonical_query(query),
            *(f"{name}:{lower[name]}" for name in sorted(lower)),
            "",
            names,
            payload_sha256,
        ]
    )
    scope = f"{moment[:8]}/{who.region}/s3/aws4_request"
    text = "\n".join([ALGORITHM, moment, scope, sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(_key(who, moment[:8]), text.encode(), sha256).hexdigest()
    proof = f"{ALGORITHM} Credential={who.access_key}/{scope},SignedHeaders={names},Signature={signature}"
    return {**all_headers, "Authorization": proof}


def encoded_path(path: str) -> str:
    """The path as it is signed and sent."""
    return quote(path, safe="/~")


def canonical_query(query: Mapping[str, str]) -> str:
    """The query as it is signed and sent."""
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(query.items()))


def _key(who: Credentials, day: str) -> bytes:
    key = f"AWS4{who.secret_key}".encode()
    for part in (day, who.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key
