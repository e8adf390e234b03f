"""The register of what people asked about their own data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.tables.privacy import PrivacyRequestRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.privacy import Check, Outcome, PrivacyRequest, Requester, RequestId, RequestKind, due_at

NAME, WISH, ANSWER = "privacy_request.requester", "privacy_request.wish", "privacy_request.answer"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is written down when somebody asks."""

    patient_id: UUID
    kind: RequestKind
    requester: Requester
    requester_name: str
    checked_by: Check
    wish: str
    received_at: datetime


async def add(work: UnitOfWork, asked: Asked) -> RequestId:
    """Write a request into the register."""
    row_id = work.new_id()
    await work.add(
        PrivacyRequestRow(
            id=row_id,
            patient_id=asked.patient_id,
            kind=asked.kind.value,
            requester=asked.requester.value,
            requester_sealed=work.vault.seal(Purpose.IDENTITY, NAME, row_id, asked.requester_name),
            checked_by=asked.checked_by.value,
            wish_sealed=work.vault.seal(Purpose.CLINICAL, WISH, row_id, asked.wish),
            received_at=asked.received_at,
            due_at=due_at(asked.received_at),
            recorded_by=work.person.id,
            recorded_at=work.now(),
        )
    )
    return RequestId(row_id)


async def close(work: UnitOfWork, request_id: UUID, outcome: Outcome, answer: str) -> UUID | None:
    """Write the answer; gives the patient, or nothing when there is no such request that waits."""
    return await work.fetch_value(
        "update privacy_request set outcome = :outcome, answer_sealed = :answer, closed_by = :by, closed_at = :at "
        "where id = :id and closed_at is null returning patient_id",
        id=request_id,
        outcome=outcome.value,
        answer=work.vault.seal(Purpose.CLINICAL, ANSWER, request_id, answer),
        by=work.person.id,
        at=work.now(),
    )


async def exists(work: UnitOfWork, request_id: UUID) -> bool:
    """Whether this person may see such a request."""
    return bool(await work.fetch_value("select 1 from privacy_request where id = :id", id=request_id))


async def requests(work: UnitOfWork, most: int, *, of: UUID | None = None) -> tuple[PrivacyRequest, ...]:
    """The register as this person may see it, or what was asked for one patient: first what waits, by its end."""
    rows = await work.fetch("select * from sec.privacy_requests(:patient, :most)", patient=of, most=most)
    return tuple(_request(work, row) for row in rows)


def _request(work: UnitOfWork, row: RowMapping) -> PrivacyRequest:
    return PrivacyRequest(
        RequestId(row["id"]),
        RequestKind(row["kind"]),
        row["received_at"],
        row["due_at"],
        row["recorded_by"],
        Outcome(row["outcome"]) if row["outcome"] else None,
        row["closed_at"],
        row["closed_by"] or "",
        Requester(row["requester"]) if row["requester"] else None,
        Check(row["checked_by"]) if row["checked_by"] else None,
        _opened(work, Purpose.IDENTITY, NAME, row),
        _opened(work, Purpose.CLINICAL, WISH, row),
        _opened(work, Purpose.CLINICAL, ANSWER, row),
        row["patient_id"],
        row["patient_name"] or "",
        row["record_number"],
    )


def _opened(work: UnitOfWork, purpose: Purpose, column: str, row: RowMapping) -> str:
    sealed: bytes | None = row[f"{column.partition('.')[2]}_sealed"]
    return work.vault.open(purpose, column, row["id"], sealed) or ""
