"""From templates to what screens show: pure functions, no Reflex."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from tht_app.domain.encounter.note import Piece, Section, difference
from tht_app.domain.ent.findings import NORMAL, PAIRED, REGIONS, SITES, Part, Side
from tht_app.domain.template import ASKED, TemplateContent, TemplateLine
from tht_app.i18n import LANGUAGES, age_text, date_text, text_of, time_text
from tht_app.state.ent.view_models import SentenceView, inside, sentences
from tht_app.state.pharmacy.view_models import direction_text, watched_text
from tht_app.use_cases.pharmacy.prescribing import dosage_of
from tht_app.use_cases.pharmacy.wording import allergy_text
from tht_app.use_cases.template import Item, Placing
from tht_app.use_cases.template.writing import Template, draft_of

GROWN_UP = 18


@dataclass(frozen=True)
class TemplateRow:
    """One template in the list."""

    id: str = ""
    name: str = ""
    title: str = ""
    shared: bool = False
    parts: str = ""
    changed: str = ""
    version: int = 0


@dataclass(frozen=True)
class PartView:
    """A finding, diagnosis or medicine of a template that is being written."""

    key: str = ""
    label: str = ""
    detail: str = ""
    side: str = ""
    certainty: str = ""
    sided: bool = False


@dataclass(frozen=True)
class ChoiceView:
    """A suggestion of a search."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class VersionView:
    """One version in the history of a template."""

    version: int = 0
    what: str = ""
    """`made`, `changed`, `retired` or `restored`."""
    by: str = ""


@dataclass(frozen=True)
class PieceView:
    """Words that stayed (`same`), came (`new`) or went (`old`)."""

    kind: str
    text: str


@dataclass(frozen=True)
class ItemView:
    """Something that a template would add; `problem` are words, empty when all is well."""

    key: str = ""
    label: str = ""
    detail: str = ""
    side: str = ""
    problem: str = ""
    blocked: bool = False
    ticked: bool = True
    watched: str = ""


@dataclass(frozen=True)
class PlacingView:
    """The dialog 'what would be added'."""

    template_id: str = ""
    version: int = 0
    title: str = ""
    side: str = ""
    findings: list[SentenceView] = field(default_factory=list[SentenceView])
    diagnoses: list[ItemView] = field(default_factory=list[ItemView])
    lines: list[ItemView] = field(default_factory=list[ItemView])
    allergy_state: str = ""
    allergy: str = ""
    young: str = ""
    """The age of a patient who is not grown up: doses in templates mostly are for those who are."""


def template_rows(templates: Iterable[Template], zone: ZoneInfo, lang: str) -> list[TemplateRow]:
    """The list."""
    return [
        TemplateRow(
            str(one.id),
            f".{one.content.name}",
            one.content.title,
            one.shared,
            parts_text(one.content, lang),
            f"{one.written_by}, {date_text(one.written_at.astimezone(zone).date(), lang)}",
            one.version,
        )
        for one in templates
    ]


def parts_text(content: TemplateContent, lang: str) -> str:
    """What a template consists of: `S O A P · pemeriksaan · diagnosis · resep`."""
    letters = " ".join(section.value[0].upper() for section in Section if section in content.sections)
    more = (
        ("exam", content.normal or content.findings),
        ("diagnoses", content.diagnoses),
        ("lines", content.lines),
    )
    return " · ".join([letters] * bool(letters) + [text_of(f"template.part.{name}", lang) for name, has in more if has])


def finding_choices(text: str, lang: str, most: int = 12) -> list[ChoiceView]:
    """Findings whose words contain every typed word, in whichever language it was typed."""
    words = text.lower().split()
    found: list[ChoiceView] = []
    for region in REGIONS:
        side = ASKED if region.sides == PAIRED else "none"
        for site in region.sites:
            for finding in (*site.findings, NORMAL):
                choice = ChoiceView(
                    f"{region.part}.{side}.{site.code}.{finding}",
                    finding_text(site.code, finding, lang),
                    text_of(f"ent.part.{region.part}", lang),
                )
                known = " ".join([choice.hint, *(finding_text(site.code, finding, one) for one in LANGUAGES)]).lower()
                if all(word in known for word in words):
                    found.append(choice)
    return found[:most]


def finding_text(site: str, finding: str, lang: str) -> str:
    """`Membran timpani: hiperemis`."""
    return f"{text_of(f'ent.site.{site}', lang)}: {inside(text_of(f'ent.finding.{finding}', lang))}"


def finding_views(keys: Iterable[str], lang: str) -> list[PartView]:
    """Findings of a template."""
    views: list[PartView] = []
    for key in keys:
        part, side, site, finding = key.split(".")
        sided = SITES[Part(part), site][0].sides == PAIRED
        views.append(
            PartView(key, finding_text(site, finding, lang), text_of(f"ent.part.{part}", lang), side, sided=sided)
        )
    return views


def line_detail(line: TemplateLine, lang: str) -> str:
    """`1 tablet – oral – 3× sehari – sesudah makan – 5 hari`; the asked side as such."""
    dosage = dosage_of(draft_of(line, "both"))
    unit = text_of(f"pharmacy.unit.{line.unit}", lang)
    asked = f" ({text_of('template.affected.asked', lang)})" if line.side == ASKED else ""
    note = f" – {line.note}" if line.note else ""
    return f"{line.amount}\u00a0{unit} – {direction_text(dosage, lang)}{asked}{note}"


def line_views(lines: Sequence[TemplateLine], lang: str) -> list[PartView]:
    """Medicines of a template; the key is their place."""
    return [PartView(str(at), line.item, line_detail(line, lang)) for at, line in enumerate(lines)]


def version_views(versions: Sequence[Template], zone: ZoneInfo, lang: str) -> list[VersionView]:
    """Who did what when, newest first."""
    views: list[VersionView] = []
    for at, one in enumerate(versions):
        before = versions[at + 1] if at + 1 < len(versions) else None
        local = one.written_at.astimezone(zone)
        if before is None:
            what = "made"
        elif before.retired != one.retired:
            what = "retired" if one.retired else "restored"
        else:
            what = "changed"
        by = f"{one.written_by} · {date_text(local.date(), lang)} {time_text(local)}"
        views.append(VersionView(one.version, what, by))
    return views


def whole_text(content: TemplateContent, lang: str) -> str:
    """A template as one text, for comparing two versions."""
    lines = [f".{content.name}", content.title]
    for section in Section:
        if section in content.sections:
            lines += ["", text_of(f"encounter.section.{section.value}", lang), content.sections[section]]
    more = [text_of(f"template.form.normal.{part}", lang) for part in content.normal]
    more += [view.label + _side_words(view.side, lang) for view in finding_views(content.findings, lang)]
    for one in content.diagnoses:
        certainty = text_of(f"encounter.certainty.{one.certainty}", lang)
        more.append(f"{one.code}{_side_words(one.side, lang)}, {certainty.lower()}")
    more += [f"{line.item}: {line_detail(line, lang)}" for line in content.lines]
    return "\n".join([*lines, *([""] if more else []), *more])


def _side_words(side: str, lang: str) -> str:
    """` (kiri)`; nothing where there is no side."""
    return "" if side == Side.NONE else f" ({text_of(f'template.affected.{side}', lang)})"


def piece_views(before: TemplateContent | None, after: TemplateContent, lang: str) -> list[PieceView]:
    """What a version changed, word by word; the first one as it is."""
    if before is None:
        return [PieceView("same", whole_text(after, lang))]
    kinds = {" ": "same", "+": "new", "-": "old"}
    pieces: tuple[Piece, ...] = difference(whole_text(before, lang), whole_text(after, lang))
    return [PieceView(kinds[piece.mark], piece.text) for piece in pieces]


def placing_view(placing: Placing, zone: ZoneInfo, lang: str, today: date) -> PlacingView:
    """What would be added, in words."""
    born = placing.born
    young = today.year - born.year - ((today.month, today.day) < (born.month, born.day)) < GROWN_UP
    return PlacingView(
        str(placing.template_id),
        placing.version,
        placing.title,
        placing.side,
        sentences(placing.findings, lang),
        [_diagnosis(one, lang) for one in placing.diagnoses],
        [_line(one, lang, young=young) for one in placing.lines],
        placing.allergy.state.value,
        allergy_text(placing.allergy, zone, lang),
        age_text(born, today, lang) if young else "",
    )


def _diagnosis(one: Item, lang: str) -> ItemView:
    title = (one.title_en if lang == "en" else one.title_id) or one.title_en
    return ItemView(
        one.key,
        f"{one.code} {title}".strip(),
        text_of(f"encounter.certainty.{one.certainty}", lang),
        one.side,
        _problem(one, lang),
        one.blocked,
        not one.problem,
    )


def _line(one: Item, lang: str, *, young: bool) -> ItemView:
    detail = ""
    if one.dosage is not None and one.draft is not None:
        unit = text_of(f"pharmacy.unit.{one.dosage.unit.value}", lang)
        dose = f"{one.draft.amount}\u00a0{unit}"
        detail = f"{one.quantity}\u00a0{one.unit} – {dose} – {direction_text(one.dosage, lang)}"
    return ItemView(
        one.key,
        one.item,
        detail,
        problem=_problem(one, lang),
        blocked=one.blocked,
        ticked=one.problem in {"", "short"} and not young,
        watched=watched_text(one.drug_class, lang),
    )


def _problem(one: Item, lang: str) -> str:
    if not one.problem:
        return ""
    return text_of(f"template.problem.{one.problem}", lang, stock=one.stock, unit=one.unit)
