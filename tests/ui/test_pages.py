"""Every screen can be composed: what Reflex would refuse at compile time is refused here, within a second."""

import pytest
from reflex.page import DECORATED_PAGES

import tht_app.pages  # noqa: F401  every screen registers itself

BUILDS = {options["route"]: build for pages in DECORATED_PAGES.values() for build, options in pages}


@pytest.mark.parametrize("route", sorted(BUILDS))
def test_a_screen_composes_and_renders(route: str):
    assert BUILDS[route]().render()["name"]


def test_no_screen_is_left_out():
    assert {"/", "/patients", "/patients/[id]/merge", "/calendar", "/encounters/[id]"} <= set(BUILDS)
