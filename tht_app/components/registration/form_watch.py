"""Looking at a form while it is being filled in."""

import reflex as rx

from tht_app.script import script

SCRIPT = script("form_watch.jsx")


class FormWatch(rx.Component):
    """Sends `on_left(dict[str, str])` with the filled ones of `fields` when one was left and something changed."""

    library = SCRIPT.importable_path
    tag = "FormWatch"

    fields: rx.Var[list[str]]
    first: rx.Var[str]
    """The field that has the focus in the beginning."""
    on_left: rx.EventHandler[rx.event.passthrough_event_spec(dict[str, str])]
