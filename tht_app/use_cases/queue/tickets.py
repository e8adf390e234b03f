"""A ticket outside the clinic's screens: on paper, in a message, on the patient's own phone."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import RowMapping

from tht_app.database.queries import queue_display as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.documents.ticket import TicketSheet
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound, PermissionDenied
from tht_app.domain.identity import Permission
from tht_app.domain.queue import PointKind, TicketId, TicketStatus
from tht_app.domain.queue_display import (
    CODE_LENGTH,
    CODE_LETTERS,
    NoPhone,
    Place,
    place_of,
    whatsapp_number,
)
from tht_app.i18n import text_of
from tht_app.settings import settings
from tht_app.use_cases.door import use_case
from tht_app.use_cases.queue.displays import shared_settings
from tht_app.use_cases.settings import clinic_head


@dataclass(frozen=True, slots=True)
class PrintTicket:
    """A ticket on the paper of the ticket printer, with the code of its page."""

    ticket_id: TicketId


@dataclass(frozen=True, slots=True)
class TicketMessage:
    """A message to the patient's own telephone, ready to be sent by hand."""

    ticket_id: TicketId
    lang: str = "id"


@dataclass(frozen=True, slots=True)
class TicketOf:
    """What the page of this code shows."""

    code: str


@dataclass(frozen=True, slots=True)
class MarkSeen:
    """The person with this page has seen the call."""

    code: str


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A ticket without any patient: `ahead` people are called before; `seen` the call was acknowledged."""

    id: TicketId
    label: str
    status: TicketStatus
    place: Place
    called_at: datetime | None
    calls: int
    seen: bool
    ahead: int
    clinic: str


@use_case(permission=Permission.QUEUE_CHECK_IN, audit=AuditAction.PRINT)
async def print_ticket(request: PrintTicket, work: UnitOfWork) -> TicketSheet:
    """Return what goes onto the paper; raises `NotFound`."""
    row = await _found(work, request.ticket_id)
    return TicketSheet(
        clinic=(await clinic_head(work)).name,
        label=row["label"],
        place=_place(row),
        issued_at=row["issued_at"].astimezone(work.zone),
        url=await _address(work, row),
        width=(await shared_settings(work)).ticket_width,
    )


@use_case(permission=Permission.QUEUE_CHECK_IN, audit=AuditAction.EXPORT)
async def ticket_message(request: TicketMessage, work: UnitOfWork) -> str:
    """Return the `wa.me` address with the text; raises `NoPhone`. Only for who may see the patient's telephone."""
    if Permission.PATIENT_READ not in work.person.permissions:
        raise PermissionDenied(permission=Permission.PATIENT_READ.value)
    row = await _found(work, request.ticket_id)
    phone = await queries.phone_of(work, row["patient_id"])
    if not phone:
        raise NoPhone
    clinic = (await clinic_head(work)).name
    address = await _address(work, row)
    words = text_of("display.ticket.message", request.lang, ticket=row["label"], clinic=clinic, address=address)
    return f"https://wa.me/{whatsapp_number(phone)}?text={quote(words)}"


@use_case(permission=Permission.QUEUE_TICKET, audit=AuditAction.READ, reads=True)
async def ticket_of(request: TicketOf, work: UnitOfWork) -> TicketPage:
    """Return the page; raises `NotFound` for an unknown code and after the day."""
    row = await queries.ticket_page(work, request.code, work.today())
    if row is None:
        raise NotFound
    return TicketPage(
        row["ticket"],
        row["label"],
        TicketStatus(row["status"]),
        _place(row),
        row["called_at"],
        row["calls"],
        row["seen"],
        row["ahead"],
        row["clinic"],
    )


@use_case(permission=Permission.QUEUE_TICKET, audit=AuditAction.UPDATE)
async def mark_seen(request: MarkSeen, work: UnitOfWork) -> bool:
    """Let the clinic know; False when this ticket is not called."""
    return await queries.mark_seen(work, request.code, work.today())


async def _found(work: UnitOfWork, ticket_id: TicketId) -> RowMapping:
    row = await queries.ticket(work, ticket_id)
    if row is None:
        raise NotFound
    work.saw(row["patient_id"])
    return row


async def _address(work: UnitOfWork, row: RowMapping) -> str:
    """The address of a ticket's page; the page is made when it is first needed."""
    code = row["code"]
    if code is None:
        fresh = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        code = await queries.add_code(work, row["id"], row["day"], fresh)
        work.changed("ticket_link", row["id"], patient_id=row["patient_id"])
    return f"{settings().origins[0]}/ticket/{code}"


def _place(row: RowMapping) -> Place:
    return place_of(PointKind(row["kind"]), row["letter"], row["sign"])
