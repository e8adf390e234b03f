"""Displays, signs and tickets as the front desk handles them; who may not is refused."""

from datetime import date
from urllib.parse import unquote

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.queue_display import CANARY, waiting_room, walk_in
from tests.factories.scheduling import EARLY, Practice, practice, when
from tht_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from tht_app.domain.queue import ServicePointId
from tht_app.domain.queue_display import NoPhone
from tht_app.use_cases.door import execute
from tht_app.use_cases.queue import CallNext, QueueOf, WalkIn
from tht_app.use_cases.queue.displays import (
    ChangeDisplay,
    CreateDisplay,
    ListDisplays,
    Look,
    Pairing,
    ReadWaitingRoom,
    RenewDisplay,
    RevokeDisplay,
    SaveRoomSigns,
    SaveWaitingRoom,
    WaitingRoom,
)
from tht_app.use_cases.queue.showing import BoardOf, ReadDisplay
from tht_app.use_cases.queue.tickets import MarkSeen, PrintTicket, TicketMessage, TicketOf
from tht_app.use_cases.registration import RegisterPatient

Room = tuple[Practice, dict[str, ServicePointId], Pairing]


@pytest.fixture(scope="module")
async def room(clinic: Clinic, actors: Actors) -> Room:
    """Service points, signs and one television."""
    desk = await practice(clinic, actors)
    return desk, *await waiting_room(desk)


@pytest.mark.parametrize("who", ["dokter", "perawat", "apoteker", "kasir", "auditor", "pemilik"])
async def test_displays_are_set_up_by_the_front_desk(room: Room, actors: Actors, who: str) -> None:
    for request in (
        ListDisplays(),
        CreateDisplay(Look("x")),
        ChangeDisplay(room[2].id, Look("x")),
        RenewDisplay(room[2].id),
        RevokeDisplay(room[2].id),
        ReadWaitingRoom(),
        SaveRoomSigns({}),
        SaveWaitingRoom(WaitingRoom()),
        ReadDisplay(),
        BoardOf(date(2027, 3, 1)),
        TicketOf("2" * 16),
        MarkSeen("2" * 16),
    ):
        with pytest.raises(PermissionDenied):
            await execute(actors[who], request)


async def test_a_display_is_made_changed_and_given_up(room: Room, actors: Actors) -> None:
    admin, points = actors["admin"], room[1]
    made = await execute(admin, CreateDisplay(Look("  Lantai 2 ", (points["dokter"],), "en", "light", voice=False)))
    assert len(made.token) == 64
    (shown,) = [one for one in await execute(admin, ListDisplays()) if one.id == made.id]
    assert shown.look == Look("Lantai 2", (points["dokter"],), "en", "light", voice=False)
    assert shown.seen_at is None
    await execute(admin, ChangeDisplay(made.id, Look("Lantai 3")))
    renewed = await execute(admin, RenewDisplay(made.id))
    assert renewed.token != made.token
    await execute(admin, RevokeDisplay(made.id))
    assert made.id not in {one.id for one in await execute(admin, ListDisplays())}
    for request in (ChangeDisplay(made.id, Look("x")), RenewDisplay(made.id), RevokeDisplay(made.id)):
        with pytest.raises(NotFound):
            await execute(admin, request)


@pytest.mark.parametrize(
    ("look", "field"),
    [(Look(" "), "name"), (Look("x" * 61), "name"), (Look("x", lang="fr"), "lang"), (Look("x", theme="red"), "theme")],
)
async def test_a_look_that_cannot_be_is_refused(room: Room, actors: Actors, look: Look, field: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        await execute(actors["admin"], CreateDisplay(look))
    assert set(refusal.value.fields) == {field}


async def test_two_rooms_never_have_one_sign(room: Room, actors: Actors) -> None:
    first, second, third = room[0].rooms
    admin = actors["admin"]
    for wrong in ({third: "1"}, {second: "9", third: "9"}, {third: "LONG"}, {third: "a b"}):
        with pytest.raises(ValidationFailed):
            await execute(admin, SaveRoomSigns(wrong))
    await execute(admin, SaveRoomSigns({first: "2", second: "1", third: " 3b "}))
    found = {sign.room_id: sign.sign for sign in (await execute(admin, ReadWaitingRoom())).signs}
    assert found == {first: "2", second: "1", third: "3B"}
    await execute(admin, SaveRoomSigns({first: "1", second: "2", third: ""}))


async def test_messages_and_paper_are_kept(actors: Actors, room: Room) -> None:
    shared = WaitingRoom("Mohon bawa kartu identitas", "Please bring an identity card", 58)
    await execute(actors["admin"], SaveWaitingRoom(shared))
    assert (await execute(actors["admin"], ReadWaitingRoom())).shared == shared
    for wrong in (WaitingRoom("x" * 201), WaitingRoom(ticket_width=70)):
        with pytest.raises(ValidationFailed):
            await execute(actors["admin"], SaveWaitingRoom(wrong))


async def test_a_ticket_has_one_page_however_often_it_is_printed(room: Room, actors: Actors, clinic: Clinic) -> None:
    ticket = await walk_in(room[0], actors["admin"])
    first = await execute(actors["admin"], PrintTicket(ticket.ticket_id))
    again = await execute(actors["perawat"], PrintTicket(ticket.ticket_id))
    assert first == again
    assert (first.label, first.place.sign) == (ticket.label, "1")
    (entry,) = clinic.admin_fetch(
        "select patient_ids from audit.event where request = 'queue.tickets.PrintTicket' and action = 'print' limit 1"
    )
    assert entry["patient_ids"] == [ticket.patient_id]
    for who in ("dokter", "apoteker", "kasir", "auditor", "pemilik"):
        with pytest.raises(PermissionDenied):
            await execute(actors[who], PrintTicket(ticket.ticket_id))


async def test_a_message_goes_to_the_patients_own_number_without_name_or_purpose(room: Room, actors: Actors) -> None:
    desk, admin = room[0], actors["admin"]
    form = {
        "name": CANARY,
        "birth_date": "1971-02-03",
        "sex": "female",
        "nik_missing": "not_brought",
        "phone": "0812-3456-7890",
    }
    patient = await execute(when(admin, EARLY), RegisterPatient(form))
    ticket = await execute(admin, WalkIn(patient, desk.dokter2, desk.visit_types["consultation"]))
    address = await execute(admin, TicketMessage(ticket.ticket_id))
    assert address.startswith("https://wa.me/6281234567890?text=")
    words = unquote(address.split("text=")[1])
    assert ticket.label in words
    assert "/ticket/" in words
    for secret in ("Rahasia", "RAHASIA", "Poli", "dr. "):
        assert secret not in words
    nameless = await walk_in(desk, admin)
    with pytest.raises(NoPhone):
        await execute(admin, TicketMessage(nameless.ticket_id))
    for who in ("dokter", "apoteker", "kasir", "auditor", "pemilik"):
        with pytest.raises(PermissionDenied):
            await execute(actors[who], TicketMessage(ticket.ticket_id))


async def test_staff_see_whether_a_call_was_seen(room: Room, actors: Actors, clinic: Clinic) -> None:
    desk, points, _ = room
    admin = actors["admin"]
    ticket = await walk_in(desk, admin, doctor="dokter2")

    async def seen() -> bool | None:
        (queue,) = await execute(admin, QueueOf(points["dokter2"]))
        return next(entry.seen for entry in queue.tickets if entry.id == ticket.ticket_id)

    while (called := await execute(admin, CallNext(points["dokter2"]))) and called.ticket_id != ticket.ticket_id:
        pass
    assert await seen() is None, "nobody has a page of it yet"
    sheet = await execute(admin, PrintTicket(ticket.ticket_id))
    assert await seen() is False
    phone = await clinic.actor("ticket")
    assert await execute(phone, MarkSeen(sheet.url.rsplit("/", 1)[1])) is True
    assert await seen() is True
