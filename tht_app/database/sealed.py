"""Every column that holds sealed values: under which key, and so what has to be sealed again when that key changes.

A column is called `<name>_sealed` and its values belong to `<table>.<name>` and the row's `id`; what departs from that
says so here. A test compares this list with the schema, so a column cannot be forgotten.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tht_app.database.crypto import Purpose


@dataclass(frozen=True, slots=True)
class SealedTable:
    """The sealed columns of one table that share a purpose, by the names under which their values were sealed."""

    table: str
    purpose: Purpose
    columns: tuple[str, ...]
    key: str = "id"
    """The column with the id that is authenticated with each value."""

    def column(self, name: str) -> str:
        """The column in the database."""
        return f"{name}_sealed"

    def label(self, name: str) -> str:
        """What the values of a column are bound to."""
        return f"{self.table.partition('.')[2]}.{name}"


IDENTITY, CLINICAL = Purpose.IDENTITY, Purpose.CLINICAL

TABLES = (
    SealedTable(
        "clinic.patient",
        IDENTITY,
        ("nik", "other_id", "bpjs", "phone", "email", "address", "social", "coverage", "guardian"),
    ),
    SealedTable("clinic.consent", IDENTITY, ("giver_name",)),
    SealedTable("clinic.patient_import_line", IDENTITY, ("form",)),
    SealedTable("clinic.patient_merge", IDENTITY, ("before", "reason", "undo_reason")),
    SealedTable("clinic.message", IDENTITY, ("address",)),
    SealedTable("clinic.privacy_request", IDENTITY, ("requester",)),
    SealedTable("clinic.privacy_request", CLINICAL, ("wish", "answer")),
    SealedTable("clinic.emergency_access", CLINICAL, ("reason", "review")),
    SealedTable("clinic.appointment", CLINICAL, ("override_reason", "note", "cancel_note", "move_note")),
    SealedTable("clinic.leave", CLINICAL, ("note",)),
    SealedTable("clinic.waitlist_entry", CLINICAL, ("note",)),
    SealedTable("clinic.note_section_version", CLINICAL, ("body",)),
    SealedTable("clinic.note_addendum", CLINICAL, ("body",)),
    SealedTable("clinic.note_update", CLINICAL, ("body",)),
    SealedTable("clinic.allergy_intolerance", CLINICAL, ("substance", "reaction")),
    SealedTable("clinic.medication_statement", CLINICAL, ("medicine", "dosage")),
    SealedTable("clinic.patient_history", CLINICAL, ("body",)),
    SealedTable("clinic.procedure", CLINICAL, ("note",)),
    SealedTable("clinic.ent_finding", CLINICAL, ("text",)),
    SealedTable("clinic.medication_request", CLINICAL, ("allergy", "cancel_reason")),
    SealedTable("clinic.attachment", CLINICAL, ("name", "study", "reason")),
    SealedTable("clinic.attachment", Purpose.FILE, ("key",)),
    SealedTable("clinic.letter", CLINICAL, ("content", "reason")),
    SealedTable("clinic.mailbox", IDENTITY, ("address",), key="person_id"),
    SealedTable("sec.totp", Purpose.SECRET, ("secret",), key="person_id"),
)

KEPT = {"audit.event.details_sealed": "its hash lies under the seals of the audit log, so it stays as it was written"}
"""Sealed columns that are never sealed again: the old key opens them for as long as the clinic exists."""


def tables_of(purpose: Purpose) -> Iterator[SealedTable]:
    """The tables with values under the keys of a purpose."""
    return (table for table in TABLES if table.purpose is purpose)


def columns() -> set[str]:
    """Every column of the list, `schema.table.column`."""
    return {f"{one.table}.{one.column(name)}" for one in TABLES for name in one.columns} | set(KEPT)
