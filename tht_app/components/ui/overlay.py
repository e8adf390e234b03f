"""What floats: dialog, side sheet, menu."""

from typing import Any

import reflex as rx

from tht_app.components.ui.button import icon_button
from tht_app.components.ui.icon import icon as draw_icon
from tht_app.components.ui.words import Words, joined, mark_of, marked, said
from tht_app.script import script

SCRIPT = script("overlay.jsx")
WIDTHS = {"small": "w-[26rem]", "medium": "w-[38rem]", "large": "w-[56rem]"}
MENU_ITEM = (
    "flex items-center gap-3 w-full min-h-control px-3 rounded-control text-14 text-left no-underline "
    "whitespace-nowrap "
    "bg-transparent border-0 hover:bg-sunken focus:bg-sunken focus:outline-none"
)


class DialogBox(rx.Component):
    """See overlay.jsx; use `dialog`."""

    library = SCRIPT.importable_path
    tag = "Dialog"

    open: rx.Var[bool]
    urgent: rx.Var[bool]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


class SheetBox(rx.Component):
    """See overlay.jsx; use `side_sheet`."""

    library = SCRIPT.importable_path
    tag = "SideSheet"

    open: rx.Var[bool]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


class MenuBox(rx.Component):
    """See overlay.jsx; use `menu`."""

    library = SCRIPT.importable_path
    tag = "Menu"

    trigger: rx.Var[Any]
    trigger_props: rx.Var[dict[str, Any]]
    label: rx.Var[str]
    align: rx.Var[str]


def _head(title: Words, name: str, on_close: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h2(said(title), id=f"{name}-title", class_name="text-20 font-bold m-0"),
        icon_button("x", "ui.close", on_click=on_close, test_id=f"{name}-close", class_name="-mr-2"),
        class_name="flex items-center justify-between gap-4 px-6 pt-4",
    )


def dialog(
    *children: Any,
    open: Any,
    title_key: Words,
    on_close: Any,
    size: str = "small",
    urgent: bool = False,
    test_id: str | None = None,
) -> rx.Component:
    """A modal question. `open` is a Var, `on_close` an event (Escape, the cross, a click beside it).

    The focus goes to what has `auto_focus=True`, else to the first field, else to the first button of its content, and
    returns afterwards. `urgent` is for what cannot be undone: no closing by a click beside it, announced at once. Its
    children exist only while it is open, so a form inside starts afresh each time.
    """
    name = mark_of(title_key, test_id) or "ui-dialog"
    return DialogBox.create(
        _head(title_key, name, on_close),
        rx.el.div(
            *children,
            class_name="flex flex-col gap-4 px-6 pb-6 pt-3",
            custom_attrs={"data-dialog-content": "true"},
        ),
        open=open,
        urgent=urgent,
        on_close=on_close,
        class_name=joined(
            WIDTHS[size],
            "max-w-[calc(100vw-2rem)] max-h-[calc(100dvh-4rem)] overflow-y-auto m-auto p-0 rounded-card "
            "border border-line "
            "bg-surface text-text shadow-float",
        ),
        custom_attrs={"aria-labelledby": f"{name}-title", "data-testid": name},
    )


def dialog_actions(*children: Any) -> rx.Component:
    """Buttons at the foot of a dialog; put the safe one first."""
    return rx.el.div(*children, class_name="flex flex-wrap justify-end gap-3 pt-2")


def side_sheet(*children: Any, open: Any, title_key: Words, on_close: Any, test_id: str | None = None) -> rx.Component:
    """A panel at the right edge that leaves the page usable. `open` is a Var; Escape and the cross send `on_close`."""
    name = mark_of(title_key, test_id) or "ui-sheet"
    return SheetBox.create(
        _head(title_key, name, on_close),
        rx.el.div(*children, class_name="flex flex-col gap-4 px-6 pb-6 pt-3"),
        open=open,
        on_close=on_close,
        class_name=(
            "fixed right-0 top-14 bottom-0 max-lg:bottom-16 z-30 w-[28rem] max-w-full overflow-y-auto "
            "bg-surface border-l "
            "border-line shadow-float focus:outline-none"
        ),
        custom_attrs={"aria-labelledby": f"{name}-title", "data-testid": name},
    )


def menu_item(
    label: Words, *, icon: str | None = None, on_click: Any = None, danger: bool = False, test_id: str | None = None
) -> rx.Component:
    """One action of a menu."""
    return rx.el.button(
        *([draw_icon(icon)] if icon else []),
        said(label),
        type="button",
        role="menuitem",
        tab_index=-1,
        class_name=joined(MENU_ITEM, "text-danger-text" if danger else ""),
        **({"on_click": on_click} if on_click is not None else {}),
        **marked(mark_of(label, test_id)),
    )


def menu(
    label: Words,
    *items: Any,
    icon: str = "ellipsis-vertical",
    text: Any = None,
    align: str = "end",
    test_id: str | None = None,
) -> rx.Component:
    """A button that opens a list of actions (`menu_item`); arrow keys, Home, End, Escape work inside.

    `label` names it; `text` (a Var) is shown beside the icon, otherwise the icon stands alone.
    """
    face = rx.fragment(
        draw_icon(icon), *([rx.el.span(text, class_name="truncate max-lg:hidden")] if text is not None else [])
    )
    trigger_look = (
        "inline-flex items-center justify-center gap-2 min-h-control min-w-control px-2 max-w-56 "
        "rounded-control border "
        "border-transparent hover:bg-sunken text-14 font-medium"
    )
    return MenuBox.create(
        *items,
        trigger=face,
        trigger_props={"className": trigger_look, "data-testid": mark_of(label, test_id)},
        label=said(label),
        align=align,
        class_name=(
            "absolute z-[25] mt-1 p-1 min-w-48 flex flex-col [[hidden]]:hidden rounded-card border border-line "
            "bg-surface "
            "shadow-float"
        ),
    )
