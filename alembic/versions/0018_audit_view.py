"""Reading the audit log: found within a second at ten million entries, by an auditor who may see no patient otherwise."""

from alembic import op

from ddl import definer

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# What is rare is found without walking past everything; what is common (reads that went well) is walked by time.
INDEXES = """
create index event_refused on audit.event (at, id) where outcome <> 'done';
create index event_by_deed on audit.event (action, at, id) where action <> 'read';
create index event_by_address on audit.event (address, at, id) where address is not null;
create index seal_by_end on audit.seal (epoch, hi)
"""

# Row-level security keeps the planner from the index over patients (its operator is not leakproof), so this one look
# runs here, behind the same question.
OF_PATIENTS = """
create function sec.audit_of_patients(patients uuid[], since timestamptz, until timestamptz) returns setof audit.event
language plpgsql stable security definer set search_path = pg_catalog, audit, sec, pg_temp as $$
begin
    if not sec.has('audit.read') then
        raise exception 'audit.read is needed' using errcode = '42501';
    end if;
    return query select e.* from audit.event e where e.patient_ids && patients and e.at >= since and e.at < until;
end $$
"""

# An auditor sees of patients what tells them apart and nothing else.
PATIENT_NAMES = """
create function sec.audit_patient_names(patients uuid[])
returns table (id uuid, record_number bigint, name text)
language plpgsql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
begin
    if not sec.has('audit.read') then
        raise exception 'audit.read is needed' using errcode = '42501';
    end if;
    return query select p.id, p.record_number, p.name from clinic.patient p where p.id = any (patients);
end $$
"""

# Whoever has the record number, or all these words in the name, each at least from its beginning; the first word leads.
FIND_PATIENTS = """
create function sec.audit_find_patients(typed text[], wanted bigint, at_most integer)
returns table (id uuid, record_number bigint, name text, birth_date date)
language plpgsql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
declare
    others text[] := array(select '% ' || word || '%' from unnest(typed[2:]) as t (word));
begin
    if not sec.has('audit.read') then
        raise exception 'audit.read is needed' using errcode = '42501';
    end if;
    return query
        select p.id, p.record_number, p.name, p.birth_date from clinic.patient p
        where p.id in (
            select o.id from clinic.patient o where o.record_number = wanted
            union
            (select n.patient_id from clinic.name_word w join clinic.patient_name n on n.word_id = w.id
             where w.word >= typed[1] and w.word < typed[1] || '~' and ' ' || n.name_sort like all (others)
             order by n.name_sort, n.patient_id limit at_most * 2))
          and (p.merged_into is null or p.record_number = wanted)
        order by p.name_sort, p.id limit at_most;
end $$
"""


def upgrade() -> None:
    """Make the indexes and the three narrow functions."""
    for statement in INDEXES.split(";\n"):
        op.execute(statement)
    definer(OF_PATIENTS, "sec.audit_of_patients(uuid[], timestamptz, timestamptz)")
    definer(PATIENT_NAMES, "sec.audit_patient_names(uuid[])")
    definer(FIND_PATIENTS, "sec.audit_find_patients(text[], bigint, integer)")
