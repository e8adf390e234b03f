"""Displays of the waiting room, the signs at the doors, and the codes under which a ticket has a page."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, LargeBinary, SmallInteger, Text, Uuid
from sqlmodel import Field

from .base import ClinicTable


def _moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)  # type: ignore[call-overload]


class DisplayDeviceRow(ClinicTable, table=True):
    """A television; of the token in its address only the hash is kept. No `points` means all of them."""

    __tablename__ = "display_device"
    id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    points: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid))  # type: ignore[call-overload]
    lang: str = Field(default="id", sa_type=Text)
    theme: str = Field(default="dark", sa_type=Text)
    voice: bool = True
    created_at: datetime = _moment()
    changed_at: datetime = _moment()
    revoked_at: datetime | None = _moment(nullable=True)


class RoomSignRow(ClinicTable, table=True):
    """The number or letter at a door: what a display says of a room, never what the room is for."""

    __tablename__ = "room_sign"
    room_id: UUID = Field(primary_key=True, foreign_key="room.id")
    sign: str = Field(sa_type=Text, unique=True)


class WaitingRoomRow(ClinicTable, table=True):
    """What all displays share, and how wide the ticket printer's paper is."""

    __tablename__ = "waiting_room"
    only_row: bool = Field(default=True, primary_key=True)
    message_id: str = Field(default="", sa_type=Text)
    message_en: str = Field(default="", sa_type=Text)
    ticket_width: int = Field(default=80, sa_type=SmallInteger)


class TicketLinkRow(ClinicTable, table=True):
    """The code of a ticket's page, and which call was acknowledged there."""

    __tablename__ = "ticket_link"
    ticket_id: UUID = Field(primary_key=True, foreign_key="queue_ticket.id")
    code: str = Field(sa_type=Text, unique=True)
    day: date
    made_at: datetime = _moment()
    seen_ticket_id: UUID | None = Field(default=None, foreign_key="queue_ticket.id")
    seen_calls: int = 0
