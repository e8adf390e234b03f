"""What a screen can look at. A change of a row touches one topic; a view names the topics that it shows.

A payload is `kind id version key…`, made by the triggers of `alembic/ddl.py: notify_on`.
"""

from datetime import UTC, date, datetime, tzinfo

SCHEDULE = "schedule"
"""Doctors, rooms, devices, visit types, hours, leave, holidays, blocked time, service points."""
PATIENTS = "patients"
"""Records that were merged or taken apart."""
WAITLIST = "waitlist"
"""Who waits for a time, and to whom one was offered."""
ENCOUNTERS = "encounters"
"""Visits as the home screens of doctors and nurses list them."""
WAITLIST = "waitlist"
"""Who waits for an earlier time."""
PHARMACY = "pharmacy"
"""Prescriptions on their way over the counter."""
OUTBOX = "outbox"
"""What waits to leave the house."""
PRIVACY = "privacy"
"""What people asked about their own data."""
BACKUPS = "backup"
"""Backups and rehearsals that ended."""
EVERYTHING = "*"
"""After the feed was away: whatever it was, it may have changed."""
KEYS_FROM = 3


def calendar(day: date) -> str:
    """The appointments and held times of a clinic's day."""
    return f"calendar:{day.isoformat()}"


def queue(day: date) -> str:
    """The tickets of a clinic's day."""
    return f"queue:{day.isoformat()}"


def attachments(encounter_id: str) -> str:
    """The files of a visit."""
    return f"attachments:{encounter_id}"


def note(encounter: str, origin: str) -> str:
    """Steps of a shared note that came through the process `origin`."""
    return f"note:{encounter}:{origin}"


def topic_of(payload: str, zone: tzinfo) -> str | None:
    """The topic of a payload; nothing for what no screen of ours knows.

    An appointment is told by the second at which it starts, because the day it lies on is the clinic's, which the
    database does not know.
    """
    kind, *keys = payload.split(" ")
    row_id = keys[0] if keys else ""
    keys = keys[KEYS_FROM - 1 :]
    try:
        if kind == "appointment":
            return calendar(datetime.fromtimestamp(int(keys[0]), UTC).astimezone(zone).date())
        if kind == "queue":
            return queue(date.fromisoformat(keys[0]))
        if kind == "attachment":
            return attachments(keys[0])
        if kind == "note":
            return note(row_id, keys[0])
    except (IndexError, ValueError, OverflowError, OSError):
        return None
    return kind or None
