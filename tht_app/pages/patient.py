"""One patient."""

import reflex as rx

from tht_app.components import ui
from tht_app.components.attachment.panels import patient_files
from tht_app.components.care.emergency import emergency_dialog, emergency_strip
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.letter.panels import patient_letters
from tht_app.components.privacy.requests import patient_requests
from tht_app.components.registration.demographics import (
    consent_sheet,
    consents,
    demographics,
    patient_missing,
    withdrawal_question,
)
from tht_app.components.registration.merged import merged_records
from tht_app.components.registration.patient_form import registration_sheet
from tht_app.components.registration.visits import visits
from tht_app.domain.identity import Permission
from tht_app.state.attachment.files import PatientFilesState
from tht_app.state.care.emergency import EmergencyState
from tht_app.state.letter.letters import PatientLettersState
from tht_app.state.privacy.requests import PatientPrivacyState
from tht_app.state.registration.merged import MergedState
from tht_app.state.registration.patient import PatientState


@clinic_page(
    "/patients/[id]",
    title="registration.patient.title",
    needs=Permission.PATIENT_READ,
    on_load=[
        PatientState.load,
        MergedState.load,
        EmergencyState.load,
        PatientFilesState.load,
        PatientLettersState.load,
        PatientPrivacyState.load,
    ],
    tab_title=PatientState.tab_title,
)
def patient() -> rx.Component:
    """Banner, identity, visits, consents."""
    ready = rx.fragment(
        emergency_strip(PatientState.banner.patient_id),
        ui.patient_banner(PatientState.banner),
        page_body(
            merged_records(),
            demographics(),
            visits(),
            patient_files(),
            patient_letters(),
            consents(),
            patient_requests(),
            consent_sheet(),
            withdrawal_question(),
            registration_sheet(),
            emergency_dialog(),
            title_key="registration.patient.title",
        ),
    )
    missing = page_body(patient_missing(), title_key="registration.patient.title")
    return rx.cond(
        PatientState.phase == "ready",
        ready,
        rx.cond(PatientState.phase == "missing", missing, page_body(ui.skeleton(8))),
    )
