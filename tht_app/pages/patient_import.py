"""Bringing patients in from a file."""

import reflex as rx

from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.registration.import_screen import result_card, upload_card
from tht_app.domain.identity import Permission
from tht_app.state.registration.imports import ImportState


@clinic_page(
    "/patients/import", title="registration.import.title", needs=Permission.PATIENT_IMPORT, on_load=ImportState.load
)
def patient_import() -> rx.Component:
    """Choose a file, look at what was found, import."""
    return page_body(upload_card(), result_card(), title_key="registration.import.title", width="text")
