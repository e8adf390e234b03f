"""The common base of all tables: one metadata, schema `clinic` unless a class says otherwise."""

from typing import ClassVar

from sqlalchemy import MetaData
from sqlmodel import SQLModel

metadata = MetaData(schema="clinic")


class ClinicTable(SQLModel):
    """A row as it lies in the database; rules live in `domain`, so rows do not validate."""

    metadata: ClassVar[MetaData] = metadata  # pyright: ignore[reportIncompatibleVariableOverride]
