"""The wait of everybody at some service points: the past read once, then arithmetic."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import queue
from tht_app.database.queries import queue_history as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.identity import Permission
from tht_app.domain.queue import (
    Accuracy,
    Cases,
    Estimate,
    History,
    Inside,
    PointKind,
    ServicePointId,
    Spread,
    TicketId,
    Waiting,
)
from tht_app.domain.queue.estimate import GRACE, estimates
from tht_app.use_cases.door import use_case

NO_CASES = Cases(0, 0.0)


@dataclass(frozen=True, slots=True)
class EstimateWaits:
    """The waits at all service points, or at one, now."""

    service_point_id: ServicePointId | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Where somebody stands: `position` 1 is next."""

    position: int
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class PointWaits:
    """The waits at one service point and how good its estimates have been; `turns` by ticket."""

    service_point_id: ServicePointId
    turns: Mapping[TicketId, Turn]
    accuracy: Accuracy | None


@dataclass(frozen=True, slots=True)
class _Scene:
    """One point at one moment."""

    kind: PointKind
    history: History | None
    inside: list[Inside]
    waiting: list[RowMapping]
    late: float
    now: datetime

    def waiter(self, visit_type_id: UUID | None, queued_at: datetime) -> Waiting:
        """Somebody who waits here; what makes a case long or short at a counter is not the visit type."""
        known = visit_type_id if self.kind is PointKind.PRACTITIONER else None
        return Waiting(known, _minutes(self.now, queued_at))


@use_case(permission=Permission.QUEUE_READ, audit=AuditAction.READ, reads=True)
async def estimate_waits(request: EstimateWaits, work: UnitOfWork) -> tuple[PointWaits, ...]:
    """Positions and ranges by ticket; no patient is named."""
    wanted = [row for row in await queue.points(work) if request.service_point_id in {None, row["id"]}]
    return tuple((await waits(work, wanted, work.today())).values())


async def waits(work: UnitOfWork, points: Sequence[RowMapping], day: date) -> dict[UUID, PointWaits]:
    """The waits at these points (rows with `id` and `kind`), by point."""
    scenes = await _scenes(work, points, day)
    return {point_id: _waits(ServicePointId(point_id), scene) for point_id, scene in scenes.items()}


def _waits(point_id: ServicePointId, scene: _Scene) -> PointWaits:
    waiting = [scene.waiter(row["visit_type_id"], row["queued_at"]) for row in scene.waiting]
    said = estimates(scene.history, scene.inside, waiting, late=scene.late)
    turns = {
        TicketId(row["id"]): Turn(place, estimate)
        for place, (row, estimate) in enumerate(zip(scene.waiting, said, strict=True), 1)
    }
    return PointWaits(point_id, turns, scene.history.accuracy if scene.history else None)


async def wait_of_newcomer(
    work: UnitOfWork, point: RowMapping, *, visit_type_id: UUID | None, priority: int, queued_at: datetime
) -> Estimate:
    """What somebody is told who gets a number at this moment."""
    scene = (await _scenes(work, [point], work.today()))[point["id"]]
    before = [row for row in scene.waiting if (-row["priority"], row["queued_at"]) <= (-priority, queued_at)]
    waiting = [scene.waiter(row["visit_type_id"], row["queued_at"]) for row in before]
    waiting.append(scene.waiter(visit_type_id, queued_at))
    return estimates(scene.history, scene.inside, waiting, late=scene.late)[-1]


async def _scenes(work: UnitOfWork, points: Sequence[RowMapping], day: date) -> dict[UUID, _Scene]:
    ids = [row["id"] for row in points]
    histories = await _histories(work, points)
    open_tickets: dict[UUID, list[RowMapping]] = defaultdict(list)
    for row in await queries.state_of(work, ids, day):
        open_tickets[row["service_point_id"]].append(row)
    begins = {row["id"]: row["starts_at"] for row in await queries.begins_at(work, ids, day)}
    return {
        row["id"]: _scene(row, histories.get(row["id"]), open_tickets[row["id"]], begins.get(row["id"]), work.now())
        for row in points
    }


def _scene(
    point: RowMapping, history: History | None, tickets: list[RowMapping], begins: datetime | None, now: datetime
) -> _Scene:
    kind = PointKind(point["kind"])
    inside = [
        Inside(
            row["visit_type_id"] if kind is PointKind.PRACTITIONER else None,
            _minutes(row["first_called_at"] or now, now),
        )
        for row in tickets
        if not row["waits"]
    ]
    waiting = [row for row in tickets if row["waits"]]
    return _Scene(kind, history, inside, waiting, _minutes(now, begins) if begins else 0.0, now)


def _minutes(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds() / 60)


async def _histories(work: UnitOfWork, points: Sequence[RowMapping]) -> dict[UUID, History]:
    today = work.today()
    own: dict[UUID, dict[UUID | None, Cases]] = defaultdict(dict)
    clinic: dict[str, dict[UUID | None, Cases]] = defaultdict(dict)
    usual: dict[str, Cases] = {}
    for row in await queries.cases(work, today - timedelta(days=queries.DAYS)):
        if row["whatever"]:
            usual[row["kind"]] = Cases(row["count"], row["median"])
        elif row["everywhere"]:
            clinic[row["kind"]][row["visit_type_id"]] = Cases(row["count"], row["median"])
        else:
            own[row["service_point_id"]][row["visit_type_id"]] = Cases(row["count"], row["recent"])
    accuracy = {
        row["service_point_id"]: _accuracy(row)
        for row in await queries.errors(work, today - timedelta(days=queries.ERROR_DAYS), GRACE)
    }
    return {
        row["id"]: History(usual[row["kind"]], own[row["id"]], clinic[row["kind"]], accuracy.get(row["id"]))
        for row in points
        if row["kind"] in usual
    }


def _accuracy(row: RowMapping) -> Accuracy:
    spread = Spread(row["p50"], row["p80"])
    return Accuracy(row["count"], float(row["within"]), float(row["mean_error"]), spread)


__all__ = ["EstimateWaits", "PointWaits", "Turn", "wait_of_newcomer", "waits"]
