"""Files that belong to a visit. The bytes lie outside the database, sealed under a key that lies here, sealed too."""

from alembic import op

from ddl import definer, keep_patient, notify_on, only_for_carers, protect

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

READ = "record.read"
WRITE = ("record.write", "record.write_nursing")
SWEEP = "attachment.sweep"

ATTACHMENT = """
create table clinic.attachment (
    id uuid primary key,
    encounter_id uuid not null,
    patient_id uuid not null,
    status text not null check (status in ('uploading', 'current', 'removed', 'entered-in-error')),
    kind text not null check (kind in ('photo', 'endoscopy', 'radiology', 'result', 'letter', 'other')),
    side text not null check (side in ('right', 'left', 'both', 'none')),
    site text not null check (site in ('none', 'ear', 'nose', 'throat', 'larynx', 'neck', 'face')),
    name_sealed bytea not null,
    announced_size bigint not null check (announced_size > 0),
    key_sealed bytea,
    media_type text check (media_type in
        ('image/jpeg', 'image/png', 'image/webp', 'application/pdf', 'application/dicom')),
    size bigint check (size > 0),
    sha256 bytea check (octet_length(sha256) = 32),
    thumbnail boolean not null default false,
    width integer not null default 0 check (width >= 0),
    height integer not null default 0 check (height >= 0),
    pages integer not null default 0 check (pages >= 0),
    study_sealed bytea,
    mismatch boolean not null default false,
    recorded_by uuid not null references sec.person (id),
    recorded_at timestamptz not null,
    closed_by uuid references sec.person (id),
    closed_at timestamptz,
    reason_sealed bytea,
    foreign key (encounter_id, patient_id) references clinic.encounter (id, patient_id),
    constraint attachment_there_whole check (status not in ('current', 'entered-in-error')
        or num_nulls(media_type, size, sha256, key_sealed) = 0),
    constraint attachment_gone_unreadable check (status <> 'removed' or key_sealed is null),
    constraint attachment_closed check ((status in ('uploading', 'current')) = (closed_at is null)
        and (closed_at is null) = (closed_by is null) and (status = 'entered-in-error') = (reason_sealed is not null))
);
create index attachment_by_encounter on clinic.attachment (encounter_id, recorded_at);
create index attachment_by_patient on clinic.attachment (patient_id, recorded_at desc)
"""

# A share lock of the visit, as for every write in it: a signature waits for a file that is just being attached, and a
# file sees a signature that came first. Sealed columns may be sealed anew under another key.
ATTACHMENT_STAYS = """
create function sec.attachment_stays() returns trigger
language plpgsql security definer set search_path = pg_catalog, clinic, pg_temp as $$
declare
    signed boolean;
    step text;
    may_change text[] := '{status,name_sealed,key_sealed,study_sealed,reason_sealed}';
begin
    if tg_op in ('DELETE', 'TRUNCATE') then
        raise exception 'attachments are not removed' using errcode = '42501';
    end if;
    perform pg_advisory_xact_lock_shared(hashtextextended(new.encounter_id::text, 5));
    signed := exists (select 1 from clinic.encounter e where e.id = new.encounter_id and e.signed_at is not null);
    if tg_op = 'INSERT' then
        if signed or new.status <> 'uploading' then
            raise exception 'nothing is attached to encounter %', new.encounter_id using errcode = '42501';
        end if;
        return new;
    end if;
    step := old.status || '>' || new.status;
    if step not in ('uploading>current', 'uploading>removed', 'current>removed', 'current>entered-in-error')
        and old.status <> new.status
        or signed and step in ('uploading>current', 'current>removed') then
        raise exception 'an attachment never goes from % to % there', old.status, new.status using errcode = '42501';
    end if;
    if step = 'uploading>current' then
        may_change := may_change || '{media_type,size,sha256,thumbnail,width,height,pages,mismatch}'::text[];
    elsif old.status <> new.status then
        may_change := may_change || '{closed_by,closed_at}'::text[];
    end if;
    if to_jsonb(new) - may_change is distinct from to_jsonb(old) - may_change then
        raise exception 'attachment % stays as it is', old.id using errcode = '42501';
    end if;
    return new;
end $$
"""

UNFINISHED_IS_THE_AUTHORS = """
create policy unfinished_is_the_authors on clinic.attachment as restrictive for select to tht_app
using (status <> 'uploading' or recorded_by = (select sec.me()) or (select sec.has('attachment.sweep')))
"""

IN_ONES_OWN_NAME = """
create policy in_ones_own_name on clinic.attachment as restrictive for insert to tht_app
with check (recorded_by = (select sec.me()))
"""

AUTHOR_TAKES_BACK = """
create policy author_takes_back on clinic.attachment as restrictive for update to tht_app using (true)
with check (status <> 'removed' or recorded_by = (select sec.me()) or (select sec.has('attachment.sweep')))
"""


def upgrade() -> None:
    """Make the table, with what must never happen to its rows."""
    for statement in ATTACHMENT.split(";\n"):
        op.execute(statement)
    definer(ATTACHMENT_STAYS, "sec.attachment_stays()", execute=("tht_owner",))
    protect("attachment", select=READ, insert=WRITE, update=(*WRITE, SWEEP))
    only_for_carers("attachment")
    for policy in (UNFINISHED_IS_THE_AUTHORS, IN_ONES_OWN_NAME, AUTHOR_TAKES_BACK):
        op.execute(policy)
    op.execute(
        "create trigger attachment_stays before insert or update or delete on clinic.attachment "
        "for each row execute function sec.attachment_stays()"
    )
    op.execute(
        "create trigger attachment_stays_truncate before truncate on clinic.attachment "
        "for each statement execute function sec.attachment_stays()"
    )
    keep_patient("attachment")
    notify_on("attachment", "attachment", "{row}.encounter_id")
    op.execute(
        f"insert into sec.role_permission (role, permission) values ('service', '{SWEEP}') on conflict do nothing"
    )
