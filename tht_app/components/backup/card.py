"""How the backups stand: one card in the settings, the short form on the owner's first screen."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.i18n import t
from tht_app.state.backup.backups import BackupsState

State: Any = BackupsState


def run_row(title: str, run: Any) -> rx.Component:
    """One kind of run: when it last worked, how it stands, and why it last failed."""
    return rx.el.div(
        rx.el.div(
            ui.definition(title, run.last),
            ui.badge(run.state, run.tone),
            class_name="flex items-start justify-between gap-3",
        ),
        rx.cond(run.about, rx.el.p(run.about, class_name="m-0 text-sm text-muted")),
        rx.cond(run.reason, ui.alert(run.reason, "danger")),
        class_name="flex flex-col gap-2",
    )


def runs() -> rx.Component:
    """Backup, rehearsal, and the copy elsewhere where there is one."""
    return rx.el.div(
        run_row("backup.last", State.backups.backup),
        run_row("backup.rehearsed", State.backups.rehearsal),
        rx.cond(State.backups.copies, run_row("backup.copied", State.backups.copy)),
        class_name="grid grid-cols-1 lg:grid-cols-2 gap-4",
    )


def _facts() -> rx.Component:
    return rx.el.dl(
        ui.definition("backup.next", State.backups.next),
        ui.definition("backup.stored", State.backups.stored),
        ui.definition("backup.folder", rx.el.code(State.backups.folder, class_name="break-all")),
        class_name="m-0 grid grid-cols-1 md:grid-cols-3 gap-4",
    )


def _ask() -> rx.Component:
    label = rx.cond(State.backups.busy, t("backup.busy"), t("backup.ask"))
    return ui.button(
        label, on_click=BackupsState.ask, icon="archive", disabled=State.backups.busy, test_id="backup-ask"
    )


def backups_card() -> rx.Component:
    """Everything about backups, and the button that makes one now."""
    body = rx.el.div(
        runs(),
        _facts(),
        rx.cond(State.backups.copies, None, ui.alert("backup.no_copy", "wait")),
        class_name="flex flex-col gap-4",
    )
    return ui.card(
        "backup.title",
        rx.cond(State.loaded, body, ui.skeleton(4)),
        actions=_ask(),
        on_mount=BackupsState.load,
    )
