"""What the clinic knows about who its patients are."""

from typing import NewType
from uuid import UUID

PatientId = NewType("PatientId", UUID)
ConsentId = NewType("ConsentId", UUID)
PatientImportId = NewType("PatientImportId", UUID)
MergeId = NewType("MergeId", UUID)

__all__ = ["ConsentId", "MergeId", "PatientId", "PatientImportId"]
