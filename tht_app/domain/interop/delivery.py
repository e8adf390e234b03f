"""Which event has to leave the house, by which channel, and when a failed try is repeated."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


class Channel(StrEnum):
    """A way out of the house; each keeps its own order, its own tries and its own failures."""

    MAIL = "mail"


CHANNELS_OF: Mapping[str, tuple[Channel, ...]] = {
    "AppointmentBooked": (Channel.MAIL,),
    "AppointmentMoved": (Channel.MAIL,),
    "AppointmentCancelled": (Channel.MAIL,),
    "AppointmentReminderDue": (Channel.MAIL,),
    "WaitlistSlotFreed": (Channel.MAIL,),
    "AccountInvited": (Channel.MAIL,),
    "PasswordLinkMade": (Channel.MAIL,),
}
"""Events that somebody outside has to hear of; all others stay in the outbox as what happened."""


class Outcome(StrEnum):
    """How a try ended: `interop.outcome.<value>`."""

    SENT = "sent"
    UNREACHABLE = "unreachable"
    """The other side did not answer, or asked us to come later; nothing was handed over."""
    SIGN_IN_REFUSED = "sign_in_refused"
    """The other side does not accept our user name or password, or does not speak TLS."""
    UNTRUSTED = "untrusted"
    """Nobody vouches for the other side's certificate, or it is another's or expired; nothing was said to it."""
    REFUSED = "refused"
    """The other side will never take this message."""
    RECIPIENT_REFUSED = "recipient_refused"
    """The other side does not know the receiver."""
    UNKNOWN = "unknown"
    """All of it was handed over, and then nobody said whether it was taken."""
    BUG = "bug"
    """Our own program failed over it; the log has the incident."""

    @property
    def final(self) -> bool:
        """Whether trying again would change nothing."""
        return self in {Outcome.REFUSED, Outcome.RECIPIENT_REFUSED}


MOST_ATTEMPTS = 20
"""With the waits below a little more than a day: an outage of a day loses nothing."""
MOST_UNKNOWN = 2
"""How often a message may be handed over when nobody says whether it was taken: better twice than never, never more."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=2)
JITTER = 0.2


def wait_before(attempt: int, share: float) -> timedelta:
    """How long to wait after so many tries; `share` (0 to 1, drawn by the caller) spreads them by a fifth."""
    wait = min(FIRST_WAIT * 2 ** min(max(attempt - 1, 0), 20), LONGEST_WAIT)
    return wait * (1 - JITTER + 2 * JITTER * share)
