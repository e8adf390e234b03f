"""Lists: one table for all screens, with its pager in the address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from tht_app.components.ui.icon import icon
from tht_app.components.ui.words import Words, joined, marked, said
from tht_app.i18n import t
from tht_app.script import script

SCRIPT = script("table.jsx")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `label` is a catalogue key; `numeric` aligns right with tabular figures; `width` is CSS.

    `narrow=False` hides the column on small screens, for what is nice to have.
    """

    key: str
    label: Words
    numeric: bool = False
    width: str | None = None
    narrow: bool = True


class TableRow(rx.Component):
    """See table.jsx; use `table`."""

    library = SCRIPT.importable_path
    tag = "TableRow"

    on_open: rx.EventHandler[rx.event.no_args_event_spec]


class PageLink(rx.Component):
    """See table.jsx; use `pager`."""

    library = SCRIPT.importable_path
    tag = "PageLink"

    page: rx.Var[int]
    disabled: rx.Var[bool]


def _hidden(column: Column) -> str:
    return "" if column.narrow else "max-md:hidden"


def _head(columns: Sequence[Column]) -> rx.Component:
    return rx.el.thead(
        rx.el.tr(
            *[
                rx.el.th(
                    said(column.label),
                    scope="col",
                    class_name=joined(
                        "sticky top-0 z-10 bg-surface border-b border-line-strong px-3 h-row text-13 font-semibold "
                        "text-muted whitespace-nowrap",
                        "text-right" if column.numeric else "text-left",
                        _hidden(column),
                    ),
                    style={"width": column.width} if column.width else {},
                )
                for column in columns
            ]
        )
    )


def _cell(column: Column, content: Any) -> rx.Component:
    return rx.el.td(
        content,
        class_name=joined(
            "px-3 py-1 h-row border-b border-line align-middle",
            "text-right tabular-nums whitespace-nowrap" if column.numeric else "text-left",
            _hidden(column),
        ),
    )


def table(
    *,
    columns: Sequence[Column],
    rows: Any,
    row: Callable[[Any], Sequence[Any]],
    caption_key: Words,
    on_open: Callable[[Any], Any] | None = None,
    empty: Any = None,
    key: Callable[[Any], Any] | None = None,
    test_id: str | None = None,
) -> rx.Component:
    """A table of `rows` (Var of a list of views). `row(view)` gives one cell a column.

    `on_open(view)` is the event of Enter or a click on a row; buttons and links inside a row act for themselves. Up,
    Down, Home and End move between rows. With no rows, `empty` stands in its place. Rows have the test id
    `<test_id>-row`. `key(view)` tells rows apart where they change places, so that the focus goes with them.
    """

    def line(view: Any) -> rx.Component:
        cells = [_cell(column, content) for column, content in zip(columns, row(view), strict=True)]
        look = "hover:bg-sunken focus-visible:-outline-offset-2"
        props: dict[str, Any] = {"class_name": look, "custom_attrs": {}}
        if test_id:
            props["custom_attrs"]["data-testid"] = f"{test_id}-row"
        if key is not None:
            props["key"] = key(view)
        if on_open is not None:
            props |= {"on_open": on_open(view), "class_name": f"{look} cursor-pointer"}
        return TableRow.create(*cells, **props)

    body = rx.el.div(
        rx.el.table(
            rx.el.caption(said(caption_key), class_name="sr-only"),
            _head(columns),
            rx.el.tbody(rx.foreach(rows, line)),
            class_name="w-full border-separate border-spacing-0 text-14",
            **marked(test_id),
        ),
        class_name="overflow-x-auto rounded-card border border-line bg-surface",
    )
    return body if empty is None else rx.cond(rows.length() > 0, body, empty)


def _step(label: str, icon_name: str, page: Any, *, disabled: Any, after: bool = False) -> rx.Component:
    face = [icon(icon_name), rx.el.span(t(label))]
    return PageLink.create(
        *(reversed(face) if after else face),
        page=page,
        disabled=disabled,
        class_name=(
            "inline-flex items-center gap-1 min-h-control px-3 rounded-control no-underline font-semibold "
            "text-accent-text "
            "hover:bg-sunken aria-disabled:text-muted aria-disabled:opacity-60 aria-disabled:hover:bg-transparent"
        ),
        custom_attrs={"data-testid": label.replace(".", "-")},
    )


def pager(*, page: Any, pages: Any, summary: Any) -> rx.Component:
    """Earlier and next page as links that change `?page=` and keep the rest of the address.

    `page` counts from 1; `summary` is words such as "Menampilkan 1-50 dari 1.204". `on_load` reads the address.
    """
    return rx.el.nav(
        rx.el.p(summary, class_name="text-muted tabular-nums", aria_live="polite"),
        rx.el.div(
            _step("ui.pager.previous", "chevron-left", page - 1, disabled=page <= 1),
            _step("ui.pager.next", "chevron-right", page + 1, disabled=page >= pages, after=True),
            class_name="flex items-center gap-2",
        ),
        aria_label=t("ui.pager.label"),
        class_name="flex flex-wrap items-center justify-between gap-3",
        data_testid="ui-pager",
    )
