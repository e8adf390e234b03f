"""Rows of many visits, handed to the visit that each belongs to: one statement instead of one for each visit."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import RowMapping

Item = TypeVar("Item")


def by_visit(
    encounters: Sequence[UUID], rows: Iterable[RowMapping], make: Callable[[RowMapping], Item]
) -> dict[UUID, tuple[Item, ...]]:
    """What `make` gives for each row, by the row's `encounter_id` and in the rows' order; empty for a visit without."""
    found: dict[UUID, list[Item]] = {each: [] for each in encounters}
    for row in rows:
        found[row["encounter_id"]].append(make(row))
    return {each: tuple(items) for each, items in found.items()}
