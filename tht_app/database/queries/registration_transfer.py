"""Files of patients on their way in, and pages of patients on their way out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from tht_app.database.crypto import Purpose
from tht_app.database.queries.registration import details_of
from tht_app.database.tables.registration import PatientImportLineRow, PatientImportRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.errors import Problem
from tht_app.domain.registration.patient import PatientDetails

FORM = "patient_import_line.form"


@dataclass(frozen=True, slots=True)
class NewLine:
    """A judged line of a file, before it is stored."""

    line: int
    state: str
    form: Mapping[str, str]
    problems: Mapping[str, Problem]
    patient_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A stored line that can become a patient."""

    id: UUID
    form: dict[str, str]


def _stored(problems: Mapping[str, Problem]) -> dict[str, Any]:
    return {field: {"code": problem.code, "params": dict(problem.params)} for field, problem in problems.items()}


async def add_import(work: UnitOfWork, import_id: UUID, file_name: str) -> None:
    """Start an empty import."""
    await work.add(
        PatientImportRow(
            id=import_id,
            file_name=file_name,
            state="previewed",
            total=0,
            started_by=work.person.id,
            created_at=work.now(),
        )
    )


async def add_lines(work: UnitOfWork, import_id: UUID, lines: Sequence[NewLine]) -> None:
    """Store judged lines with their forms sealed, in one statement."""
    rows: list[dict[str, Any]] = []
    for line in lines:
        line_id = work.new_id()
        form = json.dumps(dict(line.form), ensure_ascii=False)
        rows.append(
            {
                "id": line_id,
                "import_id": import_id,
                "line": line.line,
                "state": line.state,
                "form_sealed": work.vault.seal(Purpose.IDENTITY, FORM, line_id, form)
                if line.state == "ready"
                else None,
                "problems": _stored(line.problems),
                "patient_id": line.patient_id,
            }
        )
    if rows:
        await work.run(insert(PatientImportLineRow).values(rows))


async def set_import(work: UnitOfWork, import_id: UUID, state: str) -> None:
    """Move an import on and count its lines."""
    await work.run(
        "update patient_import set state = :state, "
        "total = (select count(*) from patient_import_line where import_id = :id), "
        "finished_at = case when :state = 'done' then cast(:now as timestamptz) end where id = :id",
        state=state,
        id=import_id,
        now=work.now(),
    )


async def import_row(work: UnitOfWork, import_id: UUID) -> RowMapping | None:
    """One import."""
    return await work.fetch_one("select * from patient_import where id = :id", id=import_id)


async def counts(work: UnitOfWork, import_id: UUID) -> dict[str, int]:
    """How many lines are in which state."""
    rows = await work.fetch(
        "select state, count(*) as many from patient_import_line where import_id = :id group by state", id=import_id
    )
    return {row["state"]: row["many"] for row in rows}


async def lines_with_problems(work: UnitOfWork, import_id: UUID, at_most: int) -> list[tuple[int, dict[str, Problem]]]:
    """Line numbers and what is wrong there, in the order of the file."""
    rows = await work.fetch(
        "select line, problems from patient_import_line "
        "where import_id = :id and state in ('bad', 'duplicate') order by line limit :at_most",
        id=import_id,
        at_most=at_most,
    )
    return [
        (row["line"], {field: Problem(told["code"], told["params"]) for field, told in row["problems"].items()})
        for row in rows
    ]


async def waiting_lines(work: UnitOfWork, import_id: UUID, at_most: int) -> list[WaitingLine]:
    """The next lines to bring in, locked; lines that another desk is bringing in are passed over."""
    rows = await work.fetch(
        "select id, form_sealed from patient_import_line where import_id = :id and state = 'ready' "
        "order by line limit :at_most for update skip locked",
        id=import_id,
        at_most=at_most,
    )
    return [WaitingLine(row["id"], _form(work, row)) for row in rows]


def _form(work: UnitOfWork, row: RowMapping) -> dict[str, str]:
    sealed: bytes = row["form_sealed"]
    return json.loads(work.vault.open(Purpose.IDENTITY, FORM, row["id"], sealed))


async def mark_added(work: UnitOfWork, patients: Mapping[UUID, UUID]) -> None:
    """Tie lines to the patients they became and forget what they held."""
    await work.run(
        "update patient_import_line l set state = 'added', patient_id = p.patient, form_sealed = null "
        "from unnest(cast(:lines as uuid[]), cast(:patients as uuid[])) as p(line, patient) where l.id = p.line",
        lines=list(patients),
        patients=list(patients.values()),
    )


async def mark_refused(work: UnitOfWork, line_id: UUID, state: str, problems: Mapping[str, Problem]) -> None:
    """Say why a line could not be brought in after all."""
    await work.run(
        "update patient_import_line set state = :state, problems = cast(:problems as jsonb), form_sealed = null "
        "where id = :id",
        state=state,
        problems=json.dumps(_stored(problems)),
        id=line_id,
    )


async def known_niks(work: UnitOfWork, niks: Sequence[str]) -> dict[str, UUID]:
    """Which of these NIKs are registered, and to whom."""
    fingerprints = {work.vault.blind("patient.nik", nik): nik for nik in niks}
    rows = await work.fetch(
        "select id, nik_index from patient where nik_index = any(:indexes)", indexes=list(fingerprints)
    )
    return {fingerprints[bytes(row["nik_index"])]: row["id"] for row in rows}


async def known_names(work: UnitOfWork, people: Sequence[tuple[str, date]]) -> dict[tuple[str, date], UUID]:
    """Which of these (sorted name, birth date) are registered."""
    rows = await work.fetch(
        "select p.id, p.name_sort, p.birth_date "
        "from unnest(cast(:names as text[]), cast(:dates as date[])) as n(name, day) "
        "join patient p on p.birth_date = n.day and p.name_sort = n.name",
        names=[name for name, _ in people],
        dates=[day for _, day in people],
    )
    return {(row["name_sort"], row["birth_date"]): row["id"] for row in rows}


async def patients_after(work: UnitOfWork, record_number: int, at_most: int) -> list[tuple[UUID, int, PatientDetails]]:
    """The next patients by record number, opened."""
    rows = await work.fetch(
        "select * from patient where record_number > :after and merged_into is null order by record_number limit :many",
        after=record_number,
        many=at_most,
    )
    return [(row["id"], row["record_number"], details_of(work.vault, row)) for row in rows]
