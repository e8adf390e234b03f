"""What a letter needs, how it is worded, what its signatures are: by rules alone."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.letter import (
    NEEDED,
    PARTS,
    PLACEHOLDERS,
    LetterKind,
    Wording,
    checked_decision,
    checked_fields,
    checked_leave,
    checked_strokes,
    checked_wording,
    letter_number,
)
from tht_app.use_cases.letter.wording import shipped_wording

EXAMINED = date(2026, 11, 25)
SICK = {
    "title": "SURAT",
    "opening": "Diperiksa: {nama}",
    "body": "Istirahat {hari}, {dari} sampai {sampai}.",
    "closing": "",
}


def refused(call, *arguments) -> set[str]:
    with pytest.raises(ValidationFailed) as refusal:
        call(*arguments)
    return set(refusal.value.fields)


@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_wording_that_comes_with_the_program_is_one_that_the_clinic_could_write(kind: LetterKind, lang: str):
    shipped = shipped_wording(kind, lang)
    assert checked_wording(kind, {part: getattr(shipped, part) for part in PARTS}) == shipped


@pytest.mark.parametrize(
    ("change", "bad"),
    [
        ({"title": " "}, {"title"}),
        ({"opening": "{nik} {nama}"}, {"opening"}),
        ({"closing": "{nama"}, {"closing"}),
        ({"closing": "nama}"}, {"closing"}),
        ({"closing": "{nama!r} {0} {}"}, {"closing"}),
        ({"closing": "x" * 2001}, {"closing"}),
        ({"body": "Istirahat saja."}, {"body"}),
        ({"body": "{tindakan} {hari} {dari} {sampai}"}, {"body"}),
    ],
)
def test_a_wording_that_would_not_work_is_refused_part_by_part(change: dict[str, str], bad: set[str]):
    assert refused(checked_wording, LetterKind.SICK_NOTE, {**SICK, **change}) == bad


def test_a_value_is_text_and_never_a_placeholder():
    wording = Wording("{nama}", "{nama} {alamat}", "", "{tidak_ada}!")
    filled = wording.filled({"nama": "Siti {alamat} <b>", "alamat": "{nama}"})
    assert filled == Wording("Siti {alamat} <b>", "Siti {alamat} <b> {nama}", "", "!")


def test_every_needed_placeholder_is_one_that_exists():
    assert all(NEEDED[kind] <= PLACEHOLDERS[kind] for kind in LetterKind)


def test_numbers_name_their_kind_and_year():
    assert letter_number(LetterKind.SICK_NOTE, 2026, 7) == "SKS/2026/000007"


@pytest.mark.parametrize(
    ("form", "bad"),
    [
        ({}, {"start", "days"}),
        ({"start": "2026-11-24", "days": "2"}, {"start"}),
        ({"start": "2026-12-03", "days": "2"}, {"start"}),
        ({"start": "besok", "days": "0"}, {"start", "days"}),
        ({"start": "2026-11-25", "days": "15"}, {"days"}),
        ({"start": "2026-11-25", "days": "dua"}, {"days"}),
        ({"start": "2026-11-25", "days": "-1"}, {"days"}),
        ({"start": "2026-11-25", "days": "٣"}, {"days"}),
    ],
)
def test_a_sick_note_is_never_dated_back_and_has_an_end(form: dict[str, str], bad: set[str]):
    assert refused(checked_leave, form, EXAMINED) == bad


def test_days_of_rest_count_the_first_and_the_last():
    leave = checked_leave({"start": "2026-11-25", "days": "3"}, EXAMINED)
    assert (leave.end, leave.tells_diagnosis) == (date(2026, 11, 27), False)
    assert checked_leave({"start": "2026-11-25", "days": "1", "tells_diagnosis": "on"}, EXAMINED).tells_diagnosis


def test_required_fields_are_named_together_and_text_loses_what_nobody_sees():
    assert refused(checked_fields, LetterKind.REFERRAL, {"facility": " "}) == {
        "facility", "diagnosis", "findings", "reason",
    }  # fmt: skip
    tidy = checked_fields(
        LetterKind.SUMMARY, dict.fromkeys(("complaint", "findings", "diagnosis"), " a\u202e \r\n b\x00 ")
    )
    assert tidy["complaint"] == "a\n b"


@pytest.mark.parametrize(
    ("form", "born", "bad"),
    [
        ({}, date(1985, 7, 14), {"decision", "giver"}),
        ({"decision": "agree", "giver": "patient"}, date(2015, 7, 14), {"giver"}),
        ({"decision": "agree", "giver": "guardian"}, date(2015, 7, 14), {"giver_name", "relation"}),
        ({"decision": "maybe", "giver": "patient"}, date(1985, 7, 14), {"decision"}),
    ],
)
def test_somebody_decides_and_for_a_child_somebody_else(form, born, bad):
    assert refused(checked_decision, form, "Siti", born, EXAMINED) == bad


def test_who_decides_stands_with_their_relation():
    own = checked_decision({"decision": "refuse", "giver": "patient"}, "Siti", date(1985, 7, 14), EXAMINED)
    assert (own.agrees, own.name, own.relation) == (False, "Siti", "")
    form = {"decision": "agree", "giver": "guardian", "giver_name": "Budi", "relation": "ayah"}
    assert checked_decision(form, "Adi", date(2020, 1, 1), EXAMINED).relation == "ayah"


def test_a_signature_is_strokes_inside_its_field():
    assert checked_strokes("") == ()
    assert checked_strokes("[[1,2,3,4],[5,6]]") == (((1, 2), (3, 4)), ((5, 6),))


@pytest.mark.parametrize(
    "text",
    ["x", "[]", "[[]]", "[[1]]", "[[1,2,3]]", "[[-1,0]]", "[[1001,0]]", "[[0,361]]", '[["1",2]]', "[[1.5,2]]",
     "[[true,1]]", "{}", "null", "[[[1,2]]]", json.dumps([[1, 1] * 5000]), json.dumps([[1, 1]] * 81)],
)  # fmt: skip
def test_anything_else_is_no_signature(text: str):
    assert refused(checked_strokes, text) == {"signature"}


NUMBERS = st.lists(st.lists(st.integers(-5, 1100), max_size=8), max_size=4)


@settings(max_examples=200, derandomize=True)
@given(st.text(max_size=60) | NUMBERS.map(json.dumps))
def test_whatever_comes_for_a_signature_is_refused_or_lies_inside(text: str):
    try:
        strokes = checked_strokes(text)
    except ValidationFailed:
        return
    assert all(0 <= x <= 1000 and 0 <= y <= 360 for stroke in strokes for x, y in stroke)
