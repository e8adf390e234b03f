"""Which part of the settings an address opens."""

import pytest

from tht_app.state.identity.settings import TABS, tab_of


@pytest.mark.parametrize("asked", TABS)
def test_every_part_has_an_address(asked: str):
    assert tab_of(asked) == asked


@pytest.mark.parametrize("asked", ["", "MINE", "../people", "<script>", "people "])
def test_anything_else_is_ones_own(asked: str):
    assert tab_of(asked) == "mine"
