"""The shelf and the signature when they are attacked: by crowds, and by SQL as the application's own role."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from tests.conftest import Actors, Clinic
from tests.factories.encounter import make_patient, make_visit
from tests.factories.pharmacy import make_draft, make_product, make_signed, receive, tablets, today
from tht_app.database.ids import new_id
from tht_app.domain.errors import DomainError
from tht_app.domain.pharmacy.stock import InsufficientStock
from tht_app.use_cases.door import execute
from tht_app.use_cases.pharmacy import AdjustStock, Dispense, ProductLots

pytestmark = pytest.mark.integration

LEDGER = (
    "select l.id, l.quantity, coalesce(sum(m.delta), 0)::int as ledger from clinic.stock_lot l "
    "left join clinic.stock_movement m on m.lot_id = l.id where l.product_id = %s group by l.id order by l.expires_on"
)


async def many_signed(actors: Actors, product: UUID, count: int, quantity: int) -> list[UUID]:
    visit = await make_visit(actors, await make_patient(actors["admin"]))
    return [await make_signed(actors, tablets(product, quantity), visit=visit) for _ in range(count)]


async def test_of_64_counters_that_hand_out_the_last_ten_boxes_exactly_ten_win(actors: Actors, clinic: Clinic):
    product = await make_product(actors["apoteker"])
    for lot, (quantity, days) in enumerate(((3, 30), (5, 60), (2, 90))):
        await receive(actors["apoteker"], product, quantity, f"L{lot}", today() + timedelta(days=days))
    signed = await many_signed(actors, product, 64, 1)
    outcomes = await asyncio.gather(
        *(execute(actors["apoteker"], Dispense(one)) for one in signed), return_exceptions=True
    )
    won = [outcome for outcome in outcomes if isinstance(outcome, UUID)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, InsufficientStock)]
    rows = clinic.admin_fetch(LEDGER, product)
    assert (len(won), len(lost)) == (10, 54)
    assert [(row["quantity"], row["ledger"]) for row in rows] == [(0, 0), (0, 0), (0, 0)]
    handed_out = clinic.admin_fetch(
        "select count(*)::int as n from clinic.medication_request where id = any(%s) and status = 'completed'", signed
    )
    assert handed_out[0]["n"] == 10


async def test_crossing_products_a_stocktake_and_returns_never_deadlock_nor_lose_a_unit(actors: Actors, clinic: Clinic):
    first, second = await make_product(actors["apoteker"]), await make_product(actors["apoteker"])
    for product in (first, second):
        for lot, days in enumerate((20, 40)):
            await receive(actors["apoteker"], product, 40, f"L{lot}", today() + timedelta(days=days))
    visit = await make_visit(actors, await make_patient(actors["admin"]))
    pairs = [(first, second), (second, first)] * 10
    signed = [await make_signed(actors, tablets(a, 5), tablets(b, 3), visit=visit) for a, b in pairs]
    [lot, *_] = await execute(actors["apoteker"], ProductLots(first))
    jobs = [execute(actors["apoteker"], Dispense(one)) for one in signed]
    jobs += [execute(actors["admin"], AdjustStock(lot.id, delta, "opname")) for delta in (-3, 2, -1, 4) * 3]
    outcomes = await asyncio.gather(*jobs, return_exceptions=True)
    assert all(not isinstance(outcome, Exception) or isinstance(outcome, DomainError) for outcome in outcomes)
    for product in (first, second):
        for row in clinic.admin_fetch(LEDGER, product):
            assert row["quantity"] == row["ledger"] >= 0


def attack(clinic: Clinic, who: str, statement: str, *parameters: object) -> int:
    """Run SQL as the application with this person's session, commit, and say how many rows it touched."""
    with clinic.as_app(clinic.tokens[who]) as connection:
        return connection.execute(statement, parameters).rowcount  # type: ignore[arg-type]


@pytest.fixture
async def lot(actors: Actors, clinic: Clinic) -> UUID:
    product = await make_product(actors["apoteker"])
    await receive(actors["apoteker"], product, 10)
    return clinic.admin_fetch("select id from clinic.stock_lot where product_id = %s", product)[0]["id"]


SHELF_ATTACKS: dict[str, Callable[[Clinic, UUID], tuple[str, tuple[object, ...]]]] = {
    "a quantity without the ledger": lambda _c, lot: (
        "update clinic.stock_lot set quantity = 99 where id = %s",
        (lot,),
    ),
    "below zero": lambda _c, lot: ("update clinic.stock_lot set quantity = quantity - 11 where id = %s", (lot,)),
    "a ledger line without the shelf": lambda c, lot: (
        """insert into clinic.stock_movement (id, lot_id, delta, reason, person_id, at, key)
        values (%s, %s, 5, 'receive', %s, now(), 'forged/12345')""",
        (new_id(), lot, c.person_id("apoteker")),
    ),
    "a ledger line changed": lambda _c, lot: ("update clinic.stock_movement set delta = 1 where lot_id = %s", (lot,)),
    "a ledger line removed": lambda _c, lot: ("delete from clinic.stock_movement where lot_id = %s", (lot,)),
    "an expiry moved": lambda _c, lot: ("update clinic.stock_lot set expires_on = '2099-01-01' where id = %s", (lot,)),
    "a lot removed": lambda _c, lot: ("delete from clinic.stock_lot where id = %s", (lot,)),
}


@pytest.mark.parametrize("name", SHELF_ATTACKS)
async def test_the_shelf_refuses(clinic: Clinic, lot: UUID, name: str):
    statement, parameters = SHELF_ATTACKS[name](clinic, lot)
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)):
        attack(clinic, "apoteker", statement, *parameters)
    assert clinic.admin_fetch("select quantity from clinic.stock_lot where id = %s", lot)[0]["quantity"] == 10


async def test_even_the_owner_of_the_tables_cannot_rewrite_the_ledger(clinic: Clinic, lot: UUID):
    for statement in (
        "update clinic.stock_movement set delta = 1",
        "delete from clinic.stock_movement",
        "truncate clinic.stock_movement cascade",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            clinic.admin_fetch(statement)


SIGNED_ATTACKS = {
    "the number": "update clinic.medication_request set number = 'R/2026/999999' where id = %s",
    "the signature's time": "update clinic.medication_request set signed_at = now() where id = %s",
    "the allergies": "update clinic.medication_request set allergy_sealed = null where id = %s",
    "back to a draft": "update clinic.medication_request set status = 'draft' where id = %s",
    "the quantity of a line": "update clinic.medication_request_line set quantity = 90 where request_id = %s",
    "a line off it": "update clinic.medication_request_line set removed_at = now() where request_id = %s",
    "a line away": "delete from clinic.medication_request_line where request_id = %s",
    "all of it": "delete from clinic.medication_request where id = %s",
}


@pytest.mark.parametrize("name", SIGNED_ATTACKS)
async def test_a_signed_prescription_refuses_to_change(actors: Actors, clinic: Clinic, name: str):
    signed = await make_signed(actors, tablets(await make_product(actors["apoteker"])))
    for run in (
        lambda: attack(clinic, "dokter", SIGNED_ATTACKS[name], signed),
        lambda: clinic.admin_fetch(SIGNED_ATTACKS[name], signed),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run()


async def test_a_line_cannot_be_slipped_into_a_signed_prescription(actors: Actors, clinic: Clinic):
    signed = await make_signed(actors, tablets(await make_product(actors["apoteker"])))
    copy = (
        "insert into clinic.medication_request_line (id, request_id, patient_id, position, product_id, item, "
        "dose_amount, dose_unit, times_per_day, route, quantity, unit, signa_latin, signa_plain) "
        "select gen_random_uuid(), request_id, patient_id, 9, product_id, item, dose_amount, dose_unit, times_per_day, "
        "route, quantity, unit, signa_latin, signa_plain from clinic.medication_request_line where request_id = %s"
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        attack(clinic, "dokter", copy, signed)


TABLES = ("medication_request", "medication_request_line", "medication_dispense", "medication_dispense_line")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("who", ["kasir", "auditor", "pemilik", None])
async def test_prescriptions_do_not_exist_for_other_roles(actors: Actors, clinic: Clinic, table: str, who: str | None):
    product = await make_product(actors["apoteker"])
    await receive(actors["apoteker"], product, 50)
    await execute(actors["apoteker"], Dispense(await make_signed(actors, tablets(product, 2))))
    assert clinic.admin_fetch(f"select count(*) as n from clinic.{table}")[0]["n"] > 0
    with clinic.as_app(clinic.tokens[who] if who else None) as connection:
        assert connection.execute(f"select * from clinic.{table}").fetchall() == []  # type: ignore[arg-type]


async def test_a_draft_exists_for_doctors_only(actors: Actors, clinic: Clinic):
    draft = await make_draft(actors, tablets(await make_product(actors["apoteker"])))
    for who, seen in (("dokter", 1), ("apoteker", 0), ("admin", 0), ("perawat", 0)):
        with clinic.as_app(clinic.tokens[who]) as connection:
            for table, column in (("medication_request", "id"), ("medication_request_line", "request_id")):
                rows = connection.execute(f"select 1 from clinic.{table} where {column} = %s", (draft,)).fetchall()  # type: ignore[arg-type]
                assert len(rows) == seen, (who, table)


async def test_a_pharmacist_reaches_patients_with_an_open_prescription_only(actors: Actors, clinic: Clinic):
    product = await make_product(actors["apoteker"])
    await receive(actors["apoteker"], product, 50)
    stranger = await make_patient(actors["admin"], "Orang Lain")
    patient = await make_patient(actors["admin"], "Budi Santoso")
    visit = await make_visit(actors, patient)

    def known() -> set[UUID]:
        with clinic.as_app(clinic.tokens["apoteker"]) as connection:
            return {row["id"] for row in connection.execute("select id from clinic.patient").fetchall()}

    draft = await make_draft(actors, tablets(product, 1), visit=visit)
    assert not {stranger, patient} & known()
    await make_signed(actors, tablets(product, 1), visit=visit)
    assert patient in known()
    assert stranger not in known()
    await execute(actors["apoteker"], Dispense(draft))
    assert patient in known()
    clinic.admin_fetch(
        "update clinic.medication_request set closed_at = now() - interval '25 hours' where id = %s", draft
    )
    assert patient not in known()
