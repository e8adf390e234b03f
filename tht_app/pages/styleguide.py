"""Every component in every state, in the demo clinic only."""

import reflex as rx

from tht_app.components.layout.failure import missing_screen
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.styleguide.parts import guide
from tht_app.state.acting import SIGNED_IN
from tht_app.state.shell import ClinicState


@clinic_page("/styleguide", title="styleguide.title", needs=SIGNED_IN)
def styleguide() -> rx.Component:
    """The guide, or nothing at this address in a real clinic."""
    return rx.cond(ClinicState.demo, page_body(guide(), title_key="styleguide.title"), missing_screen())
