"""One box that finds patients, and the look for somebody who is registered already."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from tht_app.database.queries import care
from tht_app.database.queries import registration_search as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.identity import Permission
from tht_app.domain.registration.dates import is_minor, parse_date
from tht_app.domain.registration.duplicates import Traits, birth_dates_to_compare, likeness
from tht_app.domain.registration.identifiers import BadIdentifier, nik_doubts, parse_bpjs, parse_nik, parse_phone
from tht_app.domain.registration.names import NAME_MAX, name_cost, plain_words
from tht_app.domain.registration.query import SearchPlan, read_search
from tht_app.domain.registration.records import (
    DuplicateCandidate,
    PatientBanner,
    PatientHit,
    RegistrationCheck,
    SearchResult,
)
from tht_app.domain.registration.sex import Sex
from tht_app.use_cases.door import use_case

SHOWN = 20
CANDIDATES_SHOWN = 5
SAME_DAY = 500
"""Patients of one birth date among whom a name is looked for."""


@dataclass(frozen=True, slots=True)
class SearchPatients:
    """Find by name fragment (typos forgiven), NIK, BPJS number, telephone, record number or birth date."""

    text: str


@dataclass(frozen=True, slots=True)
class FindDuplicates:
    """Who is already registered that a half-filled form may be about."""

    form: Mapping[str, str]


@use_case(permission=Permission.PATIENT_SEARCH, audit=AuditAction.SEARCH, reads=True)
async def search_patients(request: SearchPatients, work: UnitOfWork) -> SearchResult:
    """At most twenty patients, best match first, then by name; nothing for fewer than two characters.

    A doctor finds the patients they treat. Somebody else shows only by exact record number, NIK, or the whole name
    with the birth date, as one who can be opened in an emergency.
    """
    plan = read_search(request.text, work.today())
    if plan.is_empty:
        return SearchResult((), more=False, words=())
    found = await _find(work, plan)
    shown = tuple(found[:SHOWN])
    work.saw(*(hit.banner.id for hit in shown))
    stranger = await _stranger(work, plan)
    if stranger is not None:
        work.saw(stranger.id)
    return SearchResult(shown, len(found) > SHOWN, plan.words, stranger)


async def _stranger(work: UnitOfWork, plan: SearchPlan) -> PatientBanner | None:
    whole = plan.birth_date is not None and plan.words
    if Permission.RECORD_BREAK_GLASS not in work.person.permissions or not (plan.record_number or plan.nik or whole):
        return None
    return await care.stranger(
        work,
        number=plan.record_number,
        nik=work.vault.blind("patient.nik", plan.nik) if plan.nik else None,
        words=plan.words if whole else (),
        born=plan.birth_date if whole else None,
    )


async def _find(work: UnitOfWork, plan: SearchPlan) -> list[PatientHit]:
    if not plan.words:
        return await queries.by_number(work, plan, SHOWN + 1)
    if plan.birth_date is None:
        return await queries.by_name(work, plan.words, SHOWN + 1)
    costs: list[tuple[int, int, PatientHit]] = []
    for place, hit in enumerate(await queries.by_number(work, plan, SAME_DAY)):
        cost = name_cost(plan.words, hit.words)
        if cost is not None:
            costs.append((cost, place, hit))
    return [hit for _, _, hit in sorted(costs, key=lambda one: one[:2])]


@use_case(permission=Permission.PATIENT_WRITE, audit=AuditAction.SEARCH, reads=True)
async def find_duplicates(request: FindDuplicates, work: UnitOfWork) -> RegistrationCheck:
    """Candidates, surest first, and what the form itself makes doubtful; bad fields are simply left out."""
    today = work.today()
    birth_date = parse_date(request.form.get("birth_date", ""), today)
    nik = _number(parse_nik, request.form.get("nik", ""))
    new = _traits(work, request.form, birth_date, nik)
    candidates = await _candidates(work, new)
    work.saw(*(candidate.hit.banner.id for candidate in candidates))
    sex = request.form.get("sex", "")
    doubts = nik_doubts(nik, birth_date, Sex(sex) if sex in set(Sex) else Sex.UNKNOWN) if nik and birth_date else ()
    return RegistrationCheck(candidates, doubts, birth_date is not None and is_minor(birth_date, today))


def _traits(work: UnitOfWork, form: Mapping[str, str], birth_date: date | None, nik: str | None) -> Traits:
    bpjs, phone = _number(parse_bpjs, form.get("bpjs", "")), _number(parse_phone, form.get("phone", ""))
    return Traits(
        plain_words(form.get("name", "")[:NAME_MAX]),
        birth_date,
        work.vault.blind("patient.nik", nik) if nik else None,
        work.vault.blind("patient.bpjs", bpjs) if bpjs else None,
        work.vault.blind("patient.phone", phone) if phone else None,
    )


def _number(parse: Callable[[str], str], text: str) -> str | None:
    try:
        return parse(text)
    except BadIdentifier:
        return None


async def _candidates(work: UnitOfWork, new: Traits) -> tuple[DuplicateCandidate, ...]:
    days = birth_dates_to_compare(new.birth_date) if new.birth_date and new.words else ()
    found: list[DuplicateCandidate] = []
    for known in await queries.lookalikes(work, days, nik=new.nik, bpjs=new.bpjs, phone=new.phone):
        degree = likeness(new, Traits(known.hit.words, known.birth_date, known.nik, known.bpjs, known.phone))
        if degree is not None:
            found.append(DuplicateCandidate(known.hit, degree))
    found.sort(key=lambda candidate: (-candidate.likeness, candidate.hit.words))
    return tuple(found[:CANDIDATES_SHOWN])
