"""Quantities, directions, numbers and the shelf, without a database."""

from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.documents.signa import plain_signa
from tht_app.domain.errors import ValidationFailed
from tht_app.domain.pharmacy.prescription import (
    ALLOWED,
    NothingToDispense,
    NotYourPrescription,
    Outstanding,
    PrescriptionIsEmpty,
    PrescriptionIsSigned,
    PrescriptionStatus,
    ensure_own,
    ensure_signable,
    may_become,
    prescription_number,
    to_hand_over,
)
from tht_app.domain.pharmacy.product import (
    DrugClass,
    IterNotAllowed,
    drug_class_of,
    ensure_iter_allowed,
    item_text,
    pack_of,
)
from tht_app.domain.pharmacy.quantity import bottles_of_syrup, days_of_drops, days_of_spray, tablets
from tht_app.domain.pharmacy.signa import (
    Dosage,
    DoseUnit,
    Pack,
    Route,
    Side,
    Timing,
    amount_text,
    check_dosage,
    latin,
    parse_amount,
    parse_signa,
    quantity_of,
    roman,
)
from tht_app.domain.pharmacy.stock import InsufficientStock, Lot, Wanted, allocate

F = Fraction
TODAY = date(2026, 11, 22)
PRODUCT, OTHER = UUID(int=1), UUID(int=2)


class TestQuantity:
    def test_ten_ml_of_drops_into_both_ears_last_twelve_and_a_half_days(self):
        assert days_of_drops(F(10), F(4), 2, 2) == F(25, 2)

    def test_a_spray_of_120_puffs_lasts_fifteen_days(self):
        assert days_of_spray(120, F(2), 2, 2) == 15

    def test_a_week_of_syrup_takes_two_bottles(self):
        assert bottles_of_syrup(F(5), 3, 7, F(60)) == 2

    def test_half_tablets_add_up_before_they_are_rounded(self):
        assert tablets(F(1, 2), 3, 5) == 8
        assert tablets(F(1, 2), 2, 5) == 5

    def test_drops_for_two_weeks_take_a_second_bottle(self):
        dosage = Dosage(F(4), DoseUnit.DROP, 2, Route.OTIC, Side.BOTH, days=14)
        assert quantity_of(dosage, Pack(F(10), DoseUnit.MILLILITRE)) == 2

    def test_without_days_or_content_no_quantity_is_guessed(self):
        assert quantity_of(Dosage(F(1), DoseUnit.TABLET, 3, Route.ORAL), None) is None
        assert quantity_of(Dosage(F(4), DoseUnit.DROP, 2, Route.OTIC, Side.LEFT, days=7), None) is None
        assert (
            quantity_of(Dosage(F(1), DoseUnit.APPLICATION, 2, Route.TOPICAL, days=7), pack_of("application", F(20)))
            is None
        )

    @given(st.integers(1, 8), st.integers(1, 6), st.integers(1, 60), st.integers(1, 500))
    def test_bottles_always_hold_enough_and_one_less_never_does(self, dose: int, times: int, days: int, volume: int):
        count = bottles_of_syrup(F(dose), times, days, F(volume))
        assert count * volume >= dose * times * days
        assert count == 1 or (count - 1) * volume < dose * times * days


class TestSigna:
    @pytest.mark.parametrize(
        ("dosage", "shorthand", "sentence"),
        [
            (
                Dosage(F(1), DoseUnit.TABLET, 3, Route.ORAL, timing=Timing.AFTER_MEAL, days=5),
                "S 3 dd tab I p.c.",
                "3 kali sehari 1\u00a0tablet, sesudah makan, selama 5 hari",
            ),
            (
                Dosage(F(4), DoseUnit.DROP, 2, Route.OTIC, Side.RIGHT),
                "S 2 dd gtt IV auric. dext.",
                "2 kali sehari 4\u00a0tetes di telinga kanan",
            ),
            (
                Dosage(F(2), DoseUnit.SPRAY, 1, Route.NASAL, Side.BOTH, Timing.MORNING),
                "S 1 dd spray II nasal utr. mane",
                "1 kali sehari 2\u00a0semprot di lubang hidung kanan dan kiri, pagi hari",
            ),
            (
                Dosage(F(5, 2), DoseUnit.MILLILITRE, 2, Route.ORAL, as_needed=True),
                "S p.r.n. 2 dd 2,5 mL",
                "hanya bila perlu, tidak lebih dari 2 kali sehari 2,5\u00a0mL",
            ),
            (
                Dosage(F(15), DoseUnit.MILLILITRE, 3, Route.GARGLE),
                "S 3 dd 15 mL garg.",
                "3 kali sehari kumur dengan 15\u00a0mL, jangan ditelan",
            ),
            (
                Dosage(F(1), DoseUnit.APPLICATION, 2, Route.TOPICAL),
                "S 2 dd u.e.",
                "2 kali sehari oleskan tipis pada bagian yang sakit",
            ),
            (
                Dosage(F(3, 2), DoseUnit.TABLET, 1, Route.ORAL, timing=Timing.BEDTIME),
                "S 1 dd tab 1½ h.s.",
                "1 kali sehari 1½\u00a0tablet, sebelum tidur",
            ),
        ],
    )
    def test_is_written_in_latin_and_in_plain_indonesian(self, dosage: Dosage, shorthand: str, sentence: str):
        assert latin(dosage) == shorthand
        assert plain_signa(dosage) == sentence

    @pytest.mark.parametrize(
        ("typed", "value"),
        [("1", F(1)), ("½", F(1, 2)), ("1½", F(3, 2)), ("2,5", F(5, 2)), ("0.25", F(1, 4)), ("1/2", F(1, 2))],
    )
    def test_an_amount_is_read_as_it_is_written(self, typed: str, value: Fraction):
        assert parse_amount(typed) == value

    @pytest.mark.parametrize("typed", ["", "satu", "-1", "1e3", "1/0", "½½", "١", "1;2", "99999"])
    def test_an_amount_that_is_no_number_is_refused_beside_the_field(self, typed: str):
        with pytest.raises(ValidationFailed) as refused:
            parse_amount(typed)
        assert "amount" in refused.value.fields

    @given(st.fractions(min_value=F(1, 4), max_value=F(99), max_denominator=4))
    def test_an_amount_survives_being_written_and_read(self, amount: Fraction):
        if amount.denominator in {1, 2, 4}:
            assert parse_amount(amount_text(amount)) == amount

    def test_an_ear_needs_a_side_and_a_tablet_has_none(self):
        assert "side" in check_dosage(Dosage(F(4), DoseUnit.DROP, 2, Route.OTIC))
        assert "side" in check_dosage(Dosage(F(1), DoseUnit.TABLET, 2, Route.ORAL, Side.LEFT))
        assert check_dosage(Dosage(F(1), DoseUnit.TABLET, 3, Route.ORAL)) == {}

    def test_every_bad_field_is_named_at_once(self):
        assert check_dosage(Dosage(F(0), DoseUnit.TABLET, 0, Route.ORAL, days=999)).keys() == {
            "amount",
            "times_per_day",
            "days",
        }

    def test_the_catalogue_says_the_usual_direction(self):
        assert parse_signa("prn 3 x 2,5 ml pc", Route.ORAL) == Dosage(
            F(5, 2), DoseUnit.MILLILITRE, 3, Route.ORAL, timing=Timing.AFTER_MEAL, as_needed=True
        )
        assert parse_signa("2 x 4 drop", Route.OTIC, 7) == Dosage(F(4), DoseUnit.DROP, 2, Route.OTIC, Side.BOTH, days=7)
        assert parse_signa("sesuai petunjuk", Route.ORAL) is None

    @pytest.mark.parametrize(
        ("number", "letters"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (49, "XLIX"), (90, "XC"), (400, "400")]
    )
    def test_quantities_close_with_roman_numerals(self, number: int, letters: str):
        assert roman(number) == letters


class TestProduct:
    def test_is_written_with_the_generic_in_lower_case_and_the_brand_in_capitals(self):
        assert item_text("Amoksisilin", "Amoxsan", "500 mg", "Tablet") == "amoksisilin AMOXSAN 500\u00a0mg tablet"

    def test_classes_are_known_by_their_indonesian_words(self):
        assert drug_class_of("bebas terbatas") is DrugClass.LIMITED
        assert drug_class_of("OOT") is DrugClass.WATCHED
        assert drug_class_of("narcotic") is DrugClass.NARCOTIC
        with pytest.raises(ValueError, match="rahasia"):
            drug_class_of("rahasia")

    def test_a_narcotic_is_never_repeated(self):
        ensure_iter_allowed(0, ["narcotic"])
        ensure_iter_allowed(2, ["prescription"])
        with pytest.raises(IterNotAllowed):
            ensure_iter_allowed(1, ["free", "narcotic"])


class TestPrescription:
    def test_its_number_reads_year_and_sequence(self):
        assert prescription_number(2026, 123) == "R/2026/000123"

    def test_nothing_leads_back_to_a_draft_and_nothing_out_of_cancelled(self):
        assert not any(PrescriptionStatus.DRAFT in then for then in ALLOWED.values())
        assert not ALLOWED[PrescriptionStatus.CANCELLED]
        assert may_become(PrescriptionStatus.ACTIVE, PrescriptionStatus.COMPLETED)
        assert not may_become(PrescriptionStatus.COMPLETED, PrescriptionStatus.CANCELLED)

    def test_an_empty_or_signed_one_cannot_be_signed(self):
        with pytest.raises(PrescriptionIsEmpty):
            ensure_signable("draft", 0)
        with pytest.raises(PrescriptionIsSigned):
            ensure_signable("active", 1)

    def test_only_its_author_may_touch_it(self):
        ensure_own(PRODUCT, PRODUCT)
        with pytest.raises(NotYourPrescription):
            ensure_own(PRODUCT, OTHER)

    def test_all_that_is_owed_is_handed_over_unless_less_is_chosen(self):
        lines = [Outstanding(PRODUCT, PRODUCT, "a", 15, 5), Outstanding(OTHER, OTHER, "b", 1, 1)]
        assert [(line.line_id, line.left) for line in to_hand_over(lines, None)] == [(PRODUCT, 10)]
        assert [line.left for line in to_hand_over(lines, {PRODUCT: 4})] == [4]

    @pytest.mark.parametrize("units", [11, -1, 10**9])
    def test_never_more_than_is_owed_nor_less_than_nothing(self, units: int):
        with pytest.raises(ValidationFailed):
            to_hand_over([Outstanding(PRODUCT, PRODUCT, "a", 15, 5)], {PRODUCT: units})

    def test_handing_over_nothing_is_refused(self):
        with pytest.raises(NothingToDispense):
            to_hand_over([Outstanding(PRODUCT, PRODUCT, "a", 15, 15)], None)


def _lots(*lots: tuple[int, int | None, int]) -> list[Lot]:
    """Id, days until expiry (None: never), quantity."""
    return [
        Lot(UUID(int=number), PRODUCT, None if days is None else TODAY + timedelta(days=days), quantity)
        for number, days, quantity in lots
    ]


class TestFirstExpiredFirstOut:
    def test_the_first_to_expire_leaves_first(self):
        taken = allocate([Wanted(OTHER, PRODUCT, "x", 12)], _lots((3, None, 50), (2, 300, 10), (1, 30, 5)), TODAY)
        assert [(part.lot_id.int, part.quantity) for part in taken] == [(1, 5), (2, 7)]

    def test_an_expired_lot_is_never_chosen_and_its_last_day_still_counts(self):
        with pytest.raises(InsufficientStock) as refused:
            allocate([Wanted(OTHER, PRODUCT, "amoksisilin", 6)], _lots((1, -1, 100), (2, 0, 5)), TODAY)
        assert refused.value.params == {"item": "amoksisilin", "wanted": 6, "left": 5}

    def test_two_lines_of_one_product_share_its_lots(self):
        wanted = [Wanted(UUID(int=8), PRODUCT, "x", 3), Wanted(UUID(int=9), PRODUCT, "x", 3)]
        taken = allocate(wanted, _lots((1, 10, 4), (2, 20, 2)), TODAY)
        assert [(part.line_id.int, part.lot_id.int, part.quantity) for part in taken] == [
            (8, 1, 3),
            (9, 1, 1),
            (9, 2, 2),
        ]

    @given(
        st.lists(st.tuples(st.integers(-5, 400), st.integers(0, 30)), max_size=8),
        st.lists(st.integers(1, 40), min_size=1, max_size=4),
    )
    def test_never_takes_what_is_not_there_nor_skips_a_lot(self, shelf: list[tuple[int, int]], asked: list[int]):
        lots = _lots(*((number, days, quantity) for number, (days, quantity) in enumerate(shelf)))
        wanted = [Wanted(UUID(int=100 + number), PRODUCT, "x", units) for number, units in enumerate(asked)]
        usable = sorted(
            (lot for lot in lots if lot.expires_on and lot.expires_on >= TODAY),
            key=lambda lot: (lot.expires_on, lot.id),
        )
        if sum(asked) > sum(lot.quantity for lot in usable):
            with pytest.raises(InsufficientStock):
                allocate(wanted, lots, TODAY)
            return
        taken = allocate(wanted, lots, TODAY)
        per_lot = {lot.id: sum(part.quantity for part in taken if part.lot_id == lot.id) for lot in lots}
        assert sum(per_lot.values()) == sum(asked)
        untouched = False
        for lot in usable:
            assert 0 <= per_lot[lot.id] <= lot.quantity
            assert not untouched or per_lot[lot.id] == 0
            untouched = untouched or per_lot[lot.id] < lot.quantity
