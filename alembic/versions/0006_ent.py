"""The examination of ear, nose and throat: one exam an encounter, one row a finding, locked by the signature."""

from alembic import op

from ddl import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Findings are never deleted: what is taken back keeps who took it back and when. `site` and `finding` are codes of
# `domain/ent`; a later workbench adds codes and columns, not another table.
TABLES = """
create table clinic.ent_exam (
    id uuid primary key,
    encounter_id uuid not null unique,
    patient_id uuid not null,
    created_at timestamptz not null,
    created_by uuid not null references sec.person (id),
    foreign key (encounter_id, patient_id) references clinic.encounter (id, patient_id),
    unique (id, encounter_id)
);
create index ent_exam_by_patient on clinic.ent_exam (patient_id, created_at desc);
create table clinic.ent_finding (
    id uuid primary key,
    exam_id uuid not null,
    encounter_id uuid not null,
    patient_id uuid not null,
    part text not null check (part in ('ear', 'nose', 'throat')),
    side text not null check (side in ('right', 'left', 'both', 'none')),
    site text not null check (site ~ '^[a-z_]{2,40}$'),
    finding text not null check (finding ~ '^[a-z0-9_]{2,40}$'),
    normal boolean not null,
    text_sealed bytea,
    status text not null check (status in ('active', 'entered-in-error')),
    recorded_by uuid not null references sec.person (id),
    recorded_at timestamptz not null,
    changed_by uuid references sec.person (id),
    changed_at timestamptz,
    foreign key (exam_id, encounter_id) references clinic.ent_exam (id, encounter_id),
    foreign key (encounter_id, patient_id) references clinic.encounter (id, patient_id),
    check (normal = (finding = 'normal'))
);
create index ent_finding_by_exam on clinic.ent_finding (exam_id);
create index ent_finding_by_patient on clinic.ent_finding (patient_id, site, finding);
create unique index ent_finding_once on clinic.ent_finding (encounter_id, part, side, site, finding)
    where status = 'active'
"""


def upgrade() -> None:
    """Build the examination."""
    for statement in TABLES.split(";\n"):
        op.execute(statement)
    for table in ("ent_exam", "ent_finding"):
        protect(table, select="record.read", insert="record.write", update="record.write")
        op.execute(
            f"create trigger refuse_signed before insert or update or delete on clinic.{table} "
            "for each row execute function sec.refuse_signed()"
        )
        op.execute(
            f"create trigger refuse_signed_truncate before truncate on clinic.{table} "
            "for each statement execute function sec.refuse_signed()"
        )
