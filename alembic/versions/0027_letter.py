"""Letters that the clinic hands out: numbered without gaps, sealed, never changed; at most withdrawn."""

from alembic import op

from ddl import definer, keep_patient, only_for_carers, protect

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

READ = ("letter.write", "letter.print")

LETTER = """
create table clinic.letter (
    id uuid primary key,
    encounter_id uuid not null,
    patient_id uuid not null,
    kind text not null check (kind in ('sick_note', 'referral', 'consent', 'summary')),
    number text not null unique check (number ~ '^[A-Z]{3}/[0-9]{4}/[0-9]{6}$'),
    verify_code text not null unique check (length(verify_code) between 12 and 40),
    content_sealed bytea not null,
    sha256 bytea not null check (octet_length(sha256) = 32),
    issued_by uuid not null references sec.person (id),
    issued_at timestamptz not null,
    prints integer not null default 0 check (prints >= 0),
    withdrawn_by uuid references sec.person (id),
    withdrawn_at timestamptz,
    reason_sealed bytea,
    foreign key (encounter_id, patient_id) references clinic.encounter (id, patient_id),
    constraint letter_withdrawn_whole check (num_nonnulls(withdrawn_by, withdrawn_at, reason_sealed) in (0, 3))
);
create index letter_by_encounter on clinic.letter (encounter_id, issued_at);
create index letter_by_patient on clinic.letter (patient_id, issued_at desc)
"""

# What was handed out stays: it is counted when it is printed, sealed anew under another key, and withdrawn once.
LETTER_STAYS = """
create function sec.letter_stays() returns trigger language plpgsql as $$
declare
    may_change text[] := '{prints,content_sealed,reason_sealed}';
begin
    if tg_op in ('DELETE', 'TRUNCATE') then
        raise exception 'letters are not removed' using errcode = '42501';
    end if;
    if old.withdrawn_at is null then
        may_change := may_change || '{withdrawn_by,withdrawn_at}'::text[];
    end if;
    if to_jsonb(new) - may_change is distinct from to_jsonb(old) - may_change or new.prints < old.prints then
        raise exception 'letter % stays as it is', old.number using errcode = '42501';
    end if;
    return new;
end $$
"""

VERIFY = """
create function sec.verify_letter(code text)
returns table (kind text, number text, issued_at timestamptz, doctor text, withdrawn boolean)
language sql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp rows 1 as $$
    select l.kind, l.number, l.issued_at, coalesce(p.display_name, s.display_name), l.withdrawn_at is not null
    from clinic.letter l
    join sec.person s on s.id = l.issued_by
    left join clinic.practitioner p on p.person_id = l.issued_by
    where l.verify_code = code and sec.has('signed_in')
$$
"""

IN_ONES_OWN_NAME = """
create policy in_ones_own_name on clinic.letter as restrictive for insert to tht_app
with check (issued_by = (select sec.me()))
"""

OWN_WITHDRAWAL = """
create policy only_its_doctor_withdraws on clinic.letter as restrictive for update to tht_app using (true)
with check (withdrawn_by is null or (withdrawn_by = issued_by and issued_by = (select sec.me())))
"""


def upgrade() -> None:
    """Make the table, with what must never happen to its rows."""
    for statement in LETTER.split(";\n"):
        op.execute(statement)
    op.execute(LETTER_STAYS)
    op.execute("revoke all on function sec.letter_stays() from public")
    definer(VERIFY, "sec.verify_letter(text)")
    protect("letter", select=READ, insert="letter.write", update=READ)
    only_for_carers("letter", but=("patient.write", "record.read_all"))
    op.execute(IN_ONES_OWN_NAME)
    op.execute(OWN_WITHDRAWAL)
    op.execute(
        "create trigger letter_stays before update or delete on clinic.letter "
        "for each row execute function sec.letter_stays()"
    )
    op.execute(
        "create trigger letter_stays_truncate before truncate on clinic.letter "
        "for each statement execute function sec.letter_stays()"
    )
    keep_patient("letter")
