"""Two records of one person become one."""

import reflex as rx

from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.registration.merge_screen import back_button, merge_screen
from tht_app.domain.identity import Permission
from tht_app.state.registration.merging import MergeState


@clinic_page(
    "/patients/[id]/merge",
    title="registration.merge.title",
    needs=Permission.PATIENT_MERGE,
    on_load=MergeState.load,
    tab_title=MergeState.patient_name,
)
def patient_merge() -> rx.Component:
    """Pick the other record, compare, merge."""
    return page_body(merge_screen(), title_key="registration.merge.title", actions=[back_button()])
