"""What row-level security costs: less where it asks who somebody is, and an index where a record stands for another.

Functions and view keep their names, their owners and their meaning.
"""

from alembic import op

from ddl import CARE_SLICES, definer

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

DAY_TEAM = "00000000-0000-7000-8000-00000000ca01"
"""The nurses of the day, as staff of a treatment (migration 0020)."""
PHARMACY = "00000000-0000-7000-8000-00000000ca02"
"""The pharmacy, as staff of a treatment (migration 0020)."""
ASKING = "sec.session_of(nullif(current_setting('app.session', true), ''))"

# The one look-up of "who asks". No definer and no settings of its own: only so does the planner put it into the query of
# the definer function that calls it.
SESSION_OF = """
create function sec.session_of(token text) returns setof sec.session language sql stable rows 1 as $$
    select s.* from sec.session s join sec.person p on p.id = s.person_id
    where s.token_hash = sha256(convert_to(token, 'UTF8'))
      and s.revoked_at is null and s.expires_at > now() and p.active
      and (s.idle_seconds is null or s.last_active_at + make_interval(secs => s.idle_seconds) > now())
$$
"""

LIVE_SESSION = """
create or replace function sec.live_session(token text) returns setof sec.session
language sql stable security definer set search_path = pg_catalog, sec, pg_temp rows 1 as $$
    select * from sec.session_of(token)
$$
"""

# PL/pgSQL keeps the plan of its query for as long as the connection lives.
ME = f"""
create or replace function sec.me() returns uuid
language plpgsql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
begin
    return (select person_id from {ASKING});
end $$
"""

HAS_ANY = f"""
create or replace function sec.has_any(permissions text[]) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
begin
    return exists (
        select 1 from {ASKING} s
        join sec.person_role r on r.person_id = s.person_id
        join sec.role_permission p on p.role = r.role
        where p.permission = any (permissions));
end $$
"""

HAS = f"""
create or replace function sec.has(permission text) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
begin
    return exists (
        select 1 from {ASKING} s
        join sec.person_role r on r.person_id = s.person_id
        join sec.role_permission p on p.role = r.role
        where p.permission = has.permission);
end $$
"""

# As in migration 0020: who asks and as what first, and what only doctors have, only for doctors.
CARERS = f"""
create or replace function sec.carers() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, sec, clinic, pg_temp as $$
declare
    me uuid;
    doctor boolean;
    staff uuid[];
begin
    select s.person_id, bool_or(p.permission = 'record.write'),
        array_remove(array[
            case when bool_or(p.permission = 'record.write') then s.person_id end,
            case when bool_or(p.permission = 'record.write_nursing') then '{DAY_TEAM}'::uuid end,
            case when bool_or(p.permission = 'record.read_safety') then '{PHARMACY}'::uuid end], null)
    into me, doctor, staff
    from {ASKING} s
    join sec.person_role r on r.person_id = s.person_id
    join sec.role_permission p on p.role = r.role
    where p.permission in ('record.write', 'record.write_nursing', 'record.read_safety')
    group by s.person_id;
    if doctor then
        staff := staff || array(
            select g.id from clinic.emergency_access g
                where g.person_id = me and g.ended_at is null and g.until > now()
            union all select v.absent_id from sec.cover v
                where v.covering_id = me and v.withdrawn_at is null and v.starts_at <= now() and v.ends_at > now()
            union all select r.person_id from sec.person_role r
                where r.role = 'doctor' and exists (select 1 from clinic.setting
                    where key = 'care' and (value ->> 'whole_team')::integer = 1));
    end if;
    return coalesce(staff, '{{}}');
end $$
"""

# Without a link there is nothing to look up: the answer is there before a table is opened.
LINKED_APPOINTMENT = """
create or replace function sec.linked_appointment() returns uuid
language plpgsql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
declare
    code text := nullif(current_setting('app.link', true), '');
begin
    if code is null then
        return null;
    end if;
    return (
        select l.appointment_id from clinic.appointment_link l join clinic.appointment a on a.id = l.appointment_id
        where l.code_hash = sha256(convert_to(code, 'UTF8'))
          and least(l.expires_at, a.starts_at) > now() and l.failures < 10 and sec.has('appointment.link'));
end $$
"""

LINKED_PATIENT = """
create function sec.linked_patient() returns uuid
language plpgsql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
begin
    if nullif(current_setting('app.link', true), '') is null then
        return null;
    end if;
    return (select patient_id from clinic.appointment where id = sec.linked_appointment());
end $$
"""

WHO_READS = "(select sec.has_any(array['patient.read', 'patient.read_open_prescription', 'patient.read_open_invoice']))"
LINKED = "id = (select sec.linked_patient())"
# As in migration 0020, with whom a link names by a function: a table in a policy brings its own policies along.
ONLY_FOR_CARERS = f"""
(select sec.has_any(array['patient.write', 'queue.check_in', 'record.read_all', 'appointment.link_act']))
or exists (select 1 from sec.care c where c.patient_id = patient.id and {CARE_SLICES["identity"]})
or {LINKED}
or ((select sec.has_any(array['patient.read_open_invoice'])) and exists (select 1 from clinic.queue_ticket t
    where t.patient_id = patient.id and t.day >= (now() at time zone 'Asia/Jakarta')::date))
"""

# Behind row-level security an index is only searched with what cannot leak, and PostgreSQL takes `coalesce` for
# something that could: with it every look at one patient read all of them.
STANDING = """
create or replace view clinic.standing_patient with (security_invoker = true) as
    select r.id as record_id, s.* from clinic.patient r
    join clinic.patient s on s.id = case when r.merged_into is null then r.id else r.merged_into end
"""


def upgrade() -> None:
    """Put the quick forms in place of the former ones."""
    op.execute(SESSION_OF)
    op.execute("alter function sec.session_of(text) owner to tht_sec")
    op.execute("set local role tht_sec")  # replaced by their owner, they keep owner and grants
    op.execute("revoke all on function sec.session_of(text) from public")
    for sql in (LIVE_SESSION, ME, HAS_ANY, HAS, CARERS, LINKED_APPOINTMENT):
        op.execute(sql)
    op.execute("set local role tht_owner")
    definer(LINKED_PATIENT, "sec.linked_patient()")
    # One policy that asks for the permission first, instead of two of which the rarer one came first.
    op.execute("drop policy link_select on clinic.patient")
    op.execute(f"alter policy app_select on clinic.patient using ({WHO_READS} or {LINKED})")
    op.execute(f"alter policy only_for_carers on clinic.patient using ({ONLY_FOR_CARERS})")
    op.execute("drop policy link_select on clinic.appointment")
    op.execute(
        "alter policy app_select on clinic.appointment using "
        "((select sec.has_any(array['appointment.read'])) or id = (select sec.linked_appointment()))"
    )
    op.execute(STANDING)
