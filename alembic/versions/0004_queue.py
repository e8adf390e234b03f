"""Service points, the tickets of a day and everything that happened to them."""

from alembic import op

from ddl import append_only, protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CALLERS = ("queue.call", "queue.call_own_room", "queue.call_pharmacy", "queue.call_cashier")

QUEUE = """
create table service_point (
    id uuid primary key,
    letter text not null unique check (letter ~ '^[A-Z]{1,2}$'),
    name_id text not null check (length(name_id) between 1 and 60),
    name_en text not null check (length(name_en) between 1 and 60),
    kind text not null check (kind in ('registration', 'practitioner', 'audiology', 'cashier', 'pharmacy')),
    practitioner_id uuid references practitioner (person_id),
    room_id uuid references room (id),
    position integer not null default 0,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    constraint service_point_of_a_practitioner check ((kind = 'practitioner') = (practitioner_id is not null))
);
create unique index service_point_one_for_each_practitioner on service_point (practitioner_id) where active;
create table queue_counter (
    service_point_id uuid not null references service_point (id),
    day date not null,
    value integer not null check (value > 0),
    primary key (service_point_id, day)
);
create table queue_ticket (
    id uuid primary key,
    service_point_id uuid not null references service_point (id),
    day date not null,
    number integer not null check (number > 0),
    label text not null,
    patient_id uuid not null references patient (id),
    practitioner_id uuid references practitioner (person_id),
    visit_type_id uuid references visit_type (id),
    appointment_id uuid references appointment (id),
    encounter_id uuid,
    previous_id uuid references queue_ticket (id),
    status text not null default 'waiting' check (status in
        ('waiting', 'called', 'in-service', 'skipped', 'done', 'cancelled')),
    priority smallint not null default 0 check (priority between 0 and 2),
    priority_reason text check (priority_reason in ('elderly', 'disabled', 'child', 'emergency')),
    issued_at timestamptz not null,
    queued_at timestamptz not null,
    called_at timestamptz,
    calls integer not null default 0,
    room_id uuid references room (id),
    started_at timestamptz,
    skipped_at timestamptz,
    finished_at timestamptz,
    changed_at timestamptz not null,
    version integer not null default 1,
    unique (service_point_id, day, number),
    constraint queue_ticket_priority_has_reason check ((priority = 0) = (priority_reason is null))
);
create unique index queue_ticket_one_open on queue_ticket (service_point_id, day, patient_id)
    where status in ('waiting', 'called', 'in-service', 'skipped');
create index queue_ticket_by_day on queue_ticket (day, service_point_id, status);
create index queue_ticket_by_appointment on queue_ticket (appointment_id) where appointment_id is not null;
create index queue_ticket_by_encounter on queue_ticket (encounter_id) where encounter_id is not null;
create index queue_ticket_by_patient on queue_ticket (patient_id);
create table queue_event (
    id uuid primary key,
    ticket_id uuid not null references queue_ticket (id),
    service_point_id uuid not null references service_point (id),
    day date not null,
    at timestamptz not null,
    step text not null check (step in
        ('issued', 'called', 'called-again', 'started', 'skipped', 'done', 'cancelled', 'undone')),
    status_before text,
    status_after text not null,
    room_id uuid references room (id),
    person_id uuid not null references sec.person (id)
);
create index queue_event_by_ticket on queue_event (ticket_id, at);
create index queue_event_by_point on queue_event (service_point_id, day, at)
"""

CHANGEABLE = """
revoke update on queue_ticket from tht_app;
grant update (status, priority, priority_reason, queued_at, called_at, calls, room_id, started_at, skipped_at,
    finished_at, changed_at, version) on queue_ticket to tht_app
"""


def _each(sql: str) -> None:
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)


def upgrade() -> None:
    """Build the queue."""
    _each(QUEUE)
    protect("service_point", select="reference.read", insert="schedule.write", update="schedule.write")
    protect("queue_counter", select="queue.read", insert="queue.check_in", update="queue.check_in")
    protect("queue_ticket", select="queue.read", insert="queue.check_in", update=("queue.check_in", *CALLERS))
    protect("queue_event", select="queue.read", insert=("queue.check_in", *CALLERS))
    append_only("queue_event")
    _each(CHANGEABLE)
