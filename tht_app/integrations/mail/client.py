"""The conversation with the mail server, step by step, so that it is known how far a failure came.

Until the message itself is handed over, a failure means that it surely did not leave. Once it is, a lost line means
that nobody knows: that is said, not guessed.
"""

import asyncio
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTP

from tht_app.domain.interop import AccountMessage, Message, Outcome
from tht_app.integrations.channel import NotDelivered
from tht_app.integrations.mail.account import account_mail_of
from tht_app.integrations.mail.mapper import mail_of

WHOLE_SECONDS = 90
"""How long a whole conversation may take; shorter than the lease of the outbox, so that no two workers send at once."""
GOODBYE_SECONDS = 2
LATER = range(400, 500)
SIGN_IN_CODES = frozenset({530, 534, 535, 538})


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over and in whose name."""

    host: str
    port: int
    sender: str
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    timeout: float = 20
    ca_file: str = ""
    """Certificates that are trusted besides those of the system."""


class MailChannel:
    """Sends messages through one mail server, one conversation a message."""

    def __init__(self, server: MailServer, origin: str) -> None:
        """`origin` is the address at which patients reach the clinic's links."""
        self._server, self._origin = server, origin

    async def send(self, message: Message) -> None:
        """Return when the server has taken it; raises `NotDelivered`."""
        made = account_mail_of if isinstance(message, AccountMessage) else mail_of
        mail = made(message, self._server.sender, self._origin)  # type: ignore[arg-type]
        progress = _Progress()
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                await self._converse(mail, message.to, progress)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as failure:
            if not progress.taken:  # whatever happens while saying goodbye changes nothing
                raise NotDelivered(_outcome(failure, progress), _detail(failure)) from failure

    async def greet(self) -> None:
        """Connect, encrypt and sign in, and send nothing; raises `NotDelivered` with what stands in the way."""
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                smtp = await self._connected()
                try:
                    await smtp.quit(timeout=GOODBYE_SECONDS)
                finally:
                    smtp.close()
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as failure:
            raise NotDelivered(_outcome(failure, _Progress()), _detail(failure)) from failure

    async def _connected(self) -> SMTP:
        server = self._server
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            timeout=server.timeout,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            cert_bundle=server.ca_file or None,
        )
        try:
            await smtp.connect()
            if server.user:
                await smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    async def _converse(self, mail: EmailMessage, to: str, progress: "_Progress") -> None:
        smtp = await self._connected()
        try:
            await smtp.mail(self._server.sender)
            await smtp.rcpt(to)
            progress.handed_over = True
            await smtp.data(mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")))
            progress.taken = True
            await smtp.quit(timeout=GOODBYE_SECONDS)
        finally:
            smtp.close()


@dataclass(slots=True)
class _Progress:
    """How far a conversation came."""

    handed_over: bool = False
    taken: bool = False


def _outcome(failure: Exception, progress: _Progress) -> Outcome:
    if isinstance(failure, aiosmtplib.SMTPResponseException):
        return _of_code(failure)
    if progress.handed_over:
        return Outcome.UNKNOWN
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in (failure, failure.__cause__)):  # also a ValueError
        return Outcome.UNTRUSTED
    if isinstance(failure, aiosmtplib.SMTPNotSupported):  # no STARTTLS, no AUTH: we do not speak in the clear instead
        return Outcome.SIGN_IN_REFUSED
    if isinstance(failure, (UnicodeError, ValueError)):
        return Outcome.RECIPIENT_REFUSED
    return Outcome.UNREACHABLE


def _of_code(failure: aiosmtplib.SMTPResponseException) -> Outcome:
    """A spoken answer is never in doubt, not even after the message was handed over."""
    if failure.code in LATER:
        return Outcome.UNREACHABLE
    if isinstance(failure, aiosmtplib.SMTPAuthenticationError) or failure.code in SIGN_IN_CODES:
        return Outcome.SIGN_IN_REFUSED
    return Outcome.RECIPIENT_REFUSED if isinstance(failure, aiosmtplib.SMTPRecipientRefused) else Outcome.REFUSED


def _detail(failure: Exception) -> str:
    """Kind and code; what a server says may quote the receiver."""
    code = failure.code if isinstance(failure, aiosmtplib.SMTPResponseException) else ""
    return f"{type(failure).__name__} {code}".strip()
