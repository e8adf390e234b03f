"""Who treats whom: the rows of a record open to a treatment, not to a role alone.

`sec.care` says which staff have to do with which patient, from when to when. It follows visits, bookings, tickets,
prescriptions and emergency accesses by triggers; nobody writes it. Its own policy shows a person the rows of the staff
that they may act for (`sec.carers`), so that a policy on a record asks one correlated EXISTS and nothing else.
"""

from alembic import op

from ddl import definer, keep_patient, only_for_carers, protect
from tht_app.domain.identity import ROLE_PERMISSIONS, Permission

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NEW_PERMISSIONS = frozenset(
    {
        Permission.RECORD_READ_ALL,
        Permission.RECORD_BREAK_GLASS,
        Permission.CARE_MANAGE,
    }
)

DAY_TEAM = "00000000-0000-7000-8000-00000000ca01"
"""The nurses of the day, as staff of a treatment."""
PHARMACY = "00000000-0000-7000-8000-00000000ca02"
"""The pharmacy, as staff of a treatment."""
WEST = "Asia/Jakarta"
"""A day ends when it has ended in the whole country: the database does not know in which zone the clinic lies."""

DESK = ("patient.write", "queue.check_in", "record.read_all")
"""Whoever registers people or checks them in has to see that somebody is registered."""

CARE = """
create table sec.care (
    patient_id uuid not null references clinic.patient (id),
    staff_id uuid not null,
    kind text not null check (kind in ('care', 'booking', 'known', 'team', 'pharmacy', 'break_glass')),
    source_id uuid not null,
    since timestamptz not null,
    until timestamptz not null,
    primary key (patient_id, staff_id, kind, source_id),
    check (until > since)
);
create index care_by_staff on sec.care (staff_id, until);
create index care_by_source on sec.care (source_id);
create table sec.cover (
    id uuid primary key,
    absent_id uuid not null references sec.person (id),
    covering_id uuid not null references sec.person (id),
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at and ends_at <= starts_at + interval '1 year'),
    created_by uuid not null references sec.person (id),
    created_at timestamptz not null,
    withdrawn_at timestamptz,
    withdrawn_by uuid references sec.person (id),
    check (absent_id <> covering_id),
    check ((withdrawn_at is null) = (withdrawn_by is null))
);
create index cover_by_covering on sec.cover (covering_id, ends_at) where withdrawn_at is null
"""

EMERGENCY = """
create table clinic.emergency_access (
    id uuid primary key,
    patient_id uuid not null references clinic.patient (id),
    person_id uuid not null references sec.person (id),
    reason_sealed bytea not null,
    opened_at timestamptz not null default now(),
    until timestamptz not null,
    ended_at timestamptz check (ended_at >= opened_at and ended_at <= until),
    frequent boolean not null,
    reviewed_at timestamptz,
    reviewed_by uuid references sec.person (id) check (reviewed_by <> person_id),
    review_sealed bytea,
    constraint emergency_access_within_the_hour check (until > opened_at and until <= opened_at + interval '1 hour'),
    constraint emergency_access_reviewed_whole check (num_nonnulls(reviewed_at, reviewed_by, review_sealed) in (0, 3)),
    constraint emergency_access_one_at_a_time exclude using gist
        (person_id with =, tstzrange(opened_at, coalesce(ended_at, until)) with &&)
);
create index emergency_access_by_time on clinic.emergency_access (opened_at desc);
create index emergency_access_by_patient on clinic.emergency_access (patient_id)
"""

# Once it is written only its end and its review may be added.
EMERGENCY_STAYS = """
create function sec.emergency_stays() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE'
        or to_jsonb(new) - '{ended_at,reviewed_at,reviewed_by,review_sealed}'::text[]
            is distinct from to_jsonb(old) - '{ended_at,reviewed_at,reviewed_by,review_sealed}'::text[]
        or (old.ended_at is not null and new.ended_at is distinct from old.ended_at)
        or (old.reviewed_at is not null and (new.reviewed_at, new.reviewed_by, new.review_sealed)
            is distinct from (old.reviewed_at, old.reviewed_by, old.review_sealed)) then
        raise exception 'an emergency access stays as it was' using errcode = '42501';
    end if;
    return new;
end $$
"""

CARE_SETTING = """
create function sec.care_setting(name text, otherwise integer) returns integer
language sql stable security definer set search_path = pg_catalog, clinic, pg_temp as $$
    select coalesce((select (value ->> name)::integer from clinic.setting where key = 'care'), otherwise)
$$
"""

# What every treatment follows from (a cancelled booking says who somebody is and opens nothing): one row for each visit, booking, ticket, prescription and emergency access. The
# triggers take one source out of it, the rebuilding takes them all.
CARE_DUE = f"""
create view sec.care_due with (security_invoker = true) as
    select 'care' as kind, e.id as source_id, e.patient_id, e.practitioner_id as staff_id,
        least(e.arrived_at, now()) as since,
        e.arrived_at + make_interval(months => (select sec.care_setting('visit_months', 24))) as until
    from clinic.encounter e where e.status <> 'cancelled'
    union all
    select 'team', e.id, e.patient_id, '{DAY_TEAM}'::uuid, least(e.arrived_at, now()),
        (date_trunc('day', e.arrived_at at time zone '{WEST}') + interval '1 day') at time zone '{WEST}'
    from clinic.encounter e where e.status <> 'cancelled'
    union all
    select 'team', t.id, t.patient_id, '{DAY_TEAM}'::uuid, least(t.issued_at, now()),
        (t.day + interval '1 day') at time zone '{WEST}'
    from clinic.queue_ticket t where t.status <> 'cancelled'
    union all
    select case a.status when 'cancelled' then 'known' else 'booking' end, a.id, a.patient_id, a.practitioner_id,
        (date_trunc('day', a.starts_at at time zone '{WEST}')
            - make_interval(days => (select sec.care_setting('booking_days_before', 14)))) at time zone '{WEST}',
        (date_trunc('day', a.starts_at at time zone '{WEST}')
            + make_interval(days => 1 + (select sec.care_setting('booking_days_after', 1)))) at time zone '{WEST}'
    from clinic.appointment a where a.status <> 'entered-in-error'
    union all
    select 'pharmacy', r.id, r.patient_id, '{PHARMACY}'::uuid, least(r.signed_at, now()),
        case r.status when 'active' then 'infinity' else r.closed_at + interval '1 day' end
    from clinic.medication_request r where r.status in ('active', 'completed')
    union all
    select 'break_glass', g.id, g.patient_id, g.id, g.opened_at, coalesce(g.ended_at, g.until)
    from clinic.emergency_access g
"""

# All records of a person share what belongs to one of them: care follows a merge.
FOLLOW_CARE = """
create function sec.follow_care() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
begin
    if tg_op = 'UPDATE' then
        delete from sec.care where source_id = old.id;
    end if;
    insert into sec.care (patient_id, staff_id, kind, source_id, since, until)
    select r.id, d.staff_id, d.kind, d.source_id, d.since, d.until
    from sec.care_due d, unnest(sec.records_of(d.patient_id)) as r (id)
    where d.source_id = new.id and d.until > greatest(now(), d.since)
    on conflict do nothing;
    return null;
end $$
"""

REBUILD_CARE = """
create function sec.rebuild_care(patients uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
begin
    delete from sec.care where patients is null or patient_id = any (patients);
    insert into sec.care (patient_id, staff_id, kind, source_id, since, until)
    select r.id, d.staff_id, d.kind, d.source_id, d.since, d.until
    from sec.care_due d
    join clinic.patient p on p.id = d.patient_id
    left join clinic.patient o on p.merged_into is not null and o.merged_into = p.merged_into
    cross join lateral (
        select p.id union select p.merged_into where p.merged_into is not null
        union select o.id where o.id is not null
        union select m.id from clinic.patient m where m.merged_into = p.id) as r (id)
    where (patients is null or d.patient_id = any (patients)) and d.until > greatest(now(), d.since)
    on conflict do nothing;
end $$
"""

FOLLOW_MERGE = """
create function sec.follow_merge() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
begin
    perform sec.rebuild_care(sec.records_of(new.id)
        || case when old.merged_into is null then '{}'::uuid[] else sec.records_of(old.merged_into) end);
    return null;
end $$
"""

FOLLOW_SETTING = """
create function sec.follow_care_setting() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
declare
    asked_at_once text[] := '{whole_team,emergencies_an_hour}';
begin
    if tg_op = 'INSERT' or old.value - asked_at_once is distinct from new.value - asked_at_once then
        perform sec.rebuild_care(null);
    end if;
    return null;
end $$
"""

# Whom the person of this session may act for: a doctor for themselves, the colleagues they cover, all doctors where the
# clinic works as one team, and an emergency access of their own that is open; a nurse for the nurses of the day; the
# pharmacy for itself. Rows do not ask who is a doctor, so that a role which comes or goes counts at once.
CARERS = f"""
create function sec.carers() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, sec, clinic, pg_temp as $$
declare
    me uuid := sec.me();
    may text[];
begin
    if me is null then
        return '{{}}';
    end if;
    may := array(select p.permission from sec.person_role r join sec.role_permission p on p.role = r.role
        where r.person_id = me and p.permission in ('record.write', 'record.write_nursing', 'record.read_safety'));
    return array(
        select me where 'record.write' = any (may)
        union all select '{DAY_TEAM}'::uuid where 'record.write_nursing' = any (may)
        union all select '{PHARMACY}'::uuid where 'record.read_safety' = any (may)
        union all select g.id from clinic.emergency_access g
            where 'record.write' = any (may) and g.person_id = me and g.until > now() and g.ended_at is null
        union all select v.absent_id from sec.cover v
            where 'record.write' = any (may) and v.covering_id = me and v.withdrawn_at is null
              and v.starts_at <= now() and v.ends_at > now()
        union all select r.person_id from sec.person_role r
            where 'record.write' = any (may) and r.role = 'doctor' and sec.care_setting('whole_team', 0) = 1);
end $$
"""

# The application's own question before it hands out what it found in a record; it does not lean on the policies.
TREATS = """
create function sec.treats(patients uuid[], safety boolean) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
declare
    staff uuid[] := sec.carers();
begin
    return sec.has('record.read_all') or not exists (
        select 1 from unnest(patients) as p (id) where not exists (
            select 1 from sec.care c where c.patient_id = p.id and c.staff_id = any (staff)
              and (safety or c.kind <> 'pharmacy') and c.kind <> 'known' and c.since <= now() and c.until > now()));
end $$
"""

CANCELLED, WRONG = "{row}.status = 'cancelled'", "{row}.status = 'entered-in-error'"
SOURCES = {
    "encounter": (CANCELLED, "{row}.practitioner_id"),
    "queue_ticket": (CANCELLED,),
    "appointment": (CANCELLED, WRONG, "{row}.practitioner_id", "{row}.patient_id", "{row}.starts_at"),
    "medication_request": ("{row}.status", "{row}.closed_at"),
    "emergency_access": ("{row}.ended_at",),
}
"""Tables that a treatment follows from, and what of a row changes it."""


def _each(sql: str) -> None:
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)


def _permissions() -> None:
    for role, permissions in ROLE_PERMISSIONS.items():
        for permission in sorted(permissions & NEW_PERMISSIONS):
            op.execute(
                f"insert into sec.role_permission values ('{role.value}', '{permission.value}') on conflict do nothing"
            )


def _tables() -> None:
    _each(CARE)
    _each(EMERGENCY)
    protect("care", schema="sec")
    op.execute("grant select on sec.care to tht_app")
    protect("emergency_access")
    op.execute("grant insert, update, delete on sec.care to tht_sec")
    op.execute("grant insert, update on clinic.emergency_access to tht_sec")
    for name in ("sec.care", "clinic.emergency_access"):
        op.execute(f"create policy tht_sec_writes on {name} for all to tht_sec using (true) with check (true)")
    protect("cover", schema="sec", select="care.manage", insert="care.manage", update="care.manage")
    op.execute("revoke update on sec.cover from tht_app")
    op.execute("grant update (withdrawn_at, withdrawn_by) on sec.cover to tht_app")
    op.execute(EMERGENCY_STAYS)
    op.execute(
        "create trigger emergency_stays before update or delete on clinic.emergency_access "
        "for each row execute function sec.emergency_stays()"
    )
    op.execute(
        "create trigger emergency_stays_truncate before truncate on clinic.emergency_access "
        "for each statement execute function sec.refuse_change()"
    )


def _functions() -> None:
    definer(CARE_SETTING, "sec.care_setting(text, integer)", execute=())
    op.execute(CARE_DUE)
    op.execute("grant select on sec.care_due to tht_sec")
    definer(FOLLOW_CARE, "sec.follow_care()", execute=())
    definer(REBUILD_CARE, "sec.rebuild_care(uuid[])", execute=())
    definer(FOLLOW_MERGE, "sec.follow_merge()", execute=())
    definer(FOLLOW_SETTING, "sec.follow_care_setting()", execute=())
    definer(CARERS, "sec.carers()")
    definer(TREATS, "sec.treats(uuid[], boolean)")


def _triggers() -> None:
    for table, columns in SOURCES.items():
        changed = " or ".join(
            f"({column.format(row='old')}) is distinct from ({column.format(row='new')})" for column in columns
        )
        op.execute(
            f"create trigger follow_care after insert on clinic.{table} for each row execute function sec.follow_care()"
        )
        op.execute(
            f"create trigger follow_care_change after update on clinic.{table} "
            f"for each row when ({changed}) execute function sec.follow_care()"
        )
    op.execute(
        "create trigger follow_merge after update of merged_into on clinic.patient for each row "
        "when (old.merged_into is distinct from new.merged_into) execute function sec.follow_merge()"
    )
    op.execute(
        "create trigger follow_care after insert or update on clinic.setting for each row "
        "when (new.key = 'care') execute function sec.follow_care_setting()"
    )


def _records() -> None:
    """Narrow what permissions alone opened until now."""
    op.execute(
        "create policy app_select on sec.care for select to tht_app using (staff_id = any ((select sec.carers())::uuid[]))"
    )
    for table in ("note_section_version", "note_addendum", "patient_history", "condition", "ent_exam", "ent_finding"):
        only_for_carers(table)
    for table in ("allergy_state", "allergy_intolerance", "medication_statement", "observation"):
        only_for_carers(table, slice_="safety")
    for table in (
        "medication_request",
        "medication_request_line",
        "medication_dispense",
        "medication_dispense_line",
    ):
        only_for_carers(table, but=("prescription.dispense", "record.read_all"))
    for table in ("medication_request", "medication_request_line", "medication_dispense"):
        keep_patient(table)
    only_for_carers(
        "encounter",
        slice_="safety",
        but=("patient.write", "record.read_all"),
        but_writes=("queue.check_in", "queue.call", "record.read_all"),
    )
    op.execute("revoke update on clinic.encounter from tht_app")
    op.execute("grant update (status, started_at, ended_at, signed_at, signed_by, hash) on clinic.encounter to tht_app")


def _identities() -> None:
    """Who is registered, and what hangs on a person without being their record."""
    linked = "(select a.patient_id from clinic.appointment a where a.id = (select sec.linked_appointment()))"
    # A cashier knows who has a ticket today.
    at_the_counter = (
        "((select sec.has_any(array['patient.read_open_invoice'])) and exists (select 1 from clinic.queue_ticket t "
        f"where t.patient_id = patient.id and t.day >= (now() at time zone '{WEST}')::date))"
    )
    op.execute("drop policy pharmacist_by_open_prescription on clinic.patient")
    only_for_carers(
        "patient",
        patient="id",
        slice_="identity",
        but=(*DESK, "appointment.link_act"),
        also=f"id = {linked} or {at_the_counter}",
        writes=False,
    )
    only_for_carers("consent", slice_="identity", but=DESK, writes=False)
    only_for_carers(
        "patient_merge", patient="survivor_id", slice_="identity", but=(*DESK, "patient.merge"), writes=False
    )


# A booking opens a record, so nobody books a stranger for themselves, nor takes a colleague's appointment over.
FOR_OTHERS = "(select sec.has_any(array['appointment.write', 'queue.check_in', 'queue.call']))"
KNOWN = "exists (select 1 from sec.care c where c.patient_id = appointment.patient_id and c.until > now())"
OWN_CALENDAR = f"""
create policy no_strangers_insert on clinic.appointment as restrictive for insert to tht_app
    with check ({FOR_OTHERS} or (practitioner_id = (select sec.me()) and {KNOWN}));
create policy no_strangers_update on clinic.appointment as restrictive for update to tht_app
    using (true) with check ({FOR_OTHERS} or practitioner_id <> (select sec.me()) or {KNOWN})
"""


def upgrade() -> None:
    """Build treatment relationships and put them before the records."""
    _permissions()
    _tables()
    _functions()
    _triggers()
    _records()
    _identities()
    _each(OWN_CALENDAR)
    op.execute("set local role tht_sec")
    op.execute("select sec.rebuild_care(null)")
    op.execute("set local role tht_owner")
