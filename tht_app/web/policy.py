"""Headers of every answer: what a browser may run, load, keep and tell others."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL | re.IGNORECASE)

Headers = list[tuple[bytes, bytes]]

OURS = ("camera", "microphone", "autoplay", "fullscreen", "publickey-credentials-get", "publickey-credentials-create")
NOBODYS = (
    "accelerometer", "bluetooth", "display-capture", "encrypted-media", "geolocation", "gyroscope", "hid",
    "idle-detection", "magnetometer", "midi", "payment", "picture-in-picture", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
FEATURES = ", ".join([*(f"{name}=(self)" for name in OURS), *(f"{name}=()" for name in NOBODYS)]).encode()
"""What a page may use of the device: pictures, voice, chimes, televisions, passkeys; nothing that it has no use for."""

ALWAYS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", FEATURES),
    (b"x-robots-tag", b"noindex, nofollow"),
]
"""`same-origin` and not `no-referrer`: with the latter a browser posts forms with `Origin: null`."""
HSTS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")


def script_hashes(html: str) -> list[str]:
    """CSP sources of the scripts that stand inside a page."""
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(found['code'].encode()).digest()).decode()}'"
        for found in SCRIPT.finditer(html)
        if "src=" not in found["attributes"] and found["code"].strip()
    ]


class ContentPolicy:
    """The Content-Security-Policy of each page; no `unsafe-eval`, inline scripts of the build by their hashes only."""

    def __init__(self, pages: dict[str, Sequence[str]], origins: Iterable[str]) -> None:
        """`pages` maps a file of the build to its script hashes; `origins` are where people reach the clinic."""
        self._pages = {name: self._reflex_page(hashes, origins) for name, hashes in pages.items()}
        every = sorted({source for hashes in pages.values() for source in hashes})
        self._any_page = self._reflex_page(every, origins)
        self.plain = self._line(self._common() | dict.fromkeys(("style-src", "script-src", "connect-src"), "'self'"))
        """For pages outside React, which have no inline script or style at all."""

    @classmethod
    def of_build(cls, folder: Path, origins: Sequence[str]) -> "ContentPolicy":
        """Read the built HTML files once; without a build (backend alone) no inline script is allowed."""
        pages: dict[str, Sequence[str]] = {}
        if folder.is_dir():
            for path in folder.rglob("*.html"):
                pages[path.relative_to(folder).as_posix()] = script_hashes(path.read_text(encoding="utf-8"))
        return cls(pages, origins)

    def of_page(self, path: str) -> str:
        """The policy for the compiled page that answers this path."""
        name = path.strip("/")
        for candidate in (f"{name}/index.html" if name else "index.html", f"{name}.html"):
            if candidate in self._pages:
                return self._pages[candidate]
        return self._any_page

    @staticmethod
    def _common() -> dict[str, str]:
        return {
            "default-src": "'none'",
            "img-src": "'self' data: blob:",
            "font-src": "'self'",
            "media-src": "'self' blob:",
            "worker-src": "'self' blob:",
            "manifest-src": "'self'",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
        }

    def _reflex_page(self, hashes: Iterable[str], origins: Iterable[str]) -> str:
        sockets = " ".join(sorted(origin.replace("http", "ws", 1) for origin in origins))
        return self._line(
            self._common()
            | {
                "script-src": " ".join(("'self'", *hashes)),
                # Emotion, inside Reflex, writes style elements at run time.
                "style-src": "'self' 'unsafe-inline'",
                "connect-src": f"'self' {sockets}",
                "frame-src": "'self' blob:",
            }
        )

    @staticmethod
    def _line(directives: dict[str, str]) -> str:
        return "; ".join(f"{name} {value}" for name, value in directives.items())
