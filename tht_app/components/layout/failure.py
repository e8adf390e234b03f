"""What is shown when a screen itself breaks, and when there is no screen at an address."""

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary

from tht_app.components.ui.button import button, link_button, reload_page
from tht_app.components.ui.icon import icon
from tht_app.i18n import t

CARD = "flex flex-col items-start gap-3 max-w-[40rem] m-6 p-6 rounded-card border border-line bg-surface text-text"


def broken_screen() -> rx.Component:
    """In place of everything; what broke is counted on the server, without what the screen showed."""
    return rx.el.main(
        icon("triangle-alert", size=28, class_name="text-danger"),
        rx.el.h1(t("shell.broken.title"), class_name="text-28 font-bold m-0"),
        rx.el.p(t("shell.broken.body"), class_name="m-0"),
        button("shell.broken.reload", on_click=reload_page(), icon="rotate-cw"),
        class_name=CARD,
        role="alert",
        data_testid="shell-broken",
    )


def boundary(_stateful: bool) -> rx.Component:
    """Around the whole app."""
    return ErrorBoundary.create(fallback_render=broken_screen())


def missing_screen() -> rx.Component:
    """At an address where nothing is."""
    return rx.el.div(
        icon("map-pin-off", size=28, class_name="text-muted"),
        rx.el.h1(t("shell.missing.title"), class_name="text-28 font-bold m-0 focus:outline-none", tab_index=-1),
        rx.el.p(t("shell.missing.body"), class_name="m-0"),
        link_button("shell.denied.home", "/", icon="house"),
        class_name=CARD,
        data_testid="shell-missing",
    )
