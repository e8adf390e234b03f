"""The SOAP note: four sections, each a chain of versions of which the last one counts."""

from collections.abc import Set as AbstractSet
from enum import StrEnum

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
"""Characters of one section: ten times the longest note we have seen, and small enough for one request."""
LONGEST_ADDENDUM = 20_000


class NoteConflict(Conflict):
    """Somebody saved this section after the text that was edited had been read; `version` is the present one."""

    code = "encounter.note_conflict"


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
