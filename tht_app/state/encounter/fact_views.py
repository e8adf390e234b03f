"""What is known beyond the visit, and what is usual at an age, as the encounter screen shows it: pure functions."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from tht_app.domain.encounter.history import QUESTIONS
from tht_app.domain.encounter.record import HistoryEntry
from tht_app.domain.encounter.vitals import TOLD, VITALS, completed_months, usual_range
from tht_app.i18n import text_of
from tht_app.state.encounter.view_models import EntryView, figure, source_text


def history_views(entries: Iterable[HistoryEntry], zone: ZoneInfo, lang: str) -> list[EntryView]:
    """History with its kind as a tag; an answer says its question."""
    return [
        EntryView(
            str(entry.id),
            _answered(entry, lang),
            entry.text if entry.question and entry.value else "",
            source_text(entry.recorded_by, entry.recorded_at, zone, lang),
            entry.kind.value,
        )
        for entry in entries
    ]


def _answered(entry: HistoryEntry, lang: str) -> str:
    """`Merokok: masih`, `Pekerjaan: penyelam`; what was written freely as it stands."""
    if not entry.question:
        return entry.text
    answer = text_of(f"encounter.question.value.{entry.value}", lang) if entry.value else entry.text
    return f"{text_of(f'encounter.question.{entry.question}', lang)}: {answer}"


def answers_of(entries: Iterable[HistoryEntry]) -> dict[str, str]:
    """What the form of questions begins with: the value under the question's name, the words under `<name>_text`."""
    begins = {key: "" for name in QUESTIONS for key in (name, f"{name}_text")}
    for entry in entries:
        if entry.question in QUESTIONS:
            begins |= {entry.question: entry.value, f"{entry.question}_text": entry.text}
    return begins


def usual_texts(born: date, on: date) -> dict[str, str]:
    """What is usual at this age, by the field that it stands beside: `97–115`; empty where no range is told."""
    months = completed_months(born, on)
    texts: dict[str, str] = {}
    for vital in VITALS:
        low, high = usual_range(vital, months)
        texts[vital.field] = f"{figure(low)}–{figure(high)}" if vital.field in TOLD else ""
    return texts
