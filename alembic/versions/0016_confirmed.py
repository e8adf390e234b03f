"""Let calendars hear that a patient has said, by the link in a message, that they will come."""

from ddl import notify_on

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ENDS_WITH_THE_APPOINTMENT = "extract(epoch from {row}.expires_at)::bigint"


def upgrade() -> None:
    """Tell the day on which the link ends, which is that of its appointment."""
    notify_on("appointment_link", "appointment", ENDS_WITH_THE_APPOINTMENT, row_id="appointment_id")
