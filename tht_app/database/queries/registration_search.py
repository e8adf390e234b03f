"""Finding patients: numbers by fingerprint, names by their words, duplicates by birth date."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries.registration import HIT, hit_of
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.registration.names import mistakes_within_reason, name_cost, sound_of
from tht_app.domain.registration.query import SearchPlan
from tht_app.domain.registration.records import PatientHit

SAME_DAY_MAX = 1000
"""Patients of one birth date that are compared by name."""
TYPO_TIER = 5
OTHER_SPELLINGS = (1, 3)
FAR = 1000

NUMBERS = {
    "record_number": "record_number = :record_number",
    "nik": "nik_index = :nik",
    "bpjs": "bpjs_index = :bpjs",
    "phone": "phone_index = :phone",
    "birth_date": "birth_date = :birth_date",
}
LASTING = ("record_number", "nik", "bpjs")
"""Numbers that lead to a person for good, also when the record that had them was merged into another."""

WORDS = "select * from sec.name_words(:words, :sounds, :typos, :weigh)"
LISTED = f"""{HIT}, (
    select max(e.arrived_at) from encounter e
    where e.patient_id = any(sec.records_of(patient.id)) and e.status <> 'cancelled') as last_at"""
NAMED = f"""
select {LISTED}
from sec.patients_named(:leading, :typed, :second, :third, :fourth, :at_most)
with ordinality as n(patient_id, place) join patient on patient.id = n.patient_id
where merged_into is null order by n.place
"""


@dataclass(frozen=True, slots=True)
class _FittingWord:
    id: int
    tier: int
    weight: int


@dataclass(frozen=True, slots=True)
class _Group:
    """A typed word with the words of names that fit it."""

    typed: str
    fitting: list[_FittingWord]

    @property
    def weight(self) -> int:
        """Roughly how many patients it fits."""
        return sum(word.weight for word in self.fitting)

    @property
    def otherwise(self) -> list[int]:
        """The words that do not contain what was typed: other spellings and typing mistakes."""
        return [word.id for word in self.fitting if word.tier in OTHER_SPELLINGS or word.tier >= TYPO_TIER]


async def by_number(work: UnitOfWork, plan: SearchPlan, at_most: int) -> list[PatientHit]:
    """Whoever has the record number, NIK, BPJS number, telephone or birth date, in this order, then by name.

    One branch for each reading, so that each uses its own index.
    """
    values: dict[str, object] = {"at_most": at_most}
    branches: list[str] = []
    for rank, (field, condition) in enumerate(NUMBERS.items()):
        value = getattr(plan, field)
        if value is None:
            continue
        values[field] = work.vault.blind(f"patient.{field}", value) if isinstance(value, str) else value
        branches.append(
            f"(select {LISTED}, name_sort, {rank} as rank, cast(null as bigint) as former from patient "
            f"where {condition} and merged_into is null order by name_sort, id limit :at_most)"
        )
        if field in LASTING:
            branches.append(
                f"(select {LISTED}, name_sort, {rank} as rank, (select min(o.record_number) from patient o "
                f"where o.merged_into = patient.id and o.{condition}) as former from patient where id in "
                f"(select o.merged_into from patient o where o.{condition}))"
            )
    rows = await work.fetch(" union all ".join(branches), **values)
    best = {row["id"]: row for row in sorted(rows, key=_by_rank, reverse=True)}
    ranked = sorted(best.values(), key=_by_rank)[:at_most]
    return [replace(_listed(work, row), former=row["former"]) for row in ranked]


def _by_rank(row: RowMapping) -> tuple[int, str, UUID]:
    return row["rank"], row["name_sort"], row["id"]


async def by_name(work: UnitOfWork, words: Sequence[str], at_most: int) -> list[PatientHit]:
    """Whoever has all these words in the name; typing mistakes are looked for when nobody fits as typed."""
    found = await _named(work, await _fitting_words(work, words, typos=False), at_most)
    if not found:
        found = await _named(work, await _fitting_words(work, words, typos=True), at_most)
    return sorted(found, key=lambda hit: _cost(words, hit)) if len(words) > 1 else found


def _cost(words: Sequence[str], hit: PatientHit) -> int:
    cost = name_cost(tuple(words), hit.words)
    return FAR if cost is None else cost


async def _fitting_words(work: UnitOfWork, words: Sequence[str], *, typos: bool) -> list[_Group]:
    """For each typed word the words of names that fit it."""
    sounds = [sound_of(word) for word in words]
    rows = await work.fetch(WORDS, words=list(words), sounds=sounds, typos=typos, weigh=len(words) > 1)
    groups = [_Group(word, []) for word in words]
    for row in rows:
        at: int = row["token"] - 1
        if (tier := _tier(row, sounds[at])) is not None:
            groups[at].fitting.append(_FittingWord(row["id"], tier, row["weight"]))
    return groups


def _tier(row: RowMapping, heard: str) -> int | None:
    """The tier of a fitting word; likely typos are counted letter by letter and dropped when too far off."""
    if row["tier"] < TYPO_TIER:
        return row["tier"]
    mistakes = mistakes_within_reason(heard, sound_of(row["word"]))
    return None if mistakes is None else TYPO_TIER - 1 + mistakes


async def _named(work: UnitOfWork, groups: list[_Group], at_most: int) -> list[PatientHit]:
    if not all(group.fitting for group in groups):
        return []
    leading, *others = sorted(groups, key=lambda group: group.weight)
    second, third, fourth = [*(group.otherwise for group in others), [], [], []][:3]
    rows = await work.fetch(
        NAMED,
        leading=[word.id for word in sorted(leading.fitting, key=lambda word: word.tier)],
        typed=[group.typed for group in others],
        second=second,
        third=third,
        fourth=fourth,
        at_most=at_most,
    )
    return [_listed(work, row) for row in rows]


def _listed(work: UnitOfWork, row: RowMapping) -> PatientHit:
    """A line with the clinic's day of the last visit, which only who may see visits gets."""
    last = row["last_at"]
    return replace(hit_of(work.vault, row), last_visit=last.astimezone(work.zone).date() if last else None)


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A registered patient with what is compared when somebody new comes."""

    hit: PatientHit
    birth_date: date
    nik: bytes | None
    bpjs: bytes | None
    phone: bytes | None


async def lookalikes(
    work: UnitOfWork, birth_dates: Sequence[date], *, nik: bytes | None, bpjs: bytes | None, phone: bytes | None
) -> list[Lookalike]:
    """Patients who share a number or were born on one of these days."""
    columns = f"{HIT}, nik_index, bpjs_index, phone_index"
    conditions = {
        "nik_index = :nik": nik,
        "bpjs_index = :bpjs": bpjs,
        "phone_index = :phone": phone,
        "birth_date = any(:birth_dates)": birth_dates,
    }
    branches = [
        f"(select {columns} from patient where {condition} and merged_into is null limit {SAME_DAY_MAX})"
        for condition, value in conditions.items()
        if value
    ]
    branches += [
        f"(select {HIT}, {index} as nik_index, {other} as bpjs_index, phone_index from patient "
        f"where id in (select o.merged_into from patient o where o.{condition}))"
        for condition, index, other in (
            ("nik_index = :nik", "cast(:nik as bytea)", "bpjs_index"),
            ("bpjs_index = :bpjs", "nik_index", "cast(:bpjs as bytea)"),
        )
        if conditions[condition]
    ]
    if not branches:
        return []
    rows = await work.fetch(" union ".join(branches), nik=nik, bpjs=bpjs, phone=phone, birth_dates=list(birth_dates))
    return [
        Lookalike(hit_of(work.vault, row), row["birth_date"], row["nik_index"], row["bpjs_index"], row["phone_index"])
        for row in rows
    ]
