"""`/audit/patients/[patient_id]`: who opened this patient's record."""

import reflex as rx

from tht_app.components.audit.report import access_report
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.ui import link_button
from tht_app.domain.identity import Permission
from tht_app.state.audit.report import AccessReportState


@clinic_page(
    "/audit/patients/[patient_id]",
    title="audit.report.title",
    needs=Permission.AUDIT_READ,
    on_load=AccessReportState.load,
)
def audit_patient() -> rx.Component:
    """Every access by day, and the paper for the patient."""
    back = link_button("audit.report.back", "/audit", icon="arrow-left")
    return page_body(access_report(), title_key="audit.report.title", actions=[back])
