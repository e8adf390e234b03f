"""What a signature covers, read together."""

from dataclasses import dataclass

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
    return Content(
        await notes.present(work, visit.id),
        await findings.diagnoses(work, visit.id),
        await findings.readings(work, visit.id),
        await ent.findings(work, visit.id),
        await attachment.signed_files(work, visit.id),
        await procedures.of_encounter(work, visit.id),
    )


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


async def digest_of_visit(work: UnitOfWork, visit: Visit) -> bytes:
    """SHA-256 (32 bytes) of the visit as it is stored now."""
    return digest_of(visit, await content_of(work, visit))
