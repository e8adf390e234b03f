"""Tables of the pharmacy: what there is, how many of it, what was prescribed, what was handed over."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Column, LargeBinary, Numeric, SmallInteger, Text
from sqlmodel import Field

from .base import ClinicTable
from .foundation import moment


class MedicinalProductRow(ClinicTable, table=True):
    """One thing the pharmacy keeps: generic name in lower case, what one unit of stock is, its selling price."""

    __tablename__ = "medicinal_product"
    id: UUID = Field(primary_key=True)
    code: str = Field(sa_type=Text, unique=True)
    kfa_code: str | None = Field(default=None, sa_type=Text)
    kind: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    brand: str = Field(default="", sa_type=Text)
    form: str = Field(default="", sa_type=Text)
    strength: str = Field(default="", sa_type=Text)
    unit: str = Field(sa_type=Text)
    ingredients: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    drug_class: str = Field(sa_type=Text)
    route: str = Field(default="", sa_type=Text)
    dose_unit: str = Field(default="", sa_type=Text)
    pack_content: float | None = Field(default=None, sa_type=Numeric(8, 2))  # type: ignore[call-overload]
    external: bool = False
    price_rupiah: int = 0
    reorder_level: int = 0
    default_signa: str = Field(default="", sa_type=Text)
    search_text: str = Field(sa_type=Text)
    active: bool = True
    created_at: datetime = moment()
    changed_at: datetime = moment()


class StockLotRow(ClinicTable, table=True):
    """A batch on the shelf; `quantity` is always the sum of its ledger."""

    __tablename__ = "stock_lot"
    id: UUID = Field(primary_key=True)
    product_id: UUID
    lot_number: str = Field(sa_type=Text)
    expires_on: date | None = None
    quantity: int = 0
    cost_rupiah: int = 0
    received_at: datetime = moment()


class StockMovementRow(ClinicTable, table=True):
    """One line of the ledger; append-only."""

    __tablename__ = "stock_movement"
    id: UUID = Field(primary_key=True)
    lot_id: UUID
    delta: int
    reason: str = Field(sa_type=Text)
    reference_id: UUID | None = None
    note: str = Field(default="", sa_type=Text)
    person_id: UUID
    at: datetime = moment()
    key: str = Field(sa_type=Text, unique=True)


class MedicationRequestRow(ClinicTable, table=True):
    """A prescription; number, signature and lines never change once they are there."""

    __tablename__ = "medication_request"
    id: UUID = Field(primary_key=True)
    encounter_id: UUID
    patient_id: UUID
    practitioner_id: UUID
    status: str = Field(sa_type=Text)
    number: str | None = Field(default=None, sa_type=Text, unique=True)
    authored_at: datetime = moment()
    signed_at: datetime | None = moment(nullable=True)
    signed_by: UUID | None = None
    verify_code: str | None = Field(default=None, sa_type=Text, unique=True)
    iter: int = Field(default=0, sa_type=SmallInteger)
    weight_grams: int | None = None
    weighed_at: datetime | None = moment(nullable=True)
    allergy_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    closed_at: datetime | None = moment(nullable=True)
    cancel_reason_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)


class MedicationRequestLineRow(ClinicTable, table=True):
    """One R/: `item` is the wording as it was when the line was written."""

    __tablename__ = "medication_request_line"
    id: UUID = Field(primary_key=True)
    request_id: UUID
    patient_id: UUID
    position: int = Field(sa_type=SmallInteger)
    product_id: UUID
    item: str = Field(sa_type=Text)
    dose_amount: str = Field(sa_type=Text)
    dose_unit: str = Field(sa_type=Text)
    times_per_day: int = Field(sa_type=SmallInteger)
    route: str = Field(sa_type=Text)
    side: str = Field(default="", sa_type=Text)
    timing: str = Field(default="", sa_type=Text)
    as_needed: bool = False
    days: int = Field(default=0, sa_type=SmallInteger)
    quantity: int
    unit: str = Field(sa_type=Text)
    signa_latin: str = Field(sa_type=Text)
    signa_plain: str = Field(sa_type=Text)
    note: str = Field(default="", sa_type=Text)
    external: bool = False
    removed_at: datetime | None = moment(nullable=True)


class MedicationDispenseRow(ClinicTable, table=True):
    """One handing over of a prescription, from claiming it to the counter."""

    __tablename__ = "medication_dispense"
    id: UUID = Field(primary_key=True)
    request_id: UUID
    patient_id: UUID
    status: str = Field(sa_type=Text)
    claimed_by: UUID
    claimed_at: datetime = moment()
    ready_at: datetime | None = moment(nullable=True)
    handed_over_by: UUID | None = None
    handed_over_at: datetime | None = moment(nullable=True)


class MedicationDispenseLineRow(ClinicTable, table=True):
    """Units of one lot that went out for one line; append-only."""

    __tablename__ = "medication_dispense_line"
    id: UUID = Field(primary_key=True)
    dispense_id: UUID
    line_id: UUID
    patient_id: UUID
    lot_id: UUID
    quantity: int
