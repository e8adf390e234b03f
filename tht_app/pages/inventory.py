"""The shelf: what there is, what runs short, what expires."""

import reflex as rx

from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.pharmacy.inventory import filters, item_sheet, product_list
from tht_app.domain.identity import Permission
from tht_app.state.pharmacy.inventory import InventoryState


@clinic_page(
    "/inventory", title="pharmacy.inventory.title", needs=Permission.INVENTORY_READ, on_load=InventoryState.load
)
def inventory() -> rx.Component:
    """The list of products; one opens at the side."""
    return page_body(filters(), product_list(), item_sheet(), title_key="pharmacy.inventory.title")
