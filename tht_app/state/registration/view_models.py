"""From what the clinic knows about patients to what stands on a screen; pure functions."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tht_app.domain.encounter.allergies import AllergyLine, AllergyVerification
from tht_app.domain.encounter.allergies import AllergyState as KnownAllergies
from tht_app.domain.registration.dates import is_minor
from tht_app.domain.registration.identifiers import shown_nik, shown_phone, shown_record_number
from tht_app.domain.registration.patient import PatientDetails, Payer
from tht_app.domain.registration.query import highlight
from tht_app.domain.registration.records import Consent, DuplicateCandidate, PatientBanner, PatientHit, PatientRecord
from tht_app.i18n import age_text, date_text, moment_text, text_of
from tht_app.state.banner import AllergyState, BannerView
from tht_app.use_cases.registration.transfer import ImportReport

ALLERGY_STATES: dict[KnownAllergies, AllergyState] = {
    KnownAllergies.PRESENT: "known",
    KnownAllergies.NONE_KNOWN: "none",
    KnownAllergies.UNASKED: "not_asked",
    KnownAllergies.UNAVAILABLE: "unavailable",
}


def clinic_today(zone: ZoneInfo, now: datetime) -> date:
    """The day it is in the clinic."""
    return now.astimezone(zone).date()


@dataclass(frozen=True)
class NamePart:
    """A piece of a name and whether it is what was typed."""

    text: str = ""
    marked: bool = False


@dataclass(frozen=True)
class PatientRowView:
    """One line of a result list."""

    id: str = ""
    name: list[NamePart] = field(default_factory=list[NamePart])
    plain_name: str = ""
    sex: str = ""
    born: str = ""
    area: str = ""
    record_number: str = ""
    last_visit: str = ""
    deceased: bool = False
    former: str = ""
    """The number of a merged record by which the patient was found, in words."""


@dataclass(frozen=True)
class PatientOption:
    """One suggestion of a search box."""

    value: str = ""
    label: str = ""
    hint: str = ""


@dataclass(frozen=True)
class CandidateView:
    """Somebody registered who may be the one at the desk; `level` is possible, likely or certain."""

    row: PatientRowView = field(default_factory=PatientRowView)
    level: str = ""
    words: str = ""


@dataclass(frozen=True)
class FactView:
    """A labelled line of the demographics; `key` is the label's catalogue key behind `registration.field.`."""

    key: str = ""
    value: str = ""


@dataclass(frozen=True)
class ConsentView:
    """One recorded consent; `state` is given, refused or withdrawn."""

    id: str = ""
    purpose: str = ""
    state: str = ""
    who: str = ""
    at: str = ""
    by: str = ""
    version: str = ""
    print_url: str = ""


@dataclass(frozen=True)
class ImportProblemView:
    """What is wrong in one line of a file."""

    line: int = 0
    words: str = ""


@dataclass(frozen=True)
class ImportView:
    """How an import stands; `percent` counts what is decided of what could be brought in."""

    id: str = ""
    file_name: str = ""
    state: str = ""
    total: int = 0
    ready: int = 0
    added: int = 0
    bad: int = 0
    duplicate: int = 0
    percent: int = 0
    problems: list[ImportProblemView] = field(default_factory=list[ImportProblemView])


def born_text(banner: PatientBanner, today: date, lang: str) -> str:
    """`14-Jul-1985 (41 th)`, with `±` before an estimated date."""
    estimated = "± " if banner.birth_date_estimated else ""
    return f"{estimated}{date_text(banner.birth_date, lang)} ({age_text(banner.birth_date, today, lang)})"


def row_view(hit: PatientHit, today: date, lang: str, *, words: tuple[str, ...] = ()) -> PatientRowView:
    """A result line; `words` are marked in the name."""
    banner = hit.banner
    return PatientRowView(
        id=str(banner.id),
        name=[NamePart(text, marked) for text, marked in highlight(banner.name, words)],
        plain_name=banner.name,
        sex=text_of(f"registration.sex.{banner.sex.value}", lang),
        born=born_text(banner, today, lang),
        area=hit.area,
        record_number=shown_record_number(banner.record_number),
        last_visit=date_text(hit.last_visit, lang) if hit.last_visit else "",
        deceased=banner.deceased,
        former=_former_text(hit, lang),
    )


def _former_text(hit: PatientHit, lang: str) -> str:
    return text_of("registration.mark.former", lang, number=shown_record_number(hit.former)) if hit.former else ""


def option_view(hit: PatientHit, today: date, lang: str) -> PatientOption:
    """A suggestion: the name, and what tells two people of one name apart."""
    banner = hit.banner
    parts = (
        shown_record_number(banner.record_number),
        text_of(f"registration.sex.{banner.sex.value}", lang),
        born_text(banner, today, lang),
        hit.area,
        text_of("registration.mark.deceased", lang) if banner.deceased else "",
        _former_text(hit, lang),
    )
    return PatientOption(str(banner.id), banner.name, " · ".join(part for part in parts if part))


def stranger_option(banner: PatientBanner, today: date, lang: str) -> PatientOption:
    """A suggestion of somebody whom the doctor does not treat."""
    parts = (shown_record_number(banner.record_number), born_text(banner, today, lang), text_of("care.not_yours", lang))
    return PatientOption(str(banner.id), banner.name, " · ".join(parts))


def candidate_view(candidate: DuplicateCandidate, today: date, lang: str) -> CandidateView:
    """A possible duplicate with how sure we are."""
    level = candidate.likeness.name.lower()
    return CandidateView(row_view(candidate.hit, today, lang), level, text_of(f"registration.likeness.{level}", lang))


def banner_view(banner: PatientBanner, today: date, lang: str) -> BannerView:
    """The banner as the front desk sees it, without allergies."""
    marks = [
        text_of(f"registration.mark.{mark}", lang)
        for mark, holds in (
            ("deceased", banner.deceased),
            ("minor", is_minor(banner.birth_date, today)),
            ("estimated", banner.birth_date_estimated),
        )
        if holds
    ]
    return BannerView(
        patient_id=str(banner.id),
        name=banner.name,
        sex=text_of(f"registration.sex.{banner.sex.value}", lang),
        born=date_text(banner.birth_date, lang),
        age=age_text(banner.birth_date, today, lang),
        record_number=shown_record_number(banner.record_number),
        allergy_state="hidden",
        marks=marks,
    )


def with_allergies(view: BannerView, line: AllergyLine, zone: ZoneInfo, lang: str) -> BannerView:
    """The banner for who may see allergies: one of the four states, what, and who said so when."""
    newest = max(line.allergies, key=lambda one: one.recorded_at, default=None)
    by, at = (newest.recorded_by, newest.recorded_at) if newest else (line.recorded_by, line.recorded_at)
    state = ALLERGY_STATES[line.state]
    source = f"({by}, {date_text(at.astimezone(zone).date(), lang)})" if at and state in {"known", "none"} else ""
    return replace(
        view,
        allergy_state=state,
        allergy_text=", ".join(one.substance for one in line.allergies),
        allergy_source=source,
        allergy_unconfirmed=any(one.verification is AllergyVerification.UNCONFIRMED for one in line.allergies),
    )


def fact_views(record: PatientRecord, lang: str) -> list[FactView]:
    """The demographics, label by label; what is not known is said in words."""
    details = record.details
    facts = {
        "nik": _nik_text(details, lang),
        "other_id": _other_id_text(details, lang),
        "bpjs": details.bpjs,
        "phone": shown_phone(details.phone) if details.phone else None,
        "email": details.email,
        "address": details.address.line,
        "payer": _payer_text(details, lang),
        "guardian": _guardian_text(details, lang),
        "birth_place": details.social.birth_place,
        "religion": details.social.religion,
        "occupation": details.social.occupation,
        "education": details.social.education,
        "marital_status": details.social.marital_status,
    }
    always = {"nik", "phone", "address", "payer"}
    unknown = text_of("common.unknown", lang)
    return [FactView(key, value or unknown) for key, value in facts.items() if value or key in always]


def _nik_text(details: PatientDetails, lang: str) -> str:
    if details.nik:
        return shown_nik(details.nik)
    return text_of(f"registration.nik_missing.{details.nik_missing.value}", lang) if details.nik_missing else ""


def _other_id_text(details: PatientDetails, lang: str) -> str:
    if not details.other_id_kind:
        return ""
    return f"{text_of(f'registration.other_id.{details.other_id_kind.value}', lang)}: {details.other_id}"


def _payer_text(details: PatientDetails, lang: str) -> str:
    words = text_of(f"registration.payer.{details.payer.value}", lang)
    if details.payer is Payer.INSURANCE:
        return " · ".join(part for part in (words, details.insurer, details.payer_number) if part)
    return words


def _guardian_text(details: PatientDetails, lang: str) -> str:
    guardian = details.guardian
    if guardian is None:
        return ""
    relation = text_of(f"registration.relation.{guardian.relation.value}", lang)
    phone = shown_phone(guardian.phone) if guardian.phone else ""
    return " · ".join(part for part in (f"{guardian.name} ({relation})", phone) if part)


def consent_view(consent: Consent, patient_id: str, zone: ZoneInfo, lang: str) -> ConsentView:
    """One consent, with the address of its print."""
    at = consent.at.astimezone(zone)
    state = "withdrawn" if consent.withdrawn_at else "given" if consent.given else "refused"
    giver = text_of(f"registration.consent.giver.{consent.giver.value}", lang)
    return ConsentView(
        id=str(consent.id),
        purpose=text_of(f"registration.consent.purpose.{consent.purpose.value}", lang),
        state=state,
        who=f"{consent.giver_name} ({giver})",
        at=moment_text(at, None, lang),
        by=consent.recorded_by_name,
        version=consent.text_version,
        print_url=f"/documents/consents/{patient_id}/{consent.id}.pdf",
    )


def import_view(report: ImportReport, lang: str) -> ImportView:
    """How an import stands, its problems in words."""
    could = report.ready + report.added
    return ImportView(
        id=str(report.id),
        file_name=report.file_name,
        state=report.state,
        total=report.total,
        ready=report.ready,
        added=report.added,
        bad=report.bad,
        duplicate=report.duplicate,
        percent=100 if could == 0 else report.added * 100 // could,
        problems=[
            ImportProblemView(
                line.line,
                "; ".join(
                    f"{_column(name, lang)}{text_of(f'problems.{problem.code}', lang, **problem.params)}"
                    for name, problem in line.problems.items()
                ),
            )
            for line in report.problems
        ],
    )


def _column(name: str, lang: str) -> str:
    return f"{text_of(f'registration.field.{name}', lang)}: " if name else ""
