"""The frame around every screen: its parts are compiled once and shared by all screens."""

import reflex as rx

from tht_app.components.identity.proof import proof_dialog
from tht_app.components.layout.nav import SCRIPT, rail
from tht_app.components.layout.topline import topline
from tht_app.components.ui.toasts import toasts
from tht_app.i18n import t
from tht_app.state.feedback import NoticeState


class RouteFocus(rx.Component):
    """See shell.jsx."""

    library = SCRIPT.importable_path
    tag = "RouteFocus"


@rx.memo
def skip_link() -> rx.Component:
    """Past the navigation, for who walks by keyboard."""
    return rx.el.a(
        t("shell.skip"),
        href="#main",
        class_name=(
            "sr-only focus:not-sr-only focus:fixed focus:z-50 focus:top-2 focus:left-2 focus:px-4 focus:py-2 "
            "focus:rounded-control focus:bg-accent focus:text-on-accent"
        ),
        data_testid="shell-skip",
    )


@rx.memo
def notices() -> rx.Component:
    """What the server has to say."""
    return toasts(
        NoticeState.notices,
        on_dismiss=NoticeState.dismiss,
        on_undo=NoticeState.undo,
        answers=NoticeState.answers,
    )


def shell(content: rx.Component) -> rx.Component:
    """Skip link, top line, navigation, the screen itself, notices, the question who sits there."""
    return rx.fragment(
        skip_link(),
        topline(),
        rx.el.div(
            rail(),
            rx.el.main(content, id="main", tab_index=-1, class_name="flex-1 min-w-0 tablet:pb-16 focus:outline-none"),
            class_name="flex items-stretch min-h-[calc(100dvh-3.5rem)]",
        ),
        notices(),
        proof_dialog(),
        RouteFocus.create(),
    )
