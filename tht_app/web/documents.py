"""Printed documents as PDF: authorised by the door, audited as printed, never kept by a browser or proxy.

GET /files/prescriptions/{id}.pdf    the prescription, A5
GET /files/labels/{id}.pdf           its labels, one a page
GET /files/tickets/{id}.pdf          a queue ticket, as wide as the printer's paper
GET /files/tickets/{id}/whatsapp     to a message with the address of the ticket's page, ready to be sent by hand
"""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tht_app.documents.label import labels_pdf
from tht_app.documents.prescription import PrescriptionSheet, prescription_pdf
from tht_app.documents.ticket import ticket_pdf
from tht_app.domain.errors import NotFound
from tht_app.domain.queue import TicketId
from tht_app.domain.queue_display import NoPhone
from tht_app.i18n import text_of
from tht_app.state.feedback import error_words
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.pharmacy import PrintLabels, PrintPrescription
from tht_app.use_cases.queue.tickets import PrintTicket, TicketMessage
from tht_app.web.acting import lang_of, route
from tht_app.web.plain import page

# A browser's own PDF viewer needs styles and an object, which the policy of plain pages forbids.
PRIVATE = {"cache-control": "private, no-store", "content-security-policy": "frame-ancestors 'none'"}


def routes() -> list[Route]:
    """The routes of printed documents."""
    return [
        Route("/files/prescriptions/{document}", prescription, methods=["GET"]),
        Route("/files/labels/{document}", labels, methods=["GET"]),
        Route("/files/tickets/{document}", ticket, methods=["GET"]),
        Route("/files/tickets/{ticket}/whatsapp", send_ticket, methods=["GET"]),
    ]


@route
async def prescription(request: Request, actor: Actor) -> Response:
    """The prescription; 404 for whoever may not know of it."""
    sheet = await execute(actor, PrintPrescription(_wanted(request)))
    return await _pdf(prescription_pdf, sheet, "resep")


@route
async def labels(request: Request, actor: Actor) -> Response:
    """The labels of a signed prescription."""
    sheet = await execute(actor, PrintLabels(_wanted(request)))
    return await _pdf(labels_pdf, sheet, "etiket")


@route
async def ticket(request: Request, actor: Actor) -> Response:
    """A ticket with the QR of its page; without a patient."""
    sheet = await execute(actor, PrintTicket(TicketId(_wanted(request))))
    content = await asyncio.to_thread(ticket_pdf, sheet, lang_of(request))
    disposition = {"content-disposition": f'inline; filename="tiket-{sheet.label}.pdf"'}
    return Response(content, media_type="application/pdf", headers={**PRIVATE, **disposition})


@route
async def send_ticket(request: Request, actor: Actor) -> Response:
    """Hand the clerk over to WhatsApp; the message goes when they press send there."""
    try:
        wanted = TicketId(UUID(request.path_params["ticket"]))
    except ValueError:
        raise NotFound from None
    lang = lang_of(request)
    try:
        return RedirectResponse(await execute(actor, TicketMessage(wanted, lang)), 303, {"cache-control": "no-store"})
    except NoPhone as refusal:
        words = {"heading": text_of("display.ticket.send_title", lang), "text": error_words(refusal, lang)}
        return page(request, "note.html", 409, **words)


def _wanted(request: Request) -> UUID:
    name: str = request.path_params["document"]
    try:
        if not name.endswith(".pdf"):
            raise ValueError(name)
        return UUID(name.removesuffix(".pdf"))
    except ValueError:
        raise NotFound from None


async def _pdf(render: Callable[[PrescriptionSheet], bytes], sheet: Any, kind: str) -> Response:
    """Draw in a thread, because drawing takes longer than a tick of the event loop may; no name in the file name."""
    content = await asyncio.to_thread(render, sheet)
    number = sheet.number.replace("/", "-") or "rancangan"
    disposition = {"content-disposition": f'inline; filename="{kind}-{number}.pdf"'}
    return Response(content, media_type="application/pdf", headers={**PRIVATE, **disposition})
