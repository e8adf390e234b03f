"""Which browser tab looks at which view. Forgotten with the tab: nothing here outlives the process or has to."""

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tht_app.live.topics import EVERYTHING
from tht_app.live.view import LiveView
from tht_app.use_cases.door import Actor

MOST_OF_A_TAB = 12


@dataclass(eq=False, slots=True)
class Watch:
    """One State of one tab, looking at one view in the name of whoever opened it."""

    tab: str
    state: str
    view: LiveView
    actor: Actor
    seen: frozenset[UUID] = frozenset()
    """Patients that the audit log already says were shown here; screens of one view come to share one set."""
    opened: bool = False
    """Whether its own first reading is done; until then changes are only remembered."""
    missed: bool = False


class Screens:
    """The registry of open screens."""

    def __init__(self) -> None:
        """Nobody looks at anything yet."""
        self._of_tab: dict[str, dict[str, Watch]] = {}
        self._of_view: dict[LiveView, set[Watch]] = defaultdict(set)
        self._of_topic: dict[str, set[LiveView]] = defaultdict(set)
        self._state_of_name: dict[str, str] = {}
        self._stamps = itertools.count(1)

    def stamp(self) -> int:
        """A number for a reading that begins now: of two readings the later begun one knows more."""
        return next(self._stamps)

    def watch(self, tab: str, state: str, view: LiveView, actor: Actor) -> Watch:
        """Let a State look at a view from now on; what it looked at before is left."""
        if self._state_of_name.setdefault(view.name, state) != state:
            raise ValueError(f"{view.name} is the view of {self._state_of_name[view.name]}, not of {state}")
        self.leave(tab, state)
        ours = self._of_tab.setdefault(tab, {})
        if len(ours) >= MOST_OF_A_TAB:
            raise ValueError(f"a tab looks at {MOST_OF_A_TAB} views at most")
        watch = ours[state] = Watch(tab, state, view, actor)
        self._of_view[view].add(watch)
        for topic in view.topics:
            self._of_topic[topic].add(view)
        return watch

    def leave(self, tab: str, state: str | None = None) -> None:
        """The tab no longer shows this State, or anything at all."""
        ours = self._of_tab.get(tab, {})
        for name in [state] if state is not None else list(ours):
            watch = ours.pop(name, None)
            if watch is not None:
                self._forget(watch)
        if not ours:
            self._of_tab.pop(tab, None)

    def _forget(self, watch: Watch) -> None:
        watches = self._of_view[watch.view]
        watches.discard(watch)
        if watches:
            return
        del self._of_view[watch.view]
        for topic in watch.view.topics:
            self._of_topic[topic].discard(watch.view)
            if not self._of_topic[topic]:
                del self._of_topic[topic]

    def of(self, tab: str, state: str) -> Watch | None:
        """What a State looks at."""
        return self._of_tab.get(tab, {}).get(state)

    def watches_of(self, view: LiveView) -> list[Watch]:
        """Who looks at a view."""
        return list(self._of_view.get(view, ()))

    def views_of(self, topics: Iterable[str]) -> set[LiveView]:
        """The views that one of these topics touches."""
        wanted = set(topics)
        if EVERYTHING in wanted:
            return set(self._of_view)
        return {view for topic in wanted for view in self._of_topic.get(topic, ())}

    @property
    def tabs(self) -> list[str]:
        """Every tab that looks at something."""
        return list(self._of_tab)


SCREENS = Screens()
"""The open screens of this process."""
