"""Printed documents as PDF: authorised by the door, audited as printed, never kept by a browser or proxy.

GET /files/prescriptions/{id}.pdf    the prescription, A5
GET /files/labels/{id}.pdf           its labels, one a page
"""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tht_app.documents.label import labels_pdf
from tht_app.documents.prescription import PrescriptionSheet, prescription_pdf
from tht_app.domain.errors import NotFound
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.pharmacy import PrintLabels, PrintPrescription
from tht_app.web.acting import route

# A browser's own PDF viewer needs styles and an object, which the policy of plain pages forbids.
PRIVATE = {"cache-control": "private, no-store", "content-security-policy": "frame-ancestors 'none'"}


def routes() -> list[Route]:
    """The routes of printed documents."""
    return [
        Route("/files/prescriptions/{document}", prescription, methods=["GET"]),
        Route("/files/labels/{document}", labels, methods=["GET"]),
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
