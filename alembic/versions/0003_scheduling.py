"""Doctors, rooms, devices, visit types, working hours, appointments and what they take for themselves."""

from alembic import op

from ddl import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EVERYONE = "reference.read"
PLANNERS = ("schedule.write", "schedule.write_own")
BOOKERS = ("appointment.write", "appointment.write_own")
# Arriving, being served and being missed change an appointment too, and those are seen at the queue.
HANDLERS = (*BOOKERS, "queue.check_in", "queue.call", "queue.call_own_room")

MASTER_DATA = """
create table practitioner (
    person_id uuid primary key references sec.person (id),
    display_name text not null check (length(display_name) between 1 and 200),
    sip_number text check (length(sip_number) between 1 and 60),
    sip_valid_to date,
    tint smallint not null default 1 check (tint between 1 and 8),
    position integer not null default 0,
    active boolean not null default true,
    created_at timestamptz not null default now()
);
create table room (
    id uuid primary key,
    name text not null unique check (length(name) between 1 and 60),
    position integer not null default 0,
    active boolean not null default true,
    created_at timestamptz not null default now()
);
create table device (
    id uuid primary key,
    name text not null unique check (length(name) between 1 and 60),
    kind text not null check (kind in ('endoscope', 'audiometer', 'tympanometer', 'suction', 'other')),
    position integer not null default 0,
    active boolean not null default true,
    created_at timestamptz not null default now()
);
create table visit_type (
    id uuid primary key,
    code text not null unique check (code ~ '^[a-z0-9-]{2,40}$'),
    name_id text not null check (length(name_id) between 1 and 60),
    name_en text not null check (length(name_en) between 1 and 60),
    minutes integer not null check (minutes between 5 and 720 and minutes % 5 = 0),
    device_kind text check (device_kind in ('endoscope', 'audiometer', 'tympanometer', 'suction', 'other')),
    tint smallint not null default 1 check (tint between 1 and 8),
    position integer not null default 0,
    active boolean not null default true,
    created_at timestamptz not null default now()
);
create table working_hours (
    id uuid primary key,
    practitioner_id uuid not null references practitioner (person_id),
    weekday smallint not null check (weekday between 1 and 7),
    starts time not null,
    ends time not null check (ends > starts),
    valid_from date not null,
    valid_to date check (valid_to >= valid_from),
    room_id uuid references room (id),
    created_at timestamptz not null default now()
);
create index working_hours_by_practitioner on working_hours (practitioner_id, weekday)
"""

APPOINTMENT = """
create table appointment (
    id uuid primary key,
    patient_id uuid not null references patient (id),
    practitioner_id uuid not null references practitioner (person_id),
    room_id uuid not null references room (id),
    visit_type_id uuid not null references visit_type (id),
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at and ends_at <= starts_at + interval '12 hours'),
    status text not null default 'booked' check (status in
        ('proposed', 'booked', 'arrived', 'fulfilled', 'cancelled', 'noshow', 'entered-in-error')),
    overbooked boolean not null default false,
    outside_hours boolean not null default false,
    override_reason_sealed bytea,
    note_sealed bytea,
    cancel_reason text check (cancel_reason in ('patient', 'practitioner', 'weather', 'duplicate', 'other')),
    cancel_note_sealed bytea,
    created_by uuid not null references sec.person (id),
    created_at timestamptz not null,
    changed_at timestamptz not null,
    version integer not null default 1,
    constraint appointment_override_has_reason
        check (override_reason_sealed is not null or not (overbooked or outside_hours)),
    constraint appointment_cancelled_has_reason check ((status = 'cancelled') = (cancel_reason is not null))
);
create index appointment_by_practitioner on appointment (practitioner_id, starts_at);
create index appointment_by_patient on appointment (patient_id, starts_at);
create index appointment_by_start on appointment (starts_at)
"""

# One row for each resource an appointment takes. A row never moves: moving releases it and inserts another, so that
# every claim goes through the same INSERT ... ON CONFLICT DO NOTHING and the released rows tell the history.
RESERVATION = """
create table reservation (
    id uuid primary key,
    appointment_id uuid not null references appointment (id),
    kind text not null check (kind in ('practitioner', 'room', 'device', 'patient')),
    resource_id uuid not null,
    during tstzrange not null,
    state text not null default 'booked' check (state in ('hold', 'booked', 'in_service', 'done', 'released')),
    overbooked boolean not null default false,
    hold_until timestamptz,
    created_at timestamptz not null,
    constraint reservation_half_open check (
        not isempty(during) and lower_inc(during) and not upper_inc(during)
        and not lower_inf(during) and not upper_inf(during)),
    constraint reservation_only_practitioner_overbooked check (not overbooked or kind = 'practitioner'),
    constraint reservation_hold_expires check (state <> 'hold' or hold_until is not null),
    constraint reservation_no_overlap exclude using gist (resource_id with =, during with &&)
        where (state in ('hold', 'booked', 'in_service') and not overbooked)
);
create index reservation_by_appointment on reservation (appointment_id);
create unique index reservation_once on reservation (appointment_id, resource_id)
    where state in ('hold', 'booked', 'in_service')
"""

CHANGEABLE = """
revoke update on appointment from tht_app;
grant update (practitioner_id, room_id, visit_type_id, starts_at, ends_at, status, overbooked, outside_hours,
    override_reason_sealed, note_sealed, cancel_reason, cancel_note_sealed, changed_at, version)
    on appointment to tht_app;
revoke update on reservation from tht_app;
grant update (state) on reservation to tht_app
"""


def _each(sql: str) -> None:
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)


def upgrade() -> None:
    """Build the calendar."""
    _each(MASTER_DATA)
    _each(APPOINTMENT)
    _each(RESERVATION)
    protect("practitioner", select=EVERYONE, insert="schedule.write", update="schedule.write")
    protect("room", select=EVERYONE, insert="schedule.write", update="schedule.write")
    protect("device", select=EVERYONE, insert="schedule.write", update="schedule.write")
    protect("visit_type", select=EVERYONE, insert="schedule.write", update="schedule.write")
    protect("working_hours", select=EVERYONE, insert=PLANNERS, update=PLANNERS)
    protect("appointment", select="appointment.read", insert=BOOKERS, update=HANDLERS)
    protect("reservation", select="appointment.read", insert=BOOKERS, update=HANDLERS)
    _each(CHANGEABLE)
