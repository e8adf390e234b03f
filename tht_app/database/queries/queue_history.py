"""What past tickets say of the next ones: how long cases took, and how good estimates were. No patient in it.

The past ends yesterday: what is told today does not swing with the last case, and one morning's answer holds all day.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from tht_app.database.unit_of_work import UnitOfWork

DAYS = 60
"""How far back cases count."""
ERROR_DAYS = 30
RECENT_CASES = 30
LONGEST_MINUTES = 180
"""A ticket that was open for longer was forgotten, not served."""

CASES = """
with cases as (
    select t.service_point_id, s.kind, case when s.kind = 'practitioner' then t.visit_type_id end as visit_type_id,
        extract(epoch from t.finished_at - t.first_called_at) / 60 as minutes,
        row_number() over (partition by t.service_point_id,
            case when s.kind = 'practitioner' then t.visit_type_id end order by t.finished_at desc) as place
    from queue_ticket t join service_point s on s.id = t.service_point_id
    where t.day >= :since and t.day < :today and t.status = 'done' and t.first_called_at is not null
        and t.finished_at > t.first_called_at
        and t.finished_at < t.first_called_at + make_interval(mins => :longest)
)
select service_point_id, kind, visit_type_id, grouping(service_point_id) as everywhere,
    grouping(visit_type_id) as whatever, count(*) as count,
    percentile_cont(0.5) within group (order by minutes) as median,
    percentile_cont(0.5) within group (order by minutes) filter (where place <= :recent) as recent
from cases group by grouping sets ((service_point_id, kind, visit_type_id), (kind, visit_type_id), (kind))
"""

ERRORS = """
select service_point_id, count(*) as count, avg(case when wait <= estimate_high then 1.0 else 0.0 end) as within,
    avg(abs(wait - estimate_low)) as mean_error,
    percentile_cont(0.5) within group (order by error) as p50,
    percentile_cont(0.8) within group (order by error) as p80
from (
    select t.service_point_id, t.estimate_high, t.estimate_low, w.wait,
        (w.wait - t.expected_minutes) / sqrt(t.expected_minutes + :grace) as error
    from queue_ticket t,
        lateral (select extract(epoch from t.first_called_at - t.issued_at) / 60 as wait) w
    where t.day >= :since and t.day < :today and t.first_called_at is not null and t.estimate_high is not null
) e group by service_point_id
"""


async def cases(work: UnitOfWork, since: date) -> Sequence[RowMapping]:
    """Finished cases by point and visit type, by visit type, and by kind of point; minutes from call to end."""
    return await work.fetch(
        CASES,
        since=since,
        today=work.today(),
        longest=LONGEST_MINUTES,
        recent=RECENT_CASES,
    )


async def errors(work: UnitOfWork, since: date, grace: float) -> Sequence[RowMapping]:
    """How the estimates of each point turned out: minutes from the ticket to the first call."""
    return await work.fetch(ERRORS, since=since, today=work.today(), grace=grace)


async def state_of(work: UnitOfWork, point_ids: Sequence[Any], day: date) -> Sequence[RowMapping]:
    """The tickets of these points that count for a wait at this moment, in the order of their turn.

    `waits` tells who waits from who is inside.
    """
    return await work.fetch(
        "select id, service_point_id, visit_type_id, priority, queued_at, first_called_at, "
        "(status = 'waiting' or first_called_at > :now) as waits "
        "from queue_ticket where day = :day and service_point_id = any(cast(:ids as uuid[])) and issued_at <= :now "
        "and (status in ('waiting', 'called', 'in-service') or (status = 'done' and finished_at > :now)) "
        "order by priority desc, queued_at, number",
        ids=list(point_ids),
        day=day,
        now=work.now(),
    )


async def begins_at(work: UnitOfWork, point_ids: Sequence[Any], day: date) -> Sequence[RowMapping]:
    """When the first appointment of the day begins at points where nobody was called yet."""
    return await work.fetch(
        "select s.id, min(a.starts_at) as starts_at from service_point s join appointment a "
        "on a.practitioner_id = s.practitioner_id and a.status in ('booked', 'arrived') "
        "and a.starts_at >= cast(:day as timestamp) at time zone :zone "
        "and a.starts_at < cast(:day as timestamp) at time zone :zone + interval '1 day' "
        "where s.id = any(cast(:ids as uuid[])) and not exists (select 1 from queue_ticket t "
        "where t.service_point_id = s.id and t.day = :day and t.first_called_at is not null) group by s.id",
        ids=list(point_ids),
        day=day,
        zone=work.zone.key,
    )
