"""From treatment rules and emergency accesses to what stands on a screen; pure functions."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tht_app.domain.care import Cover, EmergencyEntry, OwnEmergency, Stranger
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.i18n import date_text, text_of, time_text
from tht_app.state.banner import BannerView
from tht_app.state.registration.view_models import born_text, clinic_today


@dataclass(frozen=True)
class StrangerView:
    """Somebody whom the doctor does not treat: enough to know that it is them."""

    id: str = ""
    name: str = ""
    sex: str = ""
    born: str = ""
    record_number: str = ""


@dataclass(frozen=True)
class OpenAccessView:
    """The record that is open in an emergency; `ends` and `now` are moments for the browser's clock."""

    patient_id: str = ""
    until: str = ""
    ends: str = ""
    now: str = ""
    reason: str = ""


@dataclass(frozen=True)
class AccessRow:
    """One emergency access in a list; the patient is empty for who may not know."""

    id: str = ""
    person: str = ""
    when: str = ""
    reason: str = ""
    patient: str = ""
    patient_id: str = ""
    frequent: bool = False
    visits: str = ""
    reviewed: str = ""
    review: str = ""


@dataclass(frozen=True)
class CoverRow:
    """A doctor who stands in for another."""

    id: str = ""
    absent: str = ""
    covering: str = ""
    days: str = ""


@dataclass(frozen=True)
class DoctorChoice:
    """A doctor to choose."""

    value: str = ""
    label: str = ""


def stranger_view(stranger: Stranger | None, zone: ZoneInfo, now: datetime, lang: str) -> StrangerView:
    """One line about somebody registered; empty for nobody."""
    if stranger is None:
        return StrangerView()
    return StrangerView(
        str(stranger.id),
        stranger.name,
        text_of(f"registration.sex.{stranger.sex.value}", lang),
        born_text(stranger, clinic_today(zone, now), lang),
        shown_record_number(stranger.record_number),
    )


def closed_view(banner: BannerView) -> StrangerView:
    """The same of a patient whose page is open."""
    return StrangerView(banner.patient_id, banner.name, record_number=banner.record_number)


def open_access_view(access: OwnEmergency | None, zone: ZoneInfo, now: datetime) -> OpenAccessView:
    """What the strip above the patient says."""
    if access is None:
        return OpenAccessView()
    return OpenAccessView(
        str(access.patient_id),
        time_text(access.until.astimezone(zone)),
        access.until.isoformat(),
        now.isoformat(),
        access.reason,
    )


def access_rows(entries: tuple[EmergencyEntry, ...], zone: ZoneInfo, lang: str) -> list[AccessRow]:
    """Lines of the list, in its order."""
    return [_access_row(entry, zone, lang) for entry in entries]


def _access_row(entry: EmergencyEntry, zone: ZoneInfo, lang: str) -> AccessRow:
    opened, ended = entry.opened_at.astimezone(zone), (entry.ended_at or entry.until).astimezone(zone)
    reviewed = ""
    if entry.reviewed_at is not None:
        day = date_text(entry.reviewed_at.astimezone(zone).date(), lang)
        reviewed = text_of("care.emergencies.reviewed_by", lang, name=entry.reviewed_by, day=day)
    number = shown_record_number(entry.record_number) if entry.record_number else ""
    return AccessRow(
        id=str(entry.id),
        person=entry.person,
        when=f"{date_text(opened.date(), lang)}, {time_text(opened)}–{time_text(ended)}",
        reason=entry.reason,
        patient=f"{entry.patient_name} · {number}" if entry.patient_name else "",
        patient_id=str(entry.patient_id or ""),
        frequent=entry.frequent,
        visits=text_of("care.emergencies.visits", lang, count=entry.visits) if entry.visits else "",
        reviewed=reviewed,
        review=entry.review,
    )


def cover_rows(covers: tuple[Cover, ...], zone: ZoneInfo, lang: str) -> list[CoverRow]:
    """Lines of the list of covers; the last day is the one before the midnight at which it ends."""
    return [
        CoverRow(
            str(cover.id),
            cover.absent,
            cover.covering,
            f"{date_text(cover.starts_at.astimezone(zone).date(), lang)} – {_last_day(cover, zone, lang)}",
        )
        for cover in covers
    ]


def _last_day(cover: Cover, zone: ZoneInfo, lang: str) -> str:
    last = datetime.fromtimestamp(cover.ends_at.timestamp() - 1, zone)
    return date_text(last.date(), lang)
