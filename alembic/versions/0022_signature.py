"""The clinic's signature under each signed note and addendum, and the code by which a printed one is proved genuine."""

from alembic import op

from ddl import append_only, definer, only_for_carers, protect

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLE = """
create table clinic.record_signature (
    id uuid primary key,
    subject text not null check (subject in ('encounter', 'addendum')),
    subject_id uuid not null,
    encounter_id uuid not null references clinic.encounter (id),
    patient_id uuid not null references clinic.patient (id),
    signed_by uuid not null references sec.person (id),
    signed_at timestamptz not null,
    hash bytea not null check (length(hash) = 32),
    statement text not null check (length(statement) between 2 and 2000),
    key_id text not null check (length(key_id) between 8 and 40),
    signature bytea not null check (length(signature) = 64),
    code text not null unique check (length(code) between 12 and 40),
    constraint record_signature_once unique (subject, subject_id)
)
"""

# At the end of the transaction that signs: a lock without the clinic's signature, or with one that speaks of something
# else, is not accepted, whoever writes it.
REQUIRE = """
create function sec.require_signature() returns trigger
language plpgsql security definer set search_path = pg_catalog, clinic, pg_temp as $$
begin
    if tg_table_name = 'encounter' then
        if not exists (select 1 from clinic.record_signature s
                       where s.subject = 'encounter' and s.subject_id = new.id and s.encounter_id = new.id
                         and s.patient_id = new.patient_id and s.hash = new.hash
                         and s.signed_by = new.signed_by and s.signed_at = new.signed_at) then
            raise exception 'encounter % is signed without a signature', new.id using errcode = '42501';
        end if;
    elsif not exists (select 1 from clinic.record_signature s
                      where s.subject = 'addendum' and s.subject_id = new.id and s.encounter_id = new.encounter_id
                        and s.patient_id = new.patient_id
                        and s.signed_by = new.author_id and s.signed_at = new.at) then
        raise exception 'addendum % has no signature', new.id using errcode = '42501';
    end if;
    return null;
end $$
"""

VERIFY = """
create function sec.verify_signature(wanted text)
returns table (subject text, statement text, signature bytea, signed_at timestamptz, doctor text, hash bytea)
language sql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp rows 1 as $$
    select s.subject, s.statement, s.signature, s.signed_at, coalesce(d.display_name, p.display_name), s.hash
    from clinic.record_signature s
    join sec.person p on p.id = s.signed_by
    left join clinic.practitioner d on d.person_id = s.signed_by
    where s.code = wanted and sec.has('signed_in')
$$
"""


def upgrade() -> None:
    """Make the table, and let nothing be signed without a row in it."""
    op.execute(TABLE)
    op.execute("create index record_signature_by_encounter on clinic.record_signature (encounter_id)")
    protect("record_signature", select="record.read", insert="record.sign")
    only_for_carers("record_signature")
    append_only("record_signature")
    definer(REQUIRE, "sec.require_signature()", execute=("tht_owner",))
    definer(VERIFY, "sec.verify_signature(text)")
    op.execute(
        "create constraint trigger signature_given after update on clinic.encounter deferrable initially deferred "
        "for each row when (old.signed_at is null and new.signed_at is not null) "
        "execute function sec.require_signature()"
    )
    op.execute(
        "create constraint trigger signature_given after insert on clinic.note_addendum deferrable initially deferred "
        "for each row execute function sec.require_signature()"
    )
