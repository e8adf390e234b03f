"""What the screens of templates show."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

from tests.conftest import ZONE
from tht_app.domain.encounter.allergies import AllergyLine, AllergyState
from tht_app.domain.encounter.note import Section
from tht_app.domain.ent.findings import Part
from tht_app.domain.template import TemplateContent, TemplateDiagnosis, TemplateLine, is_finding
from tht_app.state.template.view_models import (
    finding_choices,
    finding_views,
    line_detail,
    parts_text,
    piece_views,
    placing_view,
    version_views,
)
from tht_app.use_cases.template import Item, Placing
from tht_app.use_cases.template.writing import Template

AT = datetime(2026, 11, 25, 3, 4, tzinfo=UTC)
CONTENT = TemplateContent(
    "oma",
    "OMA",
    {Section.SUBJECTIVE: "nyeri telinga {sisi}", Section.PLAN: "kontrol 3 hari"},
    (Part.EAR,),
    ("ear.asked.tympanic_membrane.bulging",),
    (TemplateDiagnosis("H66.0", "asked"),),
)
DROPS = TemplateLine(uuid4(), "ofloksasin", "5", "drop", 2, "otic", 0, "asked", days=7)


def placing(born: date, *lines: Item) -> Placing:
    nobody = AllergyLine(AllergyState.UNASKED)
    return Placing(uuid4(), 3, "OMA", "left", (), (), lines, nobody, born)


def test_a_finding_is_found_by_its_words_in_either_language():
    for typed in ("timpani menonjol", "tympanic bulging"):
        [found] = finding_choices(typed, "id")
        assert (found.value, found.label) == ("ear.asked.tympanic_membrane.bulging", "Membran timpani: menonjol")
    assert all(is_finding(one.value) for one in finding_choices("", "id", most=500))
    assert finding_choices("xyz", "id") == []


def test_a_grade_keeps_its_capital():
    [view] = finding_views(["throat.both.tonsil.t1"], "id")
    assert (view.label, view.sided, view.side) == ("Tonsil: T1", True, "both")


def test_the_list_says_what_a_template_holds():
    assert parts_text(CONTENT, "id") == "S P · pemeriksaan · diagnosis"
    assert parts_text(TemplateContent("x", "X", normal=(Part.EAR,)), "en") == "examination"


def test_a_side_that_is_asked_is_said_as_such():
    assert line_detail(DROPS, "id").endswith("7 hari (sisi yang sakit)")


def test_the_history_says_who_did_what_and_what_changed():
    first = Template(uuid4(), True, 1, False, CONTENT, "dr. Sari", AT)
    second = replace(first, version=2, content=replace(CONTENT, title="Otitis"), written_by="dr. Bambang")
    third = replace(second, version=3, retired=True)
    fourth = replace(second, version=4)
    views = version_views((fourth, third, second, first), ZONE, "id")
    assert [view.what for view in views] == ["restored", "retired", "changed", "made"]
    assert views[-1].by == "dr. Sari · 25-Nov-2026 10.04"
    assert [(one.kind, one.text) for one in piece_views(first.content, second.content, "id") if one.kind != "same"] == [
        ("old", "OMA"),
        ("new", "Otitis"),
    ]
    [whole] = piece_views(None, CONTENT, "id")
    assert whole.kind == "same"
    assert whole.text.endswith("Membran timpani: menonjol (sisi yang sakit)\nH66.0 (sisi yang sakit), diagnosis kerja")


def test_what_needs_a_look_is_said_and_not_ticked():
    gone, double, short = (Item(key, key, item="obat", stock=2, unit="tablet") for key in ("gone", "in_draft", "short"))
    view = placing_view(placing(date(1985, 7, 14), gone, double, short), ZONE, "id", date(2026, 11, 25))
    assert [(line.blocked, line.ticked, bool(line.problem)) for line in view.lines] == [
        (True, False, True),
        (False, False, True),
        (False, True, True),
    ]
    assert "2 tablet" in view.lines[2].problem
    assert view.allergy_state == "unasked"
    assert view.young == ""


def test_no_dose_is_ticked_for_a_child():
    line = Item("drug", "", item="parasetamol 500 mg", stock=99, unit="tablet")
    for born, ticked in ((date(1990, 1, 1), True), (date(2018, 2, 10), False)):
        [shown] = placing_view(placing(born, line), ZONE, "id", date(2026, 11, 25)).lines
        assert (shown.ticked, shown.blocked) == (ticked, False)


def test_a_child_is_named_as_one_until_the_day_of_eighteen():
    assert placing_view(placing(date(2018, 2, 10)), ZONE, "id", date(2026, 11, 25)).young == "8 th"
    assert placing_view(placing(date(2008, 11, 26)), ZONE, "id", date(2026, 11, 25)).young == "17 th"
    assert placing_view(placing(date(2008, 11, 25)), ZONE, "id", date(2026, 11, 25)).young == ""
    assert placing_view(placing(date(2008, 2, 29)), ZONE, "id", date(2026, 2, 27)).young == "17 th"
