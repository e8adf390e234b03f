"""What the pharmacy's use cases hand out. Money is rupiah, quantities are units of stock, times are aware (UTC)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ProductSummary:
    """A product as prescribers and the counter see it; `item` is its wording, `stock` what may be handed out."""

    id: UUID
    code: str
    kind: str
    name: str
    brand: str
    form: str
    strength: str
    unit: str
    item: str
    drug_class: str
    route: str
    dose_unit: str
    pack_content: str
    external: bool
    price_rupiah: int
    default_signa: str
    stock: int


@dataclass(frozen=True, slots=True)
class StockItem:
    """A product in the overview; `expired` units stand on the shelf but are never handed out."""

    id: UUID
    code: str
    item: str
    kind: str
    unit: str
    price_rupiah: int
    reorder_level: int
    stock: int
    expired: int
    lots: int
    next_expiry: date | None


@dataclass(frozen=True, slots=True)
class StockPage:
    """One page of the overview; `total` counts all products that fit."""

    items: tuple[StockItem, ...]
    total: int


@dataclass(frozen=True, slots=True)
class LotSummary:
    """One batch of a product."""

    id: UUID
    lot_number: str
    expires_on: date | None
    quantity: int
    cost_rupiah: int
    received_at: datetime
    expired: bool


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of a lot's ledger with the balance after it; `number` is the prescription it belongs to."""

    id: UUID
    at: datetime
    delta: int
    balance: int
    reason: str
    note: str
    person: str
    number: str


@dataclass(frozen=True, slots=True)
class PrescriptionLine:
    """One R/ with what was handed over of it and what the shelf holds."""

    id: UUID
    product_id: UUID
    item: str
    dose_amount: str
    dose_unit: str
    times_per_day: int
    route: str
    side: str
    timing: str
    as_needed: bool
    days: int
    quantity: int
    unit: str
    signa_latin: str
    signa_plain: str
    note: str
    external: bool
    drug_class: str
    price_rupiah: int
    dispensed: int
    stock: int
    lots: str
    """Lots that would go out now, first expiring first: `A12 (31-Mar-2027) x 10`."""


@dataclass(frozen=True, slots=True)
class PrescriptionDetail:
    """A prescription with its lines; `number` is empty until it is signed."""

    id: UUID
    encounter_id: UUID
    patient_id: UUID
    patient_name: str
    record_number: str
    birth_date: date
    sex: str
    doctor: str
    status: str
    number: str
    authored_at: datetime
    signed_at: datetime | None
    iter: int
    allergy_state: str
    """One of the four states of the allergy slot; empty for whoever may not see it."""
    allergy: str
    weight_grams: int | None
    weighed_on: date | None
    dispense_status: str
    claimed_by: str
    lines: tuple[PrescriptionLine, ...]


@dataclass(frozen=True, slots=True)
class PrescriptionSummary:
    """A signed prescription in a list."""

    id: UUID
    number: str
    status: str
    signed_at: datetime
    patient_id: UUID
    patient_name: str
    record_number: str
    doctor: str
    lines: int


@dataclass(frozen=True, slots=True)
class PrescriptionPage:
    """One page of the list; `total` counts all that fit."""

    items: tuple[PrescriptionSummary, ...]
    total: int


@dataclass(frozen=True, slots=True)
class BoardCard:
    """An open prescription at the counter; `column` is waiting, preparing or ready, `since` when it came there."""

    id: UUID
    number: str
    patient_name: str
    record_number: str
    birth_date: date
    doctor: str
    column: str
    since: datetime
    signed_at: datetime
    claimed_by: str
    lines: int
    partly: bool


@dataclass(frozen=True, slots=True)
class PrescribedMedicine:
    """A medicine that a signed prescription gives the patient now."""

    line_id: UUID
    item: str
    signa_plain: str
    number: str
    signed_at: datetime
    until: date | None
    doctor: str


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """What the verify page says about a document; never who the patient is."""

    number: str
    signed_at: datetime
    doctor: str
    licence: str
    valid: bool
