"""The navigation: one list of places, drawn from the pages that exist and what the person may."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from tht_app.components.layout.registry import PAGES, allowed
from tht_app.components.ui.icon import icon
from tht_app.i18n import t
from tht_app.script import script
from tht_app.state.shell import ClinicState

SCRIPT = script("shell.jsx")
LEAVING = script("leaving.js")


@dataclass(frozen=True, slots=True)
class Place:
    """One entry: the route of a page, its icon, and the last part of its label's key."""

    route: str
    symbol: str
    name: str


PLACES = (
    Place("/", "house", "home"),
    Place("/patients", "users", "patients"),
    Place("/calendar", "calendar-days", "calendar"),
    Place("/queue", "list-ordered", "queue"),
    Place("/prescriptions", "clipboard-list", "prescriptions"),
    Place("/pharmacy", "pill", "pharmacy"),
    Place("/inventory", "package", "inventory"),
    Place("/templates", "text-quote", "templates"),
    Place("/orders", "flask-conical", "orders"),
    Place("/billing", "receipt", "billing"),
    Place("/reports", "chart-column", "reports"),
    Place("/audit", "scroll-text", "audit"),
    Place("/integrations", "cable", "integrations"),
    Place("/settings", "settings", "settings"),
    Place("/styleguide", "palette", "styleguide"),
)


class NavLink(ReactRouterLink):
    """A link that says `aria-current="page"` by itself."""

    tag = "NavLink"
    alias = "RouteNavLink"

    end: rx.Var[bool]


class RailToggle(rx.Component):
    """See shell.jsx."""

    library = SCRIPT.importable_path
    tag = "RailToggle"

    words: rx.Var[dict[str, str]]


ENTRY = (
    "flex rail-narrow:flex-col rail-narrow:justify-center rail-narrow:gap-0.5 rail-narrow:px-0 rail-narrow:text-center "
    "items-center gap-3 px-3 min-h-control rail-narrow:min-h-13 rounded-control no-underline font-medium text-muted "
    "hover:bg-sunken hover:text-text aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent-text "
    "aria-[current=page]:font-semibold focus-visible:-outline-offset-2"
)
WORD = "rail-narrow:text-12 rail-narrow:tracking-tight rail-narrow:max-w-full truncate"


def _entry(place: Place) -> rx.Component:
    link = NavLink.create(
        icon(place.symbol),
        rx.el.span(t(f"shell.nav.{place.name}"), class_name=WORD),
        to=place.route,
        end=place.route == "/",
        class_name=ENTRY,
        data_testid=f"shell-nav-{place.name}",
    )
    seen = ClinicState.demo if place.name == "styleguide" else allowed(PAGES[place.route].needs)
    return rx.cond(seen, rx.el.li(link, class_name="min-w-0 tablet:flex-1"))


def _toggle() -> rx.Component:
    return RailToggle.create(
        icon("panel-left"),
        words={"open": t("shell.nav.open"), "close": t("shell.nav.close")},
        class_name=(
            "tablet:hidden inline-flex items-center justify-center size-control m-2 rounded-control text-muted "
            "hover:bg-sunken hover:text-text"
        ),
        custom_attrs={"data-testid": "shell-nav-toggle"},
    )


@rx.memo
def rail() -> rx.Component:
    """Left of the page on desks, a bar below it on tablets."""
    entries: list[Any] = [_entry(place) for place in PLACES if place.route in PAGES]
    return rx.el.nav(
        rx.el.ul(
            *entries,
            class_name=(
                "list-none m-0 p-2 rail-narrow:p-0.5 flex flex-col gap-1 flex-1 overflow-y-auto tablet:flex-row "
                "tablet:overflow-x-auto tablet:p-1"
            ),
        ),
        _toggle(),
        aria_label=t("shell.nav.label"),
        class_name=(
            "z-30 flex flex-col bg-surface desk:sticky desk:top-14 desk:h-[calc(100dvh-3.5rem)] "
            "desk:border-r border-line "
            "desk:w-rail desk:rail-open:w-rail-open shrink-0 transition-[width] "
            "tablet:fixed tablet:inset-x-0 tablet:bottom-0 tablet:h-16 tablet:border-t"
        ),
        data_testid="shell-nav",
    )
