"""What a person may do at the queue: check in, call, send on, move, skip, undo, and see how long it will take."""

from tht_app.use_cases.encounter import FOLLOWERS

from .arrival import CancelTicket, CheckIn, IssuedTicket, WalkIn
from .board import PointQueue, QueueOf, RecentStep, TicketEntry, queue_audience
from .calling import CallAgain, Called, CallNext, FinishTicket, SkipTicket, StartTicket, follow_visit
from .estimating import EstimateWaits, PointWaits, Turn
from .moving import MoveTicket, SetNeeds, SetPriority, UndoTicket
from .points import ListServicePoints, Point, SaveServicePoint
from .rules import QueueRules, ReadQueueRules, SaveQueueRules

FOLLOWERS.append(follow_visit)

__all__ = [
    "CallAgain",
    "CallNext",
    "Called",
    "CancelTicket",
    "CheckIn",
    "EstimateWaits",
    "FinishTicket",
    "IssuedTicket",
    "ListServicePoints",
    "MoveTicket",
    "Point",
    "PointQueue",
    "PointWaits",
    "QueueOf",
    "QueueRules",
    "ReadQueueRules",
    "RecentStep",
    "SaveQueueRules",
    "SaveServicePoint",
    "SetNeeds",
    "SetPriority",
    "SkipTicket",
    "StartTicket",
    "TicketEntry",
    "Turn",
    "UndoTicket",
    "WalkIn",
    "queue_audience",
]
