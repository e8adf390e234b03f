"""Which device a visit takes, and what becomes of the time in which it is cleaned.

A device is reserved for the visit and, in a row of its own, for the cleaning after it. The first is never given up; the
second may be cut with permission and reason, for example when a second scope is borrowed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from .appointment import DeviceBlocked, DeviceKind, DeviceTaken, NeedsCleaning, SlotTaken
from .period import Period

USUAL_CLEANING = {DeviceKind.ENDOSCOPE: 20}
"""Minutes that cleaning takes, by kind of device, unless the clinic says otherwise: wipe, leak test, disinfect, rinse,
dry. Others are wiped within the visit."""
LONGEST_CLEANING = 240


@dataclass(frozen=True, slots=True)
class Taking:
    """A device is taken for a while: by a visit or a hold, for cleaning, or because it is blocked."""

    period: Period
    cleaning: bool = False
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class DeviceState:
    """A device, the minutes that it is cleaned after the wanted visit, and what it is taken for around it."""

    id: UUID
    cleaning_minutes: int = 0
    taken: tuple[Taking, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """The device that was found, and when it is cleaned; `cut` when a cleaning, its own or another's, is given up."""

    id: UUID
    cleaning: Period | None
    cut: bool = False


def cleaning_of(slot: Period, minutes: int) -> Period | None:
    """When a device is cleaned after a visit; None when it needs no time."""
    return Period(slot.end, slot.end + timedelta(minutes=minutes)) if minutes else None


def _fit(state: DeviceState, slot: Period, *, cut: bool) -> DeviceChoice | None:
    """The device for the slot, or None when it cannot be had; with `cut` not even if a cleaning is cut."""
    cleaning = cleaning_of(slot, state.cleaning_minutes)
    if any(slot.overlaps(one.period) for one in state.taken if cut is False or not one.cleaning):
        return None
    if cleaning is None or not any(cleaning.overlaps(one.period) for one in state.taken if not one.cleaning or not cut):
        return DeviceChoice(state.id, cleaning, cut)
    return DeviceChoice(state.id, None, cut) if cut else None


def _refusal(states: Iterable[DeviceState], slot: Period) -> SlotTaken:
    states = list(states)
    if any(_fit(state, slot, cut=True) for state in states):
        return NeedsCleaning()
    hard = [[one for one in state.taken if slot.overlaps(one.period) and not one.cleaning] for state in states]
    return DeviceBlocked() if all(any(one.blocked for one in found) for found in hard) else DeviceTaken()


def choose_device(states: Sequence[DeviceState], slot: Period, *, overridden: bool = False) -> DeviceChoice:
    """The first of these devices that is free and will be clean; with an override one whose cleaning can be cut.

    Raises `NeedsCleaning` (may be overridden), `DeviceTaken` or `DeviceBlocked` (never).
    """
    for cut in (False, True) if overridden else (False,):
        for state in states:
            choice = _fit(state, slot, cut=cut)
            if choice is not None:
                return choice
    raise _refusal(states, slot)
