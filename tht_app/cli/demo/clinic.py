"""The clinic around the visits: accounts, rooms, devices, hours, counters, products and the stock on the shelf."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from tht_app.cli.demo.accounts import ACCOUNTS, DOCTORS, PASSWORD
from tht_app.cli.demo.hand import Hand
from tht_app.cli.demo.plan import CLOSES, DEVICES, OPENS, SEED, Plan
from tht_app.cli.demo.shelf import SHELF, deliveries, units_needed
from tht_app.domain.queue import PointKind, ServicePointId
from tht_app.domain.scheduling import DeviceId, PractitionerId, RoomId, VisitTypeId
from tht_app.use_cases.identity import CreatePerson
from tht_app.use_cases.pharmacy import ReceivedGoods, ReceiveStock, UpsertProduct
from tht_app.use_cases.queue import SaveServicePoint
from tht_app.use_cases.queue.displays import SaveRoomSigns
from tht_app.use_cases.scheduling import (
    HoursBlock,
    InstallHolidays,
    InstallVisitTypes,
    ListVisitTypes,
    SaveDevice,
    SavePractitioner,
    SaveRoom,
    SetBreaks,
    SetWorkingHours,
)
from tht_app.use_cases.settings import ClinicHead, SaveClinicHead
from tht_app.use_cases.template import InstallExamples

HEAD = ClinicHead(
    name="Klinik THT Nusantara (demo)",
    licence="503/0042/KU/DPMPTSP/2024",
    address="Jl. Melati No. 12, Kebayoran Baru",
    city="Jakarta Selatan",
    phone="021-555-0142",
)
ROOMS = ("Ruang 1", "Ruang 2", "Ruang 3", "Ruang 4", "Ruang Audiologi")
DEVICE_NAMES = {
    "endoscope-1": ("Endoskop kaku 0 derajat", "endoscope"),
    "endoscope-2": ("Endoskop lentur", "endoscope"),
    "audiometer-1": ("Audiometer", "audiometer"),
    "tympanometer-1": ("Timpanometer", "tympanometer"),
    "suction-1": ("Mikroskop dan pengisap telinga", "suction"),
}
COUNTERS = (
    ("F", "Farmasi", "Pharmacy", PointKind.PHARMACY, ""),
    ("K", "Kasir", "Cashier", PointKind.CASHIER, "F"),
    ("U", "Audiologi", "Audiology", PointKind.AUDIOLOGY, ""),
    ("R", "Pendaftaran", "Registration", PointKind.REGISTRATION, ""),
)
"""Letter, names, kind, and where people usually go from there."""
PAY = "K"
"""Where people usually go from a doctor."""
LUNCH = (time(12, 30), time(13, 30))
TOGETHER = 40
"""Lots in one delivery."""


@dataclass
class Place:
    """Ids of what was made, in the order of the plan's numbers."""

    doctors: list[PractitionerId] = field(default_factory=list)
    rooms: list[RoomId] = field(default_factory=list)
    devices: dict[str, DeviceId] = field(default_factory=dict)
    visit_types: dict[str, VisitTypeId] = field(default_factory=dict)
    points: list[ServicePointId] = field(default_factory=list)
    counters: dict[str, ServicePointId] = field(default_factory=dict)
    products: dict[str, UUID] = field(default_factory=dict)


async def furnish(hand: Hand, plan: Plan) -> Place:
    """Make everything that the visits need; repeated after an interruption it finds what was made."""
    opening = datetime.combine(plan.first_day - timedelta(days=900), time(1), UTC)
    place = Place()
    await hand.do(SaveClinicHead(HEAD), opening, "clinic.head")
    people = await asyncio.gather(
        *(
            hand.do(
                CreatePerson(one.username, one.name, frozenset({one.role}), PASSWORD), opening, f"person.{one.username}"
            )
            for one in ACCOUNTS
        )
    )
    ids = {one.username: person for one, person in zip(ACCOUNTS, people, strict=True)}
    await _rooms_and_devices(hand, place, opening)
    await hand.do(InstallVisitTypes(), opening, "visit-types")
    await hand.do(InstallHolidays(), opening, "holidays")
    for visit_type in await hand.ask(ListVisitTypes(), plan.now):
        place.visit_types[visit_type.code] = visit_type.id
    for number, (letter, name, name_en, kind, following) in enumerate(COUNTERS):
        counter = SaveServicePoint(
            letter, name, name_en, kind, position=50 + number, next_point_id=place.counters.get(following)
        )
        place.counters[letter] = await hand.do(counter, opening, f"counter.{letter}")
    for number, doctor in enumerate(DOCTORS):
        await _doctor(hand, place, number, PractitionerId(ids[doctor.username]), opening)
    await _products(hand, place, opening)
    await hand.do(InstallExamples(), opening, "templates")
    await _stock(hand, place, plan)
    return place


async def _rooms_and_devices(hand: Hand, place: Place, opening: datetime) -> None:
    for number, name in enumerate(ROOMS):
        place.rooms.append(await hand.do(SaveRoom(name, number * 10), opening, f"room.{number}"))
    signs: dict[UUID, str] = {room: str(number) for number, room in enumerate(place.rooms, start=1)}
    await hand.do(SaveRoomSigns(signs), opening, "signs")
    for number, (key, (name, kind)) in enumerate(DEVICE_NAMES.items()):
        place.devices[key] = await hand.do(SaveDevice(name, kind, number * 10), opening, f"device.{key}")


async def _doctor(hand: Hand, place: Place, number: int, person: PractitionerId, opening: datetime) -> None:
    """Bookable, with a week, a room and a letter of their own."""
    doctor, room = DOCTORS[number], place.rooms[number]
    place.doctors.append(person)
    shown = SavePractitioner(
        person, doctor.name, doctor.sip, date(opening.year + 7, 6, 30), tint=number + 1, position=number * 10
    )
    await hand.do(shown, opening, f"practitioner.{number}")
    week = tuple(HoursBlock(day, OPENS, CLOSES, room) for day in range(1, 8))
    await hand.do(SetWorkingHours(person, week, opening.date()), opening, f"hours.{number}")
    breaks = tuple(HoursBlock(day, *LUNCH) for day in range(1, 8))
    await hand.do(SetBreaks(person, breaks, opening.date()), opening, f"breaks.{number}")
    letter = "ABCDE"[number]
    point = SaveServicePoint(
        letter, f"Poli THT {letter}", f"ENT {letter}", PointKind.PRACTITIONER, person, room,
        position=number * 10, next_point_id=place.counters[PAY],
    )  # fmt: skip
    place.points.append(await hand.do(point, opening, f"point.{number}"))


async def _products(hand: Hand, place: Place, opening: datetime) -> None:
    requests = [
        UpsertProduct(
            code=product.code,
            name=product.name,
            unit=product.unit,
            drug_class=product.drug_class,
            kind=product.kind,
            brand=product.brand,
            form=product.form,
            strength=product.strength,
            ingredients=product.ingredients,
            route=product.route,
            dose_unit=product.dose_unit,
            pack_content=product.content.replace(",", "."),
            external=product.external,
            price_rupiah=product.price,
            reorder_level=product.reorder_level,
            default_signa=product.default_signa,
        )
        for product in SHELF.values()
    ]
    made = await hand.together(
        (hand.do(request, opening, f"product.{request.code}") for request in requests), "products", len(requests)
    )
    place.products = {request.code: product for request, product in zip(requests, made, strict=True)}


async def _stock(hand: Hand, place: Place, plan: Plan) -> None:
    received = plan.first_day - timedelta(days=12)
    at = datetime.combine(received, time(3), UTC)
    needed = units_needed(
        (medicine.code, medicine.quantity) for visit in plan.visits for medicine, _ in visit.story.medicines
    )
    goods = [
        ReceivedGoods(place.products[one.code], one.lot, one.expires, one.quantity, one.cost)
        for one in deliveries(Random(SEED), needed, plan.today, received)  # noqa: S311 - invented lots
    ]
    for number, start in enumerate(range(0, len(goods), TOGETHER)):
        delivery = ReceiveStock(tuple(goods[start : start + TOGETHER]), note=f"SJ-{received:%y%m}-{number + 1:02d}")
        await hand.do(delivery, at, f"delivery.{number}")


assert set(DEVICE_NAMES) >= {name for names in DEVICES.values() for name in names}  # noqa: S101 - at import
