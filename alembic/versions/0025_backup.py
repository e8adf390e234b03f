"""The backup role may read every table and sequence, those of later migrations included: a dump needs all of them."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Grant what pg_dump asks for. Where rows are protected their policy for the role is still needed, and missed loudly."""
    for schema in ("clinic", "sec", "audit"):
        op.execute(f"grant usage on schema {schema} to tht_backup")
        for kind in ("tables", "sequences"):
            op.execute(f"grant select on all {kind} in schema {schema} to tht_backup")
            op.execute(f"alter default privileges in schema {schema} grant select on {kind} to tht_backup")
