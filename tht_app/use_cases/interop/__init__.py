"""What leaves the clinic and what comes back by a link: delivery, overview, links."""

from .delivery import FinishMessage, PlanReminders, PrepareMessage
from .link import LinkAction, LinkTooLate, LinkView, LookAtLink, ProveLink, UseLink
from .overview import Integrations, MailStatus, SendAgain, Trouble

__all__ = [
    "FinishMessage",
    "Integrations",
    "LinkAction",
    "LinkTooLate",
    "LinkView",
    "LookAtLink",
    "MailStatus",
    "PlanReminders",
    "PrepareMessage",
    "ProveLink",
    "SendAgain",
    "Trouble",
    "UseLink",
]
