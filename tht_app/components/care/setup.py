"""What counts as treating a patient, and which doctor stands in for which."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.domain.care import LIMITS
from tht_app.i18n import t
from tht_app.state.care.setup import CareSetupState

State: Any = CareSetupState

COVERS = (
    ui.Column("absent", "care.cover.absent"),
    ui.Column("covering", "care.cover.covering"),
    ui.Column("days", "care.cover.days", numeric=True),
    ui.Column("actions", "care.cover.actions"),
)


def care_rules_card() -> rx.Component:
    """The rules, for the owner."""
    numbers = [
        ui.field(
            f"care.setup.{name}",
            name,
            kind="number",
            required=True,
            default_value=getattr(State, name),
            error=State.errors[name],
        )
        for name in LIMITS
    ]
    return ui.card(
        "care.setup.title",
        rx.el.p(t("care.setup.hint"), class_name="m-0 text-muted max-w-prose"),
        rx.cond(
            State.loaded,
            ui.form(
                rx.el.div(*numbers, class_name="grid grid-cols-1 sm:grid-cols-2 gap-4"),
                ui.checkbox("care.setup.whole_team", "whole_team", checked=State.whole_team),
                ui.form_actions(ui.submit_button("care.setup.save", icon="check")),
                on_submit=State.save_rules,
                key_epoch=State.key_epoch,
                errors=State.errors,
            ),
            ui.skeleton(4),
        ),
    )


def _row(cover: Any) -> list[Any]:
    return [
        cover.absent,
        cover.covering,
        cover.days,
        ui.button("care.cover.withdraw", on_click=State.withdraw_cover(cover.id)),
    ]


def _doctor(name: str) -> rx.Component:
    return ui.field(
        f"care.cover.{name.removesuffix('_id')}",
        name,
        kind="select",
        required=True,
        options=State.doctors,
        error=State.errors[name],
        test_id=f"care-cover-{name.removesuffix('_id')}",
    )


def _day(name: str) -> rx.Component:
    return ui.field(f"care.cover.{name}", name, kind="date", required=True, error=State.errors[name])


def cover_card() -> rx.Component:
    """Cover, for the owner and the front desk."""
    return ui.card(
        "care.cover.title",
        rx.el.p(t("care.cover.hint"), class_name="m-0 text-muted max-w-prose"),
        ui.table(
            columns=COVERS,
            rows=State.covers,
            row=_row,
            caption_key="care.cover.title",
            empty=ui.empty("care.cover.none", "care.cover.none_hint", icon_name="users"),
            test_id="care-cover",
        ),
        ui.form(
            rx.el.div(
                _doctor("absent_id"),
                _doctor("covering_id"),
                _day("first"),
                _day("last"),
                class_name="grid grid-cols-1 sm:grid-cols-2 gap-4",
            ),
            ui.form_actions(ui.submit_button("care.cover.add", icon="plus")),
            on_submit=State.add_cover,
            key_epoch=State.key_epoch,
            errors=State.errors,
            clear_after=True,
        ),
    )
