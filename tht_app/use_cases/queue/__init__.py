"""What a person may do at the queue: check in, call, call again, skip, finish, undo."""

from .arrival import CancelTicket, CheckIn, IssuedTicket, WalkIn
from .board import PointQueue, QueueOf, RecentStep, TicketEntry, queue_audience
from .calling import CallAgain, Called, CallNext, FinishTicket, SkipTicket, StartTicket, UndoTicket
from .points import ListServicePoints, Point, SaveServicePoint

__all__ = [
    "CallAgain",
    "CallNext",
    "Called",
    "CancelTicket",
    "CheckIn",
    "FinishTicket",
    "IssuedTicket",
    "ListServicePoints",
    "Point",
    "PointQueue",
    "QueueOf",
    "RecentStep",
    "SaveServicePoint",
    "SkipTicket",
    "StartTicket",
    "TicketEntry",
    "UndoTicket",
    "WalkIn",
    "queue_audience",
]
