"""Find holds that have run out without looking at every reservation."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Few rows are holds, so an index of them alone stays small."""
    op.execute("create index reservation_held on reservation (hold_until) where state = 'hold'")
