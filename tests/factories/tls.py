"""A PostgreSQL that speaks TLS: a stand-in that answers SSLRequest, terminates TLS and hands on to the real server."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


class Authority:
    """A certificate authority of its own."""

    def __init__(self, folder: Path, name: str = "Klinik CA") -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._certificate = self._sign(self._name, self._key.public_key(), authority=True)
        self.file = folder / "ca.pem"
        self.file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def _sign(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, authority: bool, host: str = ""):
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(minutes=5))
            .not_valid_after(now + dt.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if host:
            names = [x509.DNSName(host), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            names = names if host == "localhost" else names[:1]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def context_for(self, host: str) -> ssl.SSLContext:
        """What a server of this name answers with: TLS 1.3, nothing older."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = self._sign(subject, key.public_key(), authority=False, host=host)
        path = self.folder / f"{host}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(path)
        context.set_alpn_protocols(["postgresql"])
        return context


class TlsStandIn:
    """Listens on a port of this machine; `context` None says, as PostgreSQL would, that there is no TLS."""

    def __init__(self, behind: Path, context: ssl.SSLContext | None) -> None:
        self.behind, self.context = behind, context
        self.versions: set[str] = set()
        self.clear: list[bytes] = []
        self.wire: list[bytes] = []
        """What went over the network, as somebody who listens would see it."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        first = client.recv(8)
        if first != SSL_REQUEST or self.context is None:
            self.clear.append(first)
            with suppress(OSError):
                client.sendall(b"N")
                client.recv(1)
                client.close()
            return
        client.sendall(b"S")
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.context.wrap_bio(incoming, outgoing, server_side=True)
        with suppress(OSError, ssl.SSLError, EOFError):
            self._handshake(client, tls, incoming, outgoing)
            self.versions.add(tls.version() or "")
            self._pump(client, tls, incoming, outgoing)
        with suppress(OSError):
            client.close()

    def _read(self, client: socket.socket, incoming: ssl.MemoryBIO) -> None:
        raw = client.recv(65536)
        if not raw:
            raise EOFError
        self.wire.append(raw)
        incoming.write(raw)

    def _flush(self, client: socket.socket, outgoing: ssl.MemoryBIO) -> None:
        if outgoing.pending:
            raw = outgoing.read()
            self.wire.append(raw)
            client.sendall(raw)

    def _handshake(self, client, tls, incoming, outgoing) -> None:
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush(client, outgoing)
                self._read(client, incoming)
            else:
                self._flush(client, outgoing)
                return

    def _pump(self, client, tls, incoming, outgoing) -> None:
        lock = threading.Lock()
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self.behind))

            def back() -> None:
                with suppress(OSError):
                    while answer := server.recv(65536):
                        with lock:
                            tls.write(answer)
                            self._flush(client, outgoing)
                    client.shutdown(socket.SHUT_RDWR)

            threading.Thread(target=back, daemon=True).start()
            while True:
                with lock:  # first what came along with the handshake
                    asked = b""
                    with suppress(ssl.SSLWantReadError):
                        while piece := tls.read(65536):
                            asked += piece
                if asked:
                    server.sendall(asked)
                self._read(client, incoming)


@contextmanager
def stand_in(behind: Path, context: ssl.SSLContext | None) -> Generator[TlsStandIn, None, None]:
    """One for the length of a block."""
    one = TlsStandIn(behind, context)
    try:
        yield one
    finally:
        one.close()
