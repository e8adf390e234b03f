"""SQL of doctors, rooms, devices and visit types."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.unit_of_work import UnitOfWork


async def practitioners(work: UnitOfWork, *, inactive: bool = False) -> Sequence[RowMapping]:
    """The doctors in the order that the clinic sets."""
    return await work.fetch(
        "select person_id as id, display_name, sip_number, sip_valid_to, tint, position, active from practitioner "
        "where active or :inactive order by position, display_name",
        inactive=inactive,
    )


async def rooms(work: UnitOfWork, *, inactive: bool = False) -> Sequence[RowMapping]:
    """The rooms in the order that the clinic sets."""
    return await work.fetch(
        "select id, name, position, active from room where active or :inactive order by position, name",
        inactive=inactive,
    )


async def devices(work: UnitOfWork, *, inactive: bool = False) -> Sequence[RowMapping]:
    """The devices in the order that the clinic sets."""
    return await work.fetch(
        "select id, name, kind, position, active, cleaning_minutes from device where active or :inactive "
        "order by position, name",
        inactive=inactive,
    )


async def visit_types(work: UnitOfWork, *, inactive: bool = False) -> Sequence[RowMapping]:
    """The visit types in the order that the clinic sets."""
    return await work.fetch(
        "select id, code, name_id, name_en, minutes, device_kind, tint, position, active, "
        "cleaning_minutes from visit_type "
        "where active or :inactive order by position, code",
        inactive=inactive,
    )


async def is_doctor(work: UnitOfWork, person_id: UUID) -> bool:
    """Whether the person holds the role of a doctor."""
    return await work.fetch_value(
        "select exists (select 1 from sec.person_role where person_id = :person_id and role = 'doctor')",
        person_id=person_id,
    )


async def upsert(work: UnitOfWork, table: str, key: str, values: dict[str, Any]) -> None:
    """Write one row of master data: insert it, or change the one with the same key. Names come from this package."""
    columns = ", ".join(values)
    binds = ", ".join(f":{name}" for name in values)
    changes = ", ".join(f"{name} = excluded.{name}" for name in values if name != key)
    await work.run(
        f"insert into {table} ({columns}) values ({binds}) on conflict ({key}) do update set {changes}",
        **values,
    )


async def name_taken(work: UnitOfWork, table: str, column: str, name: str, own: UUID | None) -> bool:
    """Whether another row of a master data table has this name. Table and column come from this package."""
    return await work.fetch_value(
        f"select exists (select 1 from {table} where {column} = :name and id is distinct from cast(:own as uuid))",
        name=name,
        own=own,
    )
