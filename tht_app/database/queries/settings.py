"""Settings of the clinic that live in the database: one JSON object for each key."""

import json
from collections.abc import Mapping
from typing import Any

from tht_app.database.unit_of_work import UnitOfWork


async def read(work: UnitOfWork, key: str) -> dict[str, Any] | None:
    """The value, or nothing when it was never saved."""
    return await work.fetch_value("select value from clinic.setting where key = :key", key=key)


async def save(work: UnitOfWork, key: str, value: Mapping[str, object]) -> None:
    """Replace the value."""
    await work.run(
        "insert into clinic.setting (key, value, changed_at) values (:key, cast(:value as jsonb), :at) "
        "on conflict (key) do update set value = excluded.value, changed_at = excluded.changed_at",
        key=key,
        value=json.dumps(dict(value)),
        at=work.now(),
    )
