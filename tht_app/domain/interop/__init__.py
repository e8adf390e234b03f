"""What leaves the clinic: which event goes where, what a patient is told, and what their link may do."""

from .delivery import CHANNELS_OF, MOST_ATTEMPTS, MOST_UNKNOWN, Channel, Outcome, wait_before
from .link import MOST_WRONG_DATES, LinkState, changeable_until
from .messages import (
    ACCOUNT_KIND_OF,
    EVENT_OF_REMINDER,
    KIND_OF,
    AccountKind,
    AccountMessage,
    AppointmentMessage,
    ClinicName,
    Known,
    Message,
    MessageKind,
    NotSent,
    kind_of,
    reason_not_to_send,
    reminder_at,
)

__all__ = [
    "ACCOUNT_KIND_OF",
    "CHANNELS_OF",
    "EVENT_OF_REMINDER",
    "KIND_OF",
    "MOST_ATTEMPTS",
    "MOST_UNKNOWN",
    "MOST_WRONG_DATES",
    "AccountKind",
    "AccountMessage",
    "AppointmentMessage",
    "Channel",
    "ClinicName",
    "Known",
    "LinkState",
    "Message",
    "MessageKind",
    "NotSent",
    "Outcome",
    "changeable_until",
    "kind_of",
    "reason_not_to_send",
    "reminder_at",
    "wait_before",
]
