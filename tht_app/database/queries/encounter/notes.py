"""Sections of the note and addenda. Texts are opened here and leave as text."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.queries.encounter.by_visit import by_visit
from tht_app.database.tables.encounter import NoteAddendumRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.copying import new_copies
from tht_app.domain.encounter.note import Section
from tht_app.domain.encounter.record import Addendum, NoteVersion, SectionText
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.errors import NotFound

BODY = "note_section_version.body"
ADDENDUM = "note_addendum.body"

AUTHOR = "coalesce(pr.display_name, s.display_name)"


async def present(work: UnitOfWork, encounter_id: UUID) -> tuple[SectionText, ...]:
    """The four sections in reading order as they are now; a section nobody wrote is version 0 and empty."""
    return (await present_of(work, [encounter_id]))[encounter_id]


async def present_of(work: UnitOfWork, encounters: Sequence[UUID]) -> dict[UUID, tuple[SectionText, ...]]:
    """The same for many visits at once."""
    rows = await work.fetch(
        "select distinct on (v.encounter_id, v.section) v.encounter_id, v.id, v.section, v.version, v.body_sealed, "
        f"v.at, v.author_id, {AUTHOR} as author "
        "from note_section_version v join sec.person s on s.id = v.author_id "
        "left join practitioner pr on pr.person_id = v.author_id "
        "where v.encounter_id = any(:encounters) order by v.encounter_id, v.section, v.version desc",
        encounters=list(encounters),
    )
    written = by_visit(encounters, rows, lambda row: _section(work, row))
    return {each: _all_four(sections) for each, sections in written.items()}


def _section(work: UnitOfWork, row: RowMapping) -> SectionText:
    return SectionText(
        Section(row["section"]),
        row["version"],
        work.vault.open(Purpose.CLINICAL, BODY, row["id"], bytes(row["body_sealed"])),
        row["author"],
        row["at"],
        row["author_id"],
    )


def _all_four(written: tuple[SectionText, ...]) -> tuple[SectionText, ...]:
    known = {each.section: each for each in written}
    return tuple(known.get(section, SectionText(section)) for section in Section)


async def append(
    work: UnitOfWork,
    visit: Visit,
    section: Section,
    version: int,
    text: str,
    *,
    before: str = "",
    author: UUID | None = None,
) -> bool:
    """Store a section as exactly this version; says no if somebody else already did.

    `before` is what it said until now, `author` who wrote it, where that is not the person who writes it down.
    """
    row_id = work.new_id()
    return bool(
        await work.run(
            "insert into note_section_version "
            "(id, encounter_id, patient_id, section, version, body_sealed, author_id, at, copied_from) "
            "select :id, :encounter, :patient, :section, :version, :body, :author, :at, cast(:copied as date[]) "
            "where :version = 1 + coalesce((select max(version) from note_section_version "
            "where encounter_id = :encounter and section = :section), 0) "
            "on conflict (encounter_id, section, version) do nothing",
            id=row_id,
            encounter=visit.id,
            patient=visit.patient_id,
            section=section.value,
            version=version,
            body=work.vault.seal(Purpose.CLINICAL, BODY, row_id, text),
            author=author or work.person.id,
            at=work.now(),
            copied=list(new_copies(before, text)),
        )
    )


async def shown_name(work: UnitOfWork) -> str:
    """How this person signs what they write."""
    return await work.fetch_value(
        "select coalesce((select display_name from practitioner where person_id = :me), :otherwise)",
        me=work.person.id,
        otherwise=work.person.display_name,
    )


async def versions(work: UnitOfWork, encounter_id: UUID) -> tuple[NoteVersion, ...]:
    """Every saved state of every section, newest first."""
    rows = await work.fetch(
        f"select v.section, v.version, v.at, v.copied_from, {AUTHOR} as author from note_section_version v "
        "join sec.person s on s.id = v.author_id left join practitioner pr on pr.person_id = v.author_id "
        "where v.encounter_id = :encounter order by v.at desc, v.section, v.version desc",
        encounter=encounter_id,
    )
    return tuple(
        NoteVersion(Section(row["section"]), row["version"], row["author"], row["at"], tuple(row["copied_from"]))
        for row in rows
    )


async def text_of(work: UnitOfWork, encounter_id: UUID, section: Section, version: int) -> str:
    """What a section said at this version; raises `NotFound`. Before the first one it was empty."""
    if version == 0:
        return ""
    row = await work.fetch_one(
        "select id, body_sealed from note_section_version "
        "where encounter_id = :encounter and section = :section and version = :version",
        encounter=encounter_id,
        section=section.value,
        version=version,
    )
    if row is None:
        raise NotFound
    return work.vault.open(Purpose.CLINICAL, BODY, row["id"], bytes(row["body_sealed"]))


async def version_of(work: UnitOfWork, encounter_id: UUID, section: Section) -> int:
    """The number of the present version, 0 before the first save."""
    return await work.fetch_value(
        "select coalesce(max(version), 0) from note_section_version "
        "where encounter_id = :encounter and section = :section",
        encounter=encounter_id,
        section=section.value,
    )


async def addenda(work: UnitOfWork, encounter_id: UUID) -> tuple[Addendum, ...]:
    """What was added after signing, oldest first."""
    rows = await work.fetch(
        f"select a.id, a.number, a.body_sealed, {AUTHOR} as author, a.at from note_addendum a "
        "join sec.person s on s.id = a.author_id left join practitioner pr on pr.person_id = a.author_id "
        "where a.encounter_id = :encounter order by a.number",
        encounter=encounter_id,
    )
    return tuple(
        Addendum(
            row["number"],
            work.vault.open(Purpose.CLINICAL, ADDENDUM, row["id"], bytes(row["body_sealed"])),
            row["author"],
            row["at"],
        )
        for row in rows
    )


async def add_addendum(work: UnitOfWork, visit: Visit, number: int, text: str, at: datetime) -> UUID:
    """Append an addendum and return its id."""
    row_id = work.new_id()
    await work.add(
        NoteAddendumRow(
            id=row_id,
            encounter_id=visit.id,
            patient_id=visit.patient_id,
            number=number,
            body_sealed=work.vault.seal(Purpose.CLINICAL, ADDENDUM, row_id, text),
            author_id=work.person.id,
            at=at,
        )
    )
    return row_id
