"""From what PostgreSQL says to what a screen looks at."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tht_app.live import topics

ID = "018f0000-0000-7000-8000-000000000001"
EVENING = int(datetime(2026, 12, 31, 18, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("zone", "day"), [("Asia/Jakarta", "2027-01-01"), ("Asia/Jayapura", "2027-01-01"), ("Etc/GMT+5", "2026-12-31")]
)
def test_an_appointment_lies_on_the_clinics_day(zone: str, day: str):
    assert topics.topic_of(f"appointment {ID} 1 {EVENING}", ZoneInfo(zone)) == f"calendar:{day}"


def test_a_ticket_names_its_day():
    assert topics.topic_of(f"queue {ID} 4 2028-02-29", ZoneInfo("Asia/Jakarta")) == "queue:2028-02-29"


@pytest.mark.parametrize("payload", ["schedule x 0", f"schedule {ID} 0"])
def test_master_data_is_one_topic(payload: str):
    assert topics.topic_of(payload, ZoneInfo("Asia/Jakarta")) == topics.SCHEDULE


@pytest.mark.parametrize("payload", ["", "appointment", f"appointment {ID} 1 soon", f"queue {ID} 1 2027-02-29"])
def test_nonsense_touches_nothing(payload: str):
    assert topics.topic_of(payload, ZoneInfo("Asia/Jakarta")) is None
