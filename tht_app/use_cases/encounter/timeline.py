"""The timeline of a patient: what happened in the record, by kind and year, page after page."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tht_app.database.queries.encounter import facts, timeline, visits
from tht_app.database.queries.registration import saw_records_of
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.allergies import AllergyLine
from tht_app.domain.encounter.record import PatientHead
from tht_app.domain.encounter.timeline import Moment, TimelineItem, TimelineKind, kinds_for
from tht_app.domain.identity import Permission
from tht_app.use_cases.door import use_case

PAGE = 50


@dataclass(frozen=True, slots=True)
class ReadTimeline:
    """Events of one kind or of all, of one year or of all; `after` is where the page before ended."""

    patient_id: UUID
    kind: TimelineKind | None = None
    year: int | None = None
    after: Moment | None = None


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A page of it. `kinds` and `years` are what may be asked for, `after` is where to go on, None at the end."""

    patient: PatientHead
    allergy: AllergyLine
    items: tuple[TimelineItem, ...]
    kinds: tuple[TimelineKind, ...]
    years: tuple[int, ...]
    after: Moment | None


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def read_timeline(request: ReadTimeline, work: UnitOfWork) -> TimelinePage:
    """What happened, newest first, as far as this person may see it; raises NotFound."""
    patient = await visits.patient_head(work, request.patient_id)
    await saw_records_of(work, request.patient_id)
    kinds = kinds_for(work.person.permissions)
    wanted = [kind for kind in kinds if request.kind in {None, kind}]
    span = timeline.Span()
    if request.year is not None:
        span = timeline.Span(_new_year(work, request.year), _new_year(work, request.year + 1))
    items = await timeline.events(work, request.patient_id, wanted, span, after=request.after, most=PAGE + 1)
    last = items[PAGE - 1] if len(items) > PAGE else None
    return TimelinePage(
        patient,
        await facts.allergy_line(work, request.patient_id),
        items[:PAGE],
        kinds,
        await _years(work, request.patient_id),
        Moment(last.at, last.id) if last else None,
    )


def _new_year(work: UnitOfWork, year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=work.zone)


async def _years(work: UnitOfWork, patient_id: UUID) -> tuple[int, ...]:
    """From this year back to the first visit."""
    first = await timeline.first_visit(work, patient_id)
    begun = work.today().year if first is None else first.astimezone(work.zone).year
    return tuple(range(work.today().year, begun - 1, -1))
