"""An appointment: its statuses, what it takes, who may write it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NewType
from uuid import UUID

from tht_app.domain.errors import PermissionDenied, RuleViolation
from tht_app.domain.identity import Permission

from .period import SlotRefused

PractitionerId = NewType("PractitionerId", UUID)
"""The person id of a doctor: a practitioner is a person of the clinic."""
RoomId = NewType("RoomId", UUID)
DeviceId = NewType("DeviceId", UUID)
VisitTypeId = NewType("VisitTypeId", UUID)
AppointmentId = NewType("AppointmentId", UUID)
HoldId = NewType("HoldId", UUID)


class SlotTaken(SlotRefused):
    """Something that the appointment needs is taken at that time."""

    code = "scheduling.slot_taken"


class PractitionerTaken(SlotTaken):
    """The doctor has another appointment; may be overbooked with permission and reason."""

    code = "scheduling.practitioner_taken"


class RoomTaken(SlotTaken):
    """Another appointment has the room."""

    code = "scheduling.room_taken"


class DeviceTaken(SlotTaken):
    """Another appointment has the device."""

    code = "scheduling.device_taken"


class RoomBlocked(SlotTaken):
    """The room is out of use; nobody may override that."""

    code = "scheduling.room_blocked"


class DeviceBlocked(SlotTaken):
    """The device is out of use; nobody may override that."""

    code = "scheduling.device_blocked"


class NeedsCleaning(SlotTaken):
    """The device would not be clean in time; may be overridden with permission and reason."""

    code = "scheduling.needs_cleaning"


class PatientTaken(SlotTaken):
    """The patient has another appointment at that time."""

    code = "scheduling.patient_taken"


class TransitionRefused(RuleViolation):
    """An appointment in this status cannot take that step; `status` says where it stands."""

    code = "scheduling.transition_refused"


class NotToday(RuleViolation):
    """Only an appointment of today can arrive; `day` says for which day it is."""

    code = "scheduling.not_today"


class NotYet(RuleViolation):
    """Nobody has missed an appointment before it begins."""

    code = "scheduling.not_yet"


class NotOwnCalendar(PermissionDenied):
    """A doctor writes in the own calendar only."""

    code = "scheduling.not_own_calendar"


class ResourceKind(StrEnum):
    """What an appointment can take for itself."""

    PRACTITIONER = "practitioner"
    ROOM = "room"
    DEVICE = "device"
    PATIENT = "patient"


class DeviceKind(StrEnum):
    """What a visit may need beside a doctor and a room; the words are `scheduling.device_kind.<value>`."""

    ENDOSCOPE = "endoscope"
    AUDIOMETER = "audiometer"
    TYMPANOMETER = "tympanometer"
    SUCTION = "suction"
    OTHER = "other"


TAKEN: Mapping[ResourceKind, type[SlotTaken]] = {
    ResourceKind.PATIENT: PatientTaken,
    ResourceKind.PRACTITIONER: PractitionerTaken,
    ResourceKind.ROOM: RoomTaken,
    ResourceKind.DEVICE: DeviceTaken,
}


BLOCKED: Mapping[ResourceKind, type[SlotTaken]] = {
    ResourceKind.ROOM: RoomBlocked,
    ResourceKind.DEVICE: DeviceBlocked,
}


def refusal(
    missing: Iterable[ResourceKind], *, overridden: bool = False, blocked: Iterable[ResourceKind] = ()
) -> SlotTaken:
    """The refusal for the resources that could not be had, the person before the room.

    Where an override was tried, the doctor was not what stood in its way. `blocked` are those out of use.
    """
    kinds, out_of_use = set(missing), set(blocked)
    if overridden and kinds != {ResourceKind.PRACTITIONER}:
        kinds.discard(ResourceKind.PRACTITIONER)
    for kind, error in TAKEN.items():
        if kind in kinds:
            return BLOCKED.get(kind, error)() if kind in out_of_use else error()
    return SlotTaken()


class AppointmentStatus(StrEnum):
    """FHIR Appointment.status, as far as the clinic uses it."""

    PROPOSED = "proposed"
    BOOKED = "booked"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    NOSHOW = "noshow"
    ENTERED_IN_ERROR = "entered-in-error"


S = AppointmentStatus  # short, because the table below is read as a table

TRANSITIONS: Mapping[AppointmentStatus, frozenset[AppointmentStatus]] = {
    S.PROPOSED: frozenset({S.BOOKED, S.CANCELLED}),
    S.BOOKED: frozenset({S.ARRIVED, S.CANCELLED, S.NOSHOW, S.ENTERED_IN_ERROR}),
    S.ARRIVED: frozenset({S.FULFILLED, S.BOOKED, S.CANCELLED, S.ENTERED_IN_ERROR}),
    S.FULFILLED: frozenset({S.ENTERED_IN_ERROR}),
    S.CANCELLED: frozenset({S.BOOKED}),
    S.NOSHOW: frozenset({S.BOOKED}),
    S.ENTERED_IN_ERROR: frozenset(),
}


class ReservationState(StrEnum):
    """Whether the resource is still taken by it; the first three are."""

    HOLD = "hold"
    BOOKED = "booked"
    IN_SERVICE = "in_service"
    DONE = "done"
    RELEASED = "released"


RESERVATION_OF: Mapping[AppointmentStatus, ReservationState] = {
    S.PROPOSED: ReservationState.HOLD,
    S.BOOKED: ReservationState.BOOKED,
    S.ARRIVED: ReservationState.IN_SERVICE,
    S.FULFILLED: ReservationState.DONE,
    S.CANCELLED: ReservationState.RELEASED,
    S.NOSHOW: ReservationState.RELEASED,
    S.ENTERED_IN_ERROR: ReservationState.RELEASED,
}


class MoveReason(StrEnum):
    """Why an appointment was given another time; the words are `scheduling.move_reason.<value>`."""

    PATIENT = "patient"
    PRACTITIONER = "practitioner"
    CLINIC = "clinic"
    WEATHER = "weather"
    OTHER = "other"


class CancelReason(StrEnum):
    """Why an appointment was called off; the words are `scheduling.cancel_reason.<value>`."""

    PATIENT = "patient"
    PRACTITIONER = "practitioner"
    WEATHER = "weather"
    DUPLICATE = "duplicate"
    OTHER = "other"


def ensure_transition(status: AppointmentStatus, wanted: AppointmentStatus) -> None:
    """Refuse a step that the table of transitions does not have."""
    if wanted not in TRANSITIONS[status]:
        raise TransitionRefused(status=status.value)


def ensure_movable(status: AppointmentStatus) -> None:
    """Only what has not begun can move."""
    if status not in {AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED}:
        raise TransitionRefused(status=status.value)


def ensure_own_calendar(
    permissions: frozenset[Permission],
    person_id: UUID,
    practitioner_id: UUID,
    *,
    everyone: Permission = Permission.APPOINTMENT_WRITE,
) -> None:
    """Who holds only the `_own` permission writes for themselves; `everyone` is the permission without that limit."""
    if everyone not in permissions and person_id != practitioner_id:
        raise NotOwnCalendar(permission=everyone.value)
