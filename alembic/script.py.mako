"""${message}."""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it. There is no downgrade: a backup is taken before every upgrade instead."""
    ${upgrades if upgrades else "op.execute('')"}
