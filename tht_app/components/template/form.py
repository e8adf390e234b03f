"""Writing a template: texts and name on the left, what else it adds on the right."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.pharmacy.prescription_panel import ROUTES, TIMINGS, UNITS
from tht_app.domain.encounter.diagnosis import Certainty, Laterality
from tht_app.domain.encounter.note import Section
from tht_app.domain.ent.findings import Part
from tht_app.domain.identity import Permission
from tht_app.domain.template import ASKED, LONGEST_TEXT, LONGEST_TITLE
from tht_app.i18n import t
from tht_app.state.template.form import SHARED, TemplateFormState
from tht_app.state.template.lines import TemplateLinesState
from tht_app.state.template.parts import TemplatePartsState

Form: Any = TemplateFormState
Parts: Any = TemplatePartsState
Lines: Any = TemplateLinesState

FORM = "template-form"
SIDES = [(side, f"template.affected.{side}") for side in (ASKED, "right", "left", "both")]
CODE_SIDES = [*SIDES, (Laterality.NONE.value, "encounter.laterality.none")]
CERTAINTIES = [(one.value, f"encounter.certainty.{one.value}") for one in Certainty]
LINE_SIDES = [("", "pharmacy.side.none"), *SIDES]
SELECT = "min-h-control px-2 rounded-control border border-line-strong bg-surface text-text text-13"


def _head() -> list[rx.Component]:
    shelf = ui.radio_group(
        "template.form.shelf",
        "shelf",
        (("own", "template.shelf.own"), (SHARED, "template.shelf.shared")),
        default_value="own",
    )
    return [
        ui.field("template.form.name", "name", required=True, max_length=31, default_value=Form.name,
                 error=Form.errors["name"], help_key="template.form.name_help", autocomplete="off"),
        ui.field("template.form.title", "title", required=True, max_length=LONGEST_TITLE, default_value=Form.title,
                 error=Form.errors["title"]),
        rx.cond((Form.template_id == "") & allowed((Permission.TEMPLATE_SHARE,)), shelf),
    ]  # fmt: skip


def _text(section: Section) -> rx.Component:
    return ui.field(
        f"encounter.section.{section.value}",
        section.value,
        kind="textarea",
        rows=3,
        max_length=LONGEST_TEXT,
        default_value=Form.texts[section.value],
        error=Form.errors[section.value],
        test_id=f"template-form-{section.value}",
    )


def _normals() -> rx.Component:
    boxes = [
        ui.checkbox(
            f"template.form.normal.{part.value}", f"normal_{part.value}", checked=Form.normal.contains(part.value)
        )
        for part in Part
    ]
    return ui.field_group("template.form.normal", rx.el.div(*boxes, class_name="flex flex-wrap gap-x-4"))


def _texts() -> rx.Component:
    return ui.card(
        "template.form.texts",
        rx.el.p(t("template.form.texts_help"), class_name="m-0 text-13 text-muted"),
        ui.form(
            ui.error_summary(Form.errors),
            *_head(),
            *[_text(section) for section in Section],
            _normals(),
            on_submit=Form.save,
            key_epoch=Form.key_epoch,
            errors=Form.errors,
            id=FORM,
            key=Form.template_id,
        ),
    )


def _choice(options: list[tuple[str, str]], value: Any, label: str, on_change: Any) -> rx.Component:
    return rx.el.select(
        *[rx.el.option(t(key), value=name) for name, key in options],
        value=value,
        aria_label=t(label),
        on_change=on_change,
        class_name=SELECT,
    )


def _chosen(one: Any, *controls: Any, drop: Any, test_id: str) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(one.label, class_name="m-0 font-medium break-words"),
            rx.cond(one.detail != "", rx.el.p(one.detail, class_name="m-0 text-13 text-muted break-words")),
            class_name="min-w-0 flex-1",
        ),
        *controls,
        ui.icon_button("trash-2", "template.form.drop", on_click=drop),
        class_name="flex flex-wrap items-center gap-2 py-1 border-b border-line",
        data_testid=test_id,
    )


def _finding(one: Any) -> rx.Component:
    side = rx.cond(
        one.sided,
        _choice(SIDES, one.side, "template.form.side", lambda side: Parts.set_finding_side(one.key, side)),
    )
    return _chosen(one, side, drop=Parts.drop_finding(one.key), test_id="template-form-finding")


def _code(one: Any) -> rx.Component:
    side = rx.cond(
        one.sided,
        _choice(CODE_SIDES, one.side, "template.form.side", lambda side: Parts.set_code_side(one.key, side)),
    )
    sure = _choice(
        CERTAINTIES, one.certainty, "encounter.diagnosis.certainty",
        lambda certainty: Parts.set_code_certainty(one.key, certainty),
    )  # fmt: skip
    return _chosen(one, side, sure, drop=Parts.drop_code(one.key), test_id="template-form-diagnosis")


def _list(views: Any, draw: Any) -> rx.Component:
    return rx.el.ul(rx.foreach(views, draw), class_name="list-none m-0 p-0")


def _findings() -> rx.Component:
    return ui.card(
        "template.form.findings",
        rx.el.p(t("template.form.findings_help"), class_name="m-0 text-13 text-muted"),
        ui.combobox(
            label_key="template.form.search_finding",
            on_search=Parts.search_finding,
            results=Parts.choices,
            answers=Parts.answers,
            on_pick=Parts.add_finding,
        ),
        _list(Parts.findings, _finding),
    )


def _diagnoses() -> rx.Component:
    return ui.card(
        "template.form.diagnoses",
        ui.combobox(
            label_key="encounter.diagnosis.search",
            placeholder_key="encounter.diagnosis.placeholder",
            on_search=Parts.search_code,
            results=Parts.codes,
            answers=Parts.code_answers,
            on_pick=Parts.add_code,
        ),
        _list(Parts.diagnoses, _code),
    )


def _dose_fields() -> list[rx.Component]:
    product, errors = Lines.product, Lines.errors
    return [
        ui.field("pharmacy.prescribing.amount", "amount", default_value=product.amount, required=True,
                 error=errors["amount"], max_length=10),
        ui.field("pharmacy.prescribing.unit", "unit", kind="select", options=UNITS, default_value=product.dose_unit,
                 error=errors["unit"]),
        ui.field("pharmacy.prescribing.times", "times_per_day", kind="number", default_value=product.times,
                 required=True, error=errors["times_per_day"], max_length=2),
        ui.field("pharmacy.prescribing.days", "days", kind="number", error=errors["days"], max_length=3),
        ui.field("pharmacy.prescribing.route", "route", kind="select", options=ROUTES, default_value=product.route,
                 error=errors["route"]),
        ui.field("pharmacy.prescribing.side", "side", kind="select", options=LINE_SIDES, default_value=product.side,
                 error=errors["side"]),
        ui.field("pharmacy.prescribing.timing", "timing", kind="select", options=TIMINGS,
                 default_value=product.timing, error=errors["timing"]),
        ui.field("pharmacy.prescribing.quantity", "quantity", kind="number", error=errors["quantity"], max_length=4,
                 placeholder_key="pharmacy.prescribing.quantity_hint"),
    ]  # fmt: skip


def _line_form() -> rx.Component:
    return ui.form(
        ui.error_summary(Lines.errors),
        rx.el.div(
            rx.el.p(Lines.product.item, class_name="m-0 font-bold break-words"),
            ui.icon_button("x", "pharmacy.prescribing.drop", on_click=Lines.drop),
            class_name="flex items-start justify-between gap-2",
        ),
        rx.el.div(*_dose_fields(), class_name="grid grid-cols-2 gap-3 items-start"),
        ui.checkbox("pharmacy.prescribing.as_needed", "as_needed", checked=Lines.product.as_needed),
        ui.field("pharmacy.prescribing.note", "note", error=Lines.errors["note"], max_length=300),
        ui.form_actions(ui.submit_button("template.form.add_line", kind="secondary", icon="plus")),
        on_submit=Lines.add,
        key_epoch=Lines.key_epoch,
        errors=Lines.errors,
        key=Lines.product.id,
        class_name="p-3 rounded-card border border-accent bg-accent-soft",
    )


def _line(one: Any) -> rx.Component:
    return _chosen(one, drop=Lines.remove(one.key.to(int)), test_id="template-form-line")


def _lines() -> rx.Component:
    search = ui.combobox(
        label_key="pharmacy.prescribing.search",
        on_search=Lines.search,
        results=Lines.options,
        answers=Lines.answers,
        on_pick=Lines.pick,
        placeholder_key="pharmacy.prescribing.search_hint",
    )
    return ui.card(
        "template.form.lines",
        rx.el.p(t("template.form.lines_help"), class_name="m-0 text-13 text-muted"),
        _list(Lines.lines, _line),
        rx.cond(Lines.product.id != "", _line_form(), search),
    )


def template_form() -> rx.Component:
    """A template and everything that it adds; nothing is kept before the button says so."""
    return rx.el.div(
        rx.el.div(
            _texts(),
            rx.el.div(_findings(), _diagnoses(), _lines(), class_name="flex flex-col gap-4 min-w-0"),
            class_name="grid grid-cols-1 lg:grid-cols-2 gap-4 items-start",
        ),
        ui.form_actions(
            ui.submit_button("template.form.save", icon="check", custom_attrs={"form": FORM}),
            ui.button("template.form.cancel", kind="ghost", on_click=Form.close),
        ),
        class_name="flex flex-col gap-4",
        data_testid="template-form",
    )
