"""One number through the whole clinic, what was estimated when it was given, and the task times of BPJS."""

from alembic import op

from ddl import append_only, protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CALLERS = ("queue.call", "queue.call_own_room", "queue.call_pharmacy", "queue.call_cashier")
HANDS = ("queue.check_in", *CALLERS)

TICKET = """
alter table service_point add column next_point_id uuid references service_point (id) check (next_point_id <> id);
alter table queue_ticket
    add column visit_id uuid references queue_ticket (id),
    add column needs text[] not null default '{}' check (needs <@ array['visual', 'sign-language', 'wheelchair']),
    add column first_called_at timestamptz,
    add column expected_minutes real check (expected_minutes >= 0),
    add column estimate_low smallint,
    add column estimate_high smallint,
    add constraint queue_ticket_estimate_is_a_range check (
        (estimate_low is null and estimate_high is null)
        or (estimate_low >= 0 and estimate_high > estimate_low and expected_minutes is not null));
alter table queue_ticket no force row level security;
update queue_ticket set visit_id = id, first_called_at = called_at;
alter table queue_ticket force row level security;
alter table queue_ticket alter column visit_id set not null;
create unique index queue_ticket_number_open_once on queue_ticket (day, label)
    where status in ('waiting', 'called', 'in-service', 'skipped');
create index queue_ticket_by_previous on queue_ticket (previous_id) where previous_id is not null;
create index queue_ticket_by_visit on queue_ticket (visit_id);
create index queue_ticket_cases on queue_ticket (day) include (service_point_id, visit_type_id)
    where first_called_at is not null;
grant update (first_called_at, needs) on queue_ticket to tht_app;
alter table queue_event drop constraint queue_event_step_check;
alter table queue_event add constraint queue_event_step_check check (step in ('issued', 'called', 'called-again',
    'started', 'skipped', 'done', 'forwarded', 'moved', 'prioritised', 'cancelled', 'undone'))
"""

TASKS = """
create table bpjs_task_time (
    id uuid primary key,
    visit_id uuid not null,
    ticket_id uuid references queue_ticket (id),
    appointment_id uuid references appointment (id),
    event_id uuid references queue_event (id),
    task smallint not null check (task between 1 and 7 or task = 99),
    at timestamptz not null,
    recorded_at timestamptz not null,
    takes_back uuid unique references bpjs_task_time (id),
    constraint bpjs_task_time_of_somebody check (num_nonnulls(ticket_id, appointment_id) >= 1)
);
create index bpjs_task_time_by_visit on bpjs_task_time (visit_id);
create index bpjs_task_time_by_event on bpjs_task_time (event_id) where event_id is not null;
create view bpjs_task_standing with (security_invoker) as
    select t.* from bpjs_task_time t where t.takes_back is null
    and not exists (select 1 from bpjs_task_time b where b.takes_back = t.id);
grant select on bpjs_task_standing to tht_app
"""

IN_ORDER = """
create function clinic.task_times_rise() returns trigger language plpgsql set search_path = clinic, pg_temp as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(new.visit_id::text, 99));
    if new.takes_back is not null then
        if not exists (select 1 from bpjs_task_standing s where s.id = new.takes_back
                and s.visit_id = new.visit_id and s.task = new.task) then
            raise exception 'only a standing task time of the same visit can be taken back' using errcode = '23514';
        end if;
    elsif exists (select 1 from bpjs_task_standing s
            where s.visit_id = new.visit_id and (s.task >= new.task or s.at >= new.at)) then
        raise exception 'task times of a visit rise' using errcode = '23514';
    end if;
    return new;
end $$
"""

WHO_WRITES = """
alter policy app_insert on queue_ticket with check ((select sec.has_any(array[{hands}])));
alter policy app_insert on queue_counter with check ((select sec.has_any(array[{hands}])));
alter policy app_update on queue_counter using ((select sec.has_any(array[{hands}])))
    with check ((select sec.has_any(array[{hands}])))
"""


def _each(sql: str) -> None:
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)


def upgrade() -> None:
    """Let tickets follow each other, and keep what BPJS will want to hear."""
    _each(TICKET)
    _each(TASKS)
    op.execute(IN_ORDER)
    op.execute(
        "create trigger task_times_rise before insert on bpjs_task_time "
        "for each row execute function clinic.task_times_rise()"
    )
    protect(
        "bpjs_task_time",
        select=("queue.read", "appointment.read"),
        insert=(*HANDS, "appointment.write", "appointment.write_own"),
    )
    append_only("bpjs_task_time")
    _each(WHO_WRITES.format(hands=", ".join(f"'{name}'" for name in HANDS)))
