"""The first screen: what each role does next."""

import reflex as rx

from tht_app.components.layout.home import bring_sections, home_sections
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.state.acting import SIGNED_IN
from tht_app.state.home import HomeState

# Now, and not first when the page is drawn: the gate lists the handlers of the screens when the server starts.
bring_sections()


@clinic_page("/", title="shell.home.title", needs=SIGNED_IN, on_load=HomeState.load)
def home() -> rx.Component:
    """The sections of the person's roles."""
    return page_body(home_sections(), title_key="shell.home.title")
