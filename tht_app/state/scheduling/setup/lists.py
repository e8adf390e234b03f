"""The clinic's lists: doctors, rooms, devices, visit types, service points."""

from typing import Any

import reflex as rx

from tht_app.i18n import text_of
from tht_app.state.acting import handler
from tht_app.state.scheduling.setup import forms, views
from tht_app.state.scheduling.setup.listing import MANAGE, Listing, ListOf
from tht_app.state.scheduling.setup.views import DeviceEntry, DoctorEntry, PointEntry, RoomEntry, TypeEntry
from tht_app.state.scheduling.view_models import OptionView
from tht_app.use_cases.queue import ListServicePoints
from tht_app.use_cases.scheduling import (
    DoctorsToAdd,
    InstallVisitTypes,
    ListDevices,
    Listed,
    ListPractitioners,
    ListRooms,
    ListVisitTypes,
)

DOCTORS = ListOf(
    Listed.PRACTITIONER,
    ListPractitioners(inactive=True),
    views.doctor_rows,
    forms.read_doctor,
    forms.doctor_form,
    DoctorEntry(),
    "doctor_",
)
ROOMS = ListOf(
    Listed.ROOM, ListRooms(inactive=True), views.room_rows, forms.read_room, forms.room_form, RoomEntry(), "room_"
)
DEVICES = ListOf(
    Listed.DEVICE,
    ListDevices(inactive=True),
    views.device_rows,
    forms.read_device,
    forms.device_form,
    DeviceEntry(),
    "device_",
)
TYPES = ListOf(
    Listed.VISIT_TYPE,
    ListVisitTypes(inactive=True),
    views.type_rows,
    forms.read_type,
    forms.type_form,
    TypeEntry(),
    "type_",
    {"code": "name_en"},
)
POINTS = ListOf(
    Listed.SERVICE_POINT,
    ListServicePoints(inactive=True),
    views.point_rows,
    forms.read_point,
    forms.point_form,
    PointEntry(),
    "point_",
)


class DoctorsState(Listing, rx.State):
    """Who can be booked."""

    rows: list[DoctorEntry] = []
    chosen: DoctorEntry = DoctorEntry()
    people: list[OptionView] = []

    def _list(self) -> ListOf:
        return DOCTORS

    async def _prepare(self, entry: DoctorEntry) -> None:  # noqa: ARG002  the same for all
        found = await self._execute(DoctorsToAdd())
        people = [OptionView(str(one.person_id), one.display_name) for one in found]
        self.people = [OptionView("", text_of("scheduling.setup.choose", self._lang())), *people] if people else []


class RoomsState(Listing, rx.State):
    """Where people are seen."""

    rows: list[RoomEntry] = []
    chosen: RoomEntry = RoomEntry()

    def _list(self) -> ListOf:
        return ROOMS


class DevicesState(Listing, rx.State):
    """What only one visit at a time can have."""

    rows: list[DeviceEntry] = []
    chosen: DeviceEntry = DeviceEntry()

    def _list(self) -> ListOf:
        return DEVICES


class TypesState(Listing, rx.State):
    """Why people come."""

    rows: list[TypeEntry] = []
    chosen: TypeEntry = TypeEntry()

    @handler(needs=MANAGE)
    async def install(self) -> None:
        """Add the usual visit types of an ENT clinic; those that are there stay as they are."""
        added = await self._execute(InstallVisitTypes())
        await self._reread()
        await self._notify("scheduling.setup.types.installed", count=added)

    def _list(self) -> ListOf:
        return TYPES


class PointsState(Listing, rx.State):
    """Where people are called to."""

    rows: list[PointEntry] = []
    chosen: PointEntry = PointEntry()
    doctors: list[OptionView] = []
    rooms: list[OptionView] = []
    points: list[OptionView] = []

    def _list(self) -> ListOf:
        return POINTS

    async def _prepare(self, entry: PointEntry) -> None:
        """What is in use, and what the point has already: a correction takes nothing away unasked."""
        lang = self._lang()
        doctors = await self._execute(ListPractitioners(inactive=True))
        rooms = await self._execute(ListRooms(inactive=True))
        points = await self._execute(ListServicePoints(inactive=True))

        def choices(none: str, own: str, names: list[tuple[Any, str]]) -> list[OptionView]:
            kept = [OptionView(str(one.id), name) for one, name in names if one.active or str(one.id) == own]
            return [OptionView("", text_of(f"scheduling.setup.points.{none}", lang)), *kept]

        self.doctors = choices("no_doctor", entry.doctor_id, [(one, one.display_name) for one in doctors])
        self.rooms = choices("no_room", entry.room_id, [(one, one.name) for one in rooms])
        named = [(one, one.name_en if lang == "en" else one.name_id) for one in points if str(one.id) != entry.id]
        self.points = choices("no_next", entry.next_id, named)
