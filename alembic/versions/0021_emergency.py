"""Finding people under row-level security by treatment: one's own by name, a stranger exactly, and the glass to break.

Row-level security keeps the planner from searching well, and what a stranger may be told is not a question of rows: so
these are functions that ask for the permission, and for the treatment, themselves.
"""

from alembic import op

from ddl import definer

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# Patients of one's own that have one of the leading words; for who sees everybody as before (migration 0002). With few
# patients of one's own they are the shorter way, in one go; with many, the words are, one after the other.
PATIENTS_NAMED = """
create or replace function sec.patients_named(
    leading_words integer[], typed text[], second integer[], third integer[], fourth integer[], at_most integer)
returns table (patient_id uuid)
language plpgsql stable security definer
set search_path = pg_catalog, clinic, sec, pg_temp set plan_cache_mode = force_generic_plan rows 21 as $$
declare
    patterns text[] := array(
        select case when length(word) < 3 then '% ' else '%' end || word || '%'
        from unnest(typed) with ordinality as t(word, place) order by place);
    everybody boolean := sec.has_any(array['patient.write', 'queue.check_in', 'record.read_all']);
    staff uuid[] := sec.carers();
    mine uuid[];
    spelt text[];
    found uuid[] := '{}';
    lead integer;
begin
    if not sec.has('patient.search') then
        raise exception 'patient.search is needed' using errcode = '42501';
    end if;
    if not everybody then
        mine := array(select distinct c.patient_id from sec.care c
            where c.staff_id = any (staff) and c.until > now() limit 3001);
    end if;
    if cardinality(mine) <= 3000 then
        spelt := array(select w.word from clinic.name_word w where w.id = any (leading_words));
        return query
        select f.id from (
            select distinct on (n.patient_id) n.patient_id as id, n.name_sort, l.place
            from unnest(mine) as m (id) join clinic.patient p on p.id = m.id and p.name_words && spelt
            join clinic.patient_name n
              on n.word_id = any (leading_words) and n.name_sort = p.name_sort and n.patient_id = p.id
            cross join lateral array_position(leading_words, n.word_id) as l (place)
            where (patterns[1] is null or ' ' || n.name_sort like patterns[1] or n.word_ids && second)
              and (patterns[2] is null or ' ' || n.name_sort like patterns[2] or n.word_ids && third)
              and (patterns[3] is null or ' ' || n.name_sort like patterns[3] or n.word_ids && fourth)
            order by n.patient_id, l.place) f
        order by f.place, f.name_sort, f.id limit least(at_most, 101);
        return;
    end if;
    foreach lead in array leading_words loop
        found := found || array(
            select n.patient_id from clinic.patient_name n
            where n.word_id = lead and n.patient_id <> all (found)
              and (patterns[1] is null or ' ' || n.name_sort like patterns[1] or n.word_ids && second)
              and (patterns[2] is null or ' ' || n.name_sort like patterns[2] or n.word_ids && third)
              and (patterns[3] is null or ' ' || n.name_sort like patterns[3] or n.word_ids && fourth)
              and (everybody or exists (select 1 from sec.care c
                where c.patient_id = n.patient_id and c.staff_id = any (staff) and c.until > now()))
            order by n.name_sort, n.patient_id limit least(at_most, 101) - cardinality(found));
        exit when cardinality(found) >= least(at_most, 101);
    end loop;
    return query select unnest(found);
end $$
"""

# Somebody whom this person does not treat, by what only who stands before them can know. Two who fit are nobody.
STRANGER = """
create function sec.stranger(number bigint, nik bytea, words text[], born date)
returns table (id uuid, record_number bigint, name text, sex text, birth_date date, birth_date_estimated boolean,
    deceased boolean)
language plpgsql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp rows 1 as $$
declare
    fitting uuid[];
begin
    if not sec.has('record.break_glass') then
        return;
    end if;
    fitting := array(
        select coalesce(p.merged_into, p.id) from clinic.patient p where p.record_number = number
        union select coalesce(p.merged_into, p.id) from clinic.patient p where p.nik_index = nik
        union select p.id from clinic.patient p
        where p.birth_date = born and p.merged_into is null and cardinality(words) > 0 and p.name_words @> words
          and cardinality(words) >= least(4, cardinality(p.name_words)));
    if cardinality(fitting) = 1 and not exists (
        select 1 from sec.care c where c.patient_id = fitting[1] and c.staff_id = any (sec.carers()) and c.until > now())
    then
        return query select p.id, p.record_number, p.name, p.sex, p.birth_date, p.birth_date_estimated, p.deceased
            from clinic.patient p where p.id = fitting[1];
    end if;
end $$
"""

OPEN_EMERGENCY = """
create function sec.open_emergency(access uuid, patient uuid, reason bytea) returns timestamptz
language plpgsql volatile security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
declare
    ending timestamptz := now() + interval '1 hour';
begin
    if not sec.has('record.break_glass') then
        raise exception 'record.break_glass is needed' using errcode = '42501';
    end if;
    if not sec.fresh('break_glass', 300) then
        raise exception 'a fresh proof is needed' using errcode = '42501';
    end if;
    if not exists (select 1 from clinic.patient p where p.id = patient and p.merged_into is null) then
        return null;
    end if;
    if sec.treats(array[patient], false) then
        raise exception 'patient % is treated already', patient using errcode = 'TC001';
    end if;
    insert into clinic.emergency_access (id, patient_id, person_id, reason_sealed, until, frequent)
    values (access, patient, sec.me(), reason, ending, sec.care_setting('emergencies_an_hour', 3) <= (
        select count(*) from clinic.emergency_access g
        where g.person_id = sec.me() and g.opened_at > now() - interval '1 hour'));
    return ending;
end $$
"""

END_EMERGENCY = """
create function sec.end_emergency() returns uuid
language sql volatile security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
    update clinic.emergency_access set ended_at = now()
    where person_id = sec.me() and ended_at is null and until > now() returning patient_id
$$
"""

OWN_EMERGENCY = """
create function sec.own_emergency()
returns table (id uuid, patient_id uuid, until timestamptz, reason_sealed bytea)
language sql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp rows 1 as $$
    select g.id, g.patient_id, g.until, g.reason_sealed from clinic.emergency_access g
    where g.person_id = sec.me() and g.ended_at is null and g.until > now() and sec.has('record.break_glass')
$$
"""

# The auditor sees all of it, a doctor what concerns their patients or themselves, an owner who, when and why.
EMERGENCIES = """
create function sec.emergencies(since timestamptz, at_most integer)
returns table (
    id uuid, person_id uuid, person_name text, opened_at timestamptz, until timestamptz, ended_at timestamptz,
    reason_sealed bytea, frequent boolean, reviewed_at timestamptz, reviewed_by text, review_sealed bytea,
    visits integer, patient_id uuid, patient_name text, record_number bigint)
language plpgsql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
declare
    me uuid := sec.me();
    audits boolean := sec.has('audit.read');
    owns boolean := sec.has('audit.read_break_glass');
    treats boolean := sec.has('record.write');
    staff uuid[] := sec.carers();
begin
    return query
    with seen as (
        select g.*, audits or (treats and (g.person_id = me or exists (
            select 1 from sec.care c where c.patient_id = g.patient_id and c.staff_id = any (staff)
              and c.kind in ('care', 'booking') and c.since <= now() and c.until > now()))) as whole
        from clinic.emergency_access g where g.opened_at >= emergencies.since)
    select s.id, s.person_id, p.display_name, s.opened_at, s.until, s.ended_at, s.reason_sealed, s.frequent,
        s.reviewed_at, v.display_name, case when s.whole then s.review_sealed end,
        (select count(*)::integer from clinic.encounter e where s.whole and e.patient_id = s.patient_id
            and e.practitioner_id = s.person_id and e.arrived_at between s.opened_at and s.until),
        case when s.whole then s.patient_id end,
        case when s.whole then n.name end, case when s.whole then n.record_number end
    from seen s join sec.person p on p.id = s.person_id join clinic.patient n on n.id = s.patient_id
    left join sec.person v on v.id = s.reviewed_by
    where s.whole or owns
    order by (s.reviewed_at is null) desc, s.opened_at desc limit at_most;
end $$
"""

REVIEW_EMERGENCY = """
create function sec.review_emergency(access uuid, note bytea) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
declare
    concerned uuid;
begin
    if not sec.has('audit.read') then
        raise exception 'audit.read is needed' using errcode = '42501';
    end if;
    update clinic.emergency_access g set reviewed_at = now(), reviewed_by = sec.me(), review_sealed = note
    where g.id = access and g.reviewed_at is null and g.person_id <> sec.me() returning g.patient_id into concerned;
    return concerned;
end $$
"""


def upgrade() -> None:
    """Search within one's own patients, and open, list and review accesses in an emergency."""
    op.execute("drop function sec.patients_named(integer[], text[], integer[], integer[], integer[], integer)")
    definer(PATIENTS_NAMED, "sec.patients_named(integer[], text[], integer[], integer[], integer[], integer)")
    definer(STRANGER, "sec.stranger(bigint, bytea, text[], date)")
    definer(OPEN_EMERGENCY, "sec.open_emergency(uuid, uuid, bytea)")
    definer(END_EMERGENCY, "sec.end_emergency()")
    definer(OWN_EMERGENCY, "sec.own_emergency()")
    definer(EMERGENCIES, "sec.emergencies(timestamptz, integer)")
    definer(REVIEW_EMERGENCY, "sec.review_emergency(uuid, bytea)")
