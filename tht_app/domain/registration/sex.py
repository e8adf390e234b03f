"""Administrative sex with the codes of FHIR R4 `AdministrativeGender`."""

from enum import StrEnum


class Sex(StrEnum):
    """Words are the catalogue key `registration.sex.<value>`."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    UNKNOWN = "unknown"
