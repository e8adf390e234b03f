"""The timeline of a patient: what the address asks for, page after page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import reflex as rx

from tht_app.domain.encounter.diagnosis import Laterality
from tht_app.domain.encounter.timeline import Moment, TimelineItem, TimelineKind
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.i18n import date_text, text_of, time_text
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.banner import BannerView
from tht_app.state.encounter.view_models import banner_view
from tht_app.use_cases.encounter import ReadTimeline
from tht_app.use_cases.encounter.timeline import TimelinePage

FIRST_YEAR, LAST_YEAR = 1900, 9000


@dataclass(frozen=True)
class EventView:
    """One event: `day` only where it is not that of the event above."""

    id: str
    day: str
    time: str
    kind: str
    words: str
    detail: str
    side: str
    by: str
    visit: str
    """Address of the visit; empty where there is none."""
    document: str
    """Address of a paper to open; empty where there is none."""
    withdrawn: bool


@dataclass(frozen=True)
class ChoiceView:
    """One choice of a filter, as a link."""

    label: str
    address: str
    chosen: bool


@dataclass(frozen=True)
class Question:
    """What an address asks for."""

    kind: TimelineKind | None
    year: int | None
    after: Moment | None


def read_question(asked: Mapping[str, str]) -> Question:
    """The question of an address; what cannot be read does not matter."""
    kind = next((each for each in TimelineKind if each.value == asked.get("kind", "")), None)
    typed = asked.get("year", "")
    year = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else None
    return Question(kind, year if year and FIRST_YEAR <= year <= LAST_YEAR else None, _place(asked))


def _place(asked: Mapping[str, str]) -> Moment | None:
    try:
        place = Moment(datetime.fromisoformat(asked.get("at", "")), UUID(asked.get("id", "")))
    except ValueError:
        return None
    return place if place.at.tzinfo is not None else None


def address_of(patient_id: str, kind: TimelineKind | None, year: int | None, after: Moment | None = None) -> str:
    """The address of a question: codes, years and ids, never a name."""
    told = {"kind": kind.value if kind else "", "year": str(year) if year else ""}
    if after is not None:
        told |= {"at": after.at.astimezone(UTC).isoformat(), "id": str(after.id)}
    query = urlencode({name: value for name, value in told.items() if value})
    return f"/patients/{patient_id}/timeline" + (f"?{query}" if query else "")


def kind_choices(patient_id: str, question: Question, page: TimelinePage, lang: str) -> list[ChoiceView]:
    """All kinds, then each that this person may see."""
    kinds = (None, *page.kinds)
    return [
        ChoiceView(
            text_of(f"encounter.timeline.kind.{kind.value}" if kind else "encounter.timeline.all_kinds", lang),
            address_of(patient_id, kind, question.year),
            kind is question.kind,
        )
        for kind in kinds
    ]


def year_choices(patient_id: str, question: Question, page: TimelinePage, lang: str) -> list[ChoiceView]:
    """All years, then each since the record began."""
    return [
        ChoiceView(
            str(year) if year else text_of("encounter.timeline.all_years", lang),
            address_of(patient_id, question.kind, year),
            year == question.year,
        )
        for year in (None, *page.years)
    ]


def event_views(items: tuple[TimelineItem, ...], zone: ZoneInfo, lang: str) -> list[EventView]:
    """The list as it is read."""
    views: list[EventView] = []
    above: date | None = None
    for item in items:
        local = item.at.astimezone(zone)
        words, detail = _said(item, lang)
        views.append(
            EventView(
                str(item.id),
                "" if local.date() == above else date_text(local.date(), lang),
                time_text(local),
                item.kind.value,
                words,
                detail,
                "" if item.side is Laterality.NONE else item.side.value,
                item.by,
                f"/encounters/{item.encounter_id}" if item.encounter_id else "",
                f"/letters/{item.id}.pdf" if item.kind is TimelineKind.LETTER and item.state == "valid" else "",
                item.state in {"withdrawn", "cancelled", "refuted"},
            )
        )
        above = local.date()
    return views


def _said(item: TimelineItem, lang: str) -> tuple[str, str]:
    """What stands in the line, and what stands below it."""
    words = item.words_en if lang == "en" else item.words_id
    match item.kind:
        case TimelineKind.VISIT:
            key = "encounter.day.signed" if item.state == "signed" else f"encounter.status.{item.state}"
            return words, text_of(key, lang)
        case TimelineKind.DIAGNOSIS:
            return f"{item.code} {words}", text_of(f"encounter.certainty.{item.state}", lang)
        case TimelineKind.PROCEDURE:
            return f"{item.code} {words}", item.note
        case TimelineKind.PRESCRIPTION:
            return item.code, words
        case TimelineKind.LETTER:
            return text_of(f"letter.kind.{item.code}", lang), words
        case TimelineKind.ATTACHMENT:
            return item.note, text_of(f"attachment.kind.{item.code}", lang)
        case TimelineKind.ALLERGY:
            return item.note, text_of(f"encounter.allergies.severity_of.{item.code}", lang)


class TimelineState(Acting, rx.State):
    """A page of the timeline; everything it depends on stands in the address."""

    phase: str = "loading"
    """`loading`, `ready` or `missing`."""
    banner: BannerView = BannerView()
    tab_title: str = ""
    events: list[EventView] = []
    kinds: list[ChoiceView] = []
    years: list[ChoiceView] = []
    behind: bool = False
    """This is not the first page."""
    newest_address: str = ""
    next_address: str = ""

    @handler(needs=Permission.RECORD_READ)
    async def load(self) -> None:
        """Read what the address asks for."""
        wanted = self.router.url.path.rstrip("/").removesuffix("/timeline").rpartition("/")[2]
        if wanted != self.banner.patient_id:
            self.reset()
        try:
            await self._show(UUID(wanted), read_question(self.router.url.query_parameters))
        except (NotFound, ValueError):
            self.reset()
            self.phase = "missing"

    async def _show(self, patient_id: UUID, question: Question) -> None:
        page: TimelinePage = await self._execute(ReadTimeline(patient_id, question.kind, question.year, question.after))
        zone, lang, here = settings().zone, self._lang(), str(patient_id)
        self.banner = banner_view(page.patient, page.allergy, zone, lang, now=datetime.now(UTC))
        self.tab_title = f"{page.patient.name}, {page.patient.record_number}"
        self.events = event_views(page.items, zone, lang)
        self.kinds = kind_choices(here, question, page, lang)
        self.years = year_choices(here, question, page, lang)
        self.behind = question.after is not None
        self.newest_address = address_of(here, question.kind, question.year)
        self.next_address = address_of(here, question.kind, question.year, page.after) if page.after else ""
        self.phase = "ready"
