"""Which codes somebody uses, and which they starred: their own habits, never anybody else's."""

from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.procedure import CodeSystem
from tht_app.domain.encounter.record import CodeHit

OWN = """
select i.code, i.title_en, i.title_id, i.ent, u.uses > 0 as used, u.starred_at is not null as starred
from code_use u join {table} i on i.code = u.code and {choosable}
where u.person_id = (select sec.me()) and u.system = :system and (u.uses > 0 or u.starred_at is not null)
order by u.starred_at is not null desc, code_weight(u.uses, u.last_used_at) desc, i.code
limit :most
"""


def hit_of(row: RowMapping) -> CodeHit:
    """A result of a search from a row of it."""
    return CodeHit(row["code"], row["title_en"], row["title_id"] or "", row["ent"], row["used"], row["starred"])


async def own_codes(work: UnitOfWork, system: CodeSystem, table: str, choosable: str, most: int) -> tuple[CodeHit, ...]:
    """The starred ones, then those used most and last; `table` and `choosable` are names and SQL of this program."""
    rows = await work.fetch(OWN.format(table=table, choosable=choosable), system=system.value, most=most)
    return tuple(hit_of(row) for row in rows)


async def count(work: UnitOfWork, doctor_id: UUID, system: CodeSystem, code: str, *, by: int = 1) -> None:
    """One use more of this doctor, or one less after a mistake."""
    await work.run(
        "insert into code_use as u (person_id, system, code, uses, last_used_at) "
        "values (:doctor, :system, :code, greatest(:by, 0), :now) on conflict (person_id, system, code) do update "
        "set uses = greatest(u.uses + :by, 0), "
        "last_used_at = case when :by > 0 then greatest(u.last_used_at, excluded.last_used_at) else u.last_used_at end",
        doctor=doctor_id,
        system=system.value,
        code=code,
        by=by,
        now=work.now(),
    )


async def star(work: UnitOfWork, system: CodeSystem, code: str, *, on: bool) -> None:
    """Put a star on a code or take it away, for whoever asks."""
    await work.run(
        "insert into code_use (person_id, system, code, starred_at) values (:me, :system, :code, :at) "
        "on conflict (person_id, system, code) do update set starred_at = excluded.starred_at",
        me=work.person.id,
        system=system.value,
        code=code,
        at=work.now() if on else None,
    )


async def code_of(work: UnitOfWork, table: str, row_id: UUID) -> str:
    """The code of a diagnosis or procedure that is there."""
    column = {"condition": "icd10_code", "procedure": "icd9cm_code"}[table]
    return await work.fetch_value(f"select {column} from {table} where id = :id", id=row_id)
