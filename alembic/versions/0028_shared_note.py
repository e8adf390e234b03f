"""The note that several people write at once: its steps, each sealed, appended and never changed."""

from alembic import op

from ddl import append_only, notify_on, only_for_carers, protect
from tht_app.domain.identity import ROLE_PERMISSIONS, Permission

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

READ = "record.read"
NURSING = ("record.write", "record.write_nursing")

NOTE_UPDATE = """
create table clinic.note_update (
    id uuid primary key,
    seq bigint not null generated always as identity,
    encounter_id uuid not null,
    patient_id uuid not null,
    kind text not null check (kind in ('seed', 'edit', 'snapshot')),
    covers bigint,
    sections text[] not null check (sections <@ array['subjective', 'objective', 'assessment', 'plan']),
    body_sealed bytea not null,
    author_id uuid not null references sec.person (id),
    at timestamptz not null,
    origin text not null default '',
    constraint note_update_covers check ((covers is not null) = (kind = 'snapshot')),
    foreign key (encounter_id, patient_id) references clinic.encounter (id, patient_id)
);
create index note_update_by_encounter on clinic.note_update (encounter_id, seq);
create index note_update_by_patient on clinic.note_update (patient_id);
create unique index note_update_one_seed on clinic.note_update (encounter_id) where kind = 'seed';
create index note_update_snapshots on clinic.note_update (encounter_id, covers desc) where kind = 'snapshot'
"""

# Each step is its author's own; a nurse's touches S and O only; how a document begins, and what stands for many steps,
# is the program's.
OWN_STEPS = """
create policy own_steps on clinic.note_update as restrictive for insert to tht_app with check (
    author_id = (select sec.me())
    and (sections <@ array['subjective', 'objective'] or (select sec.has_any(array['record.write'])))
    and (kind = 'edit' or (select sec.has_any(array['note.keep']))))
"""

# A version says who wrote last. Whoever writes it down (the program that keeps the note, or the doctor who signs) may
# name anybody who did write in that section.
WHO_WROTE = """
create policy nurse_writes_s_and_o on clinic.note_section_version as restrictive for insert to tht_app with check (
    (author_id = (select sec.me())
     and (section in ('subjective', 'objective') or (select sec.has_any(array['record.write']))))
    or ((select sec.has_any(array['record.write', 'note.keep']))
        and exists (select 1 from clinic.note_update u
                    where u.encounter_id = note_section_version.encounter_id
                      and u.author_id = note_section_version.author_id
                      and note_section_version.section = any (u.sections))))
"""


def upgrade() -> None:
    """Add the table, freeze it with the signature, and let versions name who wrote them."""
    for statement in NOTE_UPDATE.split(";\n"):
        op.execute(statement)
    protect("note_update", select=READ, insert=NURSING)
    only_for_carers("note_update")
    op.execute(OWN_STEPS)
    append_only("note_update")
    op.execute(
        "create trigger refuse_signed before insert or update or delete on clinic.note_update "
        "for each row execute function sec.refuse_signed()"
    )
    op.execute("drop policy nurse_writes_s_and_o on clinic.note_section_version")
    op.execute(WHO_WROTE)
    notify_on("note_update", "note", "{row}.origin", row_id="encounter_id")
    for role, permissions in ROLE_PERMISSIONS.items():
        if Permission.NOTE_KEEP in permissions:
            op.execute(
                f"insert into sec.role_permission (role, permission) values ('{role.value}', 'note.keep') "
                "on conflict do nothing"
            )
