"""Which visits a version of a note's section copied from: told in the history without opening every text."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Days, because that is what the mark in the text says; nothing was copied before there was a mark."""
    op.execute("alter table clinic.note_section_version add column copied_from date[] not null default '{}'")
