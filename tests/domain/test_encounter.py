"""Rules of a visit without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.domain.encounter.diagnosis import Certainty, Laterality, asks_for_side, code_key, folded
from tht_app.domain.encounter.icd10 import Difference, Term, build, parse_official
from tht_app.domain.encounter.note import Section, checked_text, difference, sections_writable_by
from tht_app.domain.encounter.record import Diagnosis, Procedure, Reading, SectionText
from tht_app.domain.encounter.signing import FORM_WITH_PROCEDURES, canonical, digest, signed_document
from tht_app.domain.encounter.visit import (
    NEXT,
    EncounterClosed,
    EncounterId,
    EncounterSigned,
    EncounterStatus,
    NotYourEncounter,
    StatusNotAllowed,
    Visit,
    ensure_can_become,
    ensure_may_sign,
    ensure_may_write,
)
from tht_app.domain.encounter.vitals import (
    BY_FIELD,
    PULSE,
    SYSTOLIC,
    USUAL_IN_CHILDREN,
    WEIGHT,
    completed_months,
    is_unusual,
    parse_readings,
    plain,
    usual_range,
    weight_jumps,
)
from tht_app.domain.ent.findings import Finding, Part, Side
from tht_app.domain.errors import PermissionDenied, ValidationFailed
from tht_app.domain.identity import ROLE_PERMISSIONS, Role

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
DOCTOR, OTHER, PATIENT = (UUID(int=number) for number in (1, 2, 3))


def visit(status=EncounterStatus.IN_PROGRESS, signed_at=None) -> Visit:
    return Visit(EncounterId(UUID(int=9)), PATIENT, DOCTOR, status, NOON, signed_at)


def may(role: Role, person=DOCTOR, *, nursing=False, at=None):
    ensure_may_write(at or visit(), person, {role}, ROLE_PERMISSIONS[role], nursing=nursing)


@pytest.mark.parametrize("now", EncounterStatus)
@pytest.mark.parametrize("wanted", EncounterStatus)
def test_a_status_follows_only_where_the_table_says_so(now, wanted):
    if wanted in NEXT[now]:
        ensure_can_become(visit(now), wanted)
    else:
        with pytest.raises(StatusNotAllowed):
            ensure_can_become(visit(now), wanted)


def test_nothing_follows_a_signature_and_nothing_a_cancellation():
    for wanted in EncounterStatus:
        with pytest.raises(EncounterSigned):
            ensure_can_become(visit(EncounterStatus.FINISHED, NOON), wanted)
    assert NEXT[EncounterStatus.CANCELLED] == frozenset()


def test_the_treating_doctor_writes_everything_a_nurse_only_what_is_nursing():
    may(Role.DOCTOR)
    may(Role.DOCTOR, nursing=True)
    may(Role.NURSE, OTHER, nursing=True)
    with pytest.raises(PermissionDenied):
        may(Role.NURSE, OTHER)
    with pytest.raises(NotYourEncounter):
        may(Role.DOCTOR, OTHER)
    for role in (Role.ADMIN, Role.PHARMACIST, Role.CASHIER, Role.AUDITOR, Role.OWNER):
        with pytest.raises(PermissionDenied):
            may(role, nursing=True)


def test_nobody_writes_or_signs_in_a_signed_or_cancelled_visit():
    for at, refusal in (
        (visit(EncounterStatus.FINISHED, NOON), EncounterSigned),
        (visit(EncounterStatus.CANCELLED), EncounterClosed),
    ):
        with pytest.raises(refusal):
            may(Role.DOCTOR, at=at)
        with pytest.raises(refusal):
            ensure_may_sign(at, DOCTOR, {Role.DOCTOR}, ROLE_PERMISSIONS[Role.DOCTOR])


def test_a_nurse_may_draft_s_and_o_only():
    assert sections_writable_by(ROLE_PERMISSIONS[Role.NURSE]) == {Section.SUBJECTIVE, Section.OBJECTIVE}
    assert sections_writable_by(ROLE_PERMISSIONS[Role.DOCTOR]) == set(Section)
    assert sections_writable_by(ROLE_PERMISSIONS[Role.PHARMACIST]) == frozenset()


@given(st.text(max_size=300).filter(lambda text: "\r" not in text))
def test_text_is_kept_character_by_character(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        with pytest.raises(ValidationFailed):
            checked_text(text)
    else:
        assert checked_text(text) == text


def test_line_ends_become_lf_and_lone_surrogates_are_refused():
    assert checked_text("a\r\nb\rc") == "a\nb\nc"
    with pytest.raises(ValidationFailed):
        checked_text("\ud800")


@pytest.mark.parametrize(("typed", "value"), [("36,5", "36.5"), ("36.5", "36.5"), (" 37 ", "37")])
def test_figures_are_read_with_comma_or_point(typed, value):
    assert parse_readings({"temperature_c": typed}) == {"temperature_c": Decimal(value)}


@pytest.mark.parametrize(
    ("typed", "field", "code"),
    [
        ({"weight_kg": "enam"}, "weight_kg", "encounter.not_a_number"),
        ({"weight_kg": "1e2"}, "weight_kg", "encounter.not_a_number"),
        ({"weight_kg": "NaN"}, "weight_kg", "encounter.not_a_number"),
        ({"weight_kg": "Infinity"}, "weight_kg", "encounter.not_a_number"),
        ({"weight_kg": "1.000"}, "weight_kg", "encounter.too_precise"),
        ({"weight_kg": "1.000,5"}, "weight_kg", "encounter.not_a_number"),
        ({"weight_kg": "0,2"}, "weight_kg", "encounter.not_plausible"),
        ({"weight_kg": "401"}, "weight_kg", "encounter.not_plausible"),
        ({"weight_kg": "-60"}, "weight_kg", "encounter.not_plausible"),
        ({"temperature_c": "365"}, "temperature_c", "encounter.not_plausible"),
        ({"pulse": "72,5"}, "pulse", "encounter.too_precise"),
        ({"systolic": "120"}, "diastolic", "encounter.pressure_needs_both"),
        ({"diastolic": "80"}, "systolic", "encounter.pressure_needs_both"),
        ({"systolic": "80", "diastolic": "120"}, "diastolic", "encounter.pressure_reversed"),
        ({}, "weight_kg", "encounter.vitals_empty"),
        ({"weight_kg": "  "}, "weight_kg", "encounter.vitals_empty"),
    ],
)
def test_figures_that_cannot_be_true_are_refused_beside_their_field(typed, field, code):
    with pytest.raises(ValidationFailed) as refused:
        parse_readings(typed)
    assert refused.value.fields[field].code == code


def test_every_bad_figure_is_named_at_once():
    with pytest.raises(ValidationFailed) as refused:
        parse_readings({"weight_kg": "x", "pulse": "y", "systolic": "z", "diastolic": "80"})
    assert refused.value.fields.keys() == {"weight_kg", "pulse", "systolic"}


@pytest.mark.parametrize("vital", BY_FIELD.values(), ids=BY_FIELD)
def test_bounds_belong_to_the_range(vital):
    low, high = vital.possible
    other = {"systolic": {"diastolic": "30"}, "diastolic": {"systolic": "300"}}.get(vital.field, {})
    for bound in (low, high):
        assert parse_readings({vital.field: plain(bound), **other})[vital.field] == bound
    step = Decimal(1).scaleb(-vital.decimals)
    for beyond in (low - step, high + step):
        with pytest.raises(ValidationFailed):
            parse_readings({vital.field: plain(beyond), **other})
    assert is_unusual(vital, vital.usual[0], ADULT) is is_unusual(vital, vital.usual[1], ADULT) is False


def test_a_weight_jumps_when_it_moves_by_more_than_a_quarter():
    assert not weight_jumps(None, Decimal(3))
    assert not weight_jumps(Decimal(80), Decimal(100))
    assert weight_jumps(Decimal(80), Decimal("100.1"))
    assert weight_jumps(Decimal(70), Decimal(7))
    assert WEIGHT.unit == "kg"


@pytest.mark.parametrize(("value", "text"), [("70.000", "70"), ("100", "100"), ("36.50", "36.5"), ("0.300", "0.3")])
def test_figures_are_written_without_trailing_zeros_or_exponent(value, text):
    assert plain(Decimal(value)) == text


@pytest.mark.parametrize(
    ("code", "asks"), [("H66.1", True), ("H91.1", True), ("H81.1", True), ("J35.0", False), ("R42", False)]
)
def test_ear_codes_ask_for_the_side(code, asks):
    assert asks_for_side(code) is asks


@pytest.mark.parametrize(
    ("typed", "key"), [("H66.1", "h661"), ("h66", "h66"), ("h", ""), ("otitis", ""), ("H66.1.2x", "")]
)
def test_the_beginning_of_a_code_is_recognised(typed, key):
    assert code_key(typed) == key


def test_search_text_is_folded():
    assert folded("Ménière's  Disease (H81.0)") == "meniere s disease h81 0"


def test_the_edition_of_2010_is_2019_with_the_difference():
    titles = {"A97": "Dengue", "A97.0": "Dengue without", "H66": "Otitis media", "H66.1": "Chronic", "R42": "Dizziness"}
    difference = [
        Difference("A97", "drop", ""),
        Difference("A97.0", "drop", ""),
        Difference("A90", "add", "Dengue fever"),
    ]
    rows = {row.code: row for row in build(titles, difference, [Term("H66.1", "OMSK", "congek")])}
    assert [code for code, row in rows.items() if row.edition_2010] == ["A90", "H66", "H66.1", "R42"]
    assert not rows["A90"].edition_2019
    assert (rows["H66"].selectable, rows["H66.1"].selectable, rows["R42"].selectable) == (False, True, True)
    assert (rows["H66.1"].ent, rows["R42"].ent) == (True, False)
    assert "congek" in rows["H66.1"].search_text


@pytest.mark.parametrize("text", ["", "kode,judul\nA,b", "code,title_en\n??,x", "code,title_en\nA00,"])
def test_an_official_list_that_cannot_be_read_is_refused_whole(text):
    with pytest.raises(ValidationFailed):
        parse_official(text)


def test_an_official_list_may_use_semicolons_and_a_byte_order_mark():
    lines = parse_official("\ufeffcode;title_en;title_id\nh66.1;Chronic;Kronik\n")
    assert [(line.code, line.title_en, line.title_id) for line in lines] == [("H66.1", "Chronic", "Kronik")]


def test_canonical_json_follows_rfc_8785():
    document = {"b": '\u20ac$\u000f\nA\'B"\\"/', "a": [True, None, 10, {"z": "ü", "y": ""}]}
    assert canonical(document).decode() == '{"a":[true,null,10,{"y":"","z":"ü"}],"b":"€$\\u000f\\nA\'B\\"\\\\\\"/"}'


def _facts():
    sections = tuple(SectionText(section, 1, f"teks {section}", "dr. Sari", NOON, DOCTOR) for section in Section)
    diagnoses = (
        Diagnosis(UUID(int=4), "H66.1", "OMSK", Laterality.RIGHT, True, Certainty.CONFIRMED, "dr. Sari"),
        Diagnosis(UUID(int=5), "R42", "Pusing", Laterality.NONE, False, Certainty.PROVISIONAL, "dr. Sari"),
    )
    readings = (
        Reading(UUID(int=6), "weight_kg", "29463-7", Decimal("61.500"), "kg", NOON, "Dewi"),
        Reading(UUID(int=7), "pulse", "8867-4", Decimal(80), "/min", NOON, "Dewi"),
    )
    findings = (
        Finding(Part.EAR, Side.RIGHT, "ear_canal", "cerumen"),
        Finding(Part.EAR, Side.LEFT, "whole", "remark", "nyeri"),
    )
    return sections, diagnoses, readings, findings


ADULT = 40 * 12


@pytest.mark.parametrize(
    ("born", "on", "months"),
    [
        (date(2026, 11, 25), date(2026, 11, 25), 0),
        (date(2026, 10, 26), date(2026, 11, 25), 0),
        (date(2026, 10, 25), date(2026, 11, 25), 1),
        (date(2024, 2, 29), date(2025, 2, 28), 11),
        (date(2010, 11, 26), date(2026, 11, 25), 191),
        (date(2010, 11, 25), date(2026, 11, 25), 192),
        (date(2027, 1, 1), date(2026, 11, 25), 0),
    ],
)
def test_age_is_counted_in_whole_months(born: date, on: date, months: int):
    assert completed_months(born, on) == months


@pytest.mark.parametrize(
    ("months", "pulse", "systolic"),
    [(0, (100, 205), (67, 84)), (11, (100, 180), (72, 104)), (12, (98, 140), (86, 106)), (71, (80, 120), (89, 112))],
)
def test_what_is_usual_follows_the_age(months: int, pulse: tuple[int, int], systolic: tuple[int, int]):
    assert usual_range(PULSE, months) == pulse
    assert usual_range(SYSTOLIC, months) == systolic


def test_a_figure_that_is_usual_in_a_child_is_not_in_an_adult_and_the_other_way_round():
    assert is_unusual(PULSE, Decimal(130), ADULT)
    assert not is_unusual(PULSE, Decimal(130), 6)
    assert is_unusual(PULSE, Decimal(60), 6)
    assert is_unusual(SYSTOLIC, Decimal(135), 48)
    assert not is_unusual(SYSTOLIC, Decimal(135), ADULT)


def test_the_bands_rise_with_age_and_each_says_a_true_range():
    assert [below for below, _ in USUAL_IN_CHILDREN] == sorted({below for below, _ in USUAL_IN_CHILDREN})
    for _, ranges in USUAL_IN_CHILDREN:
        assert set(ranges) == {"pulse", "systolic", "diastolic"}
        assert all(low < high for low, high in ranges.values())
        assert ranges["diastolic"][1] <= ranges["systolic"][0] + 10


def test_the_hash_does_not_depend_on_the_order_in_which_rows_are_read():
    sections, diagnoses, readings, findings = _facts()
    one = digest(signed_document(visit(), sections, diagnoses, readings, findings))
    other = digest(signed_document(visit(), sections, diagnoses[::-1], readings[::-1], findings[::-1]))
    assert one == other
    assert len(one) == 32


@pytest.mark.parametrize("which", range(4))
def test_every_fact_counts_for_the_hash(which):
    facts = _facts()
    whole = digest(signed_document(visit(), *facts))
    fewer = [items[:-1] if number == which else items for number, items in enumerate(facts)]
    assert digest(signed_document(visit(), *fewer)) != whole


def test_a_record_signed_before_there_were_procedures_gives_the_same_bytes_for_ever():
    found = digest(signed_document(visit(), *_facts())).hex()
    assert found == "667fae8916abeb5b6ef2f029f7744ccae9220ca36a27b05e8e9c3acc4331ac9f"


def test_procedures_count_for_the_hash_and_name_the_form():
    one = Procedure(UUID(int=8), "96.52", "Irigasi telinga", Laterality.RIGHT, "", "dr. Sari")
    other = Procedure(UUID(int=9), "95.41", "Audiometri", Laterality.NONE, "kabin", "dr. Sari")
    document = signed_document(visit(), *_facts(), procedures=(one, other))
    assert document["form"] == FORM_WITH_PROCEDURES
    assert digest(document) == digest(signed_document(visit(), *_facts(), procedures=(other, one)))
    assert digest(document) != digest(signed_document(visit(), *_facts(), procedures=(one,)))
    noted = replace(one, note="keras")
    assert digest(document) != digest(signed_document(visit(), *_facts(), procedures=(noted, other)))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("", "", ""),
        ("", "baru", "+baru"),
        ("lama", "", "-lama"),
        ("nyeri telinga kanan", "nyeri telinga kiri", " nyeri telinga |-kanan|+kiri"),
        ("a\nb", "a\n\nb", " a|-\n|+\n\n| b"),
        ("demam <38°C", "demam <39°C", " demam <|-38|+39| °C"),
    ],
)
def test_a_difference_tells_what_went_and_came(before: str, after: str, shown: str):
    pieces = difference(before, after)
    assert "|".join(f"{mark}{text}" for mark, text in pieces) == shown


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_difference_holds_both_texts_whole(before: str, after: str):
    pieces = difference(before, after)
    assert "".join(piece.text for piece in pieces if piece.mark in " -") == before
    assert "".join(piece.text for piece in pieces if piece.mark in " +") == after
