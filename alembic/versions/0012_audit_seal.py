"""Seals over the audit log: batches under a Merkle root, chained and signed."""

from alembic import op

from ddl import append_only

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SEAL = """
create table audit.seal (
    number bigint primary key check (number > 0),
    epoch integer not null check (epoch > 0),
    lo bigint not null,
    hi bigint not null check (hi >= lo),
    count integer not null check (count >= 0),
    total bigint not null,
    root bytea not null check (length(root) = 32),
    previous bytea not null check (length(previous) = 32),
    at bigint not null,
    digest bytea not null check (length(digest) = 32),
    signature bytea not null check (length(signature) = 64),
    key_id text not null
);
create table audit.epoch (
    number integer primary key check (number > 0),
    began_at timestamptz not null default now(),
    reason text not null check (reason in ('installed', 'restored'))
);
insert into audit.epoch (number, reason) values (1, 'installed')
"""


def upgrade() -> None:
    """Make the tables; only a program of the house writes seals, and nobody changes one."""
    for statement in SEAL.split(";\n"):
        op.execute(statement)
    for table in ("seal", "epoch"):
        op.execute(f"alter table audit.{table} enable row level security")
        op.execute(f"alter table audit.{table} force row level security")
        op.execute(f"grant select on audit.{table} to tht_app, tht_auditor, tht_backup")
        op.execute(f"grant insert on audit.{table} to tht_app")
        op.execute(
            f"create policy auditor_reads on audit.{table} for select to tht_app using ((select sec.has('audit.read')))"
        )
        op.execute(
            f"create policy sealer_writes on audit.{table} for insert to tht_app "
            "with check ((select sec.has('audit.seal')))"
        )
        for role in ("tht_auditor", "tht_backup"):
            op.execute(f"create policy {role}_reads on audit.{table} for select to {role} using (true)")
        append_only(table, schema="audit")
    op.execute("insert into sec.role_permission values ('service', 'audit.seal') on conflict do nothing")
    op.execute("create index event_by_time on audit.event (at, id)")
