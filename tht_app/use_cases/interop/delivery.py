"""What the worker does with an event: judge and prepare its message, say how the try ended, remember the reminders."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import account_links as link_queries
from tht_app.database.queries import interop as queries
from tht_app.database.queries import interop_offer as offers
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.identity import Permission
from tht_app.domain.interop import (
    ACCOUNT_KIND_OF,
    KIND_OF,
    MOST_ATTEMPTS,
    MOST_UNKNOWN,
    AccountMessage,
    AppointmentMessage,
    Known,
    Message,
    MessageKind,
    NotSent,
    Outcome,
    reason_not_to_send,
    wait_before,
)
from tht_app.domain.registration.patient import NikMissing
from tht_app.settings import settings
from tht_app.use_cases.door import use_case


@dataclass(frozen=True, slots=True)
class PrepareMessage:
    """The message of a leased event, if it may leave."""

    outbox_id: UUID
    lease: UUID


@dataclass(frozen=True, slots=True)
class FinishMessage:
    """How the try ended; `share` (0 to 1, drawn by the worker) spreads the next one."""

    outbox_id: UUID
    lease: UUID
    outcome: Outcome
    share: float = 0.5


@dataclass(frozen=True, slots=True)
class PlanReminders:
    """Put the reminders whose hour has come into the outbox."""


@use_case(permission=Permission.MESSAGE_DELIVER, audit=AuditAction.EXPORT)
async def prepare_message(request: PrepareMessage, work: UnitOfWork) -> Message | None:
    """Return what is to be sent; nothing when the event is settled without a message, or the lease is lost.

    The message is marked as on its way before it is handed out: whoever finds the mark after a crash knows that it may
    have left.
    """
    event = await queries.leased_event(work, request.outbox_id, request.lease)
    if event is None:
        return None
    if event["event"] in ACCOUNT_KIND_OF:
        return await _account_message(work, event)
    kind = KIND_OF[event["event"]]
    offered = kind is MessageKind.OFFERED
    facts = await (offers.offer_facts if offered else queries.appointment_facts)(work, event["aggregate_id"])
    if facts is None:
        await queries.close_event(work, event["id"], not_sent=NotSent.OUTDATED.value)
        return None
    work.saw(facts["patient_id"])
    known = _known(work, facts)
    promised = event["payload"].get("offered_starts_at" if offered else "start")
    reason = reason_not_to_send(
        kind, known, now=work.now(), promised=datetime.fromisoformat(promised) if promised else None
    )
    if reason is not None or known.address is None:
        await queries.close_event(work, event["id"], not_sent=(reason or NotSent.NO_ADDRESS).value)
        return None
    about = {"appointment_id": None if offered else facts["id"], "entry_id": facts["id"] if offered else None}
    values = {**about, "kind": kind.value, "version": known.version}
    maybe_sent = await queries.begin_message(work, event, values, known.address)
    if maybe_sent and await queries.note_unknown(work, event["id"]) >= MOST_UNKNOWN:
        await queries.bury_event(work, event["id"], Outcome.UNKNOWN.value)
        return None
    return await _message(work, event["id"], kind, facts, known.address)


async def _account_message(work: UnitOfWork, event: RowMapping) -> AccountMessage | None:
    """The link of an invitation or a forgotten password, as long as it can be used; sending it twice harms nobody."""
    link = await link_queries.link_to_send(work, event["aggregate_id"])
    if link is None or link["address_sealed"] is None:
        reason = NotSent.OUTDATED if link is None else NotSent.NO_ADDRESS
        await queries.close_event(work, event["id"], not_sent=reason.value)
        return None
    return AccountMessage(
        id=event["id"],
        kind=ACCOUNT_KIND_OF[event["event"]],
        to=link_queries.address_of(work, link["person_id"], link["address_sealed"]),
        lang=link["lang"],
        name=link["display_name"],
        username=link["username"],
        clinic=await queries.clinic_name(work),
        code=link_queries.code_of(work, link["id"]),
        until=link["expires_at"].astimezone(work.zone),
    )


def _known(work: UnitOfWork, facts: RowMapping) -> Known:
    return Known(
        status=facts["status"],
        start=facts["starts_at"],
        version=facts["version"],
        address=queries.address_of(work.vault, facts),
        consents=facts["consents"],
        deceased=facts["deceased"],
        told=facts["told"],
    )


async def _message(
    work: UnitOfWork, message_id: UUID, kind: MessageKind, facts: RowMapping, address: str
) -> AppointmentMessage:
    return AppointmentMessage(
        id=message_id,
        kind=kind,
        to=address,
        # Nobody asks patients for a language; who is registered as a foreigner is written to in English.
        lang="en" if facts["nik_missing"] == NikMissing.FOREIGNER.value else "id",
        about=facts["id"],
        version=facts["version"],
        start=facts["starts_at"].astimezone(work.zone),
        end=facts["ends_at"].astimezone(work.zone),
        doctor=facts["doctor"],
        clinic=await queries.clinic_name(work),
        code=await _code(work, kind, facts),
    )


async def _code(work: UnitOfWork, kind: MessageKind, facts: RowMapping) -> str:
    if kind is MessageKind.CANCELLED:
        return ""
    if kind is MessageKind.OFFERED:
        return await offers.link_of(work, facts)
    return await queries.link_of(work, facts["id"], facts["starts_at"])


@use_case(permission=Permission.MESSAGE_DELIVER, audit=AuditAction.UPDATE)
async def finish_message(request: FinishMessage, work: UnitOfWork) -> None:
    """Close the event, wait for the next try, or give up and leave it to a person."""
    if request.outcome is Outcome.SENT:
        await _sent(work, request.outbox_id)
        return
    event = await queries.leased_event(work, request.outbox_id, request.lease)
    if event is None:
        return
    if request.outcome not in {Outcome.UNKNOWN, Outcome.BUG}:
        await queries.end_message(work, event["id"], sent=False)
    if request.outcome.final or event["attempts"] >= MOST_ATTEMPTS:
        await queries.bury_event(work, event["id"], request.outcome.value)
    else:
        until = work.now() + wait_before(event["attempts"], request.share)
        await queries.postpone_event(work, event["id"], until, request.outcome.value)
    work.changed("message", event["id"], new={"outcome": request.outcome.value})


async def _sent(work: UnitOfWork, outbox_id: UUID) -> None:
    """What has left has left, whoever holds the lease by now."""
    event = await queries.event(work, outbox_id)
    if event is None or event["delivered_at"] is not None:
        return
    await queries.end_message(work, outbox_id, sent=True)
    await queries.close_event(work, outbox_id)
    await queries.hurry_after_outage(work, event["channel"], Outcome.UNREACHABLE.value)
    work.changed("message", outbox_id, new={"outcome": Outcome.SENT.value})


@use_case(permission=Permission.MESSAGE_DELIVER, audit=AuditAction.CREATE)
async def plan_reminders(_request: PlanReminders, work: UnitOfWork) -> int:
    """Return how many were planned; asking again plans none twice."""
    return await queries.plan_reminders(work, hour=settings().reminder_hour)
