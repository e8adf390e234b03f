"""One visit: the note, the examination, the signature."""

import reflex as rx

from tht_app.components.encounter.screen import encounter_screen
from tht_app.components.layout.page import clinic_page
from tht_app.domain.identity import Permission
from tht_app.state.attachment.files import VisitFilesState
from tht_app.state.care.emergency import EmergencyState
from tht_app.state.encounter.visit import EncounterState
from tht_app.state.letter.letters import VisitLettersState


@clinic_page(
    "/encounters/[id]",
    title="encounter.visit.title",
    needs=Permission.RECORD_READ,
    on_load=[EncounterState.load, EmergencyState.load, VisitFilesState.load, VisitLettersState.load],
    tab_title=EncounterState.view.tab_title,
)
def encounter() -> rx.Component:
    """Summary, note and tools of one visit."""
    return encounter_screen()
