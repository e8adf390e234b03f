"""Mail over TLS against a real server: said only to whom a trusted authority vouches for, else not a word."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import pytest
from aiosmtpd.smtp import AuthResult

from tests.conftest import ZONE
from tests.factories.certificates import ELSEWHERE, Authority
from tests.factories.mail import ORIGIN, SENDER, SmtpServer
from tests.web.conftest import free_port
from tht_app.domain.interop import AppointmentMessage, Channel, ClinicName, MessageKind, Outcome
from tht_app.integrations.channel import NotDelivered
from tht_app.integrations.mail import MailChannel, MailServer
from tht_app.settings import Settings
from tht_app.worker.outbox import channels_of

Security = Literal["starttls", "tls"]
BOTH = pytest.mark.parametrize("security", ["starttls", "tls"])
TO = "pasien@surat.example"


@dataclass
class House:
    """A mail server behind TLS, and the passwords that it has heard."""

    smtp: SmtpServer
    heard: list[bytes] = field(default_factory=list)

    def channel(self, security: Security, ca_file: Path | None) -> MailChannel:
        server = MailServer("127.0.0.1", self.smtp.port, SENDER, security, "klinik", "rahasia", 5, str(ca_file or ""))
        return MailChannel(server, ORIGIN)


Opens = Callable[[Security, ssl.SSLContext], House]


@pytest.fixture
def opened() -> Iterator[Opens]:
    """Open a mail server that asks for a password and speaks TLS from the first byte or after STARTTLS."""
    with ExitStack() as stack:

        def open_house(security: Security, context: ssl.SSLContext) -> House:
            heard: list[bytes] = []

            def known(*given: Any) -> AuthResult:
                heard.append(given[-1].password)
                return AuthResult(success=True)

            tls = (
                {"tls_context": context, "require_starttls": True, "auth_required": True}
                if security == "starttls"
                else {"ssl_context": context, "auth_require_tls": False}
            )
            smtp = SmtpServer(free_port(), authenticator=known, **tls)
            smtp.start()
            stack.callback(smtp.stop)
            return House(smtp, heard)

        yield open_house


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ours"), "ours")


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("strangers"), "strangers")


def message() -> AppointmentMessage:
    start = datetime(2027, 3, 1, 8, tzinfo=ZONE)
    return AppointmentMessage(
        uuid4(), MessageKind.BOOKED, TO, "id", uuid4(), 1, start, start + timedelta(minutes=15), "dr. Sari",
        ClinicName("Klinik Melati", "", ""), "q" * 26,
    )  # fmt: skip


@BOTH
async def test_a_server_that_we_trust_gets_password_and_mail(
    opened: Opens, ours: Authority, security: Security
) -> None:
    house = opened(security, ours.server())
    await house.channel(security, ours.file).send(message())
    assert house.heard == [b"rahasia"]
    assert [mail["To"] for mail in house.smtp.box.mails] == [TO]


@BOTH
@pytest.mark.parametrize("wrong", ["unknown authority", "another's name", "ended", "nobody is trusted"])
async def test_a_wrong_certificate_hears_neither_password_nor_mail(
    opened: Opens, ours: Authority, strangers: Authority, security: Security, wrong: str
) -> None:
    context = {
        "unknown authority": strangers.server,
        "another's name": lambda: ours.server(ELSEWHERE),
        "ended": lambda: ours.server(ended=True),
        "nobody is trusted": ours.server,
    }[wrong]()
    house = opened(security, context)
    with pytest.raises(NotDelivered) as refused:
        await house.channel(security, None if wrong == "nobody is trusted" else ours.file).send(message())
    assert refused.value.outcome is Outcome.UNTRUSTED
    assert not refused.value.outcome.final, "tried again once the certificate was renewed"
    assert (house.heard, house.smtp.box.mails) == ([], [])


def test_the_trusted_authority_is_a_setting_and_has_to_exist(ours: Authority) -> None:
    chosen = Settings(smtp_host="127.0.0.1", smtp_from=SENDER, smtp_ca_file=ours.file)
    channel = channels_of(chosen)[Channel.MAIL]
    assert isinstance(channel, MailChannel)
    assert channel._server.ca_file == str(ours.file)
    with pytest.raises(ValueError, match="smtp_ca_file"):
        Settings(smtp_host="127.0.0.1", smtp_from=SENDER, smtp_ca_file=ours.file / "nowhere")
