"""Templates of a note: a short name that stands for text of several sections, findings, diagnoses and medicines.

A template knows no patient. What differs from one patient to the next stands in it as a `Placeholder`, as the side
`asked`, which is chosen when the template is used, or as a gap that the writer fills.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from tht_app.domain.encounter.diagnosis import Certainty, Laterality, asks_for_side, is_icd10_code
from tht_app.domain.encounter.note import NURSING_SECTIONS, Section, checked_text
from tht_app.domain.ent.findings import (
    NORMAL,
    PAIRED,
    SITES,
    Change,
    Finding,
    Part,
    Side,
    all_normal,
    tap,
)
from tht_app.domain.errors import Conflict, DomainError, NotFound, Problem, RuleViolation, ValidationFailed

ASKED = "asked"
"""The side that is chosen when the template is used."""
GAP = "***"
"""Where the writer still has to say something; keys jump from one to the next."""
NAME = re.compile(r"[a-z][a-z0-9-]{1,29}")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
LONGEST_TITLE = 120
LONGEST_TEXT = 8_000
MOST_FINDINGS = 60
MOST_DIAGNOSES = 10
MOST_LINES = 12
SIDES_TO_ASK = (Laterality.RIGHT, Laterality.LEFT, Laterality.BOTH)


class Placeholder(StrEnum):
    """What the clinic fills in from the visit, and nothing else."""

    NAME = "nama"
    AGE = "umur"
    SIDE = "sisi"
    DAY = "tanggal"


class TemplateNameTaken(RuleViolation):
    """Another template of the same shelf (one's own, or the shared one) has this short name."""

    code = "template.name_taken"


class TemplateChanged(Conflict):
    """Somebody saved this template after it was opened."""

    code = "template.changed"


class SideNotChosen(DomainError):
    """The template has something for the affected side, and nobody said which that is."""

    code = "template.side_not_chosen"


class NothingChosen(RuleViolation):
    """Nothing of what the template would add is ticked."""

    code = "template.nothing_chosen"


class NotPlaceable(RuleViolation):
    """Something that was ticked cannot be added any more; `item` names it."""

    code = "template.not_placeable"


@dataclass(frozen=True, slots=True)
class TemplateDiagnosis:
    """A diagnosis: its side may be `asked`."""

    code: str
    side: str = Laterality.NONE.value
    certainty: str = Certainty.PROVISIONAL.value


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A medicine with its direction, as a prescriber writes it; `item` is how it was called when it was chosen."""

    product_id: UUID
    item: str
    amount: str
    unit: str
    times_per_day: int
    route: str
    quantity: int = 0
    side: str = ""
    timing: str = ""
    as_needed: bool = False
    days: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class TemplateContent:
    """Everything that a template says. `normal` are parts of the examination in which the rest is normal."""

    name: str
    title: str
    sections: Mapping[Section, str] = field(default_factory=dict[Section, str])
    normal: tuple[Part, ...] = ()
    findings: tuple[str, ...] = ()
    """Keys as in `domain.ent.findings`, with `asked` and `both` as sides too."""
    diagnoses: tuple[TemplateDiagnosis, ...] = ()
    lines: tuple[TemplateLine, ...] = ()

    @property
    def places(self) -> bool:
        """Whether it adds more than words."""
        return bool(self.normal or self.findings or self.diagnoses or self.lines)

    @property
    def asks_side(self) -> bool:
        """Whether anything in it depends on the affected side."""
        wanted = f"{{{Placeholder.SIDE}}}"
        return (
            any(wanted in text for text in self.sections.values())
            or any(key.split(".")[1] == ASKED for key in self.findings)
            or any(one.side == ASKED for one in (*self.diagnoses, *self.lines))
        )


def checked(content: TemplateContent) -> TemplateContent:
    """The content as it is kept; raises ValidationFailed that names every bad field."""
    name, title = content.name.strip().lower().removeprefix("."), content.title.strip()
    problems: dict[str, str | Problem] = {}
    if not NAME.fullmatch(name):
        problems["name"] = "required" if not name else "template.name_letters"
    if not title:
        problems["title"] = "required"
    elif len(title) > LONGEST_TITLE:
        problems["title"] = Problem("too_long", {"max": LONGEST_TITLE})
    sections = _sections(content.sections, problems)
    _check_parts(content, problems)
    if not sections and not content.places and not problems:
        problems["subjective"] = "template.empty"
    if problems:
        raise ValidationFailed(problems)
    parts = tuple(part for part in Part if part in content.normal)
    keys = tuple(dict.fromkeys(content.findings))
    return TemplateContent(name, title, sections, parts, keys, content.diagnoses, content.lines)


def _sections(given: Mapping[Section, str], problems: dict[str, str | Problem]) -> dict[Section, str]:
    kept: dict[Section, str] = {}
    known = set(Placeholder)
    for section in Section:
        try:
            text = checked_text(given.get(section, ""), field=section.value, longest=LONGEST_TEXT).strip("\n")
        except ValidationFailed as bad:
            problems.update(bad.fields)
            continue
        if "\0" in text:
            problems[section.value] = "encounter.not_unicode"
        elif strange := next((name for name in PLACEHOLDER.findall(text) if name not in known), None):
            problems[section.value] = Problem("template.placeholder", {"name": strange})
        elif text.strip():
            kept[section] = text
    return kept


def _check_parts(content: TemplateContent, problems: dict[str, str | Problem]) -> None:
    for field_name, found, most in (
        ("findings", content.findings, MOST_FINDINGS),
        ("diagnoses", content.diagnoses, MOST_DIAGNOSES),
        ("lines", content.lines, MOST_LINES),
    ):
        if len(found) > most:
            problems[field_name] = Problem("template.too_many", {"max": most})
    if not all(is_finding(key) for key in content.findings):
        problems["findings"] = "unknown_choice"
    if not all(_is_diagnosis(one) for one in content.diagnoses):
        problems["diagnoses"] = "encounter.side_needed"


def is_finding(key: str) -> bool:
    """Whether a key names a finding that a template may hold."""
    pieces = key.split(".")
    if len(pieces) != 4:
        return False
    part, side, site, finding = pieces
    known = SITES.get((Part(part), site)) if part in set(Part) else None
    if known is None or finding not in (NORMAL, *known[1].findings):
        return False
    paired = known[0].sides == PAIRED
    return side in ({ASKED, Side.RIGHT, Side.LEFT, Side.BOTH} if paired else {Side.NONE})


def _is_diagnosis(one: TemplateDiagnosis) -> bool:
    sided = one.side in {ASKED, *(side.value for side in Laterality)}
    if not is_icd10_code(one.code) or not sided or one.certainty not in set(Certainty):
        return False
    return one.side != ASKED or asks_for_side(one.code)


def chosen_side(content: TemplateContent, side: str) -> str:
    """The affected side of this use; raises SideNotChosen where one is needed, NotFound for what is no side."""
    if side not in {"", *(one.value for one in SIDES_TO_ASK)}:
        raise NotFound
    if not side and content.asks_side:
        raise SideNotChosen
    return side


def _sides(side: str, affected: str) -> tuple[Side, ...]:
    meant = affected if side == ASKED else side
    return PAIRED if meant == Side.BOTH else (Side(meant),)


def findings_of(content: TemplateContent, affected: str) -> tuple[Finding, ...]:
    """The findings that the template names, on the sides that are meant."""
    found: list[Finding] = []
    for key in content.findings:
        part, side, site, finding = key.split(".")
        found.extend(Finding(Part(part), one, site, finding) for one in _sides(side, affected))
    return tuple(dict.fromkeys(found))


def change_of(standing: Iterable[Finding], content: TemplateContent, affected: str) -> Change:
    """What the template changes in an examination: its findings, then 'normal' where nothing stands yet.

    What somebody has recorded is left: a site with a finding of its own gets none from the template.
    """
    before = tuple(standing)
    taken = {finding.place for finding in before}
    added: list[Finding] = []
    for finding in findings_of(content, affected):
        if finding.place not in taken:
            change = tap(added, finding)
            added = [one for one in added if one not in change.remove] + list(change.add)
    return Change(add=(*added, *all_normal((*before, *added), content.normal).add))


def filled(text: str, values: Mapping[Placeholder, str]) -> str:
    """The text with its placeholders filled; what is not known becomes a gap for the writer."""
    return PLACEHOLDER.sub(
        lambda match: (values.get(Placeholder(match[1])) or GAP) if match[1] in set(Placeholder) else match[0], text
    )


def text_for(content: TemplateContent, writable: Iterable[Section]) -> dict[Section, str]:
    """The sections that somebody may write, in reading order."""
    may = frozenset(writable)
    return {section: content.sections[section] for section in Section if section in may and section in content.sections}


def helps_nurses(content: TemplateContent) -> bool:
    """Whether it has text for what nurses write."""
    return not NURSING_SECTIONS.isdisjoint(content.sections)
