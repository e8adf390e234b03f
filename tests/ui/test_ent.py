"""The examination in words."""

from tht_app.domain.ent.findings import REGIONS, Finding, Part, Side, parse_key
from tht_app.i18n import text_of
from tht_app.state.ent.view_models import pressed, remarks, sentences

FINDINGS = [
    parse_key("ear.right.ear_canal.cerumen"),
    parse_key("ear.right.ear_canal.discharge"),
    parse_key("ear.right.pinna.normal"),
    Finding(Part.EAR, Side.RIGHT, "whole", "remark", "Nyeri sejak kemarin"),
    parse_key("throat.left.tonsil.t3"),
]


def test_one_sentence_a_part_and_side_with_normal_said():
    assert [(s.part, s.side, s.text) for s in sentences(FINDINGS, "id")] == [
        ("ear", "right", "Daun telinga: normal; Liang telinga: serumen, sekret; Nyeri sejak kemarin"),
        ("throat", "left", "Tonsil: T3"),
    ]


def test_buttons_and_remarks_are_told_apart():
    assert "ear.right.whole.remark" not in pressed(FINDINGS)
    assert len(pressed(FINDINGS)) == 4
    assert remarks(FINDINGS) == {"ear.right": "Nyeri sejak kemarin"}


def test_every_site_and_finding_has_words_in_both_languages():
    for region in REGIONS:
        for site in region.sites:
            for lang in ("id", "en"):
                assert text_of(f"ent.site.{site.code}", lang)
                assert all(text_of(f"ent.finding.{finding}", lang) for finding in site.findings)
