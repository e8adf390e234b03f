"""Files of registration: patients in and out as CSV, consents as PDF."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from tht_app.domain.errors import NotFound
from tht_app.domain.registration import ConsentId, PatientId
from tht_app.domain.registration.sheet import BYTES_MAX, ColumnsMissing, FileNotReadable, FileTooLarge
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.record_copy import CopyRecord
from tht_app.use_cases.registration import ExportPatients, PreviewImport, PrintConsent
from tht_app.use_cases.registration.transfer import ExportPage
from tht_app.web.acting import lang_of, route

SCREEN = "/patients/import"
NO_STORE = {"Cache-Control": "no-store"}


def routes() -> list[BaseRoute]:
    """What this module serves."""
    return [
        Route("/import/patients", route(upload_patients), methods=["POST"]),
        Route("/export/patients/{patient_id:uuid}.json", route(download_record), methods=["GET"]),
        Route("/export/patients.csv", route(download_patients), methods=["GET"]),
        Route("/documents/consents/{patient_id:uuid}/{consent_id:uuid}.pdf", route(print_consent), methods=["GET"]),
    ]


async def upload_patients(request: Request, actor: Actor) -> Response:
    """Check an uploaded file and show the result on its screen; nobody is registered yet."""
    async with request.form(max_files=1, max_fields=5) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            return _back(problem=FileNotReadable.code)
        name, content = file.filename or "pasien.csv", await file.read(BYTES_MAX + 1)
    try:
        report = await execute(actor, PreviewImport(name, content))
    except ColumnsMissing as refusal:
        return _back(problem=refusal.code, columns=str(refusal.params["columns"]))
    except (FileNotReadable, FileTooLarge) as refusal:
        return _back(problem=refusal.code)
    return _back(id=str(report.id))


def _back(*, problem: str = "", **query: str) -> Response:
    if problem:
        query["problem"] = problem.removeprefix("registration.")
    return RedirectResponse(f"{SCREEN}?{urlencode(query)}", 303)


async def download_patients(_request: Request, actor: Actor) -> Response:
    """All patients as CSV, read and audited page by page while it is sent."""
    first: ExportPage = await execute(actor, ExportPatients())
    headers = {**NO_STORE, "Content-Disposition": 'attachment; filename="pasien.csv"'}
    return StreamingResponse(_pages(actor, first), media_type="text/csv; charset=utf-8", headers=headers)


async def _pages(actor: Actor, page: ExportPage) -> AsyncIterator[str]:
    yield "\ufeff" + page.text
    while page.last:
        page = await execute(actor, ExportPatients(page.last))
        yield page.text


async def download_record(request: Request, actor: Actor) -> Response:
    """A patient's copy of their record, as a file that no other page shows."""
    patient_id = request.path_params["patient_id"]
    if not isinstance(patient_id, UUID):
        raise NotFound
    content = await execute(actor, CopyRecord(PatientId(patient_id)))
    headers = {**NO_STORE, "Content-Disposition": 'attachment; filename="rekam-medis.json"'}
    return Response(content, media_type="application/json", headers=headers)


async def print_consent(request: Request, actor: Actor) -> Response:
    """One consent as PDF in the browser's language."""
    patient_id, consent_id = request.path_params["patient_id"], request.path_params["consent_id"]
    if not isinstance(patient_id, UUID) or not isinstance(consent_id, UUID):
        raise NotFound
    pdf = await execute(actor, PrintConsent(PatientId(patient_id), ConsentId(consent_id), lang_of(request)))
    headers = {**NO_STORE, "Content-Disposition": 'inline; filename="persetujuan.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
