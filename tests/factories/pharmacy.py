"""Products, stock and prescriptions for tests, made through the door like every other."""

from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID

from tests.conftest import ZONE, Actors
from tests.factories.encounter import make_patient, make_visit
from tht_app.database.unit_of_work import Actor
from tht_app.use_cases.door import execute
from tht_app.use_cases.pharmacy import (
    LineDraft,
    ReceivedGoods,
    ReceiveStock,
    SaveDraft,
    SignPrescription,
    UpsertProduct,
)

_serial = count(1)
FAR = timedelta(days=400)


def today() -> date:
    """The clinic's day."""
    return datetime.now(ZONE).date()


async def make_product(pharmacist: Actor, name: str = "amoksisilin", **values: object) -> UUID:
    """A tablet; what is given replaces or adds fields."""
    fields: dict[str, object] = {
        "code": f"T-{next(_serial):05d}",
        "name": name,
        "form": "tablet",
        "strength": "500 mg",
        "unit": "tablet",
        "drug_class": "keras",
        "ingredients": (name,),
        "route": "oral",
        "dose_unit": "tablet",
        "pack_content": "1",
        "price_rupiah": 900,
        "reorder_level": 20,
        "default_signa": "3 x 1 tablet pc",
    }
    return await execute(pharmacist, UpsertProduct(**{**fields, **values}))  # type: ignore[arg-type]


async def make_ear_drops(pharmacist: Actor) -> UUID:
    """A bottle of ear drops, 5 mL."""
    return await make_product(
        pharmacist, "ofloksasin", form="tetes telinga", strength="0,3 % 5 mL", unit="botol", route="otic",
        dose_unit="drop", pack_content="5", external=True, default_signa="2 x 5 drop",
    )  # fmt: skip


async def receive(
    pharmacist: Actor, product: UUID, quantity: int, lot: str = "A1", expires: date | None = None
) -> None:
    """Goods that arrive; far from expiry unless a date is given."""
    goods = ReceivedGoods(product, lot, expires or today() + FAR, quantity, 500)
    await execute(pharmacist, ReceiveStock((goods,), "SJ-1"))


def tablets(product: UUID, quantity: int = 15, **values: object) -> LineDraft:
    """One tablet three times a day after meals for five days."""
    fields: dict[str, object] = {
        "amount": "1", "unit": "tablet", "times_per_day": 3, "route": "oral", "timing": "pc", "days": 5,
    }  # fmt: skip
    return LineDraft(product_id=product, quantity=quantity, **{**fields, **values})  # type: ignore[arg-type]


def ear_drops(product: UUID, **values: object) -> LineDraft:
    """Four drops twice a day into the right ear for a week."""
    fields: dict[str, object] = {
        "amount": "4", "unit": "drop", "times_per_day": 2, "route": "otic", "side": "right", "days": 7, "quantity": 1,
    }  # fmt: skip
    return LineDraft(product_id=product, **{**fields, **values})  # type: ignore[arg-type]


async def make_draft(actors: Actors, *lines: LineDraft, visit: UUID | None = None, doctor: str = "dokter") -> UUID:
    """A draft in a new visit of a new patient, unless a visit is given."""
    encounter = visit or await make_visit(actors, await make_patient(actors["admin"]), doctor)
    return await execute(actors[doctor], SaveDraft(encounter, lines))


async def make_signed(actors: Actors, *lines: LineDraft, visit: UUID | None = None, doctor: str = "dokter") -> UUID:
    """A signed prescription."""
    draft = await make_draft(actors, *lines, visit=visit, doctor=doctor)
    await execute(actors[doctor], SignPrescription(draft))
    return draft
