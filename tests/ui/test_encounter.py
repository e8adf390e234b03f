"""What the encounter screen shows for what is in the record."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tht_app.domain.encounter.allergies import (
    Allergy,
    AllergyCategory,
    AllergyLine,
    AllergyState,
    AllergyVerification,
    ReactionSeverity,
)
from tht_app.domain.encounter.record import CodeHit, PatientHead, Reading
from tht_app.domain.encounter.vitals import BY_FIELD
from tht_app.state.encounter.view_models import banner_view, code_views, reading_views, vitals_line

ZONE = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
PATIENT = PatientHead(UUID(int=1), "Siti Rahmawati", "female", date(1985, 7, 14), "00-12-34")


def reading(field: str, value: str) -> Reading:
    vital = BY_FIELD[field]
    return Reading(UUID(int=2), field, vital.code, Decimal(value), vital.unit, NOW, "Dewi")


def allergy(substance: str, verification=AllergyVerification.CONFIRMED) -> Allergy:
    return Allergy(
        UUID(int=3),
        substance,
        None,
        AllergyCategory.MEDICATION,
        "",
        ReactionSeverity.SEVERE,
        verification,
        "dr. Sari",
        NOW,
    )


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (AllergyState.UNASKED, "not_asked"),
        (AllergyState.NONE_KNOWN, "none"),
        (AllergyState.UNAVAILABLE, "unavailable"),
    ],
)
def test_each_allergy_state_has_its_own_slot(state, shown):
    view = banner_view(PATIENT, AllergyLine(state, (), "Dewi", NOW), ZONE, "id", now=NOW)
    assert view.allergy_state == shown
    assert view.allergy_text == ""


def test_the_banner_names_the_allergies_their_source_and_the_doubt():
    line = AllergyLine(
        AllergyState.PRESENT, (allergy("Penisilin"), allergy("Ibuprofen", AllergyVerification.UNCONFIRMED)), "x", NOW
    )
    view = banner_view(PATIENT, line, ZONE, "id", now=NOW)
    assert (view.allergy_state, view.allergy_text) == ("known", "Penisilin, Ibuprofen")
    assert view.allergy_source == "(dr. Sari, 22-Nov-2026)"
    assert view.allergy_unconfirmed
    assert (view.born, view.age, view.sex) == ("14-Jul-1985", "41 th", "Perempuan")


def test_pressure_is_one_figure_and_units_are_shown_as_people_write_them():
    readings = [
        reading("systolic", "120"),
        reading("temperature_c", "36.800"),
        reading("diastolic", "80"),
        reading("weight_kg", "61.500"),
    ]
    assert vitals_line(readings, "id") == "Berat 61,5 kg · Suhu 36,8 °C · Tekanan darah 120/80 mmHg"
    assert vitals_line([reading("systolic", "120")], "en") == "Systolic 120 mmHg"


def test_unusual_figures_carry_a_mark_and_stand_in_the_order_of_the_form():
    views = reading_views([reading("pulse", "130"), reading("temperature_c", "36.8")], ZONE, date(1985, 7, 14))
    assert [(view.field, view.unusual) for view in views] == [("temperature_c", False), ("pulse", True)]
    assert views[0].source == "01.30 Dewi"


def test_codes_show_the_readers_language_first():
    hit = CodeHit("H66.1", "Chronic otitis", "OMSK", True)
    assert [(v.label, v.hint) for v in code_views([hit], "id")] == [("H66.1 OMSK", "Chronic otitis")]
    assert [(v.label, v.hint) for v in code_views([hit], "en")] == [("H66.1 Chronic otitis", "OMSK")]
    untranslated = CodeHit("R42", "Dizziness", "", False)
    assert [(v.label, v.hint) for v in code_views([untranslated], "id")] == [("R42 Dizziness", "")]
