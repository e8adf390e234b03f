"""When a backup is due, which ones are kept, and when people have to be told that something is wrong."""

from tht_app.domain.backup.schedule import LATE, REHEARSAL_LATE, Health, Run, health, last_due, next_due
from tht_app.domain.backup.shelf import Kind, Policy, Stored, name_of, parsed_name, to_remove

__all__ = [
    "LATE",
    "REHEARSAL_LATE",
    "Health",
    "Kind",
    "Policy",
    "Run",
    "Stored",
    "health",
    "last_due",
    "name_of",
    "next_due",
    "parsed_name",
    "to_remove",
]
