"""What leaves the clinic: which event goes where, what a patient is told, and what their link may do."""

from .delivery import CHANNELS_OF, MOST_ATTEMPTS, MOST_UNKNOWN, Channel, Outcome, wait_before
from .link import MOST_WRONG_DATES, LinkState, changeable_until
from .messages import (
    EVENT_OF_REMINDER,
    KIND_OF,
    AppointmentMessage,
    ClinicName,
    Known,
    MessageKind,
    NotSent,
    reason_not_to_send,
    reminder_at,
)

__all__ = [
    "CHANNELS_OF",
    "EVENT_OF_REMINDER",
    "KIND_OF",
    "MOST_ATTEMPTS",
    "MOST_UNKNOWN",
    "MOST_WRONG_DATES",
    "AppointmentMessage",
    "Channel",
    "ClinicName",
    "Known",
    "LinkState",
    "MessageKind",
    "NotSent",
    "Outcome",
    "changeable_until",
    "reason_not_to_send",
    "reminder_at",
    "wait_before",
]
