"""What an auditor sees first: is the log whole, who was refused today, what left the clinic."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.audit.chain import facts, faults, overdue, state_badge
from tht_app.components.layout.home import home_section
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.audit.chain import AuditHomeState

State: Any = AuditHomeState


def _line(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.sentence, class_name="break-words"),
        class_name="py-2 border-b border-line last:border-b-0",
        data_testid="audit-home-line",
    )


def _lines(rows: Any, none: str) -> rx.Component:
    return rx.cond(
        rows.length() > 0,
        rx.el.ul(rx.foreach(rows, _line), class_name="list-none m-0 p-0"),
        rx.el.p(t(none), class_name="m-0 text-muted"),
    )


def _chain() -> rx.Component:
    return ui.card(
        "audit.chain.title",
        rx.cond(
            State.loaded,
            rx.el.div(
                faults(State.chain),
                overdue(State.chain),
                facts(State.chain),
                ui.text_link("audit.home.open", "/audit"),
                class_name="flex flex-col gap-4",
            ),
            ui.skeleton(3),
        ),
        actions=rx.cond(State.loaded, state_badge(State.chain)),
        class_name="col-span-full",
        test_id="audit-home-chain",
    )


@home_section(order=10, needs=Permission.AUDIT_READ, load=AuditHomeState.load)
def audit_home() -> rx.Component:
    """Three cards, the log's own state over the full width."""
    return rx.fragment(
        _chain(),
        ui.card(
            "audit.home.refusals",
            rx.cond(
                State.loaded,
                _lines(State.refusals, "audit.home.refusals.none"),
                ui.skeleton(3),
            ),
            actions=rx.cond(State.refused > 0, ui.badge(State.refused.to(str), "danger", icon_name="circle-x")),
        ),
        ui.card(
            "audit.home.handed_out",
            rx.cond(State.loaded, _lines(State.handed_out, "audit.home.handed_out.none"), ui.skeleton(3)),
        ),
    )
