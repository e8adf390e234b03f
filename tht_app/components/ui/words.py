"""Small shared ways of the design system: catalogue words, test ids, class names."""

from typing import Any

import reflex as rx

from tht_app.i18n import t

Words = str | rx.Var
"""A catalogue key, or a Var that already holds words."""


def said(words: Words) -> rx.Var:
    """The words of a key; a Var is passed through. Raises UnknownKey for a key that is not in the catalogue."""
    return words if isinstance(words, rx.Var) else t(words)


def mark_of(words: Words, given: str | None = None) -> str | None:
    """`registration.form.save` -> `registration-form-save`; `given` wins; a Var has none of its own."""
    if given is not None:
        return given
    return words.replace(".", "-").replace("_", "-") if isinstance(words, str) else None


def marked(test_id: str | None) -> dict[str, Any]:
    """The `data-testid` attribute, if there is one."""
    return {"data_testid": test_id} if test_id else {}


def joined(*classes: str) -> str:
    """Class names without the empty ones."""
    return " ".join(name for name in classes if name)
