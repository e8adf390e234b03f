"""Letters as PDF: authorised by the door, counted and audited as printed, never kept by a browser or proxy.

GET /letters/{letter}.pdf    the letter; from the second time on it bears that it is a copy
"""

import asyncio
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tht_app.documents.letter import LetterSheet, letter_pdf
from tht_app.domain.errors import NotFound
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.letter import PrintLetter
from tht_app.web.acting import route

# A browser's own PDF viewer needs styles and an object, which the policy of plain pages forbids.
PRIVATE = {"cache-control": "private, no-store", "content-security-policy": "frame-ancestors 'none'"}


def routes() -> list[Route]:
    """The route of letters."""
    return [Route("/letters/{letter:uuid}.pdf", letter, methods=["GET"])]


@route
async def letter(request: Request, actor: Actor) -> Response:
    """One letter; no name and no kind of illness in the file name."""
    wanted: object = request.path_params["letter"]
    if not isinstance(wanted, UUID):
        raise NotFound
    sheet: LetterSheet = await execute(actor, PrintLetter(wanted))
    content = await asyncio.to_thread(letter_pdf, sheet)
    disposition = {"content-disposition": f'inline; filename="{sheet.number.replace("/", "-")}.pdf"'}
    return Response(content, media_type="application/pdf", headers={**PRIVATE, **disposition})
