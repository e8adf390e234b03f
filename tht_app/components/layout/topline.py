"""The line above every page: clinic, search, connection, language, appearance, person."""

from typing import Literal

import reflex as rx
from reflex.style import set_color_mode

from tht_app.components.layout.connection import connection_state
from tht_app.components.layout.nav import SCRIPT
from tht_app.components.registration.search_box import search_box
from tht_app.components.ui.button import COLOURS, SHAPE
from tht_app.components.ui.icon import icon
from tht_app.components.ui.overlay import MENU_ITEM, menu, menu_item
from tht_app.components.ui.show import badge
from tht_app.i18n import t
from tht_app.i18n.words import set_language, template
from tht_app.state.feed import FeedState
from tht_app.state.person import PersonState
from tht_app.state.shell import ClinicState

LEAVING_LOOKS = {
    "dialog": (
        "m-auto w-[30rem] max-w-[calc(100vw-2rem)] p-6 rounded-card border border-line bg-surface text-text "
        "shadow-float"
    ),
    "title": "m-0 text-20 font-bold",
    "text": "mt-3 mb-5 text-14",
    "actions": "flex flex-wrap justify-end gap-3",
    "stay": f"{SHAPE} {COLOURS['primary']}",
    "leave": f"{SHAPE} {COLOURS['secondary']}",
}


class SearchKey(rx.Component):
    """See shell.jsx."""

    library = SCRIPT.importable_path
    tag = "SearchKey"


class SignOut(rx.Component):
    """See shell.jsx."""

    library = SCRIPT.importable_path
    tag = "SignOut"

    words: rx.Var[dict[str, str]]
    looks: rx.Var[dict[str, str]]


def _demo_mark() -> rx.Component:
    return rx.el.strong(
        t("shell.demo"),
        title=t("shell.demo.hint"),
        class_name="px-2 py-0.5 rounded-control bg-wait-soft text-wait-text text-12 tracking-wide whitespace-nowrap",
        data_testid="shell-demo",
    )


def _clinic() -> rx.Component:
    name = rx.cond(ClinicState.name == "", t("shell.clinic"), ClinicState.name)
    return rx.el.div(
        rx.el.img(src="/mark.svg", alt="", width="28", height="28"),
        rx.el.span(name, class_name="font-bold text-16 truncate max-w-64 max-md:sr-only"),
        rx.cond(ClinicState.demo, _demo_mark()),
        class_name="flex items-center gap-3 shrink-0",
    )


def _feed() -> rx.Component:
    """Said only while screens do not move by themselves."""
    away = rx.el.span(
        badge("shell.feed.away", "wait", icon_name="radio"),
        role="status",
        title=t("shell.feed.away_hint"),
        data_testid="shell-feed-away",
    )
    return rx.cond(FeedState.cut_off, away)


def _language() -> rx.Component:
    return menu(
        "shell.language.label",
        *[
            menu_item(f"shell.language.{lang}", on_click=[set_language(lang), PersonState.choose_language(lang)])
            for lang in ("id", "en")
        ],
        icon="languages",
    )


def _appearance() -> rx.Component:
    modes: tuple[tuple[Literal["system", "light", "dark"], str], ...] = (
        ("system", "monitor"),
        ("light", "sun"),
        ("dark", "moon"),
    )
    return menu(
        "shell.theme.label",
        *[menu_item(f"shell.theme.{mode}", icon=symbol, on_click=set_color_mode(mode)) for mode, symbol in modes],
        icon="sun-moon",
    )


def _person() -> rx.Component:
    leave = SignOut.create(
        rx.el.button(
            icon("log-out"),
            t("shell.person.sign_out"),
            type="submit",
            role="menuitem",
            tab_index=-1,
            class_name=MENU_ITEM,
            data_testid="shell-person-sign-out",
        ),
        words={
            "title": template("shell.leaving.title"),
            "body": t("shell.leaving.body"),
            "stay": t("shell.leaving.stay"),
            "leave": t("shell.leaving.leave"),
        },
        looks=LEAVING_LOOKS,
    )
    who = rx.el.p(
        rx.el.span(PersonState.display_name, class_name="font-semibold"),
        rx.el.span(PersonState.username, class_name="text-muted text-13"),
        class_name="flex flex-col px-3 py-2 m-0 border-b border-line mb-1",
    )
    return menu("shell.person.label", who, leave, icon="circle-user", text=PersonState.display_name)


@rx.memo
def topline() -> rx.Component:
    """The same on every screen, compiled once."""
    return rx.el.header(
        _clinic(),
        rx.el.div(
            search_box(),
            custom_attrs={"data-global-search": "true"},
            class_name="flex-1 min-w-0 max-w-xl mx-auto",
        ),
        _feed(),
        connection_state(),
        rx.el.div(_language(), _appearance(), _person(), class_name="flex items-center gap-1 shrink-0"),
        SearchKey.create(),
        class_name="sticky top-0 z-40 flex items-center gap-4 h-14 px-4 bg-surface border-b border-line print:hidden",
    )
