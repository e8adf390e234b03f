"""The audit log as files, for whoever may read it; each is audited itself and kept by no browser or proxy.

GET /files/audit/entries.csv           what the filter in the address finds, read and sent page by page
GET /files/audit/archive.zip           every sealed entry, with what it takes to prove them without this program
GET /files/audit/accesses/{document}   who opened a patient's record, as a paper for the patient
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from tht_app.documents.access_report import access_report_pdf
from tht_app.domain.errors import NotFound
from tht_app.settings import settings
from tht_app.state.audit.filters import day_of, read_filter
from tht_app.use_cases.audit import ExportEntries, ExportPage, PrintPatientAccesses, write_log_archive
from tht_app.use_cases.door import Actor, execute
from tht_app.web.acting import lang_of, route
from tht_app.web.documents import PRIVATE

NO_STORE = {"cache-control": "private, no-store"}


def routes() -> list[Route]:
    """The routes of the log's files."""
    return [
        Route("/files/audit/entries.csv", entries, methods=["GET"]),
        Route("/files/audit/archive.zip", archive, methods=["GET"]),
        Route("/files/audit/accesses/{document}", accesses, methods=["GET"]),
    ]


@route
async def entries(request: Request, actor: Actor) -> Response:
    """The filtered entries as CSV."""
    wanted = read_filter(request.query_params, settings().zone)
    first: ExportPage = await execute(actor, ExportEntries(wanted, lang_of(request)))
    headers = {**NO_STORE, "content-disposition": 'attachment; filename="log-audit.csv"'}
    pages = _pages(actor, ExportEntries(wanted, lang_of(request)), first)
    return StreamingResponse(pages, media_type="text/csv; charset=utf-8", headers=headers)


async def _pages(actor: Actor, asked: ExportEntries, page: ExportPage) -> AsyncIterator[str]:
    yield "\ufeff" + page.text
    while page.after:
        page = await execute(actor, ExportEntries(asked.wanted, asked.lang, page.after))
        yield page.text


@route
async def archive(_request: Request, actor: Actor) -> Response:
    """The archive, written first and sent then; what was written goes away with the answer."""
    handle, name = tempfile.mkstemp(prefix="tht-log-audit-", suffix=".zip")
    os.close(handle)
    target = Path(name)
    try:
        await write_log_archive(actor, target)
    except BaseException:
        await asyncio.to_thread(target.unlink, missing_ok=True)
        raise
    gone = BackgroundTask(target.unlink, missing_ok=True)
    return FileResponse(target, filename="log-audit.zip", headers=NO_STORE, background=gone)


@route
async def accesses(request: Request, actor: Actor) -> Response:
    """The report for a patient; no name in the file name."""
    days = request.query_params
    asked = PrintPatientAccesses(
        _patient(request), day_of(days.get("from", "")), day_of(days.get("to", "")), lang_of(request)
    )
    sheet = await execute(actor, asked)
    content = await asyncio.to_thread(access_report_pdf, sheet)
    disposition = {"content-disposition": 'inline; filename="akses-rekam-medis.pdf"'}
    return Response(content, media_type="application/pdf", headers={**PRIVATE, **disposition})


def _patient(request: Request) -> UUID:
    name: str = request.path_params["document"]
    try:
        if not name.endswith(".pdf"):
            raise ValueError(name)
        return UUID(name.removesuffix(".pdf"))
    except ValueError:
        raise NotFound from None
