"""The catalogue: every text that people read, by key, in both languages.

Each context keeps a fragment `locales/<context>.{id,en}.po`; a language is the union of its fragments. Indonesian is
authoritative. A key is `context.screen.element`; refusals are `errors.<code>`, field problems `problems.<code>`.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

from babel.messages.pofile import read_po

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")
LOCALES = Path(__file__).parent / "locales"
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class UnknownKey(LookupError):
    """No text in the catalogue has this key: a mistake in the program."""


class TwiceInCatalogue(ValueError):
    """Two fragments claim the same key."""


def as_language(value: str | None) -> Language:
    """The language named by a cookie or a preference; Indonesian for anything else."""
    return "en" if value == "en" else "id"


def fragment_texts(path: Path) -> dict[str, str]:
    """Key -> text of one fragment; entries without a text are left out."""
    with path.open("rb") as file:
        entries = read_po(file)
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}


@cache
def catalogue(lang: Language, folder: Path = LOCALES) -> Mapping[str, str]:
    """All texts of a language; read once per process. Raises TwiceInCatalogue."""
    texts: dict[str, str] = {}
    for path in sorted(folder.glob(f"*.{lang}.po")):
        fragment = fragment_texts(path)
        if twice := texts.keys() & fragment.keys():
            raise TwiceInCatalogue(f"{path.name} repeats {', '.join(sorted(twice))}")
        texts.update(fragment)
    return MappingProxyType(texts)


def template_of(key: str, lang: Language) -> str:
    """The text of a key with its `{placeholders}`. Raises UnknownKey."""
    try:
        return catalogue(lang)[key]
    except KeyError:
        raise UnknownKey(f"{key!r} is not in the {lang} catalogue") from None


def placeholders_of(text: str) -> frozenset[str]:
    """Names that a text wants filled."""
    return frozenset(PLACEHOLDER.findall(text))


def text_of(key: str, lang: str, /, **params: str | int) -> str:
    """The filled text of a key in the receiver's language. Raises UnknownKey.

    A placeholder without a parameter stays as it is: a refusal that lacks a detail still has to be said.
    """
    return PLACEHOLDER.sub(
        lambda match: str(params.get(match[1], match[0])),
        template_of(key, cast("Language", lang if lang in LANGUAGES else "id")),
    )
