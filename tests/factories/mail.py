"""A real SMTP server that keeps what it takes and misbehaves on demand, and appointments of people with mail."""

import email
import email.policy
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from itertools import count
from typing import Any

from aiosmtpd.controller import Controller

from tests.factories.registration import a_patient
from tests.factories.scheduling import EARLY, Practice, when
from tht_app.domain.interop import Channel
from tht_app.domain.registration.consent import ConsentPurpose
from tht_app.domain.scheduling import AppointmentId, CancelReason, WaitlistEntryId
from tht_app.integrations.mail import MailChannel, MailServer
from tht_app.use_cases.door import execute
from tht_app.use_cases.scheduling import AddToWaitlist, CancelAppointment
from tht_app.worker.outbox import Worker

SENDER = "halo@klinik.example"
ORIGIN = "http://127.0.0.1:8000"
YES = (ConsentPurpose.REMINDERS,)
_serial = count(1)


@dataclass
class Mailbox:
    """The handler of the server; `refuse` names receivers that it does not know."""

    mails: list[EmailMessage] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    answer: str | None = None
    """What to say instead of 250 once the mail is here."""
    vanish: bool = False
    """Take the mail, then hang up without a word."""

    async def handle_RCPT(self, *given: Any) -> str:  # noqa: N802  the library's name
        _server, _session, envelope, address, _options = given
        if address in self.refuse:
            return "550 5.1.1 unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  the library's name
        if self.answer is None or self.vanish:
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        if self.vanish:
            server.transport.abort()
        return self.answer or "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """What one receiver got."""
        return [mail for mail in self.mails if mail["To"] == address]


class SmtpServer:
    """A server on a port of its own that can go away and come back."""

    def __init__(self, port: int, **options: Any) -> None:
        """`options` go to the library: its TLS and who may sign in."""
        self.port, self.box, self._options = port, Mailbox(), options
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self.box, hostname="127.0.0.1", port=self.port, **self._options)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    def channel(self, **more: Any) -> MailChannel:
        server = MailServer("127.0.0.1", self.port, SENDER, security="none", **{"timeout": 3, **more})
        return MailChannel(server, ORIGIN)

    def worker(self, moment: datetime = EARLY, **more: Any) -> Worker:
        """A worker to whom it is this moment."""
        return Worker({Channel.MAIL: self.channel(**more)}, clock=lambda: moment)


async def booked(
    desk: Practice, start: datetime, *, consents: tuple[ConsentPurpose, ...] = YES, **fields: str
) -> tuple[AppointmentId, str]:
    """An appointment of somebody with an address of their own, and that address."""
    address = f"pasien{next(_serial)}@surat.example"
    admin = when(desk.actors["admin"], EARLY)
    patient = await a_patient(admin, consents=consents, **{"email": address, **fields})
    return await desk.book(start, patient_id=patient), address


async def offered(
    desk: Practice, start: datetime, *, consents: tuple[ConsentPurpose, ...] = YES, **fields: str
) -> tuple[WaitlistEntryId, str]:
    """Somebody with an address of their own on the waiting list, whom a cancelled appointment's time is offered."""
    address = f"menunggu{next(_serial)}@surat.example"
    admin = when(desk.actors["admin"], EARLY)
    appointment = await desk.book(start)
    patient = await a_patient(admin, consents=consents, **{"email": address, **fields})
    wish = AddToWaitlist(patient, desk.visit_types["consultation"], start.date(), start.date())
    entry = await execute(admin, wish)
    await execute(admin, CancelAppointment(appointment, CancelReason.PATIENT))
    return entry, address


def part(mail: EmailMessage, kind: str) -> str:
    """The text of the first part of this type."""
    return next(one.get_content() for one in mail.walk() if one.get_content_type() == kind)


def attachment(mail: EmailMessage) -> str:
    """The calendar file that is attached."""
    return next(mail.iter_attachments()).get_content().decode()


def calendar(text: str) -> dict[str, str]:
    """The properties of the event, unfolded, with their parameters cut off; and METHOD."""
    found: dict[str, str] = {}
    head, _, event = text.replace("\r\n ", "").partition("BEGIN:VEVENT\r\n")
    for line in [*head.split("\r\n")[:5], *event.split("\r\n")]:
        name, _, value = line.partition(":")
        found.setdefault(name.split(";")[0], value)
    return found


def code_in(mail: EmailMessage) -> str:
    """The code of the link in a mail."""
    return part(mail, "text/plain").split(f"{ORIGIN}/a/")[1].split("?")[0]
