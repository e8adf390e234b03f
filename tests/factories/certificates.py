"""Certificates made on the spot: an authority of the house, and what it signs for a server."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
HERE = x509.IPAddress(ip_address("127.0.0.1"))
ELSEWHERE = x509.DNSName("surat.example")


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _draft(name: str, key: ec.EllipticCurvePrivateKey, ends: datetime) -> x509.CertificateBuilder:
    draft = x509.CertificateBuilder().subject_name(_called(name)).public_key(key.public_key())
    return draft.serial_number(x509.random_serial_number()).not_valid_before(ends - 9 * DAY).not_valid_after(ends)


class Authority:
    """Signs certificates; `file` is what somebody has to trust."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._id = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        draft = _draft(name, self._key, datetime.now(UTC) + DAY).issuer_name(_called(name))
        draft = draft.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        draft = draft.add_extension(usage, critical=True).add_extension(self._id, critical=False)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(draft.sign(self._key, SHA256()).public_bytes(Encoding.PEM))

    def server(self, place: x509.GeneralName = HERE, *, ended: bool = False) -> ssl.SSLContext:
        """A server's side of TLS, for the place that its certificate names."""
        key = ec.generate_private_key(ec.SECP256R1())
        draft = _draft("server", key, datetime.now(UTC) + (-DAY if ended else DAY)).issuer_name(_called(self._name))
        draft = draft.add_extension(x509.SubjectAlternativeName([place]), critical=False)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(self._id)
        signed = draft.add_extension(issuer, critical=False).sign(self._key, SHA256())
        file = self._folder / f"{signed.serial_number}.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(secret + signed.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context
