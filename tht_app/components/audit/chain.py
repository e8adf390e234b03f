"""How the log's proof stands, in words, and the button that verifies it."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.i18n import t
from tht_app.state.audit.chain import ChainState

State: Any = ChainState


def faults(chain: Any) -> rx.Component:
    """What the last verification found; it does not go away by itself."""
    return rx.cond(
        chain.faults.length() > 0,
        rx.el.div(
            ui.alert(
                "audit.chain.tampered",
                "danger",
                rx.el.ul(
                    rx.foreach(chain.faults, lambda fault: rx.el.li(fault, class_name="break-words")),
                    class_name="m-0 pl-5 list-disc max-h-64 overflow-y-auto",
                ),
            ),
            data_testid="audit-chain-faults",
        ),
    )


def overdue(chain: Any) -> rx.Component:
    """Nothing seals any more, or nothing outside the database has witnessed the log for more than a day."""
    return rx.fragment(
        rx.cond(chain.stopped, rx.el.div(ui.alert("audit.chain.stopped", "danger"), data_testid="audit-chain-stopped")),
        rx.cond(chain.overdue, rx.el.div(ui.alert("audit.chain.overdue", "wait"), data_testid="audit-chain-overdue")),
    )


def restores(chain: Any) -> rx.Component:
    """A backup was put back: no fault, and not kept quiet."""
    return rx.foreach(chain.restores, lambda words: ui.alert(words, "wait"))


def state_badge(chain: Any) -> rx.Component:
    """One word for how it stands."""
    return rx.el.span(ui.badge(chain.state, chain.tone, icon_name="shield-check"), data_testid="audit-chain-state")


def _progress(chain: Any) -> rx.Component:
    bar = rx.el.div(
        rx.el.div(class_name="h-full rounded-control bg-accent", style={"width": chain.percent.to(str) + "%"}),
        class_name="h-2 rounded-control bg-sunken overflow-hidden",
    )
    return rx.el.div(
        bar,
        rx.el.p(chain.progress, class_name="m-0 text-13 text-muted tabular-nums", aria_live="polite"),
        class_name="flex flex-col gap-1",
        data_testid="audit-chain-progress",
    )


def facts(chain: Any, columns: str = "md:grid-cols-3") -> rx.Component:
    """Last seal, last anchor, last verification."""
    return rx.el.dl(
        ui.definition("audit.chain.seal_label", rx.fragment(chain.seal, " ", rx.el.span(chain.unsealed))),
        ui.definition("audit.chain.anchor_label", chain.anchor),
        ui.definition("audit.chain.verified_label", chain.verified),
        class_name=f"m-0 grid grid-cols-1 {columns} gap-4",
    )


def chain_card() -> rx.Component:
    """State, facts, and "verify now" with its progress."""
    chain = State.chain
    verify = ui.button(
        "audit.chain.verify",
        kind="primary",
        icon="shield-check",
        on_click=State.verify,
        disabled=chain.running | State.watching,
    )
    return ui.card(
        "audit.chain.title",
        rx.cond(
            State.loaded,
            rx.el.div(
                faults(chain),
                overdue(chain),
                restores(chain),
                facts(chain, "md:grid-cols-3 xl:grid-cols-1"),
                rx.cond(chain.running, _progress(chain)),
                rx.el.div(
                    verify,
                    ui.link_button("audit.archive", "/files/audit/archive.zip", icon="download", new_tab=True),
                    rx.el.span(t("audit.archive.hint"), class_name="text-13 text-muted max-w-prose"),
                    class_name="flex flex-wrap items-center gap-3",
                ),
                class_name="flex flex-col gap-4",
            ),
            ui.skeleton(3),
        ),
        actions=rx.cond(State.loaded, state_badge(chain)),
    )
