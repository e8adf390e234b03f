"""A device with a passkey, made of a key pair: it says what a browser and its authenticator would, or a forger."""

import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    """Base64 as browsers write it."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Device:
    """One authenticator with one passkey, used on one page address."""

    origin: str
    host: str = "localhost"
    counter: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: dict[str, Any], *, verified: bool = True, origin: str = "", host: str = "") -> str:
        """Answer `navigator.credentials.create`."""
        client = self._client("webauthn.create", options["challenge"], origin)
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        credential = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(public)
        data = self._head(host, ATTESTED, verified=verified) + credential
        response = {
            "clientDataJSON": text(client),
            "attestationObject": text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._answer(response)

    def answer(
        self,
        options: dict[str, Any],
        *,
        verified: bool = True,
        origin: str = "",
        host: str = "",
        counter: int | None = None,
        credential_id: bytes | None = None,
    ) -> str:
        """Answer `navigator.credentials.get`; the keywords are what a forger would change."""
        self.counter = self.counter + 1 if counter is None else counter
        client = self._client("webauthn.get", options["challenge"], origin)
        data = self._head(host, 0, verified=verified)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(signature),
            "userHandle": None,
        }
        return self._answer(response, credential_id)

    def _client(self, kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin or self.origin}).encode()

    def _head(self, host: str, flags: int, *, verified: bool) -> bytes:
        flags |= PRESENT | (VERIFIED if verified else 0)
        return sha256((host or self.host).encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _answer(self, response: dict[str, Any], credential_id: bytes | None = None) -> str:
        named = text(credential_id or self.credential_id)
        return json.dumps(
            {"id": named, "rawId": named, "type": "public-key", "response": response, "clientExtensionResults": {}}
        )
