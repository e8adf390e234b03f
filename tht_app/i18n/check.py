"""What is wrong with the catalogue, in words a developer can act on."""

from collections.abc import Iterator
from pathlib import Path

from tht_app.i18n.catalog import LANGUAGES, LOCALES, Language, catalogue, fragment_texts, placeholders_of

SAME_IN_BOTH = LOCALES / "same.txt"


def allowed_same(path: Path = SAME_IN_BOTH) -> frozenset[str]:
    """Keys whose English rightly equals the Indonesian; one a line, `#` starts a reason."""
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line)


def _missing(texts: dict[Language, dict[str, str]]) -> Iterator[str]:
    everywhere = set[str]().union(*texts.values())
    for lang in LANGUAGES:
        for key in sorted(everywhere - texts[lang].keys()):
            yield f"{key}: no text in {lang}"


def _differing(texts: dict[Language, dict[str, str]], same: frozenset[str]) -> Iterator[str]:
    indonesian, english = texts["id"], texts["en"]
    for key in sorted(indonesian.keys() & english.keys()):
        if placeholders_of(indonesian[key]) != placeholders_of(english[key]):
            yield f"{key}: the languages have different placeholders"
        if (indonesian[key] == english[key]) != (key in same):
            verb = "equals the Indonesian" if key not in same else "no longer equals the Indonesian; remove it from"
            yield f"{key}: English {verb} (locales/same.txt)"


def _misplaced(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.po")):
        context = path.name.split(".", maxsplit=1)[0]
        for key in fragment_texts(path):
            first = key.partition(".")[0]
            if first not in {context, "errors", "problems"}:
                yield f"{key}: belongs in {first}.{path.name.split('.')[1]}.po, not in {path.name}"


def catalogue_problems(folder: Path = LOCALES) -> list[str]:
    """Every text that is missing, the same in both languages without a reason, or in the wrong fragment."""
    texts: dict[Language, dict[str, str]] = {lang: dict(catalogue(lang, folder)) for lang in LANGUAGES}
    same = allowed_same(folder / SAME_IN_BOTH.name)
    return [*_missing(texts), *_differing(texts, same), *_misplaced(folder)]
