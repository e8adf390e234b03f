"""Two records side by side as they stand on the screen, and what the form asks for."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tht_app.database.queries.registration_merge import Clash
from tht_app.domain.registration import MergeId, PatientId
from tht_app.domain.registration.merging import Doubt, Merge, Part, differing
from tht_app.domain.registration.patient import parse_patient
from tht_app.domain.registration.records import PatientBanner, PatientHit, PatientRecord
from tht_app.state.registration.merge_views import GoneView, SideView, comparison_view, gone_view, merged_views
from tht_app.state.registration.merging import merge_request
from tht_app.state.registration.view_models import option_view, row_view
from tht_app.use_cases.registration.merging import MergePreview, MergeSide

TODAY = date(2026, 11, 25)
ZONE = ZoneInfo("Asia/Jakarta")
AT = datetime(2026, 11, 25, 7, 3, tzinfo=UTC)
ONE, OTHER = PatientId(UUID(int=1)), PatientId(UUID(int=2))


def side(patient_id: PatientId, number: int, *, visits: int = 0, **fields: str) -> MergeSide:
    form = {"name": "Siti Rahmawati", "birth_date": "1985-07-14", "sex": "female", "nik_missing": "not_brought"}
    details = parse_patient({**form, **fields}, TODAY)
    banner = PatientBanner(
        patient_id,
        number,
        details.name,
        details.sex,
        details.birth_date,
        birth_date_estimated=False,
        deceased=False,
    )
    record = PatientRecord(banner, details, 3, AT, AT)
    return MergeSide(record, visits, 1, 0, 2, AT if visits else None, in_progress=visits > 1)


def preview(survivor: MergeSide, merged: MergeSide, *taken: Part) -> MergePreview:
    parts = differing(survivor.record.details, merged.record.details)
    clash = Clash(AT, "dr. Sari", "dr. Bambang")
    return MergePreview(survivor, merged, parts, frozenset(taken), (Doubt.SEX,), (clash,))


def test_the_record_of_the_address_stands_at_the_left():
    shown = comparison_view(
        preview(side(ONE, 12, visits=2), side(OTHER, 13, phone="081234567890"), Part.PHONE),
        str(OTHER),
        TODAY,
        ZONE,
        "id",
    )
    assert (shown.left.record_number, shown.right.record_number, shown.stays) == ("00-00-13", "00-00-12", "right")
    assert [(line.part, line.left, line.right, line.chosen) for line in shown.differing] == [
        ("phone", "0812-3456-7890", "Tidak diketahui", "left")
    ]
    assert shown.right.holds == "2 kunjungan · 1 janji · 0 resep · 2 persetujuan"
    assert (shown.right.last_visit, shown.left.last_visit) == ("25-Nov-2026", "")
    assert (shown.right.in_progress, shown.left.in_progress, shown.left.version) == (True, False, 3)


def test_what_is_the_same_is_told_apart_from_what_nobody_knows():
    shown = comparison_view(preview(side(ONE, 12), side(OTHER, 13)), str(ONE), TODAY, ZONE, "id")
    assert shown.differing == []
    assert [line.part for line in shown.same] == ["name", "birth_date", "sex", "nik", "payer"]


@pytest.mark.parametrize(
    ("lang", "doubt", "clash"),
    [
        ("id", "Jenis kelaminnya berbeda.", "25-Nov-2026 14.03: dr. Sari dan dr. Bambang"),
        ("en", "The sexes differ.", "25-Nov-2026 14.03: dr. Sari and dr. Bambang"),
    ],
)
def test_doubts_and_clashes_are_said_in_words(lang: str, doubt: str, clash: str):
    shown = comparison_view(preview(side(ONE, 12), side(OTHER, 13)), str(ONE), TODAY, ZONE, lang)
    assert (shown.doubts, shown.clashes) == ([doubt], [clash])


def test_a_part_is_taken_where_the_other_side_is_chosen():
    left, right = SideView(id=str(ONE), version=3), SideView(id=str(OTHER), version=4)
    form = {
        "stays": "right",
        "pick_name": "left",
        "pick_phone": "right",
        "pick_nik": "middle",
        "pick_merged_into": "left",
        "confirmed": "on",
        "reason": "KTP dicocokkan",
    }
    request = merge_request(right, left, form)
    assert (request.survivor_id, request.survivor_version) == (OTHER, 4)
    assert (request.merged_id, request.merged_version) == (ONE, 3)
    assert (request.taken, request.confirmed, request.reason) == (("name",), True, "KTP dicocokkan")


MERGE = Merge(MergeId(UUID(int=9)), ONE, ONE, 12, "Siti", OTHER, 13, "Siti R.", AT, "Rina", None, "", 1, 0)


def test_a_page_tells_the_records_that_are_part_of_it_now():
    undone = replace(MERGE, undone_at=AT, undone_by="Rina")
    onward = replace(MERGE, survivor_id=OTHER, merged_id=ONE)
    views = merged_views((MERGE, undone, onward), ZONE, "id")
    assert [view.words for view in views] == [
        "RM 00-00-13 (Siti R.) digabungkan ke rekam ini pada 25-Nov-2026 14.03 oleh Rina."
    ]
    assert views[0].since.startswith("Sejak digabungkan: 1 kunjungan dan 0 janji")


def test_a_page_tells_where_its_record_went():
    away = replace(MERGE, asked_id=OTHER)
    assert gone_view((away,), "id") == GoneView(
        str(ONE), "Nomor lama pasien ini sudah digabungkan ke RM 00-00-12 (Siti)."
    )
    assert gone_view((MERGE, replace(away, undone_at=AT)), "id") == GoneView()
    assert merged_views((away,), ZONE, "id") == []


def test_a_hit_by_an_old_number_says_so():
    hit = PatientHit(side(ONE, 12).record.banner, "", ("siti",), former=13)
    assert row_view(hit, TODAY, "id").former == "dulu RM 00-00-13"
    assert option_view(hit, TODAY, "en").hint.endswith("formerly record 00-00-13")
    assert row_view(replace(hit, former=None), TODAY, "id").former == ""
