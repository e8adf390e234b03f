"""SQL of the screens on which a clinic sets up its calendar and queue."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.unit_of_work import UnitOfWork


async def doctors_not_listed(work: UnitOfWork) -> Sequence[RowMapping]:
    """Active people with the role of a doctor whom the calendar does not know yet."""
    return await work.fetch(
        "select p.id, p.display_name from sec.person p "
        "join sec.person_role r on r.person_id = p.id and r.role = 'doctor' "
        "where p.active and not p.is_service and not exists (select 1 from practitioner d where d.person_id = p.id) "
        "order by p.display_name"
    )


async def arrange(work: UnitOfWork, table: str, key: str, ids: Sequence[UUID]) -> None:
    """Number rows of a list in this order; ids that name none are passed over. Names come from this package."""
    await work.run(
        f"update {table} set position = wanted.place * 10 "
        "from unnest(cast(:ids as uuid[])) with ordinality as wanted (id, place) "
        f"where {table}.{key} = wanted.id and {table}.position <> wanted.place * 10",
        ids=list(ids),
    )


async def booked_in(work: UnitOfWork, closing_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """The starts of visits still booked in a doctor's leave or blocked time, with its id, by start."""
    return await work.fetch(
        "select c.id, a.starts_at from (select id, practitioner_id, starts_at, ends_at from leave "
        "union all select id, practitioner_id, starts_at, ends_at from blocked_time) c "
        "join appointment a on a.practitioner_id = c.practitioner_id and a.starts_at < c.ends_at "
        "and a.ends_at > c.starts_at and a.status in ('proposed', 'booked') "
        "where c.id = any(cast(:ids as uuid[])) order by a.starts_at",
        ids=list(closing_ids),
    )
