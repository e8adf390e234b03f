"""Which boxes leave the shelf: first expired, first out, and never one that is not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType
from uuid import UUID

from tht_app.domain.errors import RuleViolation

ProductId = NewType("ProductId", UUID)
LotId = NewType("LotId", UUID)


class MovementReason(StrEnum):
    """Why a lot grew or shrank; the words are `pharmacy.movement.<value>`."""

    RECEIVE = "receive"
    DISPENSE = "dispense"
    ADJUST = "adjust"
    RETURN = "return"
    EXPIRE = "expire"


class ProductKind(StrEnum):
    """What kind of thing stands on the shelf."""

    MEDICINE = "medicine"
    DEVICE = "device"
    CONSUMABLE = "consumable"


class InsufficientStock(RuleViolation):
    """The shelf does not hold what was asked for; `item`, `wanted` and `left` say what and how far."""

    code = "pharmacy.insufficient_stock"


class LotIsShort(RuleViolation):
    """A correction would take a lot below zero."""

    code = "pharmacy.lot_is_short"


class LotExpired(RuleViolation):
    """Goods that have expired are not taken onto the shelf."""

    code = "pharmacy.lot_expired"


@dataclass(frozen=True, slots=True)
class Lot:
    """A batch on the shelf; `expires_on` is the last day it may be used, None for goods that do not expire."""

    id: UUID
    product_id: UUID
    expires_on: date | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line of a prescription asks of the shelf."""

    line_id: UUID
    product_id: UUID
    item: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Units of one lot for one line."""

    line_id: UUID
    product_id: UUID
    lot_id: UUID
    quantity: int


def usable(lot: Lot, today: date) -> bool:
    """A lot may be handed out while something is in it and until the end of its last day."""
    return lot.quantity > 0 and (lot.expires_on is None or lot.expires_on >= today)


def _first_expiring(lot: Lot) -> tuple[date, UUID]:
    return (lot.expires_on or date.max, lot.id)


def allocate(wanted: Sequence[Wanted], lots: Sequence[Lot], today: date) -> list[Taken]:
    """Choose lots for every line, first expiring first; all lines, or `InsufficientStock` for the first short one."""
    left = {lot.id: lot.quantity for lot in lots if usable(lot, today)}
    shelf = sorted((lot for lot in lots if lot.id in left), key=_first_expiring)
    taken: list[Taken] = []
    for line in wanted:
        own = [lot for lot in shelf if lot.product_id == line.product_id]
        there = sum(left[lot.id] for lot in own)
        if there < line.quantity:
            raise InsufficientStock(item=line.item, wanted=line.quantity, left=there)
        missing = line.quantity
        for lot in own:
            part = min(missing, left[lot.id])
            if part:
                taken.append(Taken(line.line_id, line.product_id, lot.id, part))
                left[lot.id] -= part
                missing -= part
    return taken
