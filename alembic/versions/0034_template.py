"""Templates of a note: a doctor's own and those of the clinic, with every version that they had."""

from alembic import op

from ddl import append_only, protect

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

READ = ("record.write", "record.write_nursing")
WRITE = "record.write"
SHARE = "template.share"

# They are about no patient, so they lie in clear; what a version says is never changed.
TABLES = """
create table clinic.note_template (
    id uuid primary key,
    owner_id uuid references sec.person (id),
    name text not null check (name ~ '^[a-z][a-z0-9-]+$' and length(name) <= 30),
    version integer not null check (version > 0),
    retired boolean not null default false
);
create unique index note_template_name on clinic.note_template
    (coalesce(owner_id, '00000000-0000-0000-0000-000000000000'::uuid), name) where not retired;
create table clinic.note_template_version (
    template_id uuid not null references clinic.note_template (id),
    version integer not null check (version > 0),
    content jsonb not null,
    retired boolean not null,
    written_by uuid not null references sec.person (id),
    written_at timestamptz not null,
    primary key (template_id, version)
)
"""

MINE = "owner_id = (select sec.me())"
MAY_WRITE = f"{MINE} or (owner_id is null and (select sec.has('{SHARE}')))"

OWN_OR_SHARED = {
    "select": f"using (owner_id is null or {MINE})",
    "insert": f"with check ({MAY_WRITE})",
    "update": f"using ({MAY_WRITE}) with check ({MAY_WRITE})",
}

OF_A_TEMPLATE_ONE_SEES = """
create policy of_a_template_one_sees on clinic.note_template_version as restrictive for select to tht_app
using (exists (select 1 from clinic.note_template t where t.id = template_id))
"""

IN_ONES_OWN_NAME = f"""
create policy in_ones_own_name on clinic.note_template_version as restrictive for insert to tht_app
with check (written_by = (select sec.me()) and exists (
    select 1 from clinic.note_template t
    where t.id = template_id and (t.owner_id = (select sec.me()) or (select sec.has('{SHARE}')))
))
"""


def upgrade() -> None:
    """Two tables, and the permission to write what everybody uses."""
    for role in ("doctor", "service"):
        op.execute(f"insert into sec.role_permission values ('{role}', '{SHARE}') on conflict do nothing")
    for statement in TABLES.split(";\n"):
        op.execute(statement)
    protect("note_template", select=READ, insert=WRITE, update=WRITE)
    protect("note_template_version", select=READ, insert=WRITE)
    for command, rule in OWN_OR_SHARED.items():
        op.execute(
            f"create policy own_or_shared_{command} on clinic.note_template as restrictive for {command} to tht_app {rule}"
        )
    op.execute(OF_A_TEMPLATE_ONE_SEES)
    op.execute(IN_ONES_OWN_NAME)
    append_only("note_template_version")
