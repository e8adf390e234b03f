"""Prescribing, the shelf and the counter through the door."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.encounter import make_patient, make_visit
from tests.factories.pharmacy import (
    ear_drops,
    make_draft,
    make_ear_drops,
    make_product,
    make_signed,
    receive,
    tablets,
    today,
)
from tht_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from tht_app.domain.pharmacy.prescription import (
    AlreadyClaimed,
    NotPreparing,
    NotYourPrescription,
    PrescriptionIsEmpty,
    PrescriptionIsSigned,
    PrescriptionNotOpen,
)
from tht_app.domain.pharmacy.product import IterNotAllowed
from tht_app.domain.pharmacy.stock import InsufficientStock, LotExpired, LotIsShort
from tht_app.domain.proof import ProofNeeded, Sensitive
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.encounter import RecordAllergy, RecordVitals
from tht_app.use_cases.pharmacy import (
    AddLine,
    AdjustStock,
    CancelPrescription,
    ClaimPrescription,
    Dispense,
    EncounterPrescriptions,
    GetPrescription,
    ListPatientActiveMedicines,
    ListPrescriptions,
    LotLedger,
    MarkReady,
    PharmacyBoard,
    PrintLabels,
    PrintPrescription,
    ProductLots,
    ReceivedGoods,
    ReceiveStock,
    ReleasePrescription,
    RemoveLine,
    SaveDraft,
    SearchProducts,
    SignPrescription,
    StockOverview,
    UpsertProduct,
    VerifyDocument,
)

pytestmark = pytest.mark.integration
TODAY = today()


def shelf(clinic: Clinic, product: UUID) -> int:
    return clinic.admin_fetch(
        "select coalesce(sum(quantity), 0)::int as n from clinic.stock_lot where product_id = %s", product
    )[0]["n"]


def ledger_is_the_shelf(clinic: Clinic) -> bool:
    wrong = clinic.admin_fetch(
        "select l.id from clinic.stock_lot l left join clinic.stock_movement m on m.lot_id = l.id "
        "group by l.id having l.quantity <> coalesce(sum(m.delta), 0)"
    )
    return not wrong


class TestCatalogue:
    async def test_a_product_is_found_by_fragments_of_name_and_ingredient(self, actors: Actors):
        product = await make_product(actors["apoteker"], "sefiksim trihidrat", ingredients=("sefiksim",))
        for text in ("sefik", "500 trihi", "SEFIKSIM"):
            assert product in [hit.id for hit in await execute(actors["dokter"], SearchProducts(text))]

    @pytest.mark.parametrize("text", ["%", "_", "\\", "'; drop table clinic.stock_lot; --", "\0", "😀"])
    async def test_signs_of_the_query_language_are_only_signs(self, actors: Actors, text: str):
        await make_product(actors["apoteker"])
        found = await execute(actors["dokter"], SearchProducts(text))
        assert found == [] or not text.strip("\0")

    async def test_saving_a_code_again_changes_the_product(self, actors: Actors):
        first = await make_product(actors["apoteker"], code="SAMA-1", price_rupiah=100)
        again = await make_product(actors["apoteker"], code="SAMA-1", price_rupiah=250)
        [hit] = await execute(actors["dokter"], SearchProducts("sama-1"))
        assert first == again == hit.id
        assert hit.price_rupiah == 250

    async def test_every_bad_field_of_a_product_is_named(self, actors: Actors):
        with pytest.raises(ValidationFailed) as refused:
            await execute(
                actors["apoteker"],
                UpsertProduct(
                    "", "x" * 201, "tablet", "rahasia", route="lewat sini", pack_content="-1", price_rupiah=-5
                ),
            )
        assert refused.value.fields.keys() == {"code", "name", "drug_class", "route", "pack_content", "price_rupiah"}

    async def test_the_doctor_does_not_change_the_catalogue(self, actors: Actors):
        with pytest.raises(PermissionDenied):
            await make_product(actors["dokter"])


class TestStock:
    async def test_receiving_the_same_lot_twice_adds_up_in_one_lot(self, actors: Actors, clinic: Clinic):
        product = await make_product(actors["apoteker"])
        await receive(actors["apoteker"], product, 10, "L1")
        await receive(actors["admin"], product, 5, "L1")
        [lot] = await execute(actors["apoteker"], ProductLots(product))
        entries = await execute(actors["apoteker"], LotLedger(lot.id))
        assert lot.quantity == 15
        assert [(entry.delta, entry.balance) for entry in entries] == [(5, 15), (10, 10)]
        assert ledger_is_the_shelf(clinic)

    async def test_goods_past_their_last_day_are_not_taken_in(self, actors: Actors, clinic: Clinic):
        product = await make_product(actors["apoteker"])
        with pytest.raises(LotExpired):
            await receive(actors["apoteker"], product, 10, expires=TODAY - timedelta(days=2))
        assert shelf(clinic, product) == 0

    async def test_bad_goods_are_refused_beside_their_fields(self, actors: Actors):
        product = await make_product(actors["apoteker"])
        with pytest.raises(ValidationFailed) as refused:
            await execute(actors["apoteker"], ReceiveStock((ReceivedGoods(product, " ", None, 0, -1),)))
        assert refused.value.fields.keys() == {"lot_number", "expires_on", "quantity", "cost_rupiah"}

    async def test_the_same_form_sent_twice_is_received_once(self, actors: Actors, clinic: Clinic):
        product = await make_product(actors["apoteker"])
        goods = ReceiveStock((ReceivedGoods(product, "L1", TODAY + timedelta(days=90), 10),))
        key = uuid4().hex
        for _ in range(3):
            await execute(actors["apoteker"], goods, key=key)
        assert shelf(clinic, product) == 10

    async def test_a_correction_needs_words_and_never_goes_below_zero(self, actors: Actors, clinic: Clinic):
        product = await make_product(actors["apoteker"])
        await receive(actors["apoteker"], product, 10)
        [lot] = await execute(actors["apoteker"], ProductLots(product))
        with pytest.raises(ValidationFailed):
            await execute(actors["apoteker"], AdjustStock(lot.id, -1, " "))
        with pytest.raises(LotIsShort) as short:
            await execute(actors["apoteker"], AdjustStock(lot.id, -11, "pecah"))
        await execute(actors["apoteker"], AdjustStock(lot.id, -4, "pecah"))
        assert short.value.params["left"] == 10
        assert shelf(clinic, product) == 6

    @pytest.mark.parametrize(("reason", "delta"), [("expire", 3), ("return", -3), ("dispense", -1), ("receive", 1)])
    async def test_a_reason_that_does_not_fit_is_refused(self, actors: Actors, reason: str, delta: int):
        product = await make_product(actors["apoteker"])
        await receive(actors["apoteker"], product, 10)
        [lot] = await execute(actors["apoteker"], ProductLots(product))
        with pytest.raises(ValidationFailed):
            await execute(actors["apoteker"], AdjustStock(lot.id, delta, "sebab", reason))

    async def test_the_overview_warns_of_low_and_expiring_stock(self, actors: Actors):
        low = await make_product(actors["apoteker"], "langka", reorder_level=50)
        soon = await make_product(actors["apoteker"], "langka segera", reorder_level=1)
        await receive(actors["apoteker"], low, 49)
        await receive(actors["apoteker"], soon, 100, expires=TODAY + timedelta(days=20))
        for only, expected in (("low", {low}), ("expiring", {soon}), ("", {low, soon})):
            page = await execute(actors["dokter"], StockOverview("langka", only))
            assert {item.id for item in page.items} == expected
            assert page.total == len(expected)


class TestDraft:
    async def test_a_visit_has_one_draft_that_is_replaced_as_a_whole(self, actors: Actors):
        product = await make_product(actors["apoteker"])
        visit = await make_visit(actors, await make_patient(actors["admin"]))
        first = await make_draft(actors, tablets(product, 10), visit=visit)
        second = await make_draft(actors, tablets(product, 15), tablets(product, 6, note="malam"), visit=visit)
        [draft] = await execute(actors["dokter"], EncounterPrescriptions(visit))
        assert first == second == draft.id
        assert [line.quantity for line in draft.lines] == [15, 6]

    async def test_a_line_is_added_taken_off_and_put_back(self, actors: Actors):
        product = await make_ear_drops(actors["apoteker"])
        visit = await make_visit(actors, await make_patient(actors["admin"]))
        line = await execute(actors["dokter"], AddLine(visit, ear_drops(product)))
        [draft] = await execute(actors["dokter"], EncounterPrescriptions(visit))
        assert draft.lines[0].signa_plain == "2 kali sehari 4\u00a0tetes di telinga kanan, selama 7 hari"
        assert draft.lines[0].external
        await execute(actors["dokter"], RemoveLine(line))
        [draft] = await execute(actors["dokter"], EncounterPrescriptions(visit))
        assert draft.lines == ()
        await execute(actors["dokter"], RemoveLine(line, removed=False))
        [draft] = await execute(actors["dokter"], EncounterPrescriptions(visit))
        assert [kept.id for kept in draft.lines] == [line]

    async def test_a_quantity_that_is_left_out_is_calculated(self, actors: Actors):
        pills, drops = await make_product(actors["apoteker"]), await make_ear_drops(actors["apoteker"])
        visit = await make_visit(actors, await make_patient(actors["admin"]))
        await make_draft(actors, tablets(pills, 0), ear_drops(drops, quantity=0, days=14), visit=visit)
        [draft] = await execute(actors["dokter"], EncounterPrescriptions(visit))
        assert [line.quantity for line in draft.lines] == [15, 2]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"amount": "banyak"}, "amount"),
            ({"unit": "sendok"}, "unit"),
            ({"route": "lewat mana"}, "route"),
            ({"side": "left"}, "side"),
            ({"times_per_day": 0}, "times_per_day"),
            ({"days": 999}, "days"),
            ({"quantity": -1}, "quantity"),
            ({"quantity": 0, "days": 0}, "quantity"),
            ({"quantity": 10**9}, "quantity"),
            ({"note": "x" * 301}, "note"),
        ],
    )
    async def test_a_bad_line_is_refused_beside_its_field(self, actors: Actors, change: dict[str, object], field: str):
        product = await make_product(actors["apoteker"])
        visit = await make_visit(actors, await make_patient(actors["admin"]))
        with pytest.raises(ValidationFailed) as refused:
            await execute(actors["dokter"], AddLine(visit, replace(tablets(product), **change)))
        assert field in refused.value.fields
        assert await execute(actors["dokter"], EncounterPrescriptions(visit)) == []

    async def test_another_doctor_does_not_write_in_it(self, actors: Actors):
        product = await make_product(actors["apoteker"])
        patient = await make_patient(actors["admin"])
        visit = await make_visit(actors, patient)
        with pytest.raises(NotFound):
            await execute(actors["dokter2"], SaveDraft(visit, (tablets(product),)))
        await make_visit(actors, patient, "dokter2")
        with pytest.raises(NotYourPrescription):
            await execute(actors["dokter2"], SaveDraft(visit, (tablets(product),)))

    async def test_nobody_at_the_counter_sees_a_draft(self, actors: Actors):
        draft = await make_draft(actors, tablets(await make_product(actors["apoteker"])))
        for who in ("apoteker", "admin"):
            with pytest.raises(NotFound):
                await execute(actors[who], GetPrescription(draft))
            with pytest.raises(NotFound):
                await execute(actors[who], PrintPrescription(draft))


class TestSign:
    async def test_numbers_have_no_gap_even_when_signatures_fail(self, actors: Actors):
        product = await make_product(actors["apoteker"])
        drafts = [await make_draft(actors, tablets(product)) for _ in range(4)]
        empty = await make_draft(actors)
        numbers: list[str] = []
        for draft in drafts:
            with pytest.raises(PrescriptionIsEmpty):
                await execute(actors["dokter"], SignPrescription(empty))
            numbers.append(await execute(actors["dokter"], SignPrescription(draft)))
        sequence = [int(number.rsplit("/", 1)[1]) for number in numbers]
        assert sequence == list(range(sequence[0], sequence[0] + 4))
        assert all(number.startswith(f"R/{TODAY.year}/") for number in numbers)

    async def test_twenty_signatures_at_once_get_twenty_neighbouring_numbers(self, actors: Actors):
        product = await make_product(actors["apoteker"])
        drafts = [await make_draft(actors, tablets(product)) for _ in range(20)]
        numbers = await asyncio.gather(*(execute(actors["dokter"], SignPrescription(draft)) for draft in drafts))
        sequence = sorted(int(number.rsplit("/", 1)[1]) for number in numbers)
        assert sequence == list(range(sequence[0], sequence[0] + 20))

    async def test_what_is_signed_is_not_changed_again(self, actors: Actors):
        product = await make_product(actors["apoteker"])
        visit = await make_visit(actors, await make_patient(actors["admin"]))
        signed = await make_signed(actors, tablets(product), visit=visit)
        line = (await execute(actors["dokter"], GetPrescription(signed))).lines[0].id
        with pytest.raises(PrescriptionIsSigned):
            await execute(actors["dokter"], SignPrescription(signed))
        with pytest.raises(PrescriptionIsSigned):
            await execute(actors["dokter"], RemoveLine(line))
        second = await make_draft(actors, tablets(product), visit=visit)
        assert second != signed

    async def test_a_line_never_slips_into_a_prescription_while_it_is_signed(self, actors: Actors, clinic: Clinic):
        product = await make_product(actors["apoteker"])
        for _ in range(8):
            visit = await make_visit(actors, await make_patient(actors["admin"]))
            draft = await make_draft(actors, tablets(product), visit=visit)
            await asyncio.gather(
                execute(actors["dokter"], SignPrescription(draft)),
                execute(actors["dokter"], AddLine(visit, tablets(product, 9))),
                return_exceptions=True,
            )
        late = clinic.admin_fetch(
            "select l.id from clinic.medication_request_line l join clinic.medication_request r on r.id = l.request_id "
            "where r.signed_at is not null and l.xmin::text::bigint > r.xmin::text::bigint"
        )
        assert late == []

    async def test_another_doctor_or_a_pharmacist_cannot_sign(self, actors: Actors):
        patient = await make_patient(actors["admin"])
        visit = await make_visit(actors, patient)
        await make_visit(actors, patient, "dokter2")
        draft = await make_draft(actors, tablets(await make_product(actors["apoteker"])), visit=visit)
        with pytest.raises(NotYourPrescription):
            await execute(actors["dokter2"], SignPrescription(draft))
        with pytest.raises(PermissionDenied):
            await execute(actors["apoteker"], SignPrescription(draft))

    async def test_a_narcotic_is_not_signed_with_iter(self, actors: Actors):
        codeine = await make_product(actors["apoteker"], "kodein", drug_class="narkotika")
        visit = await make_visit(actors, await make_patient(actors["admin"]))
        draft = await execute(actors["dokter"], SaveDraft(visit, (tablets(codeine),), iter=1))
        with pytest.raises(IterNotAllowed):
            await execute(actors["dokter"], SignPrescription(draft))

    async def test_a_controlled_drug_is_signed_only_after_a_fresh_proof(self, clinic: Clinic, actors: Actors):
        codeine = await make_product(actors["apoteker"], "kodein", drug_class="narkotika")
        draft = await make_draft(actors, tablets(codeine))
        doctor = Actor(await clinic.gate.open_session(clinic.person_id("dokter")))
        with pytest.raises(ProofNeeded):
            await execute(doctor, SignPrescription(draft))
        clinic.prove(doctor.token, Sensitive.SIGN)
        await execute(doctor, SignPrescription(draft))

    async def test_weight_and_allergies_are_kept_as_they_stood(self, actors: Actors):
        patient = await make_patient(actors["admin"])
        visit = await make_visit(actors, patient)
        await execute(actors["perawat"], RecordVitals(visit, {"weight_kg": "54,5"}))
        await execute(actors["dokter"], RecordAllergy(patient, "penisilin", "ruam"))
        signed = await make_signed(actors, tablets(await make_product(actors["apoteker"])), visit=visit)
        await execute(actors["dokter"], RecordAllergy(patient, "sulfa", "sesak"))
        sheet = await execute(actors["admin"], PrintPrescription(signed))
        assert sheet.patient.weight_grams == 54_500
        assert "penisilin" in sheet.patient.allergy
        assert "sulfa" not in sheet.patient.allergy
        assert "sulfa" in (await execute(actors["apoteker"], GetPrescription(signed))).allergy
        assert (await execute(actors["admin"], GetPrescription(signed))).allergy == ""


class TestCounter:
    async def test_a_prescription_goes_through_three_columns_and_leaves_the_shelf_lower(
        self, actors: Actors, clinic: Clinic
    ):
        pharmacist = actors["apoteker"]
        product = await make_product(pharmacist)
        await receive(pharmacist, product, 10, "LAMA", TODAY + timedelta(days=10))
        await receive(pharmacist, product, 20, "BARU", TODAY + timedelta(days=300))
        signed = await make_signed(actors, tablets(product, 15))

        async def column() -> str | None:
            cards = {card.id: card.column for card in await execute(pharmacist, PharmacyBoard())}
            return cards.get(signed)

        assert await column() == "waiting"
        await execute(pharmacist, ClaimPrescription(signed))
        assert await column() == "preparing"
        await execute(pharmacist, MarkReady(signed))
        assert await column() == "ready"
        assert shelf(clinic, product) == 30
        await execute(pharmacist, Dispense(signed))
        assert await column() is None
        lots = {lot.lot_number: lot.quantity for lot in await execute(pharmacist, ProductLots(product))}
        assert lots == {"LAMA": 0, "BARU": 15}
        assert ledger_is_the_shelf(clinic)

    @pytest.mark.parametrize("drug_class", ["narkotika", "psikotropika", "prekursor"])
    async def test_a_controlled_drug_leaves_only_after_a_fresh_proof(
        self, clinic: Clinic, actors: Actors, drug_class: str
    ):
        pharmacist = Actor(await clinic.gate.open_session(clinic.person_id("apoteker")))
        product = await make_product(pharmacist, drug_class=drug_class)
        await receive(pharmacist, product, 30)
        signed = await make_signed(actors, tablets(product, 5))
        clinic.prove(pharmacist.token, Sensitive.ACCOUNTS, Sensitive.SIGN, Sensitive.EXPORT)
        with pytest.raises(ProofNeeded):
            await execute(pharmacist, Dispense(signed))
        assert shelf(clinic, product) == 30
        clinic.prove(pharmacist.token, Sensitive.DISPENSE)
        await execute(pharmacist, Dispense(signed))
        assert shelf(clinic, product) == 25

    async def test_other_medicines_leave_without_a_proof(self, clinic: Clinic, actors: Actors):
        pharmacist = Actor(await clinic.gate.open_session(clinic.person_id("apoteker")))
        product = await make_product(pharmacist, drug_class="oot")
        await receive(pharmacist, product, 30)
        await execute(pharmacist, Dispense(await make_signed(actors, tablets(product, 5))))
        assert shelf(clinic, product) == 25

    async def test_what_nobody_comes_for_leaves_the_board_but_stays_open(self, actors: Actors):
        pharmacist = actors["apoteker"]
        product = await make_product(pharmacist)
        await receive(pharmacist, product, 30)
        forgotten = await make_signed(actors, tablets(product, 5))
        claimed = await make_signed(actors, tablets(product, 5))
        later = replace(pharmacist, clock=lambda: pharmacist.clock() + timedelta(days=8))
        await execute(later, ClaimPrescription(claimed))
        on_board = {card.id for card in await execute(later, PharmacyBoard())}
        assert forgotten not in on_board
        assert claimed in on_board
        await execute(later, Dispense(forgotten))

    async def test_a_draft_takes_twenty_lines_and_no_more(self, actors: Actors):
        product = await make_product(actors["apoteker"])
        visit = await make_visit(actors, await make_patient(actors["admin"]))
        await make_draft(actors, *[tablets(product, 1)] * 20, visit=visit)
        with pytest.raises(ValidationFailed):
            await execute(actors["dokter"], AddLine(visit, tablets(product, 1)))
        with pytest.raises(ValidationFailed):
            await make_draft(actors, *[tablets(product, 1)] * 21, visit=visit)

    async def test_what_is_short_is_named_and_nothing_moves(self, actors: Actors, clinic: Clinic):
        there, short = await make_product(actors["apoteker"]), await make_product(actors["apoteker"], "sefiksim")
        await receive(actors["apoteker"], there, 100)
        await receive(actors["apoteker"], short, 4)
        signed = await make_signed(actors, tablets(there, 15), tablets(short, 10))
        with pytest.raises(InsufficientStock) as refused:
            await execute(actors["apoteker"], Dispense(signed))
        assert refused.value.params == {"item": "sefiksim 500\u00a0mg tablet", "wanted": 10, "left": 4}
        assert shelf(clinic, there) == 100

    async def test_an_expired_lot_is_never_handed_out(self, actors: Actors, clinic: Clinic):
        product = await make_product(actors["apoteker"])
        await receive(actors["apoteker"], product, 10, expires=TODAY + timedelta(days=1))
        signed = await make_signed(actors, tablets(product, 5))
        later = replace(actors["apoteker"], clock=lambda: actors["apoteker"].clock() + timedelta(days=3))
        with pytest.raises(InsufficientStock):
            await execute(later, Dispense(signed))
        assert shelf(clinic, product) == 10

    async def test_a_part_may_be_handed_over_and_the_rest_stays_owed(self, actors: Actors, clinic: Clinic):
        product = await make_product(actors["apoteker"])
        await receive(actors["apoteker"], product, 20)
        signed = await make_signed(actors, tablets(product, 15))
        line = (await execute(actors["apoteker"], GetPrescription(signed))).lines[0].id
        await execute(actors["apoteker"], Dispense(signed, ((line, 6),)))
        detail = await execute(actors["apoteker"], GetPrescription(signed))
        assert (detail.status, detail.lines[0].dispensed) == ("active", 6)
        with pytest.raises(ValidationFailed):
            await execute(actors["apoteker"], Dispense(signed, ((line, 10),)))
        await execute(actors["apoteker"], Dispense(signed))
        assert (await execute(actors["apoteker"], GetPrescription(signed))).status == "completed"
        assert shelf(clinic, product) == 5

    async def test_handing_over_twice_is_refused_and_the_same_click_twice_is_one(self, actors: Actors, clinic: Clinic):
        product = await make_product(actors["apoteker"])
        await receive(actors["apoteker"], product, 100)
        signed = await make_signed(actors, tablets(product, 10))
        key = uuid4().hex
        results = await asyncio.gather(*(execute(actors["apoteker"], Dispense(signed), key=key) for _ in range(5)))
        assert len(set(results)) == 1
        with pytest.raises(PrescriptionNotOpen):
            await execute(actors["apoteker"], Dispense(signed))
        assert shelf(clinic, product) == 90

    async def test_what_somebody_prepares_is_theirs_until_it_is_given_back(self, actors: Actors):
        product = await make_product(actors["apoteker"])
        await receive(actors["apoteker"], product, 100)
        signed = await make_signed(actors, tablets(product))
        with pytest.raises(NotPreparing):
            await execute(actors["apoteker"], MarkReady(signed))
        await execute(actors["apoteker"], ClaimPrescription(signed))
        for request in (ClaimPrescription(signed), MarkReady(signed), Dispense(signed)):
            with pytest.raises(AlreadyClaimed) as refused:
                await execute(actors["admin"], request)
            assert refused.value.params["by"] == "apt. Joko Santoso"
        await execute(actors["admin"], ReleasePrescription(signed))
        await execute(actors["admin"], Dispense(signed))

    async def test_a_doctor_or_nurse_does_not_dispense(self, actors: Actors):
        signed = await make_signed(actors, tablets(await make_product(actors["apoteker"])))
        for who in ("dokter", "perawat", "kasir", "auditor", "pemilik"):
            with pytest.raises(PermissionDenied):
                await execute(actors[who], Dispense(signed))

    async def test_a_cancelled_one_is_not_handed_over(self, actors: Actors):
        product = await make_product(actors["apoteker"])
        await receive(actors["apoteker"], product, 100)
        signed = await make_signed(actors, tablets(product))
        with pytest.raises(ValidationFailed):
            await execute(actors["dokter"], CancelPrescription(signed, " "))
        await execute(actors["dokter"], CancelPrescription(signed, "salah obat"))
        with pytest.raises(PrescriptionNotOpen):
            await execute(actors["apoteker"], Dispense(signed))
        with pytest.raises(PrescriptionNotOpen):
            await execute(actors["dokter"], CancelPrescription(signed, "lagi"))


class TestWhoSeesWhat:
    async def test_a_pharmacist_knows_a_patient_from_signature_until_a_day_after_the_counter(self, actors: Actors):
        product = await make_product(actors["apoteker"])
        await receive(actors["apoteker"], product, 100)
        signed = await make_signed(actors, tablets(product))
        assert (await execute(actors["apoteker"], GetPrescription(signed))).patient_name == "Siti Rahmawati"
        await execute(actors["apoteker"], Dispense(signed))
        assert (await execute(actors["apoteker"], PrintLabels(signed))).lines[0].expires_on is not None

    async def test_the_list_shows_signed_ones_of_the_day(self, actors: Actors):
        signed = await make_signed(actors, tablets(await make_product(actors["apoteker"])))
        draft = await make_draft(actors, tablets(await make_product(actors["apoteker"])))
        page = await execute(actors["admin"], ListPrescriptions(TODAY, TODAY + timedelta(days=1)))
        ids = [item.id for item in page.items]
        assert signed in ids
        assert draft not in ids
        own = await execute(actors["dokter2"], ListPrescriptions(own=True))
        assert signed not in [item.id for item in own.items]

    async def test_current_medicines_end_with_their_days(self, actors: Actors):
        patient = await make_patient(actors["admin"])
        visit = await make_visit(actors, patient)
        await make_signed(actors, tablets(await make_product(actors["apoteker"]), days=5), visit=visit)
        [medicine] = await execute(actors["perawat"], ListPatientActiveMedicines(patient))
        assert medicine.item == "amoksisilin 500\u00a0mg tablet"
        later = replace(actors["dokter"], clock=lambda: actors["dokter"].clock() + timedelta(days=6))
        assert await execute(later, ListPatientActiveMedicines(patient)) == []

    async def test_a_code_tells_number_doctor_and_validity_but_no_patient(self, actors: Actors, clinic: Clinic):
        signed = await make_signed(actors, tablets(await make_product(actors["apoteker"])))
        sheet = await execute(actors["dokter"], PrintPrescription(signed))
        code = sheet.verify_url.rsplit("/", 1)[1]
        check = await execute(actors["kasir"], VerifyDocument(code.lower()))
        assert (check.number, check.valid) == (sheet.number, True)
        assert "Siti" not in str(check)
        await execute(actors["dokter"], CancelPrescription(signed, "salah"))
        assert not (await execute(actors["kasir"], VerifyDocument(code))).valid
        with pytest.raises(NotFound):
            await execute(actors["kasir"], VerifyDocument("A" * 16))

    async def test_every_look_and_print_names_the_patient_in_the_audit_log(self, actors: Actors, clinic: Clinic):
        signed = await make_signed(actors, tablets(await make_product(actors["apoteker"])))
        await execute(actors["apoteker"], GetPrescription(signed))
        await execute(actors["apoteker"], PharmacyBoard())
        await execute(actors["admin"], PrintPrescription(signed))
        await execute(actors["admin"], PrintLabels(signed))
        patient = clinic.admin_fetch("select patient_id from clinic.medication_request where id = %s", signed)[0]
        actions = clinic.admin_fetch(
            "select action from audit.event where %s = any(patient_ids) order by at", patient["patient_id"]
        )
        said = [row["action"] for row in actions]
        assert said.count("print") == 2
        assert said.count("read") == 2
        assert "sign" in said


class TestLedger:
    @pytest.mark.parametrize("seed", [1, 7, 2026])
    async def test_after_any_sequence_of_deeds_the_ledger_is_the_shelf(self, actors: Actors, clinic: Clinic, seed: int):
        luck = random.Random(seed)
        products = [await make_product(actors["apoteker"], f"acak {seed}") for _ in range(2)]
        visit = await make_visit(actors, await make_patient(actors["admin"]))
        refused = 0
        for step in range(25):
            product = luck.choice(products)
            lots = await execute(actors["apoteker"], ProductLots(product))
            try:
                match luck.choice(("receive", "adjust", "dispense")):
                    case "receive":
                        expires = today() + timedelta(days=luck.randint(-5, 60))
                        await receive(actors["apoteker"], product, luck.randint(1, 30), f"L{step % 4}", expires)
                    case "adjust" if lots:
                        delta = luck.choice([-40, -3, -1, 2, 9])
                        await execute(actors["admin"], AdjustStock(luck.choice(lots).id, delta, "acak"))
                    case _:
                        lines = (tablets(product, luck.randint(1, 20)), tablets(luck.choice(products), 2))
                        await execute(actors["apoteker"], Dispense(await make_signed(actors, *lines, visit=visit)))
            except (InsufficientStock, LotIsShort, LotExpired):
                refused += 1
            assert ledger_is_the_shelf(clinic)
        assert 0 < refused < 25
