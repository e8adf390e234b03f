"""Words, numbers and dates for people: `t` for screens, `text_of` for text made on the server.

Importing this package does not import Reflex; only the first call of `t` does.
"""

from typing import Any

from tht_app.i18n.catalog import LANGUAGES, Language, UnknownKey, as_language, text_of
from tht_app.i18n.format import (
    age_text,
    clock_text,
    date_text,
    decimal_text,
    exact_text,
    long_date_text,
    moment_text,
    money_text,
    number_text,
    time_text,
)

__all__ = [
    "LANGUAGES",
    "Language",
    "UnknownKey",
    "age_text",
    "as_language",
    "clock_text",
    "date_text",
    "decimal_text",
    "exact_text",
    "long_date_text",
    "moment_text",
    "money_text",
    "number_text",
    "t",
    "text_of",
    "time_text",
]


def t(key: str, /, **params: Any) -> Any:
    """The words of a catalogue key as a Var that follows the `lang` cookie in the browser.

    `params` fill `{name}` in the text and may be Vars. Raises UnknownKey, so that a typing mistake fails the compile.
    """
    from tht_app.i18n.words import words  # noqa: PLC0415  the command line and the worker need no Reflex

    return words(key, params)
