"""What an auditor sees first: whether the log is whole, who was refused today, what left the clinic."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tht_app.database.queries import audit as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.audit.log import NAMED_IN_A_ROW, Chain, Entry, Filter, Outcome
from tht_app.domain.identity import Permission
from tht_app.use_cases.audit.proof import chain_of
from tht_app.use_cases.audit.reading import entries_of
from tht_app.use_cases.door import use_case

SHOWN = 5
RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class AuditOverview:
    """The first screen of an auditor."""


@dataclass(frozen=True, slots=True)
class Overview:
    """`refusals` are the newest of today, `refused` is how many there were; `handed_out` is of the last seven days."""

    chain: Chain
    refused: int
    refusals: tuple[Entry, ...]
    handed_out: tuple[Entry, ...]


@use_case(permission=Permission.AUDIT_READ, audit=AuditAction.READ, reads=True)
async def audit_overview(_request: AuditOverview, work: UnitOfWork) -> Overview:
    """Chain, refusals of today, newest prints and exports."""
    begin = datetime.combine(work.today(), time(), work.zone)
    today = Filter(begin, begin + timedelta(days=1), outcome=Outcome.DENIED)
    refusals, _ = await queries.page(work, today, after=None, most=SHOWN, named=NAMED_IN_A_ROW)
    handed_out = await queries.handed_out(work, work.now() - RECENT, SHOWN, NAMED_IN_A_ROW)
    return Overview(
        chain=await chain_of(work),
        refused=await queries.refused_since(work, begin),
        refusals=await entries_of(work, refusals),
        handed_out=await entries_of(work, handed_out),
    )
