"""The first screen is made of sections; each context brings its own in `components/<context>/home.py`.

A section names what it is loaded with; the page starts that for the people who may see it (`state/home.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import reflex as rx

from tht_app.components.layout.registry import allowed
from tht_app.components.ui.show import empty
from tht_app.domain.identity import Permission
from tht_app.state.home import LOADS
from tht_app.state.marks import Needs

Build = Callable[[], rx.Component]
CONTEXTS = (
    "registration",
    "scheduling",
    "queue",
    "encounter",
    "care",
    "privacy",
    "ent",
    "pharmacy",
    "orders",
    "billing",
    "interop",
    "audit",
    "backup",
)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the first screen: lower `order` stands higher."""

    order: int
    needs: tuple[Permission, ...]
    build: Build


SECTIONS: list[Section] = []


def home_section(*, order: int, needs: Needs, load: Any = None) -> Callable[[Build], Build]:
    """Put a component on the first screen of everybody who holds one of `needs`; `load` is what fills it."""
    if load is not None and load not in LOADS:
        LOADS.append(load)

    def register(build: Build) -> Build:
        SECTIONS.append(Section(order, needs if isinstance(needs, tuple) else (needs,), build))
        return build

    return register


def bring_sections() -> list[Section]:
    """Import the sections of every context; a server that draws no page needs their States all the same."""
    for context in CONTEXTS:
        package = f"tht_app.components.{context}"
        if find_spec(package) is not None and find_spec(f"{package}.home") is not None:
            import_module(f"{package}.home")
    return sorted(SECTIONS, key=lambda section: section.order)


def home_sections() -> rx.Component:
    """What this person's roles do next; says so where a role has no section yet."""
    sections = bring_sections()
    nothing = empty("shell.home.none.title", "shell.home.none.body", icon_name="door-open")
    if not sections:
        return nothing
    anything: Any = allowed(sections[0].needs)
    for section in sections[1:]:
        anything |= allowed(section.needs)
    return rx.el.div(
        rx.cond(anything, rx.fragment(), rx.el.div(nothing, class_name="col-span-full")),
        *[rx.cond(allowed(section.needs), section.build()) for section in sections],
        class_name="grid grid-cols-1 xl:grid-cols-2 gap-6 items-start",
    )
