"""What the clinic sets for its queue."""

from dataclasses import asdict, dataclass

from tht_app.database.queries import settings
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.queue import MOST_OTHERS, RETURNS_AFTER
from tht_app.use_cases.door import use_case

KEY = "queue"


@dataclass(frozen=True, slots=True)
class QueueRules:
    """A skipped patient is called again after `returns_after` others."""

    returns_after: int = RETURNS_AFTER


@dataclass(frozen=True, slots=True)
class ReadQueueRules:
    """What holds now."""


@dataclass(frozen=True, slots=True)
class SaveQueueRules:
    """Change it."""

    rules: QueueRules


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.READ, reads=True)
async def read_queue_rules(_request: ReadQueueRules, work: UnitOfWork) -> QueueRules:
    """Return the clinic's rules, or those that hold everywhere."""
    value = await settings.read(work, KEY)
    return QueueRules(**value) if value else QueueRules()


@use_case(permission=Permission.SETTINGS_MANAGE, audit=AuditAction.SETTINGS)
async def save_queue_rules(request: SaveQueueRules, work: UnitOfWork) -> None:
    """Store them; raises `ValidationFailed` for a number that makes no sense."""
    if not 1 <= request.rules.returns_after <= MOST_OTHERS:
        raise ValidationFailed({"returns_after": Problem("queue.returns_after", {"max": MOST_OTHERS})})
    value = asdict(request.rules)
    await settings.save(work, KEY, value)
    work.changed("setting", work.new_id(), new={KEY: value})
