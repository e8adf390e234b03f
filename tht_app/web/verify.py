"""`/verify/[code]`: whether a printed document is genuine. Its kind, day and doctor; never anything of the patient."""

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tht_app.database.gate import current_gate
from tht_app.domain.encounter.record import SignedPaper
from tht_app.domain.errors import NotFound, Unavailable
from tht_app.i18n import clock_text, date_text, text_of
from tht_app.use_cases.encounter import VerifySignature
from tht_app.use_cases.letter import VerifyLetter
from tht_app.use_cases.letter.reading import LetterCheck
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


Words = dict[str, str | bool]


async def show(request: Request) -> Response:
    """Look the code up; whoever tries many wrong ones has to wait like whoever guesses passwords."""
    address = client_address(request)
    subject = f"verify:{address or 'unknown'}"
    gate = current_gate()
    try:
        if await gate.seconds_blocked(subject):
            return page(request, "verify.html", 429, document=None)
        words = await _words(request, address)
        if words is None:
            await gate.note_failure(subject, FREE_OF_AN_ADDRESS)
    except Unavailable as away:
        return problem(away, lang_of(request))
    return page(request, "verify.html", 200 if words else 404, document=words)


async def _words(request: Request, address: str | None) -> Words | None:
    """What the code stands for: a prescription, a letter, or a signed note."""
    code, lang = request.path_params["code"], asked_language(request)
    if len(code) > LONGEST_CODE or not code.isascii() or not code.isalnum():
        return None
    with suppress(NotFound):
        return _prescription(await VISITOR.execute(VerifyDocument(code), address), lang)
    with suppress(NotFound):
        return _letter(await VISITOR.execute(VerifyLetter(code), address), lang)
    with suppress(NotFound):
        return _note(await VISITOR.execute(VerifySignature(code), address), lang)
    return None


def _prescription(check: DocumentCheck, lang: str) -> Words:
    return {
        "valid": check.valid,
        "verdict": "identity.verify.valid" if check.valid else "identity.verify.cancelled",
        "kind": text_of("identity.verify.prescription", lang),
        "number": check.number,
        "date": date_text(check.signed_at.date(), lang),
        "doctor": check.doctor,
    }


def _letter(check: LetterCheck, lang: str) -> Words:
    return {
        "valid": check.valid,
        "verdict": "identity.verify.valid" if check.valid else "identity.verify.cancelled",
        "kind": text_of(f"letter.kind.{check.kind.value}", lang),
        "number": check.number,
        "date": date_text(check.issued_at.date(), lang),
        "doctor": check.doctor,
        "clinic": check.clinic,
    }


def _note(paper: SignedPaper, lang: str) -> Words:
    kind = "addendum" if paper.addendum else "note"
    return {
        "valid": paper.genuine,
        "verdict": f"identity.verify.{kind}" if paper.genuine else "identity.verify.forged",
        "hash": paper.hash,
        "date": f"{date_text(paper.signed_at.date(), lang)} {clock_text(paper.signed_at)}",
        "doctor": paper.doctor,
    }
