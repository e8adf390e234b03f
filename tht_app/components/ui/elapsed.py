"""Waiting time that ticks in the browser, so that no screen has to be read again for the passing of time."""

from typing import Any

import reflex as rx

from tht_app.components.ui.show import BADGE, TONES
from tht_app.i18n.words import template
from tht_app.script import script

CLOCK = script("clock.js")
SCRIPT = script("elapsed.jsx")


class Elapsed(rx.Component):
    """See elapsed.jsx; use `elapsed`."""

    library = SCRIPT.importable_path
    tag = "Elapsed"

    since: rx.Var[str]
    now: rx.Var[str]
    long: rx.Var[int]
    too_long: rx.Var[int]
    templates: rx.Var[dict[str, str]]
    looks: rx.Var[dict[str, str]]


def elapsed(
    since: Any,
    *,
    now: Any,
    long: int,
    too_long: int,
    keys: tuple[str, str, str] = ("ui.elapsed.ok", "ui.elapsed.long", "ui.elapsed.too_long"),
) -> rx.Component:
    """Minutes since `since`, as a badge that turns amber after `long` and red after `too_long` minutes.

    `since` and `now` are instants in ISO form; `now` is the server's clock when the view was made. `keys` are the texts
    with `{minutes}` for each tone: the words change with the colour.
    """
    ok, waits, waits_too_long = (template(key) for key in keys)
    return Elapsed.create(
        since=since,
        now=now,
        long=long,
        too_long=too_long,
        templates={"ok": ok, "long": waits, "tooLong": waits_too_long},
        looks={
            "ok": f"{BADGE} {TONES['neutral']}",
            "long": f"{BADGE} {TONES['wait']}",
            "tooLong": f"{BADGE} {TONES['danger']}",
        },
    )
