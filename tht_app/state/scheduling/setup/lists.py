"""The clinic's lists: doctors, rooms, devices, visit types, service points."""

import reflex as rx

from tht_app.i18n import text_of
from tht_app.state.acting import handler
from tht_app.state.scheduling.setup import forms, views
from tht_app.state.scheduling.setup.listing import MANAGE, Listing, ListOf
from tht_app.state.scheduling.setup.views import DeviceEntry, DoctorEntry, PointEntry, RoomEntry, TypeEntry
from tht_app.state.scheduling.view_models import OptionView, doctor_options, room_options
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

    async def _prepare(self) -> None:
        found = await self._execute(DoctorsToAdd())
        self.people = [OptionView(str(one.person_id), one.display_name) for one in found]


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

    def _list(self) -> ListOf:
        return POINTS

    async def _prepare(self) -> None:
        lang = self._lang()
        doctors, rooms = await self._execute(ListPractitioners()), await self._execute(ListRooms())
        self.doctors = [OptionView("", text_of("scheduling.setup.points.no_doctor", lang)), *doctor_options(doctors)]
        self.rooms = [OptionView("", text_of("scheduling.setup.points.no_room", lang)), *room_options(rooms)]
