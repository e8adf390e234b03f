"""How the ways out of the house stand, what has trouble, and sending again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tht_app.database.queries import interop as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import Conflict
from tht_app.domain.identity import Permission
from tht_app.domain.interop import AccountKind, Channel, MessageKind, Outcome, kind_of
from tht_app.domain.registration import PatientId
from tht_app.settings import settings
from tht_app.use_cases.door import use_case

SHOWN = 100
RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Integrations:
    """How everything stands that leaves the house."""


@dataclass(frozen=True, slots=True)
class SendAgain:
    """Start anew with an event that has trouble."""

    outbox_id: UUID


@dataclass(frozen=True, slots=True)
class Trouble:
    """An event that failed; `patient_id` only for whoever may open patients."""

    id: UUID
    at: datetime
    kind: MessageKind | AccountKind
    outcome: Outcome
    attempts: int
    next_attempt_at: datetime | None
    """Nothing when it was given up."""
    busy: bool
    patient_id: PatientId | None


@dataclass(frozen=True, slots=True)
class MailStatus:
    """How mail stands; `sent` and `not_sent` count the last seven days."""

    on: bool
    sender: str
    server: str
    waiting: int
    dead: int
    sent: int
    not_sent: int
    last_sent: datetime | None
    troubles: tuple[Trouble, ...]


@use_case(permission=Permission.INTEGRATION_MANAGE, audit=AuditAction.READ, reads=True)
async def integrations(_request: Integrations, work: UnitOfWork) -> MailStatus:
    """The state of mail, without a word about any patient."""
    chosen = settings()
    counted = await queries.counts(work, Channel.MAIL.value, work.now() - RECENT)
    sees_patients = Permission.PATIENT_READ in work.person.permissions
    troubles = tuple(
        Trouble(
            id=row["id"],
            at=row["at"].astimezone(work.zone),
            kind=kind_of(row["event"]),
            outcome=Outcome(row["last_error"] or Outcome.BUG.value),
            attempts=row["attempts"],
            next_attempt_at=None if row["dead_at"] else row["next_attempt_at"].astimezone(work.zone),
            busy=row["busy"],
            patient_id=PatientId(UUID(row["patient_id"])) if sees_patients and row["patient_id"] else None,
        )
        for row in await queries.troubled(work, SHOWN)
    )
    return MailStatus(
        on=chosen.mail_on,
        sender=chosen.smtp_from,
        server=chosen.smtp_host,
        waiting=counted["waiting"],
        dead=counted["dead"],
        sent=counted["sent"],
        not_sent=counted["not_sent"],
        last_sent=counted["last_sent"].astimezone(work.zone) if counted["last_sent"] else None,
        troubles=troubles,
    )


@use_case(permission=Permission.INTEGRATION_MANAGE, audit=AuditAction.UPDATE)
async def send_again(request: SendAgain, work: UnitOfWork) -> None:
    """Make it due now with all its tries; raises `Conflict` when it is settled or on its way already."""
    if not await queries.revive_event(work, request.outbox_id):
        raise Conflict
    work.changed("outbox", request.outbox_id, new={"again": True})
