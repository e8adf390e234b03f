"""Keys can be exchanged: which master key wraps a data key, and who signed the audit log up to which seal."""

from alembic import op

from ddl import append_only

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

HANDOVER = """
create table audit.handover (
    step integer primary key check (step > 0),
    number bigint not null check (number >= 0),
    digest bytea not null check (length(digest) = 32),
    old_public bytea not null check (length(old_public) = 32),
    new_public bytea not null check (length(new_public) = 32),
    at bigint not null,
    old_signature bytea not null check (length(old_signature) = 64),
    new_signature bytea not null check (length(new_signature) = 64)
)
"""


def upgrade() -> None:
    """Only the owner of the tables hands over: no program that serves people does."""
    op.execute("alter table sec.data_key add column master text")
    op.execute(HANDOVER)
    op.execute("alter table audit.handover enable row level security")
    op.execute("alter table audit.handover force row level security")
    op.execute("grant select on audit.handover to tht_app, tht_auditor, tht_backup")
    op.execute(
        "create policy auditor_reads on audit.handover for select to tht_app using ((select sec.has('audit.read')))"
    )
    for role in ("tht_auditor", "tht_backup", "tht_owner"):
        op.execute(f"create policy {role}_reads on audit.handover for select to {role} using (true)")
    op.execute("create policy tht_owner_hands_over on audit.handover for insert to tht_owner with check (true)")
    op.execute("create policy tht_owner_reads on audit.seal for select to tht_owner using (true)")
    append_only("handover", schema="audit")
