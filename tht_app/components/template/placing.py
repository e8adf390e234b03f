"""'What would be added': looked at before anything stands in the record, and added at once."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.encounter.words import side_badge
from tht_app.components.ent.exam_form import exam_sentences
from tht_app.components.pharmacy.lines import allergy_line, watched_mark
from tht_app.i18n import t
from tht_app.state.template.placing import PlacingState

State: Any = PlacingState


def _tick(name: Any, checked: Any, disabled: Any, *words: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=name,
            id=name,
            default_checked=checked,
            disabled=disabled,
            class_name="size-5 mt-0.5 accent-accent shrink-0",
            data_testid="template-placing-tick",
        ),
        rx.el.div(*words, class_name="flex flex-col gap-1 min-w-0"),
        class_name="flex items-start gap-3 min-h-control py-1 cursor-pointer",
    )


def _item(one: Any) -> rx.Component:
    words = (
        rx.el.p(
            rx.el.span(one.label, class_name="font-semibold"),
            " ",
            side_badge(one.side),
            watched_mark(one.watched),
            class_name="m-0 break-words",
        ),
        rx.cond(one.detail != "", rx.el.p(one.detail, class_name="m-0 text-13 break-words")),
        rx.cond(
            one.problem != "",
            rx.el.p(
                ui.icon("triangle-alert", size=16, class_name="shrink-0"),
                one.problem,
                class_name="m-0 flex items-start gap-1 text-13 font-medium text-danger-text",
                data_testid="template-placing-problem",
            ),
        ),
    )
    return rx.el.li(_tick(one.key, one.ticked, one.blocked, *words), class_name="border-b border-line")


def _group(title: str, *content: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h3(t(title), class_name="m-0 text-13 font-semibold text-muted"),
        *content,
        class_name="flex flex-col gap-1",
    )


def _items(title: str, items: Any, *above: Any) -> rx.Component:
    listed = rx.el.ul(rx.foreach(items, _item), class_name="list-none m-0 p-0")
    return rx.cond(items.length() > 0, _group(title, *above, listed))


def _young(view: Any) -> rx.Component:
    return rx.cond(view.young != "", ui.alert(t("template.placing.young", age=view.young), "wait"))


def placing_dialog() -> rx.Component:
    """Opens after the words of a template with more than words have been written."""
    view = State.view
    exam = rx.cond(
        view.findings.length() > 0,
        _group("template.placing.exam", _tick("exam", True, False, exam_sentences(view.findings))),
    )
    return ui.dialog(
        rx.el.p(t("template.placing.body", title=view.title), class_name="m-0"),
        ui.form(
            exam,
            _items("template.placing.diagnoses", view.diagnoses),
            _items("template.placing.lines", view.lines, allergy_line(view), _young(view)),
            ui.dialog_actions(
                ui.button("template.placing.skip", on_click=State.close),
                ui.submit_button("template.placing.add", icon="plus", custom_attrs={"data-autofocus": "true"}),
            ),
            on_submit=State.place,
            key_epoch=State.key_epoch,
            errors=State.errors,
            key=view.template_id,
        ),
        open=view.template_id != "",
        title_key="template.placing.title",
        on_close=State.close,
        size="medium",
    )
