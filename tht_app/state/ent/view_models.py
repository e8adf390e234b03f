"""From findings to what a screen shows: pure functions, no Reflex."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from tht_app.domain.ent.findings import REMARK, Finding, in_reading_order
from tht_app.i18n import text_of


@dataclass(frozen=True)
class SentenceView:
    """What was found on one part and side, as one sentence."""

    part: str
    side: str
    text: str


def pressed(findings: Iterable[Finding]) -> list[str]:
    """Keys of the findings that stand, for the buttons of the form."""
    return [finding.key for finding in findings if finding.finding != REMARK]


def remarks(findings: Iterable[Finding]) -> dict[str, str]:
    """Free text by `part.side`."""
    return {f"{finding.part}.{finding.side}": finding.text for finding in findings if finding.finding == REMARK}


def sentences(findings: Iterable[Finding], lang: str) -> list[SentenceView]:
    """One sentence a part and side, in reading order: `liang telinga: serumen, sekret; membran timpani: normal`."""
    return [
        SentenceView(part.value, side.value, _sentence(list(group), lang))
        for (part, side), group in groupby(in_reading_order(findings), key=lambda f: (f.part, f.side))
    ]


def _sentence(findings: list[Finding], lang: str) -> str:
    parts: list[str] = []
    for site, group in groupby(findings, key=lambda f: f.site):
        here = list(group)
        if here[0].finding == REMARK:
            parts.append(here[0].text)
            continue
        words = ", ".join(inside(text_of(f"ent.finding.{finding.finding}", lang)) for finding in here)
        parts.append(f"{text_of(f'ent.site.{site}', lang)}: {words}")
    return "; ".join(parts)


def inside(word: str) -> str:
    """A word as it stands inside a sentence; a grade such as `T3` keeps its capital."""
    return word if word[1:2].isdigit() else word[:1].lower() + word[1:]
