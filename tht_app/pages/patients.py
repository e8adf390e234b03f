"""Finding a patient, or registering one."""

import reflex as rx

from tht_app.components.care.emergency import emergency_dialog, found_stranger
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.registration.patient_form import registration_sheet
from tht_app.components.registration.result_list import file_actions, register_button, result_list, search_field
from tht_app.domain.identity import Permission
from tht_app.state.registration.patients import PatientsState


@clinic_page(
    "/patients", title="registration.patients.title", needs=Permission.PATIENT_SEARCH, on_load=PatientsState.load
)
def patients() -> rx.Component:
    """One box, what it finds, and the sheet for somebody new."""
    return page_body(
        search_field(),
        found_stranger(),
        result_list(),
        emergency_dialog(),
        registration_sheet(),
        title_key="registration.patients.title",
        actions=[file_actions(), register_button(PatientsState.text)],
    )
