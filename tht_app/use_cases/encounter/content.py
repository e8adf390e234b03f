"""What a signature covers, read together."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tht_app.database.queries import attachment, ent
from tht_app.database.queries.encounter import findings, notes, procedures
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.record import Diagnosis, Procedure, Reading, SectionText, SignedFile
from tht_app.domain.encounter.signing import digest, signed_document
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.ent.findings import Finding


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that is signed, apart from the head."""

    sections: tuple[SectionText, ...]
    diagnoses: tuple[Diagnosis, ...]
    readings: tuple[Reading, ...]
    findings: tuple[Finding, ...]
    files: tuple[SignedFile, ...]
    procedures: tuple[Procedure, ...]


async def content_of(work: UnitOfWork, visit: Visit) -> Content:
    """Everything that is signed of a visit."""
    return (await contents_of(work, [visit.id]))[visit.id]


async def contents_of(work: UnitOfWork, encounters: Sequence[UUID]) -> dict[UUID, Content]:
    """Everything that is signed of many visits, in as many statements as for one."""
    sections = await notes.present_of(work, encounters)
    diagnoses = await findings.diagnoses_of(work, encounters)
    readings = await findings.readings_of(work, encounters)
    examinations = await ent.findings_of(work, encounters)
    files = await attachment.signed_files_of(work, encounters)
    done = await procedures.of_encounters(work, encounters)
    return {
        each: Content(sections[each], diagnoses[each], readings[each], examinations[each], files[each], done[each])
        for each in encounters
    }


def digest_of(visit: Visit, content: Content) -> bytes:
    """The hash that stands for it."""
    document = signed_document(
        visit,
        content.sections,
        content.diagnoses,
        content.readings,
        content.findings,
        files=content.files,
        procedures=content.procedures,
    )
    return digest(document)
