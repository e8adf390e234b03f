"""`/patients/[id]/timeline`: what happened in the record of one patient."""

import reflex as rx

from tht_app.components import ui
from tht_app.components.care.emergency import emergency_strip
from tht_app.components.encounter.timeline import timeline
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.registration.demographics import patient_missing
from tht_app.domain.identity import Permission
from tht_app.state.care.emergency import EmergencyState
from tht_app.state.encounter.timeline import TimelineState


@clinic_page(
    "/patients/[id]/timeline",
    title="encounter.timeline.title",
    needs=Permission.RECORD_READ,
    on_load=[TimelineState.load, EmergencyState.load],
    tab_title=TimelineState.tab_title,
)
def patient_timeline() -> rx.Component:
    """Banner, filters, events."""
    back = ui.link_button("encounter.timeline.back", "/patients/" + TimelineState.banner.patient_id, icon="arrow-left")
    ready = rx.fragment(
        emergency_strip(TimelineState.banner.patient_id),
        ui.patient_banner(TimelineState.banner),
        page_body(timeline(), title_key="encounter.timeline.title", actions=[back]),
    )
    missing = page_body(patient_missing(), title_key="encounter.timeline.title")
    return rx.match(TimelineState.phase, ("ready", ready), ("missing", missing), page_body(ui.skeleton(8)))
