"""A record that is drawn at its own address only."""

from typing import Any

import reflex as rx

from tht_app.script import script

SCRIPT = script("only_here.jsx")


class OnlyHere(rx.Component):
    """See only_here.jsx; use `only_here`."""

    library = SCRIPT.importable_path
    tag = "OnlyHere"

    path: rx.Var[str]
    waiting: rx.Var[rx.Component]


def only_here(path: Any, body: rx.Component, waiting: rx.Component) -> rx.Component:
    """`body` while the browser stands at `path`, for which the State was loaded last; `waiting` until then.

    Between two patients the State still holds the first one, for as long as the network needs: whoever clicks on the
    second must never read, or act on, the first.
    """
    return OnlyHere.create(body, path=path, waiting=waiting)
