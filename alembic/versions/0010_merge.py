"""Two records of one person become one chart: a link that follows the reference, and that can be taken back.

A merged record is never rewritten: what was signed in it stays as it was signed, its numbers stay where they were. It
points to the record that stands, reads go through `sec.records_of`, and nothing new begins in it. Only appointments
move, because a patient cannot be in two places: the constraint that knows this compares the patient's own id.
"""

from alembic import op

from ddl import definer, keep_patient, notify_on, protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BEGINNINGS = ("appointment", "queue_ticket", "encounter", "consent")
"""Whatever begins for a patient; all else hangs on one of these."""

CHANGEABLE_FACTS = (
    "allergy_intolerance",
    "allergy_state",
    "condition",
    "encounter",
    "ent_exam",
    "ent_finding",
    "medication_statement",
    "observation",
    "patient_history",
)
"""Tables in which the application may change a row, and so could have changed whom it is about."""

TABLES = """
create table clinic.patient_merge (
    id uuid primary key,
    survivor_id uuid not null references clinic.patient (id),
    merged_id uuid not null references clinic.patient (id),
    at timestamptz not null,
    by uuid not null references sec.person (id),
    doubts text[] not null,
    taken text[] not null,
    before_sealed bytea not null,
    reason_sealed bytea,
    undone_at timestamptz check (undone_at >= at),
    undone_by uuid references sec.person (id),
    undo_reason_sealed bytea,
    constraint patient_merge_of_two check (survivor_id <> merged_id),
    constraint patient_merge_doubts_have_reason check (cardinality(doubts) = 0 or reason_sealed is not null),
    constraint patient_merge_undone_whole check (num_nonnulls(undone_at, undone_by, undo_reason_sealed) in (0, 3))
);
create unique index patient_merge_once on clinic.patient_merge (merged_id) where undone_at is null;
create index patient_merge_by_survivor on clinic.patient_merge (survivor_id);
create table clinic.patient_merge_move (
    merge_id uuid not null references clinic.patient_merge (id),
    appointment_id uuid not null references clinic.appointment (id),
    primary key (merge_id, appointment_id)
);
create index patient_by_standing_record on clinic.patient (merged_into) where merged_into is not null
"""

# A number belongs to one standing record. A merged record keeps its own as it had it, so that both numbers are found
# and taking the merge back changes nothing in it.
NIK_OF_STANDING_RECORDS = """
alter table clinic.patient drop constraint patient_nik_index_key;
create unique index patient_nik_once on clinic.patient (nik_index) where merged_into is null;
create index patient_by_nik on clinic.patient (nik_index) where nik_index is not null
"""

CHANGEABLE = """
revoke update on clinic.patient from tht_app;
grant update (name, name_words, name_sounds, name_sort, birth_date, birth_date_estimated, sex, nik_sealed, nik_index,
    nik_missing, other_id_kind, other_id_sealed, other_id_index, bpjs_sealed, bpjs_index, phone_sealed, phone_index,
    email_sealed, address_sealed, social_sealed, payer, coverage_sealed, guardian_sealed, deceased, version,
    updated_at, updated_by) on clinic.patient to tht_app
"""

# Every record of the person that one of them belongs to, itself included. Ids only: what may be seen of them is decided
# where they are used.
RECORDS_OF = """
create function sec.records_of(patient uuid) returns uuid[]
language sql stable security definer set search_path = pg_catalog, clinic, pg_temp as $$
    select array(
        select patient union
        select coalesce(o.merged_into, o.id) from clinic.patient o where o.id = patient union
        select o.id from clinic.patient o
        where o.merged_into = coalesce((select s.merged_into from clinic.patient s where s.id = patient), patient))
$$
"""

STANDING = """
create view clinic.standing_patient with (security_invoker = true) as
    select r.id as record_id, s.* from clinic.patient r join clinic.patient s on s.id = coalesce(r.merged_into, r.id)
"""

# The lock waits for a merge on its way and sees how it ended; a merge waits for what is being written.
REFUSE_MERGED = """
create function sec.refuse_merged() returns trigger
language plpgsql security definer set search_path = pg_catalog, clinic, pg_temp as $$
declare standing uuid;
begin
    select p.merged_into into standing from clinic.patient p where p.id = new.patient_id for key share;
    if standing is not null then
        raise exception 'record % is merged into %', new.patient_id, standing using errcode = 'TM001';
    end if;
    return new;
end $$
"""

PATIENT_STAYS = """
create function sec.patient_stays() returns trigger language plpgsql as $$
begin
    raise exception '% is about its patient', tg_table_name using errcode = '42501';
end $$
"""

MERGED_STAYS = """
create function sec.merged_stays() returns trigger language plpgsql as $$
begin
    if old.merged_into is not null
        and to_jsonb(new) - 'merged_into' is distinct from to_jsonb(old) - 'merged_into' then
        raise exception 'record % is merged into %', old.id, old.merged_into using errcode = 'TM001';
    end if;
    return new;
end $$
"""

# Gives the appointments of one record to the other, with the patient's time that they take.
MOVE_APPOINTMENTS = """
create function sec.move_appointments(appointments uuid[], giver uuid, taker uuid, now timestamptz) returns void
language plpgsql volatile security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
declare
    given integer;
    claimed integer;
begin
    update clinic.appointment set patient_id = taker, changed_at = now, version = version + 1
    where id = any (appointments);
    with released as (
        update clinic.reservation r set state = 'released'
        where r.appointment_id = any (appointments) and r.resource_id = giver
          and r.state in ('hold', 'booked', 'in_service')
        returning r.appointment_id, r.kind, r.during, old.state, r.hold_until
    ), again as (
        insert into clinic.reservation (id, appointment_id, kind, resource_id, during, state, hold_until, created_at)
        select gen_random_uuid(), x.appointment_id, x.kind, taker, x.during, x.state, x.hold_until, now
        from released x on conflict do nothing returning 1
    )
    select (select count(*) from released), (select count(*) from again) into given, claimed;
    if claimed < given then
        raise exception 'two appointments of one patient at the same time' using errcode = 'TM002';
    end if;
end $$
"""

MERGE = """
create function sec.merge_patients(
    merge uuid, survivor uuid, merged uuid, now timestamptz, doubtful text[], chosen text[], before bytea, reason bytea)
returns integer
language plpgsql volatile security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
declare
    standing integer;
    moved uuid[];
begin
    if not sec.has('patient.merge') then
        raise exception 'patient.merge is needed' using errcode = '42501';
    end if;
    perform 1 from clinic.patient p where p.id in (survivor, merged) order by p.id for update;
    select count(*) into standing from clinic.patient p where p.id in (survivor, merged) and p.merged_into is null;
    if standing <> 2 then
        raise exception 'one of % and % is merged already', survivor, merged using errcode = 'TM001';
    end if;
    insert into clinic.patient_merge (id, survivor_id, merged_id, at, by, doubts, taken, before_sealed, reason_sealed)
    values (merge, survivor, merged, now, sec.me(), doubtful, chosen, before, reason);
    update clinic.patient p set merged_into = survivor where p.id = merged or p.merged_into = merged;
    moved := array(select a.id from clinic.appointment a where a.patient_id = merged order by a.id);
    insert into clinic.patient_merge_move (merge_id, appointment_id) select merge, unnest(moved);
    perform sec.move_appointments(moved, merged, survivor, now);
    return cardinality(moved);
end $$
"""

# What was done since is split by the record it was done in: an appointment that has become a visit stays with it.
UNDO = """
create function sec.undo_merge(merge uuid, now timestamptz, reason bytea) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
declare
    known clinic.patient_merge;
    moved uuid[];
begin
    if not sec.has('patient.merge') then
        raise exception 'patient.merge is needed' using errcode = '42501';
    end if;
    update clinic.patient_merge m set undone_at = now, undone_by = sec.me(), undo_reason_sealed = reason
    where m.id = merge and m.undone_at is null returning m.* into known;
    if not found then
        raise exception 'merge % is undone already', merge using errcode = 'TM003';
    end if;
    perform 1 from clinic.patient p where p.id in (known.survivor_id, known.merged_id) order by p.id for update;
    update clinic.patient p set merged_into = null where p.id = known.merged_id and p.merged_into = known.survivor_id;
    if not found then
        raise exception 'record % is merged onward', known.survivor_id using errcode = 'TM001';
    end if;
    update clinic.patient p set merged_into = known.merged_id from clinic.patient_merge m
    where m.survivor_id = known.merged_id and m.undone_at is null and p.id = m.merged_id;
    moved := array(
        select a.id from clinic.patient_merge_move v join clinic.appointment a on a.id = v.appointment_id
        where v.merge_id = merge and a.patient_id = known.survivor_id
          and not exists (select 1 from clinic.encounter e
            where e.appointment_id = a.id and e.patient_id = known.survivor_id)
        order by a.id);
    perform sec.move_appointments(moved, known.survivor_id, known.merged_id, now);
    return cardinality(moved);
end $$
"""


def _each(sql: str) -> None:
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)


def _hands_of_the_merge() -> None:
    """The application may read a merge; only the two functions below can make one or take it back."""
    for table, rights, columns in (
        ("patient_merge", "insert, update", ""),
        ("patient_merge_move", "insert", ""),
        ("patient", "update", " (merged_into)"),
        ("appointment", "update", " (patient_id, changed_at, version)"),
        ("reservation", "update", " (state)"),
        ("reservation", "insert", ""),
    ):
        op.execute(f"grant {rights}{columns} on clinic.{table} to tht_sec")
    for table in ("patient_merge", "patient_merge_move", "patient", "appointment", "reservation"):
        op.execute(f"create policy tht_sec_merges on clinic.{table} for all to tht_sec using (true) with check (true)")


def _nothing_begins_in_a_merged_record() -> None:
    definer(REFUSE_MERGED, "sec.refuse_merged()", execute=("tht_owner",))
    for table in BEGINNINGS:
        op.execute(
            f"create trigger refuse_merged before insert on clinic.{table} "
            "for each row execute function sec.refuse_merged()"
        )
    op.execute(MERGED_STAYS)
    op.execute(
        "create trigger merged_stays before update on clinic.patient "
        "for each row when (old.merged_into is not null) execute function sec.merged_stays()"
    )


def upgrade() -> None:
    """Build merging."""
    _each(TABLES)
    _each(NIK_OF_STANDING_RECORDS)
    for table in ("patient_merge", "patient_merge_move"):
        protect(table, select=("patient.read", "patient.merge"))
    _each(CHANGEABLE)
    _hands_of_the_merge()
    definer(RECORDS_OF, "sec.records_of(uuid)")
    op.execute(STANDING)
    op.execute("grant select on clinic.standing_patient to tht_app")
    _nothing_begins_in_a_merged_record()
    op.execute(PATIENT_STAYS)
    for table in CHANGEABLE_FACTS:
        keep_patient(table)
    definer(MOVE_APPOINTMENTS, "sec.move_appointments(uuid[], uuid, uuid, timestamptz)", execute=())
    definer(MERGE, "sec.merge_patients(uuid, uuid, uuid, timestamptz, text[], text[], bytea, bytea)")
    definer(UNDO, "sec.undo_merge(uuid, timestamptz, bytea)")
    notify_on("patient_merge", "patients")
