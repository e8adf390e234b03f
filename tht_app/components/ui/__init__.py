"""The design system: takes values and handlers, knows no State. `/styleguide` shows every part in every state."""

from tht_app.components.ui.button import button, icon_button, link_button, submit_button, text_link
from tht_app.components.ui.combobox import Option, combobox
from tht_app.components.ui.elapsed import elapsed
from tht_app.components.ui.field import checkbox, field, radio_group
from tht_app.components.ui.form import error_summary, field_group, form, form_actions
from tht_app.components.ui.icon import icon
from tht_app.components.ui.overlay import dialog, dialog_actions, menu, menu_item, side_sheet
from tht_app.components.ui.patient_banner import allergy_slot, patient_banner
from tht_app.components.ui.shortcuts import Shortcut, shortcuts, shortcuts_hint
from tht_app.components.ui.show import (
    alert,
    badge,
    card,
    definition,
    ear,
    empty,
    error_state,
    kbd,
    page_header,
    skeleton,
    stat,
    visit_type,
)
from tht_app.components.ui.table import Column, pager, table
from tht_app.components.ui.tabs import tabs
from tht_app.components.ui.toasts import toasts

__all__ = [
    "Column",
    "Option",
    "Shortcut",
    "alert",
    "allergy_slot",
    "badge",
    "button",
    "card",
    "checkbox",
    "combobox",
    "definition",
    "dialog",
    "dialog_actions",
    "ear",
    "elapsed",
    "empty",
    "error_state",
    "error_summary",
    "field",
    "field_group",
    "form",
    "form_actions",
    "icon",
    "icon_button",
    "kbd",
    "link_button",
    "menu",
    "menu_item",
    "page_header",
    "pager",
    "patient_banner",
    "radio_group",
    "shortcuts",
    "shortcuts_hint",
    "side_sheet",
    "skeleton",
    "stat",
    "submit_button",
    "table",
    "tabs",
    "text_link",
    "toasts",
    "visit_type",
]
