"""When two records are one person's: which stands, which values it keeps, what has to be asked first.

The merged record is not rewritten: it links to the one that stands, as FHIR R4 says it with `Patient.link` (`replaces`
on the one, `replaced-by` on the other, which is no longer active). So a merge can be taken back exactly.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum

from tht_app.domain.errors import RuleViolation, ValidationFailed
from tht_app.domain.registration import MergeId, PatientId
from tht_app.domain.registration.dates import is_minor
from tht_app.domain.registration.duplicates import POSSIBLY_ALIKE
from tht_app.domain.registration.names import alikeness, plain_words
from tht_app.domain.registration.patient import PatientDetails, Payer, Social
from tht_app.domain.registration.records import PatientRecord
from tht_app.domain.registration.sex import Sex

REASON_SHORTEST = 5
REASON_LONGEST = 300


class SameRecord(RuleViolation):
    """A record cannot be merged into itself."""

    code = "registration.merge_same_record"


class PatientIsMerged(RuleViolation):
    """This record is part of another one now: look the patient up again."""

    code = "registration.patient_is_merged"


class VisitInProgress(RuleViolation):
    """The record that would be folded in has a visit under way: people are writing in it; `number` names it."""

    code = "registration.merge_visit_in_progress"


class VisitsInBoth(RuleViolation):
    """Both records have a visit under way now: nobody is in two rooms."""

    code = "registration.merge_visits_in_both"


class AppointmentsClash(RuleViolation):
    """Both records have an appointment at the same time: `at`, and the doctors `first` and `second`."""

    code = "registration.merge_appointments_clash"


class PatientTimeHeld(RuleViolation):
    """A form that is open at some desk holds the patient's time in which an appointment lies."""

    code = "registration.merge_time_held"


class MergeUndone(RuleViolation):
    """It was taken back before."""

    code = "registration.merge_undone"


class MergedOnward(RuleViolation):
    """The record that stood was merged into another one since: that merge has to be taken back first."""

    code = "registration.merge_merged_onward"


class NumberTakenSince(RuleViolation):
    """The NIK of the record that would stand by itself again was registered for somebody else since."""

    code = "registration.merge_number_taken_since"


class Part(StrEnum):
    """What is chosen as one: `registration.field.<value>`."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    NIK = "nik"
    OTHER_ID = "other_id"
    BPJS = "bpjs"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    PAYER = "payer"
    GUARDIAN = "guardian"
    BIRTH_PLACE = "birth_place"
    RELIGION = "religion"
    OCCUPATION = "occupation"
    EDUCATION = "education"
    MARITAL_STATUS = "marital_status"


class Doubt(StrEnum):
    """What speaks against one person: `registration.merge.doubt.<value>`."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    NIK = "nik"
    DECEASED = "deceased"


Parts = frozenset[Part]

_TOGETHER: dict[Part, tuple[str, ...]] = {
    Part.BIRTH_DATE: ("birth_date", "birth_date_estimated"),
    Part.NIK: ("nik", "nik_missing"),
    Part.OTHER_ID: ("other_id_kind", "other_id"),
    Part.PAYER: ("payer", "insurer", "payer_number"),
}
_SOCIAL = frozenset(Part(one.name) for one in fields(Social))
_PROVEN_BY_NIK = frozenset({Part.NAME, Part.BIRTH_DATE, Part.SEX, Part.NIK})


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge: which record was folded into which, when, by whom, and what happened in the standing one since.

    `asked_id` is the record that was asked about.
    """

    id: MergeId
    asked_id: PatientId
    survivor_id: PatientId
    survivor_number: int
    survivor_name: str
    merged_id: PatientId
    merged_number: int
    merged_name: str
    at: datetime
    by: str
    undone_at: datetime | None
    undone_by: str
    visits_since: int
    appointments_since: int


def value_of(details: PatientDetails, part: Part) -> tuple[object, ...]:
    """What a record says about a part, to be compared."""
    if part in _SOCIAL:
        return (getattr(details.social, part.value),)
    return tuple(getattr(details, name) for name in _TOGETHER.get(part, (part.value,)))


def says_nothing(details: PatientDetails, part: Part) -> bool:
    """Whether a part is empty; why there is no NIK is no answer, and self-paying is what nobody was asked."""
    if part is Part.NIK:
        return details.nik is None
    if part is Part.PAYER:
        return details.payer is Payer.SELF
    if part is Part.SEX:
        return details.sex is Sex.UNKNOWN
    return not any(getattr(value, "line", value) for value in value_of(details, part))


def differing(survivor: PatientDetails, merged: PatientDetails) -> Parts:
    """The parts in which two records are not the same."""
    return frozenset(part for part in Part if value_of(survivor, part) != value_of(merged, part))


def suggested(survivor: PatientRecord, merged: PatientRecord) -> Parts:
    """What to take from the merged record: filled before empty, proven before said, fuller before short, then newer."""
    return frozenset(
        part for part in differing(survivor.details, merged.details) if _merged_is_better(part, survivor, merged)
    )


def _merged_is_better(part: Part, survivor: PatientRecord, merged: PatientRecord) -> bool:
    ours, theirs = survivor.details, merged.details
    if says_nothing(theirs, part) or says_nothing(ours, part):
        return not says_nothing(theirs, part)
    if part in _PROVEN_BY_NIK and _proven(ours) != _proven(theirs):
        return _proven(theirs)
    if part is Part.BIRTH_DATE and ours.birth_date_estimated != theirs.birth_date_estimated:
        return ours.birth_date_estimated
    if part is Part.NAME:
        return len(theirs.name) > len(ours.name)
    if part is Part.ADDRESS and theirs.address.street.casefold() == ours.address.street.casefold():
        return len(theirs.address.line) > len(ours.address.line)
    return merged.updated_at > survivor.updated_at


def _proven(details: PatientDetails) -> bool:
    """A NIK that agrees with birth date and sex: somebody has looked at the card."""
    return details.nik is not None and not details.doubts()


def doubts(one: PatientDetails, other: PatientDetails) -> tuple[Doubt, ...]:
    """What speaks against one person; any of it asks for a confirmation with a reason."""
    alike = alikeness(plain_words(one.name), plain_words(other.name))
    speaks = {
        Doubt.NAME: alike < POSSIBLY_ALIKE,
        Doubt.BIRTH_DATE: one.birth_date != other.birth_date,
        Doubt.SEX: one.sex is not other.sex and Sex.UNKNOWN not in {one.sex, other.sex},
        Doubt.NIK: None not in {one.nik, other.nik} and one.nik != other.nik,
        Doubt.DECEASED: one.deceased != other.deceased,
    }
    return tuple(doubt for doubt, holds in speaks.items() if holds)


def ensure_confirmed(doubtful: tuple[Doubt, ...], reason: str, *, confirmed: bool) -> None:
    """Where something speaks against one person, somebody has to say that it is one all the same, and why."""
    problems = {} if confirmed or not doubtful else {"confirmed": "merge_confirm"}
    if doubtful and len(reason) < REASON_SHORTEST:
        problems["reason"] = "merge_reason"
    if len(reason) > REASON_LONGEST:
        problems["reason"] = "merge_reason_long"
    if problems:
        raise ValidationFailed(problems)


def combined(survivor: PatientDetails, merged: PatientDetails, taken: AbstractSet[Part], today: date) -> PatientDetails:
    """What the standing record says afterwards; who died in one record is dead.

    `ValidationFailed` where chosen parts do not fit together.
    """
    result = replace(_with(survivor, merged, taken), deceased=survivor.deceased or merged.deceased)
    problems: dict[str, str] = {}
    if result.payer is Payer.BPJS and not result.bpjs:
        problems["bpjs"] = "bpjs_for_payer"
    if result.guardian is None and Part.GUARDIAN in differing(survivor, merged) and is_minor(result.birth_date, today):
        problems["guardian"] = "guardian_for_minor"
    if problems:
        raise ValidationFailed(problems)
    return result


def _with(details: PatientDetails, other: PatientDetails, taken: AbstractSet[Part]) -> PatientDetails:
    names = [name for part in taken - _SOCIAL for name in _TOGETHER.get(part, (part.value,))]
    social = {part.value: getattr(other.social, part.value) for part in taken & _SOCIAL}
    return replace(details, **{name: getattr(other, name) for name in names}, social=replace(details.social, **social))


def separated(
    now: PatientDetails, before: PatientDetails, merged: PatientDetails, taken: AbstractSet[Part]
) -> PatientDetails:
    """What the standing record says after the merge is taken back: as before, save what was corrected since."""
    back = frozenset(part for part in taken if value_of(now, part) == value_of(merged, part))
    deceased = before.deceased if now.deceased and merged.deceased else now.deceased
    return replace(_with(now, before, back), deceased=deceased)


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides which of two records should stand."""

    record_number: int
    visits: int
    in_progress: bool


def stands_first(one: Standing, other: Standing) -> bool:
    """Whether `one` should stand: where a visit is under way, else where more happened, else the older number."""
    if one.in_progress != other.in_progress:
        return one.in_progress
    return (-one.visits, one.record_number) < (-other.visits, other.record_number)
