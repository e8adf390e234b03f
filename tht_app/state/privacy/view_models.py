"""From the register to what stands on a screen; pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tht_app.domain.errors import Problem, ValidationFailed
from tht_app.domain.privacy import Check, Outcome, PrivacyRequest, Requester, RequestId, RequestKind, Standing, standing
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.dates import parse_date
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.i18n import moment_text, text_of
from tht_app.settings import settings
from tht_app.use_cases.privacy import AnswerRequest, RecordRequest

Choice = TypeVar("Choice", RequestKind, Requester, Check, Outcome)


@dataclass(frozen=True)
class RequestRow:
    """One request in a list; patient and words are empty for who may not know them."""

    id: str = ""
    kind: str = ""
    patient: str = ""
    patient_address: str = ""
    requester: str = ""
    received: str = ""
    due: str = ""
    standing: str = ""
    open: bool = False
    wish: str = ""
    closed: str = ""
    answer: str = ""


def request_row(request: PrivacyRequest, zone: ZoneInfo, now: datetime, lang: str) -> RequestRow:
    """One line in the reader's language."""
    return RequestRow(
        id=str(request.id),
        kind=request.kind.value,
        patient=_patient(request),
        patient_address=f"/patients/{request.patient_id}" if request.patient_id else "",
        requester=_requester(request, lang),
        received=moment_text(request.received_at, zone, lang),
        due=moment_text(request.due_at, zone, lang),
        standing=standing(request, now).value,
        open=request.closed_at is None,
        wish=request.wish,
        closed=_closed(request, zone, lang),
        answer=request.answer,
    )


def _patient(request: PrivacyRequest) -> str:
    if request.record_number is None:
        return ""
    return f"{request.patient_name}, {shown_record_number(request.record_number)}"


def _requester(request: PrivacyRequest, lang: str) -> str:
    if request.requester is None or request.checked_by is None:
        return ""
    role = text_of(f"privacy.requester.{request.requester.value}", lang)
    check = text_of(f"privacy.check.{request.checked_by.value}", lang)
    return f"{request.requester_name} ({role}; {check})"


def _closed(request: PrivacyRequest, zone: ZoneInfo, lang: str) -> str:
    if request.outcome is None or request.closed_at is None:
        return ""
    outcome = text_of(f"privacy.outcome.{request.outcome.value}", lang)
    return f"{outcome} · {request.closed_by}, {moment_text(request.closed_at, zone, lang)}"


def request_rows(found: Sequence[PrivacyRequest], now: datetime, lang: str) -> list[RequestRow]:
    """Every line, in the order of the register."""
    zone = settings().zone
    return [request_row(one, zone, now, lang) for one in found]


def register_vars(found: Sequence[PrivacyRequest], now: datetime, lang: str) -> dict[str, Any]:
    """What the register and the first screen show."""
    rows = request_rows(found, now, lang)
    late = sum(row.standing == Standing.LATE for row in rows)
    return {"rows": rows, "waiting": [row for row in rows if row.open], "late": late, "loaded": True}


class FormReader:
    """Reads the choices of one form and keeps what is wrong with each."""

    def __init__(self, form: dict[str, str]) -> None:
        """Of a form as the browser sent it."""
        self._form = form
        self.problems: dict[str, str | Problem] = {}

    def choice(self, name: str, of: type[Choice]) -> Choice:
        """The chosen value; the first one, and a problem, where none that is offered was chosen."""
        typed = self._form.get(name, "")
        if typed in set(of):
            return of(typed)
        self.problems[name] = "choice"
        return next(iter(of))

    def ensure(self) -> None:
        """Raise ValidationFailed when something was wrong."""
        if self.problems:
            raise ValidationFailed(self.problems)


def recording_of(patient_id: PatientId, form: dict[str, str]) -> RecordRequest:
    """What was typed when somebody asked; raises ValidationFailed naming every field that cannot be read."""
    reader = FormReader(form)
    typed = form.get("received_on", "").strip()
    day = parse_date(typed, datetime.now(UTC).astimezone(settings().zone).date()) if typed else None
    if typed and day is None:
        reader.problems["received_on"] = "date_shape"
    request = RecordRequest(
        patient_id,
        reader.choice("request_kind", RequestKind),
        reader.choice("requester", Requester),
        reader.choice("checked_by", Check),
        form.get("wish", ""),
        form.get("requester_name", ""),
        day,
    )
    reader.ensure()
    return request


def answer_of(request_id: RequestId, form: dict[str, str]) -> AnswerRequest:
    """What was answered; raises ValidationFailed for an outcome that is not offered."""
    reader = FormReader(form)
    request = AnswerRequest(request_id, reader.choice("outcome", Outcome), form.get("answer", ""))
    reader.ensure()
    return request
