"""Each entry of the audit log says to which epoch it belongs: transaction ids begin anew in a restored database."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Number the entries' epoch; a constant default, which a restore raises, costs an insert nothing."""
    op.execute("alter table audit.event add column epoch integer not null default 1 check (epoch > 0)")
    op.execute("create index event_by_place on audit.event (epoch, txid, id)")
    op.execute("drop index audit.event_by_txid")
    # On a server of the clinic's own the administrator is no superuser, so a restore begins an epoch as the owner.
    op.execute("create policy owner_reads on audit.epoch for select to tht_owner using (true)")
    op.execute("create policy owner_begins on audit.epoch for insert to tht_owner with check (reason = 'restored')")
