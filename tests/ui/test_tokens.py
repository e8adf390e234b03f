"""The table of tokens: readable in both themes, one source for every sheet."""

import pytest

from tht_app.components.plugins import NoAddressFound, origin_relative
from tht_app.components.ui.tokens import COLOURS, tailwind_css, tokens_css

BY_NAME = {colour.name: colour for colour in COLOURS}
MEANINGS = ("done", "wait", "danger", "info", "ear-right", "ear-left")
TEXT = 4.5
LINE = 3.0
PAIRS = [
    *[("text", ground, TEXT) for ground in ("ground", "surface", "sunken", *[f"visit-{n}" for n in range(1, 9)])],
    *[("muted", ground, TEXT) for ground in ("ground", "surface", "sunken")],
    *[("accent-text", ground, TEXT) for ground in ("surface", "accent-soft", "ground")],
    *[("on-accent", ground, TEXT) for ground in ("accent", "accent-strong")],
    ("on-danger", "danger", TEXT),
    *[(f"{meaning}-text", f"{meaning}-soft", TEXT) for meaning in MEANINGS],
    *[(f"{meaning}-text", "surface", TEXT) for meaning in MEANINGS],
    *[(meaning, "surface", LINE) for meaning in MEANINGS],
    *[("line-strong", ground, LINE) for ground in ("surface", "ground")],
    *[("accent", ground, LINE) for ground in ("surface", "ground")],
]


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_the_highest_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_text_and_lines_can_be_read(theme, front, back, least):
    assert contrast(getattr(BY_NAME[front], theme), getattr(BY_NAME[back], theme)) >= least


def test_ears_are_neither_danger_nor_information():
    for theme in ("light", "dark"):
        hues = [getattr(BY_NAME[name], theme) for name in ("ear-right", "ear-left", "danger", "info", "accent")]
        assert len(set(hues)) == len(hues)


def test_every_colour_is_in_both_sheets():
    for colour in COLOURS:
        assert f"--{colour.name}: {colour.dark};" in tokens_css()
        assert f"--color-{colour.name}: var(--{colour.name});" in tailwind_css()


def test_nothing_comes_from_elsewhere():
    for sheet in (tokens_css(), tailwind_css()):
        assert "http" not in sheet
        assert "@import url" not in sheet


def test_a_build_talks_to_whoever_served_it():
    baked = 'e={PING:`http://localhost:8000/ping`,EVENT:"ws://localhost:8000/_event"}'
    free = origin_relative(baked)
    assert "localhost" not in free
    assert "(location.origin+`/ping`)" in free
    assert "(location.origin.replace(/^http/,`ws`)+`/_event`)" in free


def test_a_build_without_an_address_is_refused():
    with pytest.raises(NoAddressFound):
        origin_relative("e={}")
