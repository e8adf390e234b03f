"""A way by which patients can be told something: mail today, WhatsApp or SMS by a class of the same shape."""

from typing import Protocol

from tht_app.domain.interop import Message, Outcome


class NotDelivered(Exception):
    """The message did not go out, or nobody knows; `outcome` says which and `detail` is for the log alone."""

    def __init__(self, outcome: Outcome, detail: str = "") -> None:
        """Keep how it ended; `detail` names codes and kinds of failure, never people."""
        super().__init__(f"{outcome.value} {detail}".strip())
        self.outcome, self.detail = outcome, detail


class MessageChannel(Protocol):
    """Hands one message to the other side."""

    async def send(self, message: Message) -> None:
        """Return when the other side has taken it; raises `NotDelivered` for everything else."""
        ...
