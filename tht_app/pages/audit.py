"""`/audit`: who saw and did what, and whether that record is whole."""

import reflex as rx

from tht_app.components.audit.chain import chain_card
from tht_app.components.audit.entries import entry_list, entry_sheet
from tht_app.components.audit.filters import entry_filter, report_box
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.domain.identity import Permission
from tht_app.state.audit.chain import ChainState
from tht_app.state.audit.entries import EntriesState


@clinic_page("/audit", title="audit.title", needs=Permission.AUDIT_READ, on_load=[ChainState.load, EntriesState.load])
def audit() -> rx.Component:
    """The log's proof, the question that patients ask, the filter, the entries."""
    return page_body(
        rx.el.div(chain_card(), report_box(), class_name="grid grid-cols-1 xl:grid-cols-2 gap-6"),
        entry_filter(),
        entry_list(),
        entry_sheet(),
        title_key="audit.title",
    )
