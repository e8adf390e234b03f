"""Two records side by side: which stands, which value is kept, and the question before they become one."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.registration.search_box import patient_picker
from tht_app.domain.registration.merging import REASON_LONGEST, Part
from tht_app.i18n import t
from tht_app.state.registration.merge_views import LEFT, RIGHT
from tht_app.state.registration.merging import MergeState

CELL = "p-3 align-middle border-t border-line"
CHOICE = (
    "flex gap-2 min-h-control cursor-pointer break-words rounded-control px-2 py-1 -mx-2 "
    "has-[:checked]:bg-accent-soft has-[:checked]:font-semibold"
)


def _radio(
    name: Any, side: str, chosen: Any, *children: Any, test_id: Any, align: str = "items-center"
) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name=name,
            value=side,
            default_checked=chosen == side,
            class_name="size-5 accent-accent shrink-0",
            data_testid=test_id,
        ),
        rx.el.span(*children, class_name="min-w-0 flex flex-col"),
        class_name=f"{CHOICE} {align}",
    )


def part_name(part: Any) -> Any:
    """The name of a part, for a Var that holds its code."""
    return rx.match(part, *[(one.value, t(f"registration.field.{one.value}")) for one in Part], "")


def _side_head(side: Any, name: str) -> rx.Component:
    head = rx.fragment(
        rx.el.span(side.name, class_name="font-bold text-16"),
        rx.el.span(t("registration.merge.number", number=side.record_number), class_name="text-13 tabular-nums"),
        rx.el.span(side.holds, class_name="text-13 text-muted font-normal"),
        rx.cond(
            side.last_visit,
            rx.el.span(t("registration.merge.last_visit", day=side.last_visit), class_name="text-13 text-muted"),
        ),
        rx.cond(
            side.in_progress,
            rx.el.span(ui.badge("registration.merge.in_progress", "wait", icon_name="clock"), class_name="self-start"),
        ),
    )
    return rx.el.th(
        _radio(
            "stays", name, MergeState.view.stays, head, test_id=f"registration-merge-stays-{name}", align="items-start"
        ),
        scope="col",
        class_name="p-3 text-left align-top w-2/5 font-normal",
    )


def _part_row(row: Any) -> rx.Component:
    name = "pick_" + row.part.to(str)
    return rx.el.tr(
        rx.el.th(part_name(row.part), scope="row", id=row.part, class_name=f"{CELL} text-left text-muted font-medium"),
        *[
            rx.el.td(
                _radio(name, side, row.chosen, value, test_id="registration-merge-" + name + f"-{side}"),
                class_name=CELL,
            )
            for side, value in ((LEFT, row.left), (RIGHT, row.right))
        ],
        data_testid="registration-merge-part",
    )


def _table() -> rx.Component:
    view: Any = MergeState.view
    return rx.el.table(
        rx.el.caption(t("registration.merge.caption"), class_name="text-left text-muted pb-2"),
        rx.el.thead(
            rx.el.tr(
                rx.el.th(t("registration.merge.stays"), scope="col", id="stays", class_name="p-3 text-left align-top"),
                _side_head(view.left, LEFT),
                _side_head(view.right, RIGHT),
            )
        ),
        rx.el.tbody(rx.foreach(view.differing, _part_row)),
        class_name="w-full border-collapse",
        data_testid="registration-merge-table",
    )


def _same() -> rx.Component:
    view: Any = MergeState.view
    return rx.el.details(
        rx.el.summary(
            t("registration.merge.same", count=view.same.length()),
            class_name="font-semibold min-h-control flex items-center cursor-pointer",
        ),
        rx.el.dl(
            rx.foreach(view.same, lambda row: ui.definition(part_name(row.part), row.left)),
            class_name="grid grid-cols-1 sm:grid-cols-2 gap-x-6 gap-y-3 m-0 pt-2",
        ),
        class_name="border-t border-line pt-2",
    )


def _lines(lines: Any, test_id: str) -> rx.Component:
    return rx.el.ul(
        rx.foreach(lines, rx.el.li), class_name="list-disc m-0 pl-5 flex flex-col gap-1", data_testid=test_id
    )


def _doubts() -> rx.Component:
    """What speaks against one person, and the tick and the reason that it asks for."""
    return ui.alert(
        "registration.merge.doubts",
        "wait",
        _lines(MergeState.view.doubts, "registration-merge-doubts"),
        ui.checkbox("registration.merge.confirmed", "confirmed"),
        ui.field(
            "registration.merge.reason",
            "reason",
            help_key="registration.merge.reason_help",
            error=MergeState.errors["reason"],
            max_length=REASON_LONGEST,
        ),
    )


def _comparison() -> rx.Component:
    view: Any = MergeState.view
    return ui.card(
        None,
        ui.form(
            ui.error_summary(MergeState.errors),
            _table(),
            _same(),
            rx.cond(
                view.clashes.length() > 0,
                ui.alert("registration.merge.clashes", "danger", _lines(view.clashes, "registration-merge-clashes")),
            ),
            rx.cond(view.doubts.length() > 0, _doubts()),
            ui.form_actions(
                ui.submit_button("registration.merge.review", icon="merge", disabled=view.clashes.length() > 0),
                ui.button("registration.merge.pick_another", kind="ghost", on_click=MergeState.pick_another),
            ),
            on_submit=MergeState.review,
            key_epoch=MergeState.key_epoch,
            errors=MergeState.errors,
        ),
    )


def _picker() -> rx.Component:
    return ui.card(
        "registration.merge.pick",
        rx.el.p(t("registration.merge.pick_body", name=MergeState.patient_name), class_name="m-0 text-muted"),
        patient_picker(MergeState.pick, label_key="registration.merge.other", test_id="registration-merge-other"),
        rx.cond(MergeState.refusal, ui.alert(MergeState.refusal, "wait")),
    )


def merge_screen() -> rx.Component:
    """Look the other record up, then compare."""
    return rx.fragment(rx.cond(MergeState.compared, _comparison(), _picker()), merge_question())


def back_button() -> rx.Component:
    """Back to the patient, nothing changed."""
    return ui.link_button(
        "registration.merge.back", "/patients/" + MergeState.patient_id.to(str), kind="ghost", icon="arrow-left"
    )


def merge_question() -> rx.Component:
    """Both names and what becomes of them; the safe answer comes first."""
    stays, goes = MergeState.stays, MergeState.goes
    return ui.dialog(
        rx.el.p(
            t(
                "registration.merge.consequence",
                gone=goes.record_number,
                gone_name=goes.name,
                kept=stays.record_number,
                kept_name=stays.name,
            ),
            class_name="m-0",
        ),
        rx.el.p(t("registration.merge.can_undo", name=stays.name), class_name="m-0 text-muted"),
        ui.dialog_actions(
            ui.button("registration.merge.keep_apart", on_click=MergeState.keep_apart, auto_focus=True),
            ui.button(
                "registration.merge.now",
                kind="primary",
                on_click=MergeState.merge,
                test_id="registration-merge-now",
            ),
        ),
        open=MergeState.asking,
        title_key=t("registration.merge.question", gone=goes.record_number, kept=stays.record_number),
        on_close=MergeState.keep_apart,
        size="medium",
        urgent=True,
        test_id="registration-merge-question",
    )
