"""Habits and family as answers to questions, so that they can be counted and compared; words beside them stay sealed."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ANSWERS = """
alter table clinic.patient_history add column question text, add column value text;
alter table clinic.patient_history add constraint patient_history_value_answers
    check (value is null or question is not null);
create unique index patient_history_answered_once on clinic.patient_history (patient_id, question)
    where status = 'active' and question is not null
"""


def upgrade() -> None:
    """One answer to a question counts at a time; what was answered before stays as ended."""
    for statement in ANSWERS.split(";\n"):
        op.execute(statement)
