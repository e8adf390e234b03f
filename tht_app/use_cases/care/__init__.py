"""Who may open a record: rules, cover, and access in an emergency."""

from .emergency import (
    EndEmergency,
    ListEmergencies,
    OpenEmergency,
    ReadOwnEmergency,
    ReviewEmergency,
)
from .rules import AddCover, CareSetup, ReadCareSetup, SaveCareRules, WithdrawCover

__all__ = [
    "AddCover",
    "CareSetup",
    "EndEmergency",
    "ListEmergencies",
    "OpenEmergency",
    "ReadCareSetup",
    "ReadOwnEmergency",
    "ReviewEmergency",
    "SaveCareRules",
    "WithdrawCover",
]
