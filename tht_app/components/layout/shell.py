"""The frame around every screen."""

from importlib import import_module
from importlib.util import find_spec

import reflex as rx

from tht_app.components.layout.nav import SCRIPT, rail
from tht_app.components.layout.topline import topline
from tht_app.components.ui.toasts import toasts
from tht_app.i18n import t
from tht_app.state.feedback import NoticeState

SEARCH_BOX = "tht_app.components.registration.search_box"


class RouteFocus(rx.Component):
    """See shell.jsx."""

    library = SCRIPT.importable_path
    tag = "RouteFocus"


def _search_box() -> rx.Component | None:
    if find_spec("tht_app.components.registration") is None or find_spec(SEARCH_BOX) is None:
        return None
    return import_module(SEARCH_BOX).search_box()


def _skip_link() -> rx.Component:
    return rx.el.a(
        t("shell.skip"),
        href="#main",
        class_name=(
            "sr-only focus:not-sr-only focus:fixed focus:z-50 focus:top-2 focus:left-2 focus:px-4 focus:py-2 "
            "focus:rounded-control focus:bg-accent focus:text-on-accent"
        ),
        data_testid="shell-skip",
    )


def shell(content: rx.Component) -> rx.Component:
    """Skip link, top line, navigation, the screen itself, notices."""
    return rx.fragment(
        _skip_link(),
        topline(_search_box()),
        rx.el.div(
            rail(),
            rx.el.main(content, id="main", tab_index=-1, class_name="flex-1 min-w-0 tablet:pb-16 focus:outline-none"),
            class_name="flex items-stretch min-h-[calc(100dvh-3.5rem)]",
        ),
        toasts(
            NoticeState.notices,
            on_dismiss=NoticeState.dismiss,
            on_undo=NoticeState.undo,
            answers=NoticeState.answers,
        ),
        RouteFocus.create(),
    )
