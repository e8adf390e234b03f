"""Two records side by side, and the merges of one, as they stand on the screen; pure functions."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.domain.registration.merging import Merge, Part
from tht_app.domain.registration.records import PatientRecord
from tht_app.i18n import date_text, moment_text, text_of, time_text
from tht_app.state.registration.view_models import born_text, fact_views
from tht_app.use_cases.registration.merging import MergePreview, MergeSide

LEFT, RIGHT = "left", "right"


@dataclass(frozen=True)
class SideView:
    """The head of one column: who, and what hangs on the record."""

    id: str = ""
    name: str = ""
    record_number: str = ""
    holds: str = ""
    last_visit: str = ""
    in_progress: bool = False
    version: int = 0


@dataclass(frozen=True)
class PartView:
    """One line of the comparison; `chosen` is the side whose value is suggested."""

    part: str = ""
    left: str = ""
    right: str = ""
    chosen: str = LEFT


@dataclass(frozen=True)
class ComparisonView:
    """Two records side by side; `stays` is the side that had better stand."""

    left: SideView = field(default_factory=SideView)
    right: SideView = field(default_factory=SideView)
    stays: str = LEFT
    differing: list[PartView] = field(default_factory=list[PartView])
    same: list[PartView] = field(default_factory=list[PartView])
    doubts: list[str] = field(default_factory=list[str])
    clashes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class MergedView:
    """A merge as the patient's page tells it; `since` says what was done in the standing record since."""

    id: str = ""
    words: str = ""
    number: str = ""
    name: str = ""
    since: str = ""


@dataclass(frozen=True)
class GoneView:
    """The record into which the one on the screen was merged; empty while it stands."""

    id: str = ""
    words: str = ""


def comparison_view(preview: MergePreview, left_id: str, today: date, zone: ZoneInfo, lang: str) -> ComparisonView:
    """The record of the address stands at the left, whichever had better stand."""
    survivor_left = str(preview.survivor.record.banner.id) == left_id
    left, right = (preview.survivor, preview.merged) if survivor_left else (preview.merged, preview.survivor)
    stays, other = (LEFT, RIGHT) if survivor_left else (RIGHT, LEFT)
    ours, theirs = _texts(left.record, today, lang), _texts(right.record, today, lang)
    lines = [PartView(part.value, ours[part], theirs[part], other if part in preview.taken else stays) for part in Part]
    unknown = text_of("common.unknown", lang)
    return ComparisonView(
        left=_side(left, zone, lang),
        right=_side(right, zone, lang),
        stays=stays,
        differing=[line for line in lines if Part(line.part) in preview.differing],
        same=[line for line in lines if Part(line.part) not in preview.differing and line.left != unknown],
        doubts=[text_of(f"registration.merge.doubt.{doubt.value}", lang) for doubt in preview.doubts],
        clashes=[
            text_of(
                "registration.merge.clash",
                lang,
                day=date_text(clash.at.astimezone(zone).date(), lang),
                time=time_text(clash.at.astimezone(zone)),
                first=clash.first,
                second=clash.second,
            )
            for clash in preview.clashes
        ],
    )


def _texts(record: PatientRecord, today: date, lang: str) -> dict[Part, str]:
    """What a record says about each part, in words; what it does not say is said too."""
    facts = {fact.key: fact.value for fact in fact_views(record, lang)}
    unknown = text_of("common.unknown", lang)
    heads = {
        Part.NAME: record.details.name,
        Part.BIRTH_DATE: born_text(record.banner, today, lang),
        Part.SEX: text_of(f"registration.sex.{record.details.sex.value}", lang),
    }
    return {part: heads.get(part) or facts.get(part.value) or unknown for part in Part}


def _side(side: MergeSide, zone: ZoneInfo, lang: str) -> SideView:
    banner = side.record.banner
    counts = ("visits", "appointments", "prescriptions", "consents")
    last = side.last_visit
    return SideView(
        id=str(banner.id),
        name=banner.name,
        record_number=shown_record_number(banner.record_number),
        holds=" · ".join(
            text_of(f"registration.merge.holds.{what}", lang, count=getattr(side, what)) for what in counts
        ),
        last_visit=date_text(last.astimezone(zone).date(), lang) if last else "",
        in_progress=side.in_progress,
        version=side.record.version,
    )


def merged_views(merges: tuple[Merge, ...], zone: ZoneInfo, lang: str) -> list[MergedView]:
    """The records that are part of the one that was asked about, newest first."""
    return [_merged(one, zone, lang) for one in merges if one.undone_at is None and one.survivor_id == one.asked_id]


def gone_view(merges: tuple[Merge, ...], lang: str) -> GoneView:
    """Where the record that was asked about went, when somebody merged it while it was on the screen."""
    for one in merges:
        if one.undone_at is None and one.merged_id == one.asked_id:
            number = shown_record_number(one.survivor_number)
            words = text_of("registration.merge.led_here", lang, number=number, name=one.survivor_name)
            return GoneView(str(one.survivor_id), words)
    return GoneView()


def _merged(merge: Merge, zone: ZoneInfo, lang: str) -> MergedView:
    at: datetime = merge.at.astimezone(zone)
    number = shown_record_number(merge.merged_number)
    return MergedView(
        id=str(merge.id),
        words=text_of(
            "registration.merge.made",
            lang,
            number=number,
            name=merge.merged_name,
            at=moment_text(at, None, lang),
            by=merge.by,
        ),
        number=number,
        name=merge.merged_name,
        since=text_of(
            "registration.merge.since", lang, visits=merge.visits_since, appointments=merge.appointments_since
        ),
    )
