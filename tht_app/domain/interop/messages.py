"""What a patient is told about an appointment, and when not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

from tht_app.domain.scheduling import AppointmentStatus, WaitlistStatus

EVENT_OF_REMINDER = "AppointmentReminderDue"


class MessageKind(StrEnum):
    """What a message says: `interop.kind.<value>`."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    OFFERED = "offered"
    """A time has become free for somebody on the waiting list; it is not kept for them."""


KIND_OF: Mapping[str, MessageKind] = {
    "AppointmentBooked": MessageKind.BOOKED,
    "AppointmentMoved": MessageKind.MOVED,
    "AppointmentCancelled": MessageKind.CANCELLED,
    EVENT_OF_REMINDER: MessageKind.REMINDER,
    "WaitlistSlotFreed": MessageKind.OFFERED,
}
STANDS_AS: Mapping[MessageKind, str] = {
    MessageKind.BOOKED: AppointmentStatus.BOOKED,
    MessageKind.MOVED: AppointmentStatus.BOOKED,
    MessageKind.CANCELLED: AppointmentStatus.CANCELLED,
    MessageKind.REMINDER: AppointmentStatus.BOOKED,
    MessageKind.OFFERED: WaitlistStatus.OFFERED,
}
"""What the appointment, or the wish of who waits, has to be for its message to be true."""


class AccountKind(StrEnum):
    """What a message to a colleague says: `interop.kind.<value>`."""

    INVITE = "invite"
    RESET = "reset"


ACCOUNT_KIND_OF: Mapping[str, AccountKind] = {
    "AccountInvited": AccountKind.INVITE,
    "PasswordLinkMade": AccountKind.RESET,
}


def kind_of(event: str) -> MessageKind | AccountKind:
    """What the message of an event says."""
    return KIND_OF[event] if event in KIND_OF else ACCOUNT_KIND_OF[event]


class NotSent(StrEnum):
    """Why a message is rightly not sent: `interop.not_sent.<value>`."""

    OFF = "off"
    """The channel was not set up when the message was due."""
    NO_ADDRESS = "no_address"
    NO_CONSENT = "no_consent"
    DECEASED = "deceased"
    PAST = "past"
    """The appointment has begun or is over."""
    OUTDATED = "outdated"
    """The appointment was moved, cancelled or brought back meanwhile, of which its own event tells; or the time is no
    longer offered."""
    TOLD = "told"
    """A later message has told the same already."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about the appointment, or the offered time, and its patient at the moment of sending."""

    status: str
    start: datetime
    version: int
    address: str | None
    consents: bool
    """Whether the latest answer about reminders is a yes that was not taken back."""
    deceased: bool
    told: int
    """The newest version of the appointment that a message has told; 0 when none has."""


def reason_not_to_send(
    kind: MessageKind, known: Known, *, now: datetime, promised: datetime | None = None
) -> NotSent | None:
    """Judge a message at the moment of sending, because days may lie between the event and now.

    `promised` is the start that a reminder was planned for, or that was offered.
    """
    if known.start <= now:
        return NotSent.PAST
    if known.status != STANDS_AS[kind] or (promised is not None and promised != known.start):
        return NotSent.OUTDATED
    if known.deceased:
        return NotSent.DECEASED
    if not known.consents:
        return NotSent.NO_CONSENT
    if known.address is None:
        return NotSent.NO_ADDRESS
    if kind is not MessageKind.REMINDER and known.told >= known.version:
        return NotSent.TOLD
    return None


def reminder_at(start: datetime, zone: tzinfo, hour: int) -> datetime:
    """When to remind of an appointment: at this hour of the clinic's day before."""
    day = start.astimezone(zone).date() - timedelta(days=1)
    return datetime.combine(day, time(hour), zone)


@dataclass(frozen=True, slots=True)
class ClinicName:
    """The clinic as a patient knows it."""

    name: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class AppointmentMessage:
    """All that may stand in a message, whatever the channel: nothing of the person, no reason, no diagnosis."""

    id: UUID
    """The same for every try, so that the other side can see a repetition."""
    kind: MessageKind
    to: str
    lang: str
    about: UUID
    """The appointment; for an offer the wish on the waiting list."""
    version: int
    start: datetime
    end: datetime
    doctor: str
    clinic: ClinicName
    code: str
    """Opens `/a/<code>` until `start`; empty where there is nothing left to change."""


@dataclass(frozen=True, slots=True)
class AccountMessage:
    """A link by which a colleague chooses a password."""

    id: UUID
    """The same for every try."""
    kind: AccountKind
    to: str
    lang: str
    name: str
    username: str
    clinic: ClinicName
    code: str
    """Opens `/password/<code>` until `until`."""
    until: datetime


Message = AppointmentMessage | AccountMessage
