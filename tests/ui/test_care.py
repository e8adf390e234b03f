"""Emergency accesses and rules as they stand on a screen, and what the forms ask for."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tht_app.domain.care import AccessId, CareRules, Cover, CoverId, EmergencyEntry, OwnEmergency
from tht_app.domain.errors import ValidationFailed
from tht_app.state.care.setup import read_cover, read_rules
from tht_app.state.care.view_models import (
    access_rows,
    cover_rows,
    open_access_view,
    stranger_view,
)
from tht_app.state.scheduling.view_models import name_text, person_text
from tht_app.use_cases.care import AddCover

ZONE = ZoneInfo("Asia/Jakarta")
AT = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
ONE, OTHER = UUID(int=1), UUID(int=2)


def entry(**values: object) -> EmergencyEntry:
    fields: dict[str, object] = {
        "id": AccessId(ONE),
        "person": "dr. Sari",
        "opened_at": AT,
        "until": AT.replace(hour=7),
        "ended_at": None,
        "reason": "Tidak sadar",
        "frequent": False,
        "reviewed_at": None,
        "reviewed_by": "",
        "review": "",
        "visits": 0,
        "patient_id": OTHER,
        "patient_name": "Siti",
        "record_number": 1234,
    }
    return EmergencyEntry(**{**fields, **values})  # type: ignore[arg-type]


def test_an_access_says_who_when_why_and_about_whom():
    [row] = access_rows((entry(),), ZONE, "id")
    assert (row.person, row.when, row.reason) == ("dr. Sari", "25-Nov-2026, 13.30–14.30", "Tidak sadar")
    assert row.patient == "Siti · 00-12-34"
    assert (row.reviewed, row.visits) == ("", "")


def test_an_access_that_was_ended_says_when_and_a_review_by_whom():
    ended = entry(ended_at=AT.replace(minute=40), reviewed_at=AT, reviewed_by="Lina", review="Sesuai.", visits=1)
    [row] = access_rows((ended,), ZONE, "id")
    assert row.when == "25-Nov-2026, 13.30–13.40"
    assert row.reviewed == "Ditinjau Lina, 25-Nov-2026"
    assert row.visits == "1 kunjungan dibuka"


def test_an_owner_sees_no_patient():
    [row] = access_rows((entry(patient_id=None, patient_name="", record_number=None),), ZONE, "id")
    assert (row.patient, row.patient_id) == ("", "")


def test_the_strip_counts_on_the_clinics_clock():
    view = open_access_view(OwnEmergency(AccessId(ONE), OTHER, AT, "Tidak sadar"), ZONE, AT)
    assert (view.until, view.ends) == ("13.30", AT.isoformat())
    assert open_access_view(None, ZONE, AT).patient_id == ""


def test_nobody_found_is_no_line():
    assert stranger_view(None, ZONE, AT, "id").id == ""


def test_a_colleagues_patient_has_neither_name_nor_number():
    assert name_text("", "id") == "Pasien dokter lain"
    assert name_text("Siti", "id") == "Siti"
    assert person_text("female", date(1985, 7, 14), None, date(2026, 11, 25), "id") == ""


def test_a_cover_names_its_last_day():
    cover = Cover(
        CoverId(ONE), "dr. A", "dr. B", datetime(2026, 11, 25, tzinfo=ZONE), datetime(2026, 11, 28, tzinfo=ZONE)
    )
    [row] = cover_rows((cover,), ZONE, "id")
    assert row.days == "25-Nov-2026 – 27-Nov-2026"


RULES = {
    "visit_months": "24",
    "booking_days_before": "14",
    "booking_days_after": "1",
    "emergencies_an_hour": "3",
}


def test_rules_as_typed():
    assert read_rules({**RULES, "whole_team": "on"}) == CareRules(whole_team=True)
    assert read_rules(RULES) == CareRules()


@pytest.mark.parametrize("bad", ["", "dua", "-1", "1,5", "²"])
def test_a_rule_that_is_no_number_is_named(bad: str):
    with pytest.raises(ValidationFailed) as refused:
        read_rules({**RULES, "visit_months": bad})
    assert set(refused.value.fields) == {"visit_months"}


def test_a_cover_as_typed():
    form = {"absent_id": str(ONE), "covering_id": str(OTHER), "first": "2026-11-25", "last": "2026-11-27"}
    assert read_cover(form) == AddCover(ONE, OTHER, date(2026, 11, 25), date(2026, 11, 27))
    with pytest.raises(ValidationFailed) as refused:
        read_cover({"first": "kemarin"})
    assert set(refused.value.fields) == {"absent_id", "covering_id", "first", "last"}
