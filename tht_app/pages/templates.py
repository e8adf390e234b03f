"""Templates: the shelf, and one of them while it is written."""

import reflex as rx

from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.template.form import template_form
from tht_app.components.template.shelf import history_dialog, shelf, shelf_actions
from tht_app.domain.identity import Permission
from tht_app.state.template.form import TemplateFormState
from tht_app.state.template.shelf import ShelfState


@clinic_page(
    "/templates",
    title="template.page.title",
    needs=Permission.RECORD_WRITE,
    on_load=[ShelfState.load, TemplateFormState.close],
)
def templates() -> rx.Component:
    """The list, or the form in its place."""
    return page_body(
        rx.cond(TemplateFormState.open, template_form(), shelf()),
        history_dialog(),
        title_key="template.page.title",
        actions=[rx.cond(TemplateFormState.open, rx.fragment(), rx.fragment(*shelf_actions()))],
    )
