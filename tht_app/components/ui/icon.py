"""Icons: lucide by static name, so that each screen carries only what it shows."""

from typing import Any

import reflex as rx

SIZE = 18


def icon(name: str, *, size: int = SIZE, **props: Any) -> rx.Component:
    """A decorative icon; the words beside it speak for it."""
    props.setdefault("class_name", "shrink-0")
    return rx.icon(name, size=size, aria_hidden="true", custom_attrs={"focusable": "false"}, **props)
