"""Reading the audit log: a page of it, one entry, who opened a record, how its proof stands.

A page is found in two steps, so that it is quick whatever is asked of ten million entries: the rarest condition leads
through its own index from the newest entry on, and at most `SCANNED` entries behind it are looked at for the others.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.seal import HANDOVERS, handover_of
from tht_app.database.succession import Signers, signers_of
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.audit.log import Filter, Outcome, Place

SCANNED = 100_000

COLUMNS = (
    "e.id, e.epoch, e.txid, e.at, e.person_id, e.action, e.request, e.outcome, e.object_type, e.reason, e.address, "
    "e.patient_ids[1:{named}] as named, cardinality(e.patient_ids) as patient_count"
)
NEWEST_FIRST = "order by e.at desc, e.id desc"
# Who did it, and under which seal it lies: added to the few entries that are shown.
SHOWN = """
    select x.*, p.display_name, p.is_service,
           array(select r.role from sec.person_role r where r.person_id = x.person_id order by r.role) as roles,
           (select s.number from (
                select n.number, n.lo from audit.seal n
                where n.epoch = x.epoch and n.hi > x.txid::text::bigint
                order by n.hi limit 1) s
            where s.lo <= x.txid::text::bigint) as seal
    from ({found}) x left join sec.person p on p.id = x.person_id order by x.at desc, x.id desc
"""


class _Search:
    """The statement for a filter: what leads, what is looked at behind it, the values of both."""

    def __init__(self, wanted: Filter, patients: Sequence[UUID], after: Place | None) -> None:
        self.values: dict[str, Any] = {"since": wanted.since, "until": wanted.until, "scanned": SCANNED}
        source = "audit.event"
        leads = ["e.at >= :since", "e.at < :until"]
        if after is not None:
            leads.append("(e.at, e.id) < (:after_at, :after_id)")
            self.values |= {"after_at": after.at, "after_id": after.id}
        rare, others = self._rare(wanted), self._others(wanted)
        if patients:
            source = "sec.audit_of_patients(cast(:patients as uuid[]), :since, :until)"
            self.values["patients"] = list(patients)
        elif rare:
            leads.append(rare.pop(0))
        self._leading = f"select e.* from {source} e where {' and '.join(leads)} {NEWEST_FIRST}"
        self._rest = " and ".join([*rare, *others]) or "true"

    def _rare(self, wanted: Filter) -> list[str]:
        """Conditions with an index of their own, the rarest first. What a partial one depends on is no value."""
        found: list[str] = []
        if wanted.action not in {None, AuditAction.READ}:
            found.append(f"e.action = '{wanted.action}'")
        if wanted.outcome not in {None, Outcome.DONE}:
            found.append("e.outcome <> 'done'")
        if wanted.person_id is not None:
            found.append("e.person_id = :person")
            self.values["person"] = wanted.person_id
        if wanted.address:
            found.append("e.address = :address")
            self.values["address"] = wanted.address
        return found

    def _others(self, wanted: Filter) -> list[str]:
        """Conditions that are asked of each entry that is looked at."""
        found: list[str] = []
        if wanted.action is AuditAction.READ:
            found.append("e.action = 'read'")
        if wanted.outcome is not None:
            found.append(f"e.outcome = '{wanted.outcome}'")
        if wanted.area is not None:
            found.append("(e.request like :area or e.request like :screens)")
            self.values["area"] = f"{wanted.area}%"
            self.values["screens"] = f"%tht_app\\_\\_\\_state\\_\\_\\_{wanted.area}\\_%"
        return found

    def page(self, most: int, named: int) -> str:
        columns = COLUMNS.format(named=named)
        found = (
            f"select {columns} from ({self._leading} limit :scanned) e where {self._rest} {NEWEST_FIRST} limit {most}"
        )
        return SHOWN.format(found=found)

    def end(self) -> str:
        """The last entry that was looked at, if there are more behind it."""
        return f"select e.at, e.id from ({self._leading} offset :scanned - 1 limit 1) e"


async def page(
    work: UnitOfWork, wanted: Filter, *, after: Place | None, most: int, named: int
) -> tuple[Sequence[RowMapping], Place | None]:
    """At most `most` entries behind a place, newest first; if fewer, and not at the end, the last place looked at.

    Each row names up to `named` of its patients.
    """
    patients = await records_of(work, wanted.patient_id) if wanted.patient_id is not None else []
    search = _Search(wanted, patients, after)
    rows = await work.fetch(search.page(most, named), **search.values)
    if len(rows) >= most:
        return rows, None
    end = await work.fetch_one(search.end(), **search.values)
    return rows, Place(end["at"], end["id"]) if end else None


async def entry(work: UnitOfWork, entry_id: UUID, named: int) -> RowMapping | None:
    """One entry with its sealed old and new values."""
    found = f"select {COLUMNS.format(named=named)}, e.details_sealed from audit.event e where e.id = :id"
    return await work.fetch_one(SHOWN.format(found=found), id=entry_id)


async def records_of(work: UnitOfWork, patient_id: UUID) -> list[UUID]:
    """Every record of the person that this one belongs to, so that a merged record's entries are found too."""
    return list(await work.fetch_value("select sec.records_of(:id)", id=patient_id))


async def patient_names(work: UnitOfWork, patient_ids: Iterable[UUID]) -> dict[UUID, RowMapping]:
    """Record number and name of patients, for whoever may read the log."""
    wanted = sorted(set(patient_ids))
    if not wanted:
        return {}
    rows = await work.fetch("select * from sec.audit_patient_names(cast(:ids as uuid[]))", ids=wanted)
    return {row["id"]: row for row in rows}


async def find_patients(
    work: UnitOfWork, words: Sequence[str], record_number: int | None, most: int
) -> Sequence[RowMapping]:
    """Patients with this record number, or with all these words in the name."""
    lead = sorted(words, key=len, reverse=True)
    return await work.fetch(
        "select * from sec.audit_find_patients(cast(:words as text[]), cast(:number as bigint), :most)",
        words=lead,
        number=record_number,
        most=most,
    )


async def people(work: UnitOfWork) -> Sequence[RowMapping]:
    """Everybody and every program that can stand in the log, people first."""
    return await work.fetch(
        "select p.id, p.display_name, p.is_service, "
        "array(select r.role from sec.person_role r where r.person_id = p.id order by r.role) as roles "
        "from sec.person p order by p.is_service, not p.active, p.display_name, p.id"
    )


async def accesses(work: UnitOfWork, patient_id: UUID, since: datetime, until: datetime) -> Sequence[RowMapping]:
    """Who reached a patient's record, by the clinic's day, person and kind; refused tries reached nothing."""
    return await work.fetch(
        """
        select g.*, p.display_name, p.is_service,
               array(select r.role from sec.person_role r where r.person_id = g.person_id order by r.role) as roles
        from (
            select e.person_id, e.action, e.request, e.reason, min(e.at) as first, max(e.at) as last, count(*) as times
            from sec.audit_of_patients(sec.records_of(:patient), :since, :until) e where e.outcome = 'done'
            group by (e.at at time zone :zone)::date, e.person_id, e.action, e.request, e.reason) g
        left join sec.person p on p.id = g.person_id
        """,
        patient=patient_id,
        since=since,
        until=until,
        zone=work.zone.key,
    )


async def seen_within(
    work: UnitOfWork, since: datetime, until: datetime, *, person_id: UUID | None, patient_id: UUID | None
) -> Sequence[RowMapping]:
    """Who reached which patients in a window, by person, patient and kind; may look at millions of entries."""
    await work.run("set local statement_timeout = '5min'")
    values: dict[str, Any] = {"since": since, "until": until}
    source, more = "audit.event", ""
    if patient_id is not None:
        values["patients"] = await records_of(work, patient_id)
        source = "sec.audit_of_patients(cast(:patients as uuid[]), :since, :until)"
        more += " and u.patient_id = any (cast(:patients as uuid[]))"
    if person_id is not None:
        values["person"] = person_id
        more += " and e.person_id = :person"
    return await work.fetch(
        f"""
        select g.*, p.display_name, p.is_service,
               array(select r.role from sec.person_role r where r.person_id = g.person_id order by r.role) as roles
        from (
            select u.patient_id, e.person_id, e.action, e.request,
                   min(e.at) as first, max(e.at) as last, count(*) as times
            from {source} e, unnest(e.patient_ids) as u (patient_id)
            where e.at >= :since and e.at < :until and e.outcome = 'done'{more}
            group by u.patient_id, e.person_id, e.action, e.request) g
        left join sec.person p on p.id = g.person_id
        """,
        **values,
    )


async def person_named(work: UnitOfWork, username: str) -> UUID | None:
    """The id behind a user name."""
    return await work.fetch_value("select id from sec.person where username = lower(:name)", name=username)


async def last_seal(work: UnitOfWork) -> RowMapping | None:
    """Number, moment (microseconds), total, epoch and end of the newest seal."""
    return await work.fetch_one("select number, epoch, at, total, hi from audit.seal order by number desc limit 1")


async def waiting(work: UnitOfWork, epoch: int, hi: int) -> tuple[int, datetime | None]:
    """How many entries lie behind the end of the newest seal, and since when the oldest of them."""
    found = await work.fetch(
        "select count(*) as count, min(at) as since from audit.event "
        "where (epoch, txid) >= (:epoch, cast(cast(:hi as text) as xid8))",
        epoch=epoch,
        hi=hi,
    )
    return found[0]["count"], found[0]["since"]


async def sealed_since(work: UnitOfWork, number: int) -> int | None:
    """When (microseconds) the first seal after this number was made; nothing when there is none."""
    return await work.fetch_value(
        "select at from audit.seal where number > :number order by number limit 1", number=number
    )


async def signers(work: UnitOfWork) -> Signers:
    """The keys under which seals and anchors may be, from the present one back."""
    return signers_of(work.audit_public, [handover_of(row) for row in await work.fetch(HANDOVERS)])


async def last_verification(work: UnitOfWork) -> RowMapping | None:
    """The newest entry about a verification that came to an end."""
    found = (
        f"select {COLUMNS.format(named=0)}, e.details_sealed from audit.event e "
        f"where e.action = '{AuditAction.VERIFY.value}' and e.outcome <> 'denied' {NEWEST_FIRST} limit 1"
    )
    return await work.fetch_one(SHOWN.format(found=found))


async def refused_since(work: UnitOfWork, since: datetime) -> int:
    """How many tries were refused since then."""
    return await work.fetch_value(
        "select count(*) from audit.event where outcome <> 'done' and outcome = 'denied' and at >= :at", at=since
    )


async def handed_out(work: UnitOfWork, since: datetime, most: int, named: int) -> Sequence[RowMapping]:
    """The newest prints and exports."""
    each = " union all ".join(
        f"(select {COLUMNS.format(named=named)} from audit.event e "
        f"where e.action = '{action.value}' and e.at >= :since {NEWEST_FIRST} limit {most})"
        for action in (AuditAction.PRINT, AuditAction.EXPORT)
    )
    found = f"select e.* from ({each}) e {NEWEST_FIRST} limit {most}"
    return await work.fetch(SHOWN.format(found=found), since=since)
