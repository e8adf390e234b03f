"""What closes the calendar, what is cleaned between visits, holds, series of visits and the waiting list."""

from alembic import op

from ddl import keep_patient, notify_on, protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LOOKERS = ("schedule.read", "appointment.read")
PLANNERS = ("schedule.write", "schedule.write_own")
BOOKERS = ("appointment.write", "appointment.write_own")

CLEANING = """
alter table device add column cleaning_minutes integer not null default 0 check (cleaning_minutes between 0 and 240);
alter table visit_type add column cleaning_minutes integer not null default 0
    check (cleaning_minutes between 0 and 240);
update device set cleaning_minutes = 20 where kind = 'endoscope'
"""

CLOSING = """
create table weekly_break (
    id uuid primary key,
    practitioner_id uuid not null references practitioner (person_id),
    weekday smallint not null check (weekday between 1 and 7),
    starts time not null,
    ends time not null check (ends > starts),
    valid_from date not null,
    valid_to date check (valid_to >= valid_from),
    created_at timestamptz not null default now()
);
create index weekly_break_by_practitioner on weekly_break (practitioner_id, weekday);
create table leave (
    id uuid primary key,
    practitioner_id uuid not null references practitioner (person_id),
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at and ends_at <= starts_at + interval '400 days'),
    kind text not null check (kind in ('leave', 'sick', 'training', 'other')),
    note_sealed bytea,
    created_by uuid not null references sec.person (id),
    created_at timestamptz not null,
    withdrawn_at timestamptz
);
create index leave_by_practitioner on leave (practitioner_id, starts_at) where withdrawn_at is null;
create table blocked_time (
    id uuid primary key,
    practitioner_id uuid references practitioner (person_id),
    room_id uuid references room (id),
    device_id uuid references device (id),
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at and ends_at <= starts_at + interval '400 days'),
    reason text not null check (length(reason) between 1 and 200),
    created_by uuid not null references sec.person (id),
    created_at timestamptz not null,
    withdrawn_at timestamptz,
    constraint blocked_time_of_one_resource check (num_nonnulls(practitioner_id, room_id, device_id) = 1)
);
create index blocked_time_by_start on blocked_time (starts_at, ends_at) where withdrawn_at is null;
create table holiday (
    id uuid primary key,
    day date not null,
    name_id text not null check (length(name_id) between 1 and 120),
    name_en text not null check (length(name_en) between 1 and 120),
    kind text not null check (kind in ('national', 'collective-leave', 'clinic')),
    closed boolean not null default true,
    provisional boolean not null default false,
    created_at timestamptz not null default now(),
    unique (day, name_id)
)
"""

SERIES = """
create table appointment_series (
    id uuid primary key,
    patient_id uuid not null references patient (id),
    practitioner_id uuid not null references practitioner (person_id),
    visit_type_id uuid not null references visit_type (id),
    every integer not null check (every between 1 and 366),
    unit text not null check (unit in ('day', 'week')),
    created_by uuid not null references sec.person (id),
    created_at timestamptz not null
);
create index appointment_series_by_patient on appointment_series (patient_id);
alter table appointment add column series_id uuid references appointment_series (id);
alter table appointment add column device_ids uuid[] not null default '{}';
alter table appointment add column overrides text[] not null default '{}' check (overrides <@ array[
    'holiday', 'leave', 'block', 'break', 'outside_hours', 'cleaning']);
alter table appointment add column move_reason text
    check (move_reason in ('patient', 'practitioner', 'clinic', 'weather', 'other'));
alter table appointment add column move_note_sealed bytea;
update appointment a set
    device_ids = coalesce((select array_agg(distinct r.resource_id) from reservation r
        where r.appointment_id = a.id and r.kind = 'device'), '{}'),
    overrides = case when outside_hours then array['outside_hours'] else '{}' end;
alter table appointment drop constraint appointment_override_has_reason;
alter table appointment add constraint appointment_override_has_reason
    check (override_reason_sealed is not null or not (overbooked or outside_hours or cardinality(overrides) > 0));
create index appointment_by_series on appointment (series_id, starts_at) where series_id is not null
"""

# A hold and a blocked room or device reserve through the same rows as an appointment, so that one constraint refuses
# all of them. What a device is cleaned in is a row of its own: it alone may be given up for an override.
HOLD = """
create table slot_hold (
    id uuid primary key,
    practitioner_id uuid not null references practitioner (person_id),
    room_id uuid not null references room (id),
    patient_id uuid references patient (id),
    visit_type_id uuid not null references visit_type (id),
    device_ids uuid[] not null default '{}',
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at and ends_at <= starts_at + interval '12 hours'),
    hold_until timestamptz not null,
    created_by uuid not null references sec.person (id),
    created_at timestamptz not null,
    ended_at timestamptz
);
create index slot_hold_by_start on slot_hold (starts_at) where ended_at is null;
alter table reservation alter column appointment_id drop not null;
alter table reservation add column hold_id uuid references slot_hold (id);
alter table reservation add column block_id uuid references blocked_time (id);
alter table reservation add column cleaning boolean not null default false;
alter table reservation add constraint reservation_has_one_owner
    check (num_nonnulls(appointment_id, hold_id, block_id) = 1);
alter table reservation add constraint reservation_only_devices_are_cleaned check (not cleaning or kind = 'device');
drop index reservation_once;
create unique index reservation_once on reservation (appointment_id, resource_id, cleaning)
    where state in ('hold', 'booked', 'in_service') and appointment_id is not null;
alter table reservation add column owner_id uuid not null
    generated always as (coalesce(appointment_id, hold_id, block_id)) stored;
create index reservation_by_hold on reservation (hold_id) where hold_id is not null;
create index reservation_by_block on reservation (block_id) where block_id is not null
"""

WAITING = """
create table waitlist_entry (
    id uuid primary key,
    patient_id uuid not null references patient (id),
    practitioner_id uuid references practitioner (person_id),
    visit_type_id uuid not null references visit_type (id),
    earliest date not null,
    latest date not null check (latest >= earliest),
    day_part text not null default 'any' check (day_part in ('any', 'morning', 'afternoon', 'evening')),
    note_sealed bytea,
    status text not null default 'waiting' check (status in ('waiting', 'offered', 'booked', 'withdrawn')),
    offered_practitioner_id uuid references practitioner (person_id),
    offered_room_id uuid references room (id),
    offered_starts_at timestamptz,
    offered_ends_at timestamptz,
    appointment_id uuid references appointment (id),
    created_by uuid not null references sec.person (id),
    created_at timestamptz not null,
    changed_at timestamptz not null,
    constraint waitlist_entry_offered_has_a_slot check (status <> 'offered' or num_nulls(
        offered_practitioner_id, offered_room_id, offered_starts_at, offered_ends_at) = 0),
    constraint waitlist_entry_booked_has_an_appointment check (status <> 'booked' or appointment_id is not null)
);
create index waitlist_entry_open on waitlist_entry (created_at) where status in ('waiting', 'offered');
create index waitlist_entry_by_patient on waitlist_entry (patient_id)
"""

CHANGEABLE = """
grant update (overrides, device_ids, move_reason, move_note_sealed) on appointment to tht_app;
revoke update on leave, blocked_time, slot_hold, waitlist_entry from tht_app;
grant update (withdrawn_at) on leave to tht_app;
grant update (withdrawn_at) on blocked_time to tht_app;
grant update (ended_at) on slot_hold to tht_app;
grant update (status, offered_practitioner_id, offered_room_id, offered_starts_at, offered_ends_at, appointment_id,
    changed_at) on waitlist_entry to tht_app
"""


def _each(sql: str) -> None:
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)


def upgrade() -> None:
    """Build what the calendar's rules stand on."""
    for part in (CLEANING, CLOSING, SERIES, HOLD, WAITING):
        _each(part)
    protect("weekly_break", select="reference.read", insert=PLANNERS, update=PLANNERS)
    protect("leave", select=LOOKERS, insert=PLANNERS, update=PLANNERS)
    protect("blocked_time", select=LOOKERS, insert=PLANNERS, update=PLANNERS)
    protect(
        "holiday",
        select="reference.read",
        insert="schedule.write",
        update="schedule.write",
        delete="schedule.write",
    )
    protect("appointment_series", select="appointment.read", insert=BOOKERS)
    protect("slot_hold", select="appointment.read", insert=BOOKERS, update=BOOKERS)
    protect("waitlist_entry", select="appointment.read", insert=BOOKERS, update=BOOKERS)
    # A planner who blocks a room or a device takes it by a reservation of its own.
    for command, clause in (("insert", "with check"), ("update", "using")):
        op.execute(
            f"create policy planner_{command} on reservation for {command} to tht_app {clause} "
            "(block_id is not null and (select sec.has_any(array['schedule.write'])))"
        )
    _each(CHANGEABLE)
    for table in ("appointment_series", "slot_hold", "waitlist_entry"):
        op.execute(
            f"create trigger refuse_merged before insert on {table} for each row when (new.patient_id is not null) "
            "execute function sec.refuse_merged()"
        )
        keep_patient(table)
    _notify()


def _notify() -> None:
    """Tell listeners; a reservation is told under whatever it is for, since not all are for an appointment now."""
    op.execute("drop trigger notify on reservation")
    op.execute("drop function notify_reservation()")
    notify_on("reservation", "appointment", "extract(epoch from lower({row}.during))::bigint", row_id="owner_id")
    for table in ("weekly_break", "leave", "blocked_time", "holiday"):
        notify_on(table, "schedule")
    notify_on("waitlist_entry", "waitlist")
