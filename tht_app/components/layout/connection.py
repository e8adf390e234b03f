"""The connection in words, the banner when it is gone, the lock when the session has ended."""

from typing import Any

import reflex as rx

from tht_app.components.ui.button import COLOURS, SHAPE
from tht_app.components.ui.field import BOX
from tht_app.components.ui.icon import icon
from tht_app.i18n import t
from tht_app.i18n.words import template
from tht_app.script import script
from tht_app.state.person import PersonState

SCRIPT = script("connection.jsx")

BANNER_LOOKS = {
    "place": "fixed inset-x-0 top-0 z-50",
    "banner": "flex items-center justify-center gap-2 px-6 py-2 font-semibold text-14 shadow-float",
    "banner_lost": "bg-wait-soft text-wait-text border-b-2 border-wait",
    "banner_again": "bg-done-soft text-done-text border-b-2 border-done",
}
LOCK_LOOKS = {
    "lock": (
        "fixed inset-0 m-0 w-screen h-dvh max-w-none max-h-none p-4 border-0 bg-ground text-text "
        "flex items-center justify-center"
    ),
    "card": "flex flex-col gap-4 w-[26rem] max-w-full p-6 rounded-card border border-line bg-surface",
    "title": "flex items-center gap-3 m-0 text-20 font-bold",
    "text": "m-0 text-muted",
    "label": "flex flex-col gap-1 font-semibold",
    "input": BOX,
    "problem": "m-0 min-h-5 text-danger-text font-medium",
    "actions": "flex flex-wrap items-center justify-between gap-3",
    "other": "text-accent-text font-semibold underline underline-offset-3",
    "unlock": f"{SHAPE} {COLOURS['primary']}",
}
STATE_LOOKS = {
    "row": "flex items-center gap-4 text-13 whitespace-nowrap",
    "save": "text-muted tabular-nums max-md:hidden",
    "state": "inline-flex items-center gap-1.5 font-medium",
    "word": "max-lg:sr-only",
    "online": "text-done-text",
    "connecting": "text-muted",
    "lost": "text-wait-text",
}


class ConnectionWatch(rx.Component):
    """See connection.jsx; use `connection_watch`."""

    library = SCRIPT.importable_path
    tag = "ConnectionWatch"

    name: rx.Var[str]
    words: rx.Var[dict[str, str]]
    looks: rx.Var[dict[str, str]]
    icons: rx.Var[dict[str, Any]]


class ConnectionState(rx.Component):
    """See connection.jsx; use `connection_state`."""

    library = SCRIPT.importable_path
    tag = "ConnectionState"

    zone: rx.Var[str]
    words: rx.Var[dict[str, str]]
    looks: rx.Var[dict[str, str]]
    icons: rx.Var[dict[str, Any]]


def connection_watch() -> rx.Component:
    """The banner and the lock, once for the whole app: they stand over every screen."""
    return ConnectionWatch.create(
        name=PersonState.display_name,
        words={
            "lost": t("shell.connection.lost"),
            "again": t("shell.connection.again"),
            "title": t("shell.lock.title"),
            "body": template("shell.lock.body"),
            "password": t("shell.lock.password"),
            "unlock": t("shell.lock.unlock"),
            "other": t("shell.lock.other"),
            "wrong": t("shell.lock.wrong"),
            "slow": t("shell.lock.wait"),
            "unreachable": t("shell.lock.unreachable"),
        },
        looks={**BANNER_LOOKS, **LOCK_LOOKS},
        icons={"lost": icon("cloud-off"), "again": icon("circle-check"), "lock": icon("lock")},
    )


def connection_state() -> rx.Component:
    """What was saved when, and whether the server is there, in words."""
    return ConnectionState.create(
        zone=PersonState.zone,
        words={
            "online": t("shell.connection.online"),
            "connecting": t("shell.connection.connecting"),
            "lost": t("shell.connection.offline"),
            "saving": t("shell.save.saving"),
            "saved": template("shell.save.saved"),
            "refused": t("shell.save.refused"),
            "unanswered": t("shell.save.unanswered"),
            "waiting": template("shell.save.offline"),
        },
        looks=STATE_LOOKS,
        icons={
            "online": icon("wifi", size=16),
            "connecting": icon("loader", size=16),
            "lost": icon("cloud-off", size=16),
        },
    )
