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
