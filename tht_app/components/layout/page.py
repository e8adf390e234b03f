"""Every screen of the app is made here: address, title, permission, shell."""

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from tht_app.components.layout.only_here import only_here
from tht_app.components.layout.registry import PageEntry, allowed, enter, known_permissions, roles_with
from tht_app.components.layout.shell import shell
from tht_app.components.ui.button import button, link_button, reload_page
from tht_app.components.ui.icon import icon
from tht_app.components.ui.show import page_header, skeleton
from tht_app.domain.identity import Role
from tht_app.i18n import t
from tht_app.state.marks import Needs
from tht_app.state.person import PersonState
from tht_app.state.shell import ClinicState

Build = Callable[[], rx.Component]
CARD = "flex flex-col gap-3 p-6 rounded-card border border-line bg-surface"
WIDTHS = {"text": "max-w-[60rem]", "wide": "max-w-[96rem]", "full": "max-w-none"}


def page_body(
    *children: Any, title_key: str | None = None, actions: Sequence[Any] = (), width: str = "wide"
) -> rx.Component:
    """The content of a screen: its heading (with `title_key`) and its parts below each other.

    `width` is text (forms), wide (lists) or full (calendar, boards).
    """
    head = [page_header(title_key, *actions)] if title_key is not None else []
    return rx.el.div(
        *head, *children, class_name=f"flex flex-col gap-6 w-full mx-auto px-6 py-6 max-md:px-4 {WIDTHS[width]}"
    )


def card_stack(*children: Any) -> rx.Component:
    """Cards below each other, where they are only a part of a screen, such as a tab."""
    return rx.el.div(*children, class_name="flex flex-col gap-6")


def role_name(role: Any) -> Any:
    """The name of a role, for a Var that holds its code."""
    return rx.match(
        role, *[(each.value, t(f"common.role.{each.value}")) for each in Role if each is not Role.SERVICE], ""
    )


def _role_list(roles: Any) -> rx.Component:
    return rx.el.span(
        rx.foreach(roles, lambda role, index: rx.fragment(rx.cond(index > 0, ", ", ""), role_name(role))),
        class_name="font-semibold",
    )


def denied(entry: PageEntry) -> rx.Component:
    """Not for this role: who one is signed in as, for whom the screen is, whom to ask."""
    needed = [role.value for role in roles_with(entry.needs)]
    return page_body(
        rx.el.div(
            *_lock_and_title("shell.denied.title"),
            rx.el.p(t("shell.denied.you"), " ", _role_list(PersonState.roles), ".", class_name="m-0"),
            rx.el.p(t("shell.denied.page"), " ", _role_list(rx.Var.create(needed)), ".", class_name="m-0"),
            rx.el.p(t("shell.denied.ask"), class_name="m-0 text-muted"),
            rx.el.div(link_button("shell.denied.home", "/", icon="house")),
            class_name=CARD,
            data_testid="shell-denied",
        ),
        width="text",
    )


def without_role() -> rx.Component:
    """For an account that holds no role: nothing can be opened, and who can change that."""
    return page_body(
        rx.el.div(
            *_lock_and_title("shell.roleless.title"),
            rx.el.p(t("shell.roleless.body", name=PersonState.display_name), class_name="m-0"),
            rx.el.p(t("shell.roleless.ask"), class_name="m-0 text-muted"),
            rx.el.div(button("shell.roleless.again", on_click=reload_page(), icon="rotate-cw")),
            class_name=CARD,
            data_testid="shell-roleless",
        ),
        width="text",
    )


def _lock_and_title(title: str) -> tuple[rx.Component, rx.Component]:
    return (
        icon("lock", size=28, class_name="text-muted"),
        rx.el.h1(t(title), class_name="text-28 font-bold m-0 focus:outline-none", tab_index=-1),
    )


def _guarded(entry: PageEntry, build: Build) -> rx.Component:
    waiting = page_body(skeleton(8))
    body = only_here(ClinicState.shown_path, build(), waiting) if "[" in entry.route else build()
    return rx.cond(
        PersonState.username == "",  # the server has not said yet who this is
        waiting,
        rx.cond(known_permissions().length() == 0, without_role(), rx.cond(allowed(entry.needs), body, denied(entry))),
    )


def clinic_page(
    route: str, *, title: str, needs: Needs, on_load: Any = None, tab_title: Any = None
) -> Callable[[Build], Build]:
    """Register a screen with its address, its title (catalogue key), who may see it, and what it loads.

    `needs` is a permission or a tuple of which any one is enough. `tab_title` is a Var for the browser's tab, such as
    "SITI, 00-12-34"; it stands before the title. The guard here is comfort: each handler names its own permission.
    """
    entry = enter(route, title, needs)

    def register(build: Build) -> Build:
        def page() -> rx.Component:
            return shell(_guarded(entry, build))

        # The compiler files a screen's parts by the module of its function: each screen gets a chunk of its own.
        page.__name__, page.__module__ = build.__name__, build.__module__
        words = t(title) if tab_title is None else rx.cond(tab_title, tab_title.to(str) + " – " + t(title), t(title))
        loads = on_load if isinstance(on_load, list) else [on_load] if on_load is not None else []
        rx.page(
            route=route,
            title=words + " – " + t("shell.app_name"),
            image="/mark.svg",
            on_load=[*loads, ClinicState.load],
        )(page)
        return build

    return register
