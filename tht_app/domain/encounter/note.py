"""The SOAP note: four sections, each a chain of versions of which the last one counts.

Several people write in it at once. What they share is a document; a version is what the document said at one moment, in
the words that are signed, printed and sent.
"""

import re
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from tht_app.domain.errors import Conflict, NotFound, Problem, RuleViolation, ValidationFailed
from tht_app.domain.identity import Permission


class Section(StrEnum):
    """The sections in the order in which a note is read."""

    SUBJECTIVE = "subjective"
    OBJECTIVE = "objective"
    ASSESSMENT = "assessment"
    PLAN = "plan"


NURSING_SECTIONS = frozenset({Section.SUBJECTIVE, Section.OBJECTIVE})
LONGEST_SECTION = 50_000
"""Characters of one section that a program hands in: ten times the longest note we have seen."""
LARGEST_UPDATE = 3_000_000
"""Bytes that one message of an editor may bring: a pasted megabyte and what describes it."""
LARGEST_DOCUMENT = 8_000_000
"""Bytes of a shared note with all its history: twenty times what 20,000 key presses leave behind."""
LONGEST_ADDENDUM = 20_000


class NoteConflict(Conflict):
    """Somebody saved this section after the text that was edited had been read; `version` is the present one."""

    code = "encounter.note_conflict"


class UpdateBroken(RuleViolation):
    """What an editor sent is no change of this note: garbage, or built on something that is not here."""

    code = "encounter.update_broken"


class NoteTooLarge(RuleViolation):
    """The note, or what was added to it at once, is larger than a note may be."""

    code = "encounter.note_too_large"


class AddendumBeforeSigning(RuleViolation):
    """An addendum belongs to a signed note; before that the note itself is open."""

    code = "encounter.addendum_before_signing"


def section_named(name: str) -> Section:
    """The section of an address or payload; an unknown name is something that does not exist."""
    try:
        return Section(name)
    except ValueError:
        raise NotFound from None


def sections_writable_by(permissions: AbstractSet[Permission]) -> frozenset[Section]:
    """What a person of these permissions may write, before it is asked whose encounter it is."""
    if Permission.RECORD_WRITE in permissions:
        return frozenset(Section)
    if Permission.RECORD_WRITE_NURSING in permissions:
        return NURSING_SECTIONS
    return frozenset()


def checked_text(text: str, *, field: str = "text", longest: int = LONGEST_SECTION) -> str:
    """The text as it is kept: every character as typed, line ends as LF; refused when too long or not Unicode."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(kept) > longest:
        raise ValidationFailed({field: Problem("too_long", {"max": longest})})
    try:
        kept.encode()
    except UnicodeEncodeError:
        raise ValidationFailed({field: "encounter.not_unicode"}) from None
    return kept


def checked_required(text: str, *, field: str, longest: int) -> str:
    """Like `checked_text`, trimmed, and refused when nothing is left."""
    kept = checked_text(text, field=field, longest=longest).strip()
    if not kept:
        raise ValidationFailed({field: "required"})
    return kept


class Piece(NamedTuple):
    """A run of words that stayed (` `), came (`+`) or went (`-`)."""

    mark: str
    text: str


WORDS = re.compile(r"\s+|\w+|[^\w\s]")
MOST_COMPARED = 4_000_000
"""Pairs of words: beyond that what was between the same beginning and end is shown as gone and come as a whole."""


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """What an editor changed, word by word, in reading order: what went stands before what came in its place."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    went, came = old[head : len(old) - tail], new[head : len(new) - tail]
    pieces = [Piece(" ", "".join(old[:head])), *_compared(went, came), Piece(" ", "".join(old[len(old) - tail :]))]
    return tuple(piece for piece in pieces if piece.text)


def _alike(one: list[str], other: list[str]) -> int:
    """How many words two lists have in common at their beginning."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _compared(old: list[str], new: list[str]) -> list[Piece]:
    if len(old) * len(new) > MOST_COMPARED:
        return [Piece("-", "".join(old)), Piece("+", "".join(new))]
    pieces: list[Piece] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece(" ", "".join(old[i:j])))
            continue
        pieces += [Piece("-", "".join(old[i:j])), Piece("+", "".join(new[k:m]))]
    return pieces
