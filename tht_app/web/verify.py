"""`/verify/[code]`: whether a printed document is genuine. Number, day and doctor; never anything of the patient."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tht_app.database.gate import current_gate
from tht_app.domain.errors import NotFound, Unavailable
from tht_app.i18n import date_text
from tht_app.use_cases.pharmacy import VerifyDocument
from tht_app.use_cases.pharmacy.models import DocumentCheck
from tht_app.web.acting import client_address, lang_of, problem
from tht_app.web.identity.throttle import FREE_OF_AN_ADDRESS
from tht_app.web.identity.visitor import Visitor
from tht_app.web.plain import asked_language, page

LONGEST_CODE = 40


VISITOR = Visitor("verify", "verify")


def routes() -> list[Route]:
    """The public page behind the QR code."""
    return [Route("/verify/{code}", show, methods=["GET"])]


async def show(request: Request) -> Response:
    """Look the code up; whoever tries many wrong ones has to wait like whoever guesses passwords."""
    address = client_address(request)
    subject = f"verify:{address or 'unknown'}"
    gate = current_gate()
    try:
        if await gate.seconds_blocked(subject):
            return page(request, "verify.html", 429, document=None)
        check = await _check(request.path_params["code"], address)
        if check is None:
            await gate.note_failure(subject, FREE_OF_AN_ADDRESS)
    except Unavailable as away:
        return problem(away, lang_of(request))
    return page(request, "verify.html", 200 if check else 404, document=_words(request, check) if check else None)


async def _check(code: str, address: str | None) -> DocumentCheck | None:
    if len(code) > LONGEST_CODE or not code.isascii() or not code.isalnum():
        return None
    try:
        return await VISITOR.execute(VerifyDocument(code), address)
    except NotFound:
        return None


def _words(request: Request, check: DocumentCheck) -> dict[str, str | bool]:
    return {
        "valid": check.valid,
        "number": check.number,
        "date": date_text(check.signed_at.date(), asked_language(request)),
        "doctor": check.doctor,
    }
