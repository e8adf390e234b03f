"""Tables that no context owns: persons, audit, outbox, idempotency, counters, settings, keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, Computed, DateTime, LargeBinary, Text, text
from sqlalchemy import UUID as SqlUUID  # noqa: N811  the type of the column, beside the type of the value
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from .base import ClinicTable


def moment(*, nullable: bool = False) -> Any:
    """A `timestamptz` column."""
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)  # type: ignore[call-overload]


class PersonRow(ClinicTable, table=True):
    """Somebody, or a program of the house, that can have a session."""

    __tablename__ = "person"
    __table_args__ = {"schema": "sec"}
    id: UUID = Field(primary_key=True)
    username: str = Field(sa_type=Text, unique=True)
    display_name: str = Field(sa_type=Text)
    lang: str = Field(default="id", sa_type=Text)
    active: bool = True
    is_service: bool = False
    created_at: datetime = moment()


class PersonRoleRow(ClinicTable, table=True):
    """One role of one person."""

    __tablename__ = "person_role"
    __table_args__ = {"schema": "sec"}
    person_id: UUID = Field(primary_key=True)
    role: str = Field(primary_key=True, sa_type=Text)
    granted_at: datetime = moment()


class AuditEventRow(ClinicTable, table=True):
    """What was done, by whom, to which patients; nobody can change or remove it."""

    __tablename__ = "event"
    __table_args__ = {"schema": "audit"}
    id: UUID = Field(primary_key=True)
    at: datetime = moment()
    person_id: UUID | None = None
    session_id: UUID | None = None
    action: str = Field(sa_type=Text)
    request: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    object_type: str | None = Field(default=None, sa_type=Text)
    object_id: UUID | None = None
    patient_ids: list[UUID] = Field(sa_column=Column(ARRAY(SqlUUID), nullable=False))
    reason: str | None = Field(default=None, sa_type=Text)
    address: str | None = Field(default=None, sa_type=Text)
    details_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    epoch: int = Field(default=1)
    """Rises when a backup was put back; the column's own default says which one it is now."""


class OutboxRow(ClinicTable, table=True):
    """An event that other parts or other systems still have to hear of."""

    __tablename__ = "outbox"
    id: UUID = Field(primary_key=True)
    at: datetime = moment()
    event: str = Field(sa_type=Text)
    aggregate_id: UUID
    payload: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    attempts: int = 0
    next_attempt_at: datetime = moment()
    delivered_at: datetime | None = moment(nullable=True)
    last_error: str | None = Field(default=None, sa_type=Text)
    channel: str | None = Field(default=None, sa_type=Text)
    stream: UUID | None = Field(
        sa_column=Column(
            SqlUUID, Computed("coalesce((payload ->> 'patient_id')::uuid, aggregate_id)", persisted=True), nullable=True
        )
    )
    lease: UUID | None = None
    leased_until: datetime | None = moment(nullable=True)
    unknowns: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    not_sent: str | None = Field(default=None, sa_type=Text)
    dead_at: datetime | None = moment(nullable=True)


class SettingRow(ClinicTable, table=True):
    """One setting of the clinic that people change on a screen."""

    __tablename__ = "setting"
    key: str = Field(primary_key=True, sa_type=Text)
    value: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    changed_at: datetime = moment()


class MailboxRow(ClinicTable, table=True):
    """Where links for a person's password are sent, sealed."""

    __tablename__ = "mailbox"
    person_id: UUID = Field(primary_key=True)
    address_sealed: bytes = Field(sa_type=LargeBinary)
    changed_at: datetime = moment()


class AccountLinkRow(ClinicTable, table=True):
    """A link by which somebody chooses a password, once."""

    __tablename__ = "account_link"
    id: UUID = Field(primary_key=True)
    person_id: UUID
    kind: str = Field(sa_type=Text)
    code_hash: bytes = Field(sa_type=LargeBinary)
    made_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = moment(nullable=True)
