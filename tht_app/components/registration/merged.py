"""What the page of a patient says about records that were merged into it, and the way to part them again."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.domain.identity import Permission
from tht_app.domain.registration.merging import REASON_LONGEST
from tht_app.i18n import t
from tht_app.state.registration.merged import MergedState

MAY_MERGE = (Permission.PATIENT_MERGE,)


def merge_button(patient_id: Any) -> rx.Component:
    """The way to the comparison, for who may merge."""
    return rx.cond(
        allowed(MAY_MERGE),
        ui.link_button(
            "registration.merge.open",
            "/patients/" + patient_id.to(str) + "/merge",
            icon="merge",
            test_id="registration-merge-open",
        ),
    )


def _merged(merge: Any) -> rx.Component:
    return ui.alert(
        merge.words,
        "info",
        rx.cond(
            allowed(MAY_MERGE),
            rx.el.div(
                ui.button(
                    "registration.merge.part",
                    icon="split",
                    on_click=MergedState.ask(merge.id),
                    test_id="registration-merge-part-ask",
                )
            ),
        ),
    )


def merged_records() -> rx.Component:
    """One line for each record that is part of this one, or where this one went."""
    return rx.fragment(
        rx.cond(MergedState.gone.id != "", _gone()),
        rx.cond(
            MergedState.merges.length() > 0,
            rx.el.div(
                rx.foreach(MergedState.merges, _merged),
                class_name="flex flex-col gap-2",
                data_testid="registration-merged",
            ),
        ),
        _parting(),
    )


def _gone() -> rx.Component:
    """Somebody merged this record while it was on the screen."""
    return ui.alert(
        MergedState.gone.words,
        "wait",
        rx.el.div(
            ui.link_button(
                "registration.merge.open_standing",
                "/patients/" + MergedState.gone.id.to(str),
                icon="arrow-right",
                test_id="registration-merge-gone",
            )
        ),
    )


def _parting() -> rx.Component:
    """Names both records, says what stays where, and asks why."""
    parting = MergedState.parting
    return ui.dialog(
        rx.el.p(t("registration.merge.part_body", number=parting.number, name=parting.name), class_name="m-0"),
        rx.el.p(parting.since, class_name="m-0"),
        ui.form(
            ui.field(
                "registration.merge.part_reason",
                "reason",
                required=True,
                help_key="registration.merge.reason_help",
                error=MergedState.errors["reason"],
                max_length=REASON_LONGEST,
            ),
            ui.dialog_actions(
                ui.button("registration.merge.keep_together", on_click=MergedState.keep),
                ui.submit_button("registration.merge.part_now", kind="danger", test_id="registration-merge-part-now"),
            ),
            on_submit=MergedState.part,
            key_epoch=MergedState.key_epoch,
            errors=MergedState.errors,
        ),
        open=parting.id != "",
        title_key=t("registration.merge.part_question", number=parting.number),
        on_close=MergedState.keep,
        urgent=True,
        test_id="registration-merge-part-question",
    )
