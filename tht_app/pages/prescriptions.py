"""All signed prescriptions: look, print."""

import reflex as rx

from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.pharmacy.listing import filters, open_prescription, prescription_list
from tht_app.domain.identity import Permission
from tht_app.state.pharmacy.listing import PrescriptionListState


@clinic_page(
    "/prescriptions",
    title="pharmacy.list.title",
    needs=Permission.PRESCRIPTION_READ,
    on_load=PrescriptionListState.load,
)
def prescriptions() -> rx.Component:
    """The list with its filters; one opens at the side."""
    return page_body(filters(), prescription_list(), open_prescription(), title_key="pharmacy.list.title")
