"""What the pharmacy's screens say, and how its forms are read."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.state.pharmacy.forms import as_id, goods_of, line_of, quantities_of
from tht_app.state.pharmacy.stock_views import ledger_view, lot_view, stock_row
from tht_app.state.pharmacy.view_models import (
    card_view,
    columns_of,
    line_view,
    prescription_view,
    product_view,
)
from tht_app.use_cases.pharmacy.models import (
    BoardCard,
    LedgerEntry,
    LotSummary,
    PrescriptionDetail,
    PrescriptionLine,
    ProductSummary,
    StockItem,
)

ZONE = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)

LINE = PrescriptionLine(
    uuid4(), uuid4(), "amoksisilin 500\u00a0mg tablet", "1", "tablet", 3, "oral", "", "pc", False, 5, 15, "tablet",
    "S 3 dd tab I p.c.", "3 kali sehari 1 tablet", "habiskan", False, "prescription", 900, 0, 120,
    "A1 (31-Mar-2027) × 15",
)  # fmt: skip
DETAIL = PrescriptionDetail(
    uuid4(), uuid4(), uuid4(), "Siti Rahmawati", "00-12-34", date(1985, 7, 14), "female", "dr. Sari", "active",
    "R/2026/000123", NOW, NOW, 0, "present", "ALERGI: penisilin", 54_500, TODAY, "", "", (LINE,),
)  # fmt: skip
CARD = BoardCard(
    uuid4(), "R/2026/000123", "Siti", "00-12-34", date(1985, 7, 14), "dr. Sari", "waiting", NOW, NOW, "", 2, False
)
PRODUCT = ProductSummary(
    uuid4(), "OFLOKS-TT", "medicine", "ofloksasin", "", "tetes telinga", "0,3 %", "botol", "ofloksasin 0,3\u00a0%",
    "prescription", "otic", "drop", "5", True, 48_000, "2 x 5 drop", 0,
)  # fmt: skip


class TestLines:
    def test_a_line_reads_as_a_sentence_with_dose_and_price(self):
        view = line_view(LINE, "id")
        assert view.dose == "1\u00a0tablet"
        assert view.rest == "oral – 3× sehari – sesudah makan – 5 hari"
        assert view.price == "Rp\u00a013.500"
        assert view.stock == "stok 120 tablet"

    def test_an_ear_is_named_with_its_side_and_need_is_said(self):
        drops = replace(LINE, dose_unit="drop", route="otic", side="right", timing="", as_needed=True, days=0)
        assert line_view(drops, "id").rest == "telinga kanan – 3× sehari – bila perlu"

    def test_a_short_shelf_is_said_and_counted_only_while_it_matters(self):
        short = replace(LINE, stock=14)
        assert line_view(short, "id").short
        assert not line_view(replace(short, dispensed=15), "id").short
        assert prescription_view(replace(DETAIL, lines=(short,)), ZONE, TODAY, "id").shortages == 1
        assert prescription_view(replace(DETAIL, lines=(short,), status="cancelled"), ZONE, TODAY, "id").shortages == 0

    def test_a_narcotic_is_named(self):
        assert line_view(replace(LINE, drug_class="narcotic"), "id").watched == "Narkotika"
        assert line_view(LINE, "id").watched == ""

    def test_english_readers_read_english(self):
        assert line_view(LINE, "en").rest == "by mouth – 3× a day – after meals – 5 days"


class TestPrescription:
    def test_shows_who_it_is_for_and_links_to_paper(self):
        view = prescription_view(DETAIL, ZONE, TODAY, "id")
        assert view.person == "Perempuan · Lahir 14-Jul-1985 (41 th)"
        assert view.weight == "Berat badan 54,5 kg (22-Nov-2026)"
        assert view.signed == "22-Nov-2026 10.00"
        assert view.labels_url == f"/files/labels/{DETAIL.id}.pdf"

    @pytest.mark.parametrize(
        ("status", "dispense", "counter"),
        [
            ("active", "", "waiting"),
            ("active", "preparation", "preparing"),
            ("active", "in-progress", "ready"),
            ("completed", "", ""),
            ("draft", "", ""),
        ],
    )
    def test_knows_its_column(self, status: str, dispense: str, counter: str):
        detail = replace(DETAIL, status=status, dispense_status=dispense)
        assert prescription_view(detail, ZONE, TODAY, "id").counter == counter

    def test_a_draft_has_no_labels_and_no_signature(self):
        view = prescription_view(replace(DETAIL, status="draft", signed_at=None, number=""), ZONE, TODAY, "id")
        assert (view.labels_url, view.signed) == ("", "")


class TestBoard:
    @pytest.mark.parametrize(
        ("minutes", "words", "tone"),
        [(0, "0 menit", "ok"), (29, "29 menit", "ok"), (30, "30 menit", "long"), (75, "1 jam 15 menit", "too_long")],
    )
    def test_waiting_is_counted_from_the_signature(self, minutes: int, words: str, tone: str):
        view = card_view(CARD, ZONE, NOW + timedelta(minutes=minutes), "id")
        assert (view.waited, view.tone) == (words, tone)

    def test_a_clock_that_runs_behind_never_shows_negative_waiting(self):
        assert card_view(CARD, ZONE, NOW - timedelta(minutes=5), "id").waited == "0 menit"

    def test_cards_stand_in_their_columns(self):
        columns = columns_of([CARD, replace(CARD, column="ready")], ZONE, NOW, "id")
        assert {name: len(cards) for name, cards in columns.items()} == {"waiting": 1, "preparing": 0, "ready": 1}


class TestShelf:
    @pytest.mark.parametrize(
        ("stock", "expiry", "state"),
        [
            (0, None, "empty"),
            (20, None, "low"),
            (21, None, "ok"),
            (99, TODAY + timedelta(days=90), "expiring"),
            (99, TODAY + timedelta(days=91), "ok"),
        ],
    )
    def test_the_most_pressing_state_is_shown(self, stock: int, expiry: date | None, state: str):
        item = StockItem(uuid4(), "A", "x", "medicine", "tablet", 900, 20, stock, 0, 1, expiry)
        assert stock_row(item, TODAY, "id").state == state

    def test_an_expired_lot_is_called_so_and_an_empty_one_empty(self):
        lot = LotSummary(uuid4(), "A1", date(2026, 11, 1), 5, 500, NOW, True)
        assert lot_view(lot, TODAY, "id").state == "expired"
        assert lot_view(replace(lot, quantity=0), TODAY, "id").state == "empty"
        assert lot_view(replace(lot, expires_on=None, expired=False), TODAY, "id").expiry == "tanpa kedaluwarsa"

    def test_the_ledger_shows_signs_balance_and_the_prescription(self):
        entry = LedgerEntry(uuid4(), NOW, -15, 105, "dispense", "", "apt. Joko", "R/2026/000123")
        view = ledger_view(entry, ZONE, "id")
        assert (view.delta, view.balance, view.reason, view.note) == ("−15", "105", "Penyerahan", "R/2026/000123")


class TestForms:
    def test_the_usual_direction_fills_the_form_but_never_the_side(self):
        view = product_view(PRODUCT, "id")
        assert (view.amount, view.dose_unit, view.times, view.route, view.side) == ("5", "drop", "2", "otic", "")
        assert view.short

    def test_a_line_is_read_from_what_was_typed(self):
        product = str(uuid4())
        form = {"amount": "½", "unit": "tablet", "times_per_day": "3", "route": "oral", "as_needed": "on", "days": ""}
        line = line_of(form, product)
        assert (line.amount, line.times_per_day, line.days, line.quantity, line.as_needed) == ("½", 3, 0, 0, True)

    @pytest.mark.parametrize("typed", ["tiga", "1,5", "٣", "9999999999", "1e3", "--3"])
    def test_what_is_no_whole_number_is_refused_beside_its_field(self, typed: str):
        with pytest.raises(ValidationFailed) as refused:
            line_of({"times_per_day": typed}, str(uuid4()))
        assert "times_per_day" in refused.value.fields

    def test_goods_are_read_with_their_date(self):
        goods = goods_of({"lot_number": "A1", "quantity": "1.000", "expires_on": "2027-03-31"}, str(uuid4()))
        assert (goods.quantity, goods.expires_on, goods.cost_rupiah) == (1000, date(2027, 3, 31), 0)
        with pytest.raises(ValidationFailed) as refused:
            goods_of({"lot_number": " ", "quantity": "", "expires_on": "2027-02-30"}, str(uuid4()))
        assert refused.value.fields.keys() == {"lot_number", "quantity", "expires_on"}

    def test_quantities_come_from_their_own_fields_only(self):
        line = uuid4()
        assert quantities_of({f"quantity_{line}": "6", "_key": "x", "other": "3"}) == ((line, 6),)
        with pytest.raises(NotFound):
            quantities_of({"quantity_../../etc": "6"})

    def test_an_id_that_is_none_names_nothing(self):
        with pytest.raises(NotFound):
            as_id("' or 1=1")
