"""Treatment relationships: who may open a record, cover, and emergency access."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.queries import settings
from tht_app.database.queries.registration import banner_of
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.care import AccessId, CareRules, Cover, CoverId, EmergencyEntry, OwnEmergency, Stranger

REASON = "emergency_access.reason"
REVIEW = "emergency_access.review"
SETTING = "care"


async def treats(work: UnitOfWork, patient_ids: Collection[UUID], *, safety: bool) -> bool:
    """Whether this person has to do with all of these patients now; asked past the policies of the tables."""
    return await work.fetch_value(
        "select sec.treats(cast(:ids as uuid[]), :safety)", ids=list(patient_ids), safety=safety
    )


async def stranger(
    work: UnitOfWork, *, number: int | None, nik: bytes | None, words: Collection[str], born: Any
) -> Stranger | None:
    """The one registered person whom this doctor does not treat and who fits exactly."""
    row = await work.fetch_one(
        "select * from sec.stranger(cast(:number as bigint), cast(:nik as bytea), cast(:words as text[]), "
        "cast(:born as date))",
        number=number,
        nik=nik,
        words=list(words),
        born=born,
    )
    return None if row is None else banner_of(row)


async def rules(work: UnitOfWork) -> CareRules:
    """What counts as treating in this clinic."""
    value = await settings.read(work, SETTING) or {}
    known = {name: value[name] for name in CareRules.__dataclass_fields__ if name in value}
    return CareRules(**{**known, "whole_team": bool(known.get("whole_team"))})


async def save_rules(work: UnitOfWork, rules: CareRules) -> None:
    """Replace the rules; who treats whom is worked out anew in this transaction."""
    await settings.save(work, SETTING, {**asdict(rules), "whole_team": int(rules.whole_team)})


async def open_emergency(work: UnitOfWork, access_id: UUID, patient_id: UUID, reason: str) -> datetime | None:
    """Open the record of somebody one does not treat, and say until when; nothing for an unknown patient."""
    return await work.fetch_value(
        "select sec.open_emergency(:id, :patient, :reason)",
        id=access_id,
        patient=patient_id,
        reason=work.vault.seal(Purpose.CLINICAL, REASON, access_id, reason),
    )


async def end_emergency(work: UnitOfWork) -> UUID | None:
    """End the open access of this person; gives its patient."""
    return await work.fetch_value("select sec.end_emergency()")


async def own_emergency(work: UnitOfWork) -> OwnEmergency | None:
    """The open access of this person."""
    row = await work.fetch_one("select * from sec.own_emergency()")
    if row is None:
        return None
    return OwnEmergency(AccessId(row["id"]), row["patient_id"], row["until"], _opened(work, REASON, row, "reason"))


async def emergencies(work: UnitOfWork, since: datetime, most: int) -> tuple[EmergencyEntry, ...]:
    """Emergency accesses as this person may see them: those without a review first, then the newest."""
    rows = await work.fetch("select * from sec.emergencies(:since, :most)", since=since, most=most)
    return tuple(_entry(work, row) for row in rows)


def _entry(work: UnitOfWork, row: RowMapping) -> EmergencyEntry:
    return EmergencyEntry(
        AccessId(row["id"]),
        row["person_name"],
        row["opened_at"],
        row["until"],
        row["ended_at"],
        _opened(work, REASON, row, "reason"),
        row["frequent"],
        row["reviewed_at"],
        row["reviewed_by"] or "",
        _opened(work, REVIEW, row, "review"),
        row["visits"],
        row["patient_id"],
        row["patient_name"] or "",
        row["record_number"],
    )


def _opened(work: UnitOfWork, column: str, row: RowMapping, name: str) -> str:
    sealed: bytes | None = row[f"{name}_sealed"]
    return work.vault.open(Purpose.CLINICAL, column, row["id"], sealed) or ""


async def review_emergency(work: UnitOfWork, access_id: UUID, note: str) -> UUID | None:
    """Write the review; gives the patient, or nothing when it is reviewed already or the reviewer's own."""
    return await work.fetch_value(
        "select sec.review_emergency(:id, :note)",
        id=access_id,
        note=work.vault.seal(Purpose.CLINICAL, REVIEW, access_id, note),
    )


async def add_cover(
    work: UnitOfWork, *, absent_id: UUID, covering_id: UUID, starts_at: datetime, ends_at: datetime
) -> CoverId:
    """Insert a cover."""
    cover_id = CoverId(work.new_id())
    await work.run(
        "insert into sec.cover (id, absent_id, covering_id, starts_at, ends_at, created_by, created_at) "
        "values (:id, :absent, :covering, :starts, :ends, :by, :at)",
        id=cover_id,
        absent=absent_id,
        covering=covering_id,
        starts=starts_at,
        ends=ends_at,
        by=work.person.id,
        at=work.now(),
    )
    return cover_id


async def withdraw_cover(work: UnitOfWork, cover_id: UUID) -> bool:
    """End a cover now."""
    return bool(
        await work.run(
            "update sec.cover set withdrawn_at = :at, withdrawn_by = :by where id = :id and withdrawn_at is null",
            id=cover_id,
            at=work.now(),
            by=work.person.id,
        )
    )


async def covers(work: UnitOfWork) -> tuple[Cover, ...]:
    """Covers that go on or are to come."""
    rows = await work.fetch(
        "select c.id, c.starts_at, c.ends_at, coalesce(ap.display_name, a.display_name) as absent, "
        "coalesce(cp.display_name, k.display_name) as covering from sec.cover c "
        "join sec.person a on a.id = c.absent_id left join practitioner ap on ap.person_id = c.absent_id "
        "join sec.person k on k.id = c.covering_id left join practitioner cp on cp.person_id = c.covering_id "
        "where c.withdrawn_at is null and c.ends_at > :now order by c.starts_at, c.id",
        now=work.now(),
    )
    return tuple(
        Cover(CoverId(row["id"]), row["absent"], row["covering"], row["starts_at"], row["ends_at"]) for row in rows
    )


async def doctors(work: UnitOfWork) -> tuple[tuple[UUID, str], ...]:
    """Everybody who is a doctor here, with the name patients know."""
    rows = await work.fetch(
        "select s.id, coalesce(p.display_name, s.display_name) as name from sec.person s "
        "join sec.person_role r on r.person_id = s.id and r.role = 'doctor' "
        "left join practitioner p on p.person_id = s.id where s.active order by 2"
    )
    return tuple((row["id"], row["name"]) for row in rows)
