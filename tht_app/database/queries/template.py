"""Templates of a note and their versions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from tht_app.database.tables.template import NoteTemplateRow, NoteTemplateVersionRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.errors import NotFound
from tht_app.domain.template import TemplateContent

CONTENT: TypeAdapter[TemplateContent] = TypeAdapter(TemplateContent)

LOCK_SPACE = 31
"""Seed of the advisory lock under which names are given."""

TEMPLATES = """
select t.id, t.owner_id, v.version, v.retired, v.content, v.written_at,
       coalesce(p.display_name, s.display_name) as written_by
from note_template t
join note_template_version v on v.template_id = t.id
join sec.person s on s.id = v.written_by
left join practitioner p on p.person_id = v.written_by
"""


@dataclass(frozen=True, slots=True)
class Template:
    """A template as one of its versions says it; `shared`: it is the clinic's."""

    id: UUID
    shared: bool
    version: int
    retired: bool
    content: TemplateContent
    written_by: str
    written_at: datetime


def _template(row: RowMapping) -> Template:
    return Template(
        row["id"],
        row["owner_id"] is None,
        row["version"],
        row["retired"],
        CONTENT.validate_python(row["content"]),
        row["written_by"],
        row["written_at"],
    )


async def listing(work: UnitOfWork, *, retired: bool) -> tuple[Template, ...]:
    """One's own and the clinic's, by name, one's own before the clinic's of the same name."""
    rows = await work.fetch(
        TEMPLATES + "where v.version = t.version and t.retired = :retired order by t.name, t.owner_id nulls last, t.id",
        retired=retired,
    )
    return tuple(_template(row) for row in rows)


async def find(work: UnitOfWork, template_id: UUID, version: int | None = None) -> Template:
    """A template as it is, or as one of its versions said it; raises NotFound."""
    row = await work.fetch_one(
        TEMPLATES + "where t.id = :id and v.version = coalesce(cast(:version as integer), t.version)",
        id=template_id,
        version=version,
    )
    if row is None:
        raise NotFound
    return _template(row)


async def versions(work: UnitOfWork, template_id: UUID) -> tuple[Template, ...]:
    """Every version, newest first."""
    rows = await work.fetch(TEMPLATES + "where t.id = :id order by v.version desc", id=template_id)
    return tuple(_template(row) for row in rows)


async def lock(work: UnitOfWork, template_id: UUID) -> int:
    """The present version, while nobody else may write one; raises NotFound."""
    version = await work.fetch_value("select version from note_template where id = :id for update", id=template_id)
    if version is None:
        raise NotFound
    return version


async def name_taken(work: UnitOfWork, name: str, *, shared: bool, but: UUID | None) -> bool:
    """Whether another template of the same shelf has this name; nobody else may take it before the transaction ends."""
    await work.run(f"select pg_advisory_xact_lock(hashtextextended('note_template', {LOCK_SPACE}))")
    return bool(
        await work.fetch_value(
            "select 1 from note_template where name = :name and not retired "
            "and (owner_id is null) = :shared and (cast(:but as uuid) is null or id <> :but)",
            name=name,
            shared=shared,
            but=but,
        )
    )


async def keep(work: UnitOfWork, content: TemplateContent, *, shared: bool) -> UUID:
    """A new template with its first version; returns its id."""
    template_id = work.new_id()
    owner = None if shared else work.person.id
    await work.add(
        NoteTemplateRow(id=template_id, owner_id=owner, name=content.name, version=1, retired=False),
        _version(work, template_id, 1, content, retired=False),
    )
    return template_id


async def write(work: UnitOfWork, template_id: UUID, version: int, content: TemplateContent, *, retired: bool) -> None:
    """The next version of a locked template."""
    await work.run(
        "update note_template set name = :name, version = :version, retired = :retired where id = :id",
        id=template_id,
        name=content.name,
        version=version,
        retired=retired,
    )
    await work.add(_version(work, template_id, version, content, retired=retired))


def _version(
    work: UnitOfWork, template_id: UUID, version: int, content: TemplateContent, *, retired: bool
) -> NoteTemplateVersionRow:
    return NoteTemplateVersionRow(
        template_id=template_id,
        version=version,
        content=CONTENT.dump_python(content, mode="json"),
        retired=retired,
        written_by=work.person.id,
        written_at=work.now(),
    )
