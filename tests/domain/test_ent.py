"""What a tap in the ENT form means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.domain.ent.findings import (
    NORMAL,
    REGIONS,
    Finding,
    Part,
    Side,
    in_reading_order,
    parse_key,
    rest_normal,
    sides_of,
    tap,
)
from tht_app.domain.errors import ValidationFailed

KEYS = [
    f"{region.part}.{side}.{site.code}.{finding}"
    for region in REGIONS
    for side in region.sides
    for site in region.sites
    for finding in (NORMAL, *site.findings)
]


def after(standing, *keys):
    now = tuple(standing)
    for key in keys:
        change = tap(now, parse_key(key))
        now = tuple(finding for finding in now if finding not in change.remove) + change.add
    return {finding.key for finding in now}


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_the_form_is_understood(key):
    assert parse_key(key).key == key


@pytest.mark.parametrize(
    "key",
    [
        "",
        "ear",
        "ear.right.ear_canal",
        "ear.right.ear_canal.polyp",
        "ear.none.ear_canal.cerumen",
        "eye.right.x.y",
        "a.b.c.d.e",
    ],
)
def test_what_is_not_in_the_form_is_refused(key):
    with pytest.raises(ValidationFailed):
        parse_key(key)


def test_a_second_tap_takes_a_finding_back():
    assert after((), "ear.right.ear_canal.cerumen", "ear.right.ear_canal.cerumen") == set()


def test_normal_and_abnormal_exclude_each_other_on_their_own_site_only():
    standing = after((), "ear.right.ear_canal.cerumen", "ear.left.ear_canal.normal", "ear.right.ear_canal.normal")
    assert standing == {"ear.left.ear_canal.normal", "ear.right.ear_canal.normal"}
    assert after((), "nose.left.septum.normal", "nose.left.septum.spur") == {"nose.left.septum.spur"}


def test_a_tonsil_has_one_grade_and_any_number_of_signs():
    standing = after((), "throat.right.tonsil.t2", "throat.right.tonsil.detritus", "throat.right.tonsil.t3")
    assert standing == {"throat.right.tonsil.detritus", "throat.right.tonsil.t3"}


def test_the_rest_becomes_normal_and_findings_stay():
    standing = (parse_key("ear.right.ear_canal.cerumen"),)
    change = rest_normal(standing, Part.EAR, Side.RIGHT)
    assert change.remove == ()
    assert {finding.key for finding in change.add} == {
        "ear.right.pinna.normal",
        "ear.right.retroauricular.normal",
        "ear.right.tympanic_membrane.normal",
    }
    assert rest_normal((*standing, *change.add), Part.EAR, Side.RIGHT).add == ()


def test_a_side_that_a_part_does_not_have_has_no_rest():
    with pytest.raises(ValidationFailed):
        rest_normal((), Part.EAR, Side.NONE)
    assert sides_of(Part.THROAT) == (Side.RIGHT, Side.LEFT, Side.NONE)


@given(st.lists(st.sampled_from(KEYS), max_size=40))
def test_no_site_is_ever_normal_and_abnormal_at_once(keys):
    now: dict[tuple, set[str]] = {}
    for key in after((), *keys):
        finding = parse_key(key)
        now.setdefault(finding.place, set()).add(finding.finding)
    for findings in now.values():
        assert NORMAL not in findings or findings == {NORMAL}
        assert len(findings & {"t0", "t1", "t2", "t3", "t4"}) <= 1


def test_findings_are_read_ear_before_nose_right_before_left_remarks_last():
    findings = [
        parse_key("nose.left.septum.spur"),
        Finding(Part.EAR, Side.RIGHT, "whole", "remark", "x"),
        parse_key("ear.left.pinna.normal"),
        parse_key("ear.right.ear_canal.cerumen"),
    ]
    assert [finding.site for finding in in_reading_order(findings)] == ["ear_canal", "whole", "pinna", "septum"]
