"""From the record to what the encounter screen shows: pure functions, no Reflex."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tht_app.domain.encounter.allergies import Allergy, AllergyLine, AllergyState, AllergyVerification
from tht_app.domain.encounter.diagnosis import Laterality, asks_for_side
from tht_app.domain.encounter.record import (
    Addendum,
    CodeHit,
    CurrentMedicine,
    Diagnosis,
    DoctorDay,
    EncounterRecord,
    PatientHead,
    Procedure,
    Reading,
    SignReview,
    VisitLine,
)
from tht_app.domain.encounter.vitals import BY_FIELD, VITALS, completed_months, is_unusual, plain
from tht_app.domain.ent.findings import Finding, Part, Side
from tht_app.i18n import age_text, clock_text, date_text, decimal_text, moment_text, text_of, time_text
from tht_app.state.banner import BannerView
from tht_app.state.ent.view_models import SentenceView, sentences

BANNER_STATE = {
    AllergyState.PRESENT: "known",
    AllergyState.NONE_KNOWN: "none",
    AllergyState.UNASKED: "not_asked",
    AllergyState.UNAVAILABLE: "unavailable",
}
SHOWN_UNITS = {"Cel": "°C", "mm[Hg]": "mmHg", "/min": "/min"}


@dataclass(frozen=True)
class EntryView:
    """One line of a list: what, in which words beside it, who and when."""

    id: str
    text: str
    detail: str = ""
    source: str = ""
    tag: str = ""


@dataclass(frozen=True)
class ReadingView:
    """One vital sign: field, figure with unit, mark if unusual, when and who."""

    field: str
    value: str
    unit: str
    unusual: bool
    source: str


@dataclass(frozen=True)
class DiagnosisView:
    """One diagnosis."""

    id: str
    code: str
    title: str
    laterality: str
    certainty: str
    primary: bool


@dataclass(frozen=True)
class ProcedureView:
    """One procedure."""

    id: str
    code: str
    title: str
    laterality: str
    note: str


@dataclass(frozen=True)
class CodeView:
    """One result of the code search, with the second language below."""

    value: str
    label: str
    hint: str
    asks_side: bool = False
    starred: bool = False


@dataclass(frozen=True)
class VisitView:
    """One visit in a list."""

    id: str
    name: str
    record_number: str
    age: str
    sex: str
    time: str
    day: str
    visit_type: str
    status: str
    diagnosis: str
    practitioner: str
    signed: bool


@dataclass(frozen=True)
class EncounterView:
    """Head of the encounter screen."""

    id: str = ""
    patient_id: str = ""
    patient_name: str = ""
    tab_title: str = ""
    practitioner: str = ""
    visit_type: str = ""
    status: str = ""
    arrived: str = ""
    signed: bool = False
    signed_by: str = ""
    signed_at: str = ""
    hash: str = ""
    code: str = ""
    mine: bool = False
    may_write: bool = False
    may_write_nursing: bool = False
    may_sign: bool = False
    last_weight: str = ""


@dataclass(frozen=True)
class ReviewSectionView:
    """One section as it will be signed."""

    section: str
    text: str


@dataclass(frozen=True)
class ReviewView:
    """What is about to be signed."""

    patient: str = ""
    sections: list[ReviewSectionView] = field(default_factory=list[ReviewSectionView])
    diagnoses: list[DiagnosisView] = field(default_factory=list[DiagnosisView])
    procedures: list[ProcedureView] = field(default_factory=list[ProcedureView])
    vitals: str = ""
    findings: list[SentenceView] = field(default_factory=list[SentenceView])
    missing: list[str] = field(default_factory=list[str])
    hash: str = ""
    files: int = 0


def source_text(who: str, at: datetime, zone: ZoneInfo, lang: str) -> str:
    """`dr. Sari, 21-Nov-2026`."""
    return f"{who}, {date_text(at.astimezone(zone).date(), lang)}"


def allergy_text(allergy: Allergy) -> str:
    """`Penisilin (biduran)`."""
    return f"{allergy.substance} ({allergy.reaction})" if allergy.reaction else allergy.substance


def banner_view(patient: PatientHead, allergy: AllergyLine, zone: ZoneInfo, lang: str, *, now: datetime) -> BannerView:
    """The strip above a clinical screen."""
    newest = max(allergy.allergies, key=lambda one: one.recorded_at, default=None)
    source = ""
    if newest is not None:
        source = source_text(newest.recorded_by, newest.recorded_at, zone, lang)
    elif allergy.recorded_at is not None and allergy.state is AllergyState.NONE_KNOWN:
        source = source_text(allergy.recorded_by, allergy.recorded_at, zone, lang)
    return BannerView(
        patient_id=str(patient.id),
        name=patient.name,
        sex=text_of(f"encounter.sex.{patient.sex}", lang),
        born=date_text(patient.birth_date, lang),
        age=age_text(patient.birth_date, now.astimezone(zone).date(), lang),
        record_number=patient.record_number,
        allergy_state=BANNER_STATE[allergy.state],
        allergy_text=", ".join(one.substance for one in allergy.allergies),
        allergy_source=f"({source})" if source else "",
        allergy_unconfirmed=any(one.verification is AllergyVerification.UNCONFIRMED for one in allergy.allergies),
    )


def encounter_view(record: EncounterRecord, zone: ZoneInfo, lang: str) -> EncounterView:
    """Head of the screen."""
    visit, patient = record.visit, record.patient
    weight = record.previous_weight
    return EncounterView(
        id=str(visit.id),
        patient_id=str(visit.patient_id),
        patient_name=patient.name,
        tab_title=f"{patient.name}, {patient.record_number}",
        practitioner=record.practitioner,
        visit_type=record.visit_type_en if lang == "en" else record.visit_type_id,
        status=visit.status.value,
        arrived=moment_text(visit.arrived_at, zone, lang),
        signed=visit.signed_at is not None,
        signed_by=record.signed_by,
        signed_at=moment_text(visit.signed_at, zone, lang) if visit.signed_at else "",
        hash=record.hash,
        code=record.code,
        mine=record.mine,
        may_write=record.may_write,
        may_write_nursing=record.may_write_nursing,
        may_sign=record.may_sign,
        last_weight=""
        if weight is None
        else f"{figure(weight.value)} kg ({date_text(weight.at.astimezone(zone).date(), lang)})",
    )


def figure(value: Decimal) -> str:
    """A measure as people read it: `36,5`."""
    return decimal_text(plain(value))


def allergy_views(line: AllergyLine, zone: ZoneInfo, lang: str) -> list[EntryView]:
    """The active allergies, each with severity and verification as a tag."""
    return [
        EntryView(
            str(one.id),
            one.substance,
            one.reaction,
            source_text(one.recorded_by, one.recorded_at, zone, lang),
            one.verification.value,
        )
        for one in line.allergies
    ]


def medicine_views(medicines: Iterable[CurrentMedicine], zone: ZoneInfo, lang: str) -> list[EntryView]:
    """Current medicines."""
    return [
        EntryView(str(m.id), m.medicine, m.dosage, source_text(m.recorded_by, m.recorded_at, zone, lang))
        for m in medicines
    ]


def reading_views(readings: Iterable[Reading], zone: ZoneInfo, born: date) -> list[ReadingView]:
    """Vital signs in the order of the form; `born` decides what is usual."""
    order = [vital.field for vital in VITALS]
    known = sorted((r for r in readings if r.field in BY_FIELD), key=lambda r: order.index(r.field))
    return [
        ReadingView(
            reading.field,
            figure(reading.value),
            SHOWN_UNITS.get(reading.unit, reading.unit),
            is_unusual(
                BY_FIELD[reading.field],
                reading.value,
                completed_months(born, reading.at.astimezone(zone).date()),
            ),
            f"{time_text(reading.at.astimezone(zone))} {reading.recorded_by}",
        )
        for reading in known
    ]


def vitals_line(readings: Iterable[Reading], lang: str) -> str:
    """`Berat 61,5 kg · Suhu 36,8 °C · Tekanan 120/80 mmHg`."""
    by_field = {reading.field: reading for reading in readings}
    parts: list[str] = []
    for vital in VITALS:
        reading = by_field.get(vital.field)
        if reading is None or vital.field == "diastolic":
            continue
        value = figure(reading.value)
        name = vital.field
        if vital.field == "systolic" and "diastolic" in by_field:
            value, name = f"{value}/{figure(by_field['diastolic'].value)}", "pressure"
        unit = SHOWN_UNITS.get(reading.unit, reading.unit)
        parts.append(f"{text_of(f'encounter.vitals.{name}', lang)} {value} {unit}")
    return " · ".join(parts)


def diagnosis_views(diagnoses: Iterable[Diagnosis]) -> list[DiagnosisView]:
    """Diagnoses, the primary one first."""
    return [
        DiagnosisView(
            str(d.id),
            d.code,
            d.title,
            "" if d.laterality is Laterality.NONE else d.laterality.value,
            d.certainty.value,
            d.is_primary,
        )
        for d in diagnoses
    ]


def procedure_views(procedures: Iterable[Procedure]) -> list[ProcedureView]:
    """Procedures in the order in which they were noted."""
    return [
        ProcedureView(str(p.id), p.code, p.title, "" if p.laterality is Laterality.NONE else p.laterality.value, p.note)
        for p in procedures
    ]


def code_views(hits: Iterable[CodeHit], lang: str, sided: Callable[[str], bool] = asks_for_side) -> list[CodeView]:
    """Search results: code and title in the reader's language, the other language as hint."""
    views: list[CodeView] = []
    for hit in hits:
        first, second = (hit.title_en, hit.title_id) if lang == "en" else (hit.title_id, hit.title_en)
        title, hint = (first, second) if first else (second, "")
        views.append(CodeView(hit.code, f"{hit.code} {title}", hint, sided(hit.code), hit.starred))
    return views


def visit_view(line: VisitLine, zone: ZoneInfo, lang: str, *, now: datetime) -> VisitView:
    """One visit in a list."""
    local = line.arrived_at.astimezone(zone)
    return VisitView(
        str(line.id),
        line.patient_name,
        line.record_number,
        age_text(line.birth_date, now.astimezone(zone).date(), lang),
        text_of(f"encounter.sex.{line.sex}", lang),
        time_text(local),
        date_text(local.date(), lang),
        line.visit_type_en if lang == "en" else line.visit_type_id,
        line.status.value,
        line.diagnosis,
        line.practitioner,
        line.signed_at is not None,
    )


def next_view(day: DoctorDay, zone: ZoneInfo, lang: str, *, now: datetime) -> VisitView | None:
    """My next patient."""
    return None if day.next is None else visit_view(day.next, zone, lang, now=now)


def addendum_views(addenda: Iterable[Addendum], zone: ZoneInfo, lang: str) -> list[EntryView]:
    """Addenda, oldest first; the tag is the number."""
    return [
        EntryView(str(a.number), a.text, "", f"{a.author}, {moment_text(a.at, zone, lang)}", str(a.number))
        for a in addenda
    ]


def review_view(review: SignReview, lang: str) -> ReviewView:
    """What the dialog for signing shows."""
    found = [Finding(Part(part), Side(side), site, code, text) for part, side, site, code, text in review.findings]
    return ReviewView(
        patient=f"{review.patient.name}, {review.patient.record_number}",
        sections=[ReviewSectionView(s.section.value, s.text) for s in review.sections],
        diagnoses=diagnosis_views(review.diagnoses),
        procedures=procedure_views(review.procedures),
        vitals=vitals_line(review.readings, lang),
        findings=sentences(found, lang),
        missing=list(review.missing),
        hash=review.hash,
        files=review.files,
    )


def refreshed_text(now: datetime, zone: ZoneInfo) -> str:
    """`14.03.21`."""
    return clock_text(now.astimezone(zone))
