"""The life of an encounter and who may write in it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from tht_app.domain.errors import PermissionDenied, RuleViolation
from tht_app.domain.identity import Permission, Role

EncounterId = NewType("EncounterId", UUID)


class EncounterStatus(StrEnum):
    """FHIR R4 `Encounter.status`, the part that an outpatient clinic uses."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    IN_PROGRESS = "in-progress"
    FINISHED = "finished"
    CANCELLED = "cancelled"


NEXT: dict[EncounterStatus, frozenset[EncounterStatus]] = {
    EncounterStatus.PLANNED: frozenset({EncounterStatus.ARRIVED, EncounterStatus.CANCELLED}),
    EncounterStatus.ARRIVED: frozenset({EncounterStatus.IN_PROGRESS, EncounterStatus.CANCELLED}),
    EncounterStatus.IN_PROGRESS: frozenset({EncounterStatus.FINISHED, EncounterStatus.ARRIVED}),
    EncounterStatus.FINISHED: frozenset({EncounterStatus.IN_PROGRESS}),
    EncounterStatus.CANCELLED: frozenset(),
}
"""`in-progress -> arrived` and `finished -> in-progress` undo a wrong tap; a signed encounter takes neither."""


class EncounterSigned(RuleViolation):
    """The encounter is signed: what follows is an addendum."""

    code = "encounter.signed"


class EncounterClosed(RuleViolation):
    """The visit was cancelled, nothing can be written in it."""

    code = "encounter.closed"


class NotYourEncounter(RuleViolation):
    """A doctor writes and signs in their own encounters only."""

    code = "encounter.not_yours"


class StatusNotAllowed(RuleViolation):
    """The encounter cannot go from its present status to the wanted one."""

    code = "encounter.status_not_allowed"


@dataclass(frozen=True, slots=True)
class Visit:
    """One encounter, as far as rules need it. Times are aware."""

    id: EncounterId
    patient_id: UUID
    practitioner_id: UUID
    status: EncounterStatus
    arrived_at: datetime
    signed_at: datetime | None = None

    @property
    def is_frozen(self) -> bool:
        """Signed or cancelled: its note never changes again."""
        return self.signed_at is not None or self.status is EncounterStatus.CANCELLED


def ensure_can_become(visit: Visit, wanted: EncounterStatus) -> None:
    """Refuse a change of status that the table of transitions does not hold, and any change after signing."""
    if visit.signed_at is not None:
        raise EncounterSigned
    if wanted not in NEXT[visit.status]:
        raise StatusNotAllowed(status=visit.status.value, wanted=wanted.value)


def ensure_open(visit: Visit) -> None:
    """Refuse writing in a signed or cancelled encounter."""
    if visit.signed_at is not None:
        raise EncounterSigned
    if visit.status is EncounterStatus.CANCELLED:
        raise EncounterClosed


def owns(visit: Visit, person_id: UUID, roles: AbstractSet[Role]) -> bool:
    """The treating doctor, or a program of the clinic itself that imports or demonstrates."""
    return person_id == visit.practitioner_id or Role.SERVICE in roles


def ensure_may_write(
    visit: Visit,
    person_id: UUID,
    roles: AbstractSet[Role],
    permissions: AbstractSet[Permission],
    *,
    nursing: bool,
) -> None:
    """The treating doctor writes everything; a nurse what `nursing` marks: vitals, complaint, allergies, S and O."""
    ensure_open(visit)
    if nursing and Permission.RECORD_WRITE_NURSING in permissions:
        return
    if Permission.RECORD_WRITE not in permissions:
        raise PermissionDenied(permission=Permission.RECORD_WRITE.value)
    if not owns(visit, person_id, roles):
        raise NotYourEncounter


def ensure_may_sign(
    visit: Visit, person_id: UUID, roles: AbstractSet[Role], permissions: AbstractSet[Permission]
) -> None:
    """Only the treating doctor signs, once, and not a cancelled visit."""
    ensure_open(visit)
    if Permission.RECORD_SIGN not in permissions:
        raise PermissionDenied(permission=Permission.RECORD_SIGN.value)
    if not owns(visit, person_id, roles):
        raise NotYourEncounter
