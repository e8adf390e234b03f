"""Which tab looks at what, and that nothing is kept of who has left."""

import pytest

from tht_app.live.screens import MOST_OF_A_TAB, Screens
from tht_app.live.topics import EVERYTHING
from tht_app.live.view import LiveView
from tht_app.use_cases.door import Actor

ACTOR = Actor("token")


def view(name: str = "v", *topics: str, request: str = "r", audience: str = "") -> LiveView:
    return LiveView(name, request, topics or ("a",), lambda *_: {}, audience)


def test_equal_views_are_one_and_other_audiences_are_not():
    screens = Screens()
    screens.watch("tab1", "S", view(), ACTOR)
    screens.watch("tab2", "S", view(), ACTOR)
    screens.watch("tab3", "S", view(audience="doctor"), ACTOR)
    assert len(screens.views_of(["a"])) == 2
    assert {watch.tab for watch in screens.watches_of(view())} == {"tab1", "tab2"}


def test_another_view_of_the_same_state_replaces_the_former():
    screens = Screens()
    screens.watch("tab", "S", view("v", "monday"), ACTOR)
    screens.watch("tab", "S", view("v", "tuesday"), ACTOR)
    assert screens.views_of(["monday"]) == set()
    assert len(screens.views_of(["tuesday"])) == 1


def test_a_tab_that_leaves_is_forgotten_wholly():
    screens = Screens()
    for number in range(3):
        screens.watch("tab", f"S{number}", view(f"v{number}", "a", "b"), ACTOR)
    screens.leave("tab")
    assert screens.views_of([EVERYTHING]) == set()
    assert (screens.tabs, screens._of_topic, screens._of_view) == ([], {}, {})


def test_everything_touches_every_view():
    screens = Screens()
    screens.watch("tab", "S", view("v", "a"), ACTOR)
    screens.watch("tab", "T", view("w", "b"), ACTOR)
    assert len(screens.views_of([EVERYTHING])) == 2


def test_a_view_belongs_to_one_state():
    screens = Screens()
    screens.watch("tab", "S", view("v"), ACTOR)
    with pytest.raises(ValueError, match="view of S"):
        screens.watch("tab", "T", view("v"), ACTOR)


def test_a_tab_cannot_look_at_everything():
    screens = Screens()
    for number in range(MOST_OF_A_TAB):
        screens.watch("tab", f"S{number}", view(f"v{number}"), ACTOR)
    with pytest.raises(ValueError, match="at most"):
        screens.watch("tab", "one more", view("one more"), ACTOR)


def test_a_later_reading_has_a_higher_stamp():
    screens = Screens()
    assert screens.stamp() < screens.stamp()
