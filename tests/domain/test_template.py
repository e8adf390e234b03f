"""Rules of templates: what may stand in one, what it changes in an examination, what is filled in."""

import pytest

from tht_app.domain.encounter.note import NURSING_SECTIONS, Section
from tht_app.domain.ent.findings import NORMAL, REGIONS, Finding, Part, Side, all_normal, parse_key, sides_of
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.template import (
    LONGEST_TEXT,
    MOST_FINDINGS,
    Placeholder,
    SideNotChosen,
    TemplateContent,
    TemplateDiagnosis,
    change_of,
    checked,
    chosen_side,
    filled,
    findings_of,
    is_finding,
    text_for,
)

S, P = Section.SUBJECTIVE, Section.PLAN
EVERY_PLACE = sum(len(region.sites) * len(region.sides) for region in REGIONS)


def template(**values: object) -> TemplateContent:
    fields: dict[str, object] = {"name": "oma", "title": "OMA", "sections": {S: "nyeri telinga"}}
    return TemplateContent(**{**fields, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["oma", ".OMA", " oma ", "oma-anak-2"])
def test_a_short_name_is_kept_as_it_is_typed_after_the_dot(name: str):
    assert checked(template(name=name)).name == name.strip().lower().removeprefix(".")


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"name": ""}, {"name": "required"}),
        ({"name": "x"}, {"name": "template.name_letters"}),
        ({"name": "2oma"}, {"name": "template.name_letters"}),
        ({"name": "o ma"}, {"name": "template.name_letters"}),
        ({"name": "o" * 31}, {"name": "template.name_letters"}),
        ({"title": "  "}, {"title": "required"}),
        ({"title": "x" * 121}, {"title": "too_long"}),
        ({"sections": {S: "  \n "}}, {"subjective": "template.empty"}),
        ({"sections": {S: "x" * (LONGEST_TEXT + 1)}}, {"subjective": "too_long"}),
        ({"sections": {P: "untuk {pasien}"}}, {"plan": "template.placeholder"}),
        ({"sections": {P: "nol \0 byte"}}, {"plan": "encounter.not_unicode"}),
        ({"sections": {P: "setengah \ud800"}}, {"plan": "encounter.not_unicode"}),
        ({"findings": ("ear.right.ear_canal.cerumen",) * (MOST_FINDINGS + 1)}, {"findings": "template.too_many"}),
        ({"findings": ("ear.none.ear_canal.cerumen",)}, {"findings": "unknown_choice"}),
        ({"diagnoses": (TemplateDiagnosis("H66.0", "up"),)}, {"diagnoses": "encounter.side_needed"}),
        ({"diagnoses": (TemplateDiagnosis("J02.9", "asked"),)}, {"diagnoses": "encounter.side_needed"}),
        ({"name": "", "title": ""}, {"name": "required", "title": "required"}),
    ],
)
def test_what_cannot_be_kept_is_named_beside_its_field(values: dict[str, object], problems: dict[str, str]):
    with pytest.raises(ValidationFailed) as refused:
        checked(template(**values))
    assert {name: problem.code for name, problem in refused.value.fields.items()} == problems


def test_a_template_of_orders_alone_needs_no_text():
    assert checked(template(sections={}, normal=(Part.EAR,))).sections == {}


@pytest.mark.parametrize(
    "key", ["", "ear", "ear.right.ear_canal", "eye.right.lid.red", "ear.right.ear_canal.gold", "a.b.c.d"]
)
def test_a_finding_that_is_none(key: str):
    assert not is_finding(key)


def test_the_affected_side_is_asked_exactly_where_something_depends_on_it():
    assert not template().asks_side
    assert template(sections={S: "telinga {sisi}"}).asks_side
    assert template(findings=("ear.asked.pinna.swelling",)).asks_side
    asking = template(diagnoses=(TemplateDiagnosis("H66.0", "asked"),))
    assert chosen_side(asking, "left") == "left"
    with pytest.raises(SideNotChosen):
        chosen_side(asking, "")
    with pytest.raises(NotFound):
        chosen_side(asking, "asked")


def test_findings_fall_on_the_sides_that_are_meant():
    content = template(
        findings=("ear.asked.pinna.swelling", "ear.both.ear_canal.oedema", "throat.none.palate_uvula.mass")
    )
    assert [finding.key for finding in findings_of(content, "left")] == [
        "ear.left.pinna.swelling",
        "ear.right.ear_canal.oedema",
        "ear.left.ear_canal.oedema",
        "throat.none.palate_uvula.mass",
    ]
    assert len(findings_of(content, "both")) == 5


def test_normal_except_leaves_what_somebody_has_recorded():
    standing = (parse_key("ear.right.ear_canal.cerumen"), parse_key("ear.left.pinna.normal"))
    change = change_of(standing, template(findings=("ear.both.ear_canal.fungus",), normal=(Part.EAR,)), "")
    keys = {finding.key for finding in change.add}
    assert change.remove == ()
    assert "ear.right.ear_canal.fungus" not in keys  # the doctor has said cerumen there
    assert "ear.right.ear_canal.normal" not in keys
    assert "ear.left.ear_canal.fungus" in keys
    assert "ear.left.pinna.normal" not in keys
    assert "ear.right.tympanic_membrane.normal" in keys
    assert {finding.place for finding in standing}.isdisjoint(finding.place for finding in change.add)


def test_every_place_is_normal_when_nothing_was_examined_and_none_twice():
    change = all_normal((), Part)
    assert len(change.add) == len({finding.place for finding in change.add}) == EVERY_PLACE
    assert all(finding.finding == NORMAL for finding in change.add)
    assert all_normal(change.add, Part).add == ()


def test_one_part_is_normal_on_all_its_sides_and_the_others_are_left():
    change = all_normal((Finding(Part.NOSE, Side.RIGHT, "septum", "deviation"),), (Part.NOSE,))
    assert {finding.part for finding in change.add} == {Part.NOSE}
    assert {finding.side for finding in change.add} == set(sides_of(Part.NOSE))
    assert ("septum", Side.RIGHT) not in {(finding.site, finding.side) for finding in change.add}


def test_only_known_placeholders_are_filled_and_what_is_unknown_becomes_a_gap():
    values = {Placeholder.NAME: "Siti", Placeholder.SIDE: ""}
    assert (
        filled("{nama}, telinga {sisi}, {umur}, {pasien} {{nama}}", values) == "Siti, telinga ***, ***, {pasien} {Siti}"
    )


def test_what_is_filled_in_is_not_read_again():
    assert filled("{nama}", {Placeholder.NAME: "{umur}", Placeholder.AGE: "41 th"}) == "{umur}"


def test_a_nurse_gets_the_text_of_s_and_o_only():
    content = template(sections={S: "s", Section.OBJECTIVE: "o", Section.ASSESSMENT: "a", P: "p"})
    assert list(text_for(content, NURSING_SECTIONS)) == [S, Section.OBJECTIVE]
