"""From what is known about patients to what stands on the screen."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tht_app.domain.encounter.allergies import AllergyLine
from tht_app.domain.encounter.allergies import AllergyState as KnownAllergies
from tht_app.domain.errors import Problem
from tht_app.domain.registration import ConsentId, PatientId, PatientImportId
from tht_app.domain.registration.consent import ConsentGiver, ConsentPurpose
from tht_app.domain.registration.duplicates import Likeness
from tht_app.domain.registration.patient import parse_patient
from tht_app.domain.registration.records import Consent, DuplicateCandidate, PatientBanner, PatientHit, PatientRecord
from tht_app.domain.registration.sex import Sex
from tht_app.state.registration.view_models import (
    banner_view,
    candidate_view,
    clinic_today,
    consent_view,
    fact_views,
    import_view,
    option_view,
    row_view,
    with_allergies,
)
from tht_app.use_cases.registration.transfer import ImportReport, LineProblem

TODAY = date(2026, 11, 22)
ZONE = ZoneInfo("Asia/Jakarta")
ID = PatientId(UUID(int=1))
SITI = PatientBanner(
    ID, 1234, "Siti Rahmawati", Sex.FEMALE, date(1985, 7, 14), birth_date_estimated=False, deceased=False
)
HIT = PatientHit(SITI, "Menteng, Jakarta", ("siti", "rahmawati"), date(2026, 3, 3))


def test_a_line_tells_two_people_of_one_name_apart():
    row = row_view(HIT, TODAY, "id", words=("rahma",))
    assert [(part.text, part.marked) for part in row.name] == [("Siti ", False), ("Rahma", True), ("wati", False)]
    assert (row.sex, row.born, row.record_number, row.area, row.last_visit) == (
        "Perempuan",
        "14-Jul-1985 (41 th)",
        "00-12-34",
        "Menteng, Jakarta",
        "03-Mar-2026",
    )
    assert option_view(HIT, TODAY, "en").hint == "00-12-34 · Female · 14-Jul-1985 (41 y) · Menteng, Jakarta"


def test_the_banner_marks_what_changes_how_one_acts():
    child = PatientBanner(ID, 1, "Budi", Sex.MALE, date(2020, 1, 1), birth_date_estimated=True, deceased=True)
    assert banner_view(child, TODAY, "id").marks == ["Meninggal", "Anak", "Tgl lahir perkiraan"]
    assert banner_view(SITI, TODAY, "id").marks == []
    assert banner_view(SITI, TODAY, "id").allergy_state == "hidden"


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        (KnownAllergies.UNASKED, "not_asked"),
        (KnownAllergies.NONE_KNOWN, "none"),
        (KnownAllergies.PRESENT, "known"),
        (KnownAllergies.UNAVAILABLE, "unavailable"),
    ],
)
def test_every_state_of_allergies_has_its_own_slot(known: KnownAllergies, shown: str):
    line = AllergyLine(known, recorded_by="dr. Sari", recorded_at=datetime(2026, 3, 3, 1, tzinfo=UTC))
    view = with_allergies(banner_view(SITI, TODAY, "id"), line, ZONE, "id")
    assert view.allergy_state == shown
    assert view.allergy_source == ("(dr. Sari, 03-Mar-2026)" if shown in {"none", "known"} else "")


def test_demographics_say_what_is_unknown_and_leave_out_what_was_not_asked():
    form = {"name": "Budi", "birth_date": "2020-01-01", "sex": "male", "nik_missing": "newborn"}
    form |= {"guardian_name": "Wati", "guardian_relation": "mother", "guardian_phone": "0812-1111-2222"}
    record = PatientRecord(SITI, parse_patient(form, TODAY), 1, datetime.now(UTC), datetime.now(UTC))
    facts = {fact.key: fact.value for fact in fact_views(record, "id")}
    assert facts == {
        "nik": "Bayi, belum punya NIK",
        "phone": "Tidak diketahui",
        "address": "Tidak diketahui",
        "payer": "Umum (bayar sendiri)",
        "guardian": "Wati (Ibu) · 0812-1111-2222",
    }


def test_a_candidate_says_how_sure_we_are():
    view = candidate_view(DuplicateCandidate(HIT, Likeness.CERTAIN), TODAY, "id")
    assert (view.level, view.words) == ("certain", "NIK sama: sudah terdaftar")


def test_a_withdrawn_consent_is_shown_as_withdrawn():
    at = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
    consent = Consent(
        ConsentId(UUID(int=2)),
        ConsentPurpose.REMINDERS,
        "2026-01",
        True,
        ConsentGiver.PATIENT,
        "Siti",
        at,
        UUID(int=3),
        "Rina",
        at,
    )
    view = consent_view(consent, str(ID), ZONE, "id")
    assert (view.state, view.at, view.who) == ("withdrawn", "22-Nov-2026 01.30", "Siti (pasien)")


def test_an_import_says_line_field_and_what_to_correct():
    report = ImportReport(
        PatientImportId(UUID(int=4)),
        "a.csv",
        "running",
        10,
        2,
        6,
        1,
        1,
        (LineProblem(5, {"nik": Problem("nik_length", {"count": 3})}), LineProblem(7, {"": Problem("line_cells")})),
    )
    view = import_view(report, "id")
    assert view.percent == 75
    assert [(one.line, one.words) for one in view.problems] == [
        (5, "NIK: NIK harus 16 angka; ini 3."),
        (7, "Jumlah kolom di baris ini berbeda dengan judulnya."),
    ]


def test_the_clinics_day_is_not_utcs():
    assert clinic_today(ZONE, datetime(2026, 11, 21, 18, tzinfo=UTC)) == date(2026, 11, 22)
