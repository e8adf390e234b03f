"""Tables of templates of a note."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from .base import ClinicTable
from .foundation import moment


class NoteTemplateRow(ClinicTable, table=True):
    """One template; without an owner it is the clinic's. What it says stands in its versions."""

    __tablename__ = "note_template"
    id: UUID = Field(primary_key=True)
    owner_id: UUID | None = None
    name: str = Field(sa_type=Text)
    version: int
    retired: bool = False


class NoteTemplateVersionRow(ClinicTable, table=True):
    """What a template said from this version on; append-only."""

    __tablename__ = "note_template_version"
    template_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    retired: bool
    written_by: UUID
    written_at: datetime = moment()
