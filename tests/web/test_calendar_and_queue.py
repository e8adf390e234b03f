"""Calendar and queue as a browser drives them: over a real socket, through gate and door."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.queue import service_points
from tests.factories.scheduling import Practice, at, practice, when
from tests.web.browser import STATE, Tab
from tests.web.conftest import RunningServer
from tht_app.use_cases.door import execute
from tht_app.use_cases.queue import WalkIn
from tht_app.use_cases.scheduling import BookAppointment

pytestmark = pytest.mark.integration

PACKAGE = f"{STATE}.tht_app___state___"
CALENDAR = f"{PACKAGE}scheduling___calendar____calendar_state"
WAITING = f"{PACKAGE}scheduling___waiting____waitlist_state"
BOOKING = f"{PACKAGE}scheduling___booking____booking_state"
PLACING = f"{PACKAGE}scheduling___placing____placing_state"
APPOINTMENT = f"{PACKAGE}scheduling___appointment____appointment_state"
QUEUE = f"{PACKAGE}queue___console____queue_state"
ARRIVALS = f"{PACKAGE}queue___arrivals____arrivals_state"
WALK_IN = f"{PACKAGE}queue___arrivals____walk_in_state"
NOTICES = f"{PACKAGE}feedback____notice_state"

TODAY = datetime.now(ZONE).date()
MONDAY = TODAY + timedelta(days=7 - TODAY.weekday())
Opened = Callable[..., Awaitable[Tab]]


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    """A clinic that can be booked, with its service points."""
    found = await practice(clinic, actors)
    await service_points(found)
    return found


@pytest.fixture
async def opened(server: RunningServer, desk: Practice) -> AsyncIterator[Opened]:
    """Open a page as somebody."""
    browsers = []

    async def open_as(who: str, path: str) -> Tab:
        browser = await server.signed_in(who)
        browsers.append(browser)
        return await browser.tab().open(path)

    yield open_as
    for browser in browsers:
        await browser.close()


def typed(patient: UUID, desk: Practice, clock: str, day: date = MONDAY, **more: str) -> dict[str, str]:
    form = {
        "booking_patient": str(patient),
        "booking_doctor": str(desk.dokter),
        "booking_type": str(desk.visit_types["consultation"]),
        "booking_date": day.isoformat(),
        "booking_time": clock,
        "_key": f"key-{patient}-{clock}",
    }
    return {**form, **more}


def one(clinic: Clinic, statement: str, *parameters: object) -> Any:
    return next(iter(clinic.admin_fetch(statement, *parameters)[0].values()))


def said(tab: Tab) -> list[str]:
    return [notice["text_id"] for notice in tab.notices()]


async def early(desk: Practice, patient: UUID, start: datetime) -> UUID:
    """An appointment of today, made shortly after midnight."""
    request = BookAppointment(
        patient,  # type: ignore[arg-type]
        desk.dokter,
        desk.visit_types["consultation"],
        start,
        room_id=desk.rooms[0],
        override_reason="uji",
    )
    return await execute(when(desk.actors["admin"], at(0, 1, TODAY)), request)


async def test_booking_shows_in_the_day_list_and_its_undo_takes_it_back(
    clinic: Clinic, desk: Practice, opened: Opened
) -> None:
    path = f"/calendar?date={MONDAY}&doctor=all"
    tab = await opened("admin", path)
    assert tab.value("calendar_state", "shown")["day"] == MONDAY.isoformat()
    await tab.fire(f"{BOOKING}.open_booking", path, doctor=str(desk.dokter), room="", start="", minutes="")
    assert tab.value("booking_state", "is_open") is True
    patient = await desk.patient("Budi Santoso")
    await tab.fire(f"{BOOKING}.book", path, form=typed(patient, desk, "9.00"))
    assert tab.value("booking_state", "is_open") is False
    events = tab.value("calendar_state", "grid")["events"]
    assert [(event["start"], event["name"]) for event in events] == [(f"{MONDAY}T09:00", "Budi Santoso")]
    notice = tab.notices()[-1]
    assert (notice["text_id"], notice["can_undo"]) == ("Janji tersimpan", True)
    await tab.fire(f"{NOTICES}.undo", path, notice_id=notice["id"])
    assert one(clinic, "select status from clinic.appointment where patient_id = %s", patient) == "cancelled"


async def test_a_refused_time_is_explained_and_an_offer_books_at_once(
    clinic: Clinic, desk: Practice, opened: Opened
) -> None:
    path = f"/calendar?date={MONDAY}&doctor=all"
    await execute(
        desk.actors["admin"],
        BookAppointment(await desk.patient(), desk.dokter, desk.visit_types["consultation"], at(10, 0, MONDAY)),  # type: ignore[arg-type]
    )
    tab = await opened("admin", path)
    await tab.fire(f"{BOOKING}.open_booking", path, doctor="", room="", start="", minutes="")
    patient = await desk.patient()
    form = typed(patient, desk, "10.05", booking_room=str(desk.rooms[2]))
    await tab.fire(f"{BOOKING}.book", path, form=form)
    assert tab.value("booking_state", "refusal") == "Dokter sudah ada janji pada waktu ini."
    offers = tab.value("booking_state", "offers")
    assert len(offers) == 3
    assert one(clinic, "select count(*) from clinic.appointment where patient_id = %s", patient) == 0
    await tab.fire(f"{BOOKING}.book", path, form={**form, "offered": offers[0]["start"]})
    start = one(clinic, "select starts_at from clinic.appointment where patient_id = %s", patient)
    assert start == datetime.fromisoformat(offers[0]["start"])


TUESDAY = MONDAY + timedelta(days=1)


async def test_a_time_is_kept_while_the_form_is_open_and_given_back_when_it_is_closed(
    clinic: Clinic, desk: Practice, opened: Opened
) -> None:
    path = f"/calendar?date={TUESDAY}&doctor=all"
    first, second = await opened("admin", path), await opened("admin", path)
    place = {"doctor": str(desk.dokter), "room": "", "start": f"{TUESDAY}T09:00", "minutes": ""}
    await first.fire(f"{BOOKING}.open_booking", path, **place)
    assert first.value("booking_state", "hold_until")
    assert first.value("booking_state", "held") == "Ruang 1"
    shown = [event["name"] for event in await grid_events(second, path)]
    assert [name for name in shown if name.startswith("Ditahan oleh")] != []
    await second.fire(f"{BOOKING}.open_booking", path, **place)
    assert second.value("booking_state", "refusal") == "Dokter sudah ada janji pada waktu ini."
    assert len(second.value("booking_state", "offers")) == 3
    await first.fire(f"{BOOKING}.close_booking", path)
    values = typed(await desk.patient(), desk, "9.00", TUESDAY)
    await second.fire(f"{BOOKING}.consider", path, values={**values, "booking_minutes": "20"})
    assert second.value("booking_state", "refusal") == ""
    await second.fire(f"{BOOKING}.book", path, form={**values, "booking_minutes": "20"})
    assert second.value("booking_state", "is_open") is False
    held = "select count(*) from clinic.reservation where state = 'hold' and hold_until > now()"
    assert one(clinic, held) == 0


async def grid_events(tab: Tab, path: str) -> list[dict[str, Any]]:
    """The day as a fresh reading shows it."""
    await tab.fire(f"{CALENDAR}.load", path)
    return tab.value("calendar_state", "grid")["events"]


async def test_a_series_is_booked_as_a_whole_with_another_time_for_a_date_that_is_taken(
    clinic: Clinic, desk: Practice, opened: Opened
) -> None:
    path = f"/calendar?date={TUESDAY}&doctor=all"
    taken = BookAppointment(
        await desk.patient(),
        desk.dokter,
        desk.visit_types["consultation"],
        at(11, 0, TUESDAY + timedelta(days=7)),  # type: ignore[arg-type]
    )
    await execute(desk.actors["admin"], taken)
    tab, patient = await opened("admin", path), await desk.patient()
    mine = "select count(*) from clinic.appointment where patient_id = %s and status = 'booked'"
    form = typed(patient, desk, "11.00", TUESDAY, booking_every="1", booking_unit="week", booking_count="3")
    await tab.fire(f"{BOOKING}.book", path, form=form)
    dates = tab.value("booking_state", "series")
    assert [bool(one_date["why"]) for one_date in dates] == [False, True, False]
    assert one(clinic, mine, patient) == 0
    choices = dates[1]["choices"]
    assert choices[-1]["value"] == "skip"
    await tab.fire(f"{BOOKING}.book", path, form={**form, dates[1]["name"]: choices[0]["value"]})
    assert one(clinic, mine, patient) == 3
    await tab.fire(f"{NOTICES}.undo", path, notice_id=tab.notices()[-1]["id"])
    assert one(clinic, mine, patient) == 0


async def test_who_waits_is_offered_a_freed_time_and_booked_with_one_press(
    clinic: Clinic, desk: Practice, opened: Opened
) -> None:
    path = f"/calendar?date={TUESDAY}&doctor=all"
    booked = BookAppointment(await desk.patient(), desk.dokter, desk.visit_types["consultation"], at(14, 0, TUESDAY))  # type: ignore[arg-type]
    appointment = await execute(desk.actors["admin"], booked)
    tab, patient = await opened("admin", path), await desk.patient("Wulan Menunggu")
    await tab.fire(f"{WAITING}.open_adding", path, form=typed(patient, desk, "14.00", TUESDAY))
    draft = tab.value("waitlist_state", "draft")
    assert (draft["patient"], draft["doctor"], draft["earliest"]) == (
        str(patient),
        str(desk.dokter),
        TUESDAY.isoformat(),
    )
    form = {f"wait_{name}": draft[name] for name in ("patient", "doctor", "earliest", "latest")}
    await tab.fire(f"{WAITING}.add", path, form={**form, "wait_type": "", "_key": "wait-0001"})
    assert set(tab.value("waitlist_state", "errors")) == {"wait_type"}
    await tab.fire(f"{WAITING}.add", path, form={**form, "wait_type": draft["kind"], "_key": "wait-0001"})
    (entry,) = tab.value("waitlist_state", "entries")
    assert (entry["name"], entry["offered"]) == ("Wulan Menunggu", "")
    await tab.fire(f"{APPOINTMENT}.open_appointment", path, appointment_id=str(appointment))
    await tab.fire(f"{APPOINTMENT}.cancel", path, form={"cancel_reason": "patient", "_key": "cancel-0002"})
    await tab.fire(f"{WAITING}.load", path)
    (entry,) = tab.value("waitlist_state", "entries")
    assert "14.00" in entry["offered"]
    await tab.fire(f"{WAITING}.book", path, entry_id=entry["id"])
    start = "select starts_at from clinic.appointment where patient_id = %s and status = 'booked'"
    assert one(clinic, start, patient) == at(14, 0, TUESDAY)
    assert tab.value("waitlist_state", "entries") == []


async def test_a_repeated_booking_has_one_effect(clinic: Clinic, desk: Practice, opened: Opened) -> None:
    path = f"/calendar?date={MONDAY}&doctor=all"
    tab = await opened("admin", path)
    patient = await desk.patient()
    for _ in range(2):
        await tab.fire(f"{BOOKING}.book", path, form=typed(patient, desk, "11.00"))
    assert one(clinic, "select count(*) from clinic.appointment where patient_id = %s", patient) == 1


async def test_bad_input_is_named_beside_its_field_and_nothing_is_booked(
    clinic: Clinic, desk: Practice, opened: Opened
) -> None:
    path = f"/calendar?date={MONDAY}&doctor=all"
    tab = await opened("admin", path)
    patient = await desk.patient()
    form = typed(patient, desk, "25.99", booking_minutes="<script>", booking_patient="O'Brien")
    await tab.fire(f"{BOOKING}.book", path, form=form)
    assert set(tab.value("booking_state", "errors")) == {"booking_patient", "booking_time", "booking_minutes"}
    await tab.fire(f"{BOOKING}.book", path, form=typed(patient, desk, "12.00", booking_note="x" * 10_000))
    assert set(tab.value("booking_state", "errors")) == {"booking_note"}
    assert one(clinic, "select count(*) from clinic.appointment where patient_id = %s", patient) == 0


async def test_moving_can_be_undone_and_cancelling_too(clinic: Clinic, desk: Practice, opened: Opened) -> None:
    path = f"/calendar?date={MONDAY}&doctor=all"
    patient = await desk.patient()
    request = BookAppointment(patient, desk.dokter, desk.visit_types["consultation"], at(13, 0, MONDAY))  # type: ignore[arg-type]
    appointment = await execute(desk.actors["admin"], request)
    tab = await opened("dokter", path)
    await tab.fire(f"{APPOINTMENT}.open_appointment", path, appointment_id=str(appointment))
    assert tab.value("appointment_state", "shown")["id"] == str(appointment)
    move = {
        "move_date": MONDAY.isoformat(),
        "move_time": "13.30",
        "move_doctor": str(desk.dokter),
        "move_room": str(desk.rooms[0]),
        "_key": "move-0001",
    }
    await tab.fire(f"{APPOINTMENT}.move", path, form=move)
    starts = "select starts_at from clinic.appointment where id = %s"
    assert one(clinic, starts, appointment) == at(13, 30, MONDAY)
    await tab.fire(f"{NOTICES}.undo", path, notice_id=tab.notices()[-1]["id"])
    assert one(clinic, starts, appointment) == at(13, 0, MONDAY)
    await tab.fire(f"{APPOINTMENT}.open_appointment", path, appointment_id=str(appointment))
    await tab.fire(f"{APPOINTMENT}.cancel", path, form={"cancel_reason": "patient", "_key": "cancel-0001"})
    status = "select status from clinic.appointment where id = %s"
    assert one(clinic, status, appointment) == "cancelled"
    await tab.fire(f"{NOTICES}.undo", path, notice_id=tab.notices()[-1]["id"])
    assert one(clinic, status, appointment) == "booked"


def dropped(appointment: UUID, desk: Practice, clock: str, **more: str) -> dict[str, str]:
    """What the grid sends when an appointment is dropped."""
    form = {
        "request": f"drop-{clock}-{appointment}",
        "id": str(appointment),
        "version": "1",
        "start": f"{MONDAY}T{clock}",
        "minutes": "15",
        "doctor": str(desk.dokter),
        "room": str(desk.rooms[0]),
        "asked": f"{datetime.now(ZONE):%Y-%m-%dT%H:%M:%S}",
    }
    return {**form, **more}


async def test_a_drop_is_decided_by_the_server_and_a_refused_one_comes_with_offers(
    clinic: Clinic, desk: Practice, opened: Opened
) -> None:
    path = f"/calendar?date={MONDAY}&doctor=all"
    booked = [
        await execute(
            desk.actors["admin"],
            BookAppointment(await desk.patient(), desk.dokter, desk.visit_types["consultation"], at(8, minute, MONDAY)),  # type: ignore[arg-type]
        )
        for minute in (0, 30)
    ]
    starts = "select starts_at from clinic.appointment where id = %s"
    tab = await opened("admin", path)

    await tab.fire(f"{PLACING}.place", path, form=dropped(booked[0], desk, "08:20"))
    answer = tab.value("placing_state", "answer")
    assert (answer["ok"], answer["text"]) == (False, "Dokter sudah ada janji pada waktu ini.")
    assert [offer["start"][:10] for offer in answer["offers"]] == [MONDAY.isoformat()] * 3
    assert one(clinic, starts, booked[0]) == at(8, 0, MONDAY)

    form = dropped(booked[0], desk, "08:15")
    await tab.fire(f"{PLACING}.place", path, form=form)
    assert tab.value("placing_state", "answer") == {"request": form["request"], "ok": True, "text": "", "offers": []}
    moved = next(event for event in tab.value("calendar_state", "grid")["events"] if event["id"] == str(booked[0]))
    assert (moved["start"], moved["end"]) == (f"{MONDAY}T08:15", f"{MONDAY}T08:30")
    await tab.fire(f"{NOTICES}.undo", path, notice_id=tab.notices()[-1]["id"])
    assert one(clinic, starts, booked[0]) == at(8, 0, MONDAY)

    await tab.fire(f"{PLACING}.place", path, form=dropped(booked[0], desk, "08:45"))
    assert tab.value("placing_state", "answer")["ok"] is False, "the screen had seen an older version"
    assert one(clinic, starts, booked[0]) == at(8, 0, MONDAY)


async def test_a_drop_that_waited_for_a_lost_connection_is_not_made(
    clinic: Clinic, desk: Practice, opened: Opened
) -> None:
    path = f"/calendar?date={MONDAY}&doctor=all"
    request = BookAppointment(await desk.patient(), desk.dokter2, desk.visit_types["consultation"], at(9, 0, MONDAY))  # type: ignore[arg-type]
    appointment = await execute(desk.actors["admin"], request)
    tab = await opened("admin", path)
    place = {"doctor": str(desk.dokter2), "room": str(desk.rooms[1])}
    for asked in ("", "kemarin", f"{datetime.now(ZONE) - timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}"):
        await tab.fire(f"{PLACING}.place", path, form=dropped(appointment, desk, "09:30", asked=asked, **place))
        assert tab.value("placing_state", "answer")["text"] == "Koneksi sempat putus: perubahan ini tidak dijalankan."
    assert one(clinic, "select starts_at from clinic.appointment where id = %s", appointment) == at(9, 0, MONDAY)


async def test_a_doctor_drops_only_in_the_own_calendar(clinic: Clinic, desk: Practice, opened: Opened) -> None:
    path = f"/calendar?date={MONDAY}&doctor=all"
    request = BookAppointment(await desk.patient(), desk.dokter2, desk.visit_types["consultation"], at(10, 0, MONDAY))  # type: ignore[arg-type]
    appointment = await execute(desk.actors["admin"], request)
    tab = await opened("dokter", path)
    assert tab.value("calendar_state", "mine") == str(desk.dokter)
    await tab.fire(f"{PLACING}.place", path, form=dropped(appointment, desk, "15:00"))
    answer = tab.value("placing_state", "answer")
    assert (answer["ok"], answer["offers"]) == (False, [])
    assert one(clinic, "select starts_at from clinic.appointment where id = %s", appointment) == at(10, 0, MONDAY)


async def test_a_week_and_a_list_are_read_as_the_address_says(desk: Practice, opened: Opened) -> None:
    tab = await opened("admin", f"/calendar?date={MONDAY}&view=week&doctor=all")
    grid = tab.value("calendar_state", "grid")
    assert (grid["first"], grid["days"], grid["columns"][0]["kind"]) == (MONDAY.isoformat(), 7, "doctor")
    other = await opened("admin", f"/calendar?date={MONDAY}&view=list&doctor=all")
    assert other.value("calendar_state", "grid")["events"] == []
    assert len(other.value("calendar_state", "doctors")) >= 2


async def test_a_forged_move_of_a_colleagues_visit_changes_nothing(
    clinic: Clinic, desk: Practice, opened: Opened
) -> None:
    path = f"/calendar?date={MONDAY}&doctor=all"
    patient = await desk.patient()
    request = BookAppointment(patient, desk.dokter, desk.visit_types["consultation"], at(14, 0, MONDAY))  # type: ignore[arg-type]
    appointment = await execute(desk.actors["admin"], request)
    tab = await opened("dokter2", path)
    await tab.fire(
        f"{APPOINTMENT}.move_back",
        path,
        appointment_id=str(appointment),
        start=at(15, 0, MONDAY).isoformat(),
        minutes=15,
        doctor=str(desk.dokter2),
        room=str(desk.rooms[1]),
    )
    await tab.fire(f"{APPOINTMENT}.restore", path, appointment_id=str(appointment))
    await tab.fire(f"{APPOINTMENT}.mark_missed", path, appointment_id=str(appointment))
    row = clinic.admin_fetch("select starts_at, status from clinic.appointment where id = %s", appointment)[0]
    assert (row["starts_at"], row["status"]) == (at(14, 0, MONDAY), "booked")
    assert one(clinic, "select count(*) from audit.event where action = 'deny' and object_id is null") >= 1


async def test_check_in_gives_a_number_and_its_undo_takes_it_back(
    clinic: Clinic, desk: Practice, opened: Opened
) -> None:
    appointment = await early(desk, await desk.patient(), at(0, 5, TODAY))
    tab = await opened("admin", "/")
    await tab.fire(f"{ARRIVALS}.load")
    arrivals = tab.value("arrivals_state", "arrivals")
    assert str(appointment) in [arrival["id"] for arrival in arrivals]
    await tab.fire(f"{ARRIVALS}.check_in", appointment_id=str(appointment))
    assert said(tab)[-1] == "Nomor antrean A-001"
    shown = next(line for line in tab.value("arrivals_state", "arrivals") if line["id"] == str(appointment))
    assert (shown["status"], shown["ticket"]) == ("arrived", "A-001")
    await tab.fire(f"{NOTICES}.undo", notice_id=tab.notices()[-1]["id"])
    assert one(clinic, "select status from clinic.appointment where id = %s", appointment) == "booked"


async def test_the_console_calls_skips_finishes_and_undoes(clinic: Clinic, desk: Practice, opened: Opened) -> None:
    for _ in range(2):
        request = WalkIn(await desk.patient(), desk.dokter, desk.visit_types["consultation"])  # type: ignore[arg-type]
        await execute(desk.actors["admin"], request)
    tab = await opened("dokter", "/queue")
    first, second = (ticket["label"] for ticket in tab.value("queue_state", "shown")["waiting"])
    shown = tab.value("queue_state", "shown")
    assert shown["may_call"] is True

    async def press(key: str) -> dict[str, Any]:
        now = tab.value("queue_state", "shown")
        form = {"point": now["id"], "finish": now["current"]["id"], "_key": key}
        await tab.fire(f"{QUEUE}.call_next", "/queue", form=form)
        return tab.value("queue_state", "shown")

    shown = await press("next-0001")
    assert shown["current"]["label"] == first
    await tab.fire(f"{QUEUE}.skip", "/queue", ticket_id=shown["current"]["id"])
    shown = await press("next-0002")
    assert (shown["current"]["label"], [ticket["label"] for ticket in shown["waiting"]]) == (second, [first])
    shown = await press("next-0003")
    assert shown["current"]["label"] == first, "who was skipped returns when nobody else waits"
    assert [(step["words"], bool(step["undo"])) for step in shown["recent"]][:2] == [
        (f"{first} dipanggil", True),
        (f"{second} selesai", True),
    ]
    finished = next(step for step in shown["recent"] if step["words"] == f"{second} selesai")
    assert finished["undo"] == f"Kembalikan {second} ke terpanggil"
    await tab.fire(f"{QUEUE}.undo", "/queue", ticket_id=finished["ticket_id"])
    shown = tab.value("queue_state", "shown")
    assert {shown["current"]["label"], *(other["label"] for other in shown["others"])} == {first, second}
    assert said(tab)[-1] == "Pasien kembali terpanggil"


async def test_a_colleagues_queue_is_only_looked_at(clinic: Clinic, desk: Practice, opened: Opened) -> None:
    tab = await opened("dokter2", "/queue?point=A")
    shown = tab.value("queue_state", "shown")
    assert (shown["letter"], shown["may_call"]) == ("A", False)
    calls = "select count(*) from clinic.queue_event where step = 'called'"
    before = one(clinic, calls)
    form = {"point": shown["id"], "finish": "", "_key": "forged-01"}
    await tab.fire(f"{QUEUE}.call_next", "/queue", form=form)
    assert one(clinic, calls) == before
    assert said(tab)[-1] == "Pemanggilan di loket ini dilakukan orang lain."


async def test_a_walk_in_names_what_is_missing(clinic: Clinic, desk: Practice, opened: Opened) -> None:
    tab = await opened("perawat", "/queue")
    await tab.fire(f"{WALK_IN}.open_walk_in", "/queue")
    await tab.fire(f"{WALK_IN}.walk_in", "/queue", form={"walk_in_patient": "", "_key": "walk-0001"})
    assert set(tab.value("walk_in_state", "errors")) == {"walk_in_patient", "walk_in_doctor", "walk_in_type"}
    form = {
        "walk_in_patient": str(await desk.patient()),
        "walk_in_doctor": str(desk.dokter),
        "walk_in_type": str(desk.visit_types["check-up"]),
        "walk_in_priority": "elderly",
        "_key": "walk-0001",
    }
    await tab.fire(f"{WALK_IN}.walk_in", "/queue", form=form)
    assert said(tab)[-1].startswith("Nomor antrean A-")
    assert tab.value("queue_state", "shown")["waiting"][0]["priority"] == "Lansia"


@pytest.fixture(scope="module")
async def zulaikha(desk: Practice) -> UUID:
    """A patient with a name that stands nowhere else, booked for Monday afternoon and waiting today."""
    patient = await desk.patient("Zulaikha Kusumawardani")
    kind = desk.visit_types["consultation"]
    await execute(desk.actors["admin"], BookAppointment(patient, desk.dokter, kind, at(15, 30, MONDAY)))  # type: ignore[arg-type]
    await execute(desk.actors["admin"], WalkIn(patient, desk.dokter, kind))  # type: ignore[arg-type]
    return patient


@pytest.mark.parametrize("who", ["apoteker", "kasir", "auditor", "pemilik"])
async def test_others_get_no_name_of_calendar_or_doctors_queue(zulaikha: UUID, opened: Opened, who: str) -> None:
    tab = await opened(who, f"/calendar?date={MONDAY}&doctor=all")
    await tab.fire(f"{CALENDAR}.load", "/calendar")
    await tab.fire(f"{QUEUE}.load", "/queue?point=A")
    await tab.fire(f"{ARRIVALS}.load")
    assert "Zulaikha" not in repr(tab.updates)


async def test_the_nurse_sees_both(zulaikha: UUID, opened: Opened) -> None:
    tab = await opened("perawat", f"/calendar?date={MONDAY}&doctor=all")
    assert "Zulaikha" in repr(tab.value("calendar_state", "grid"))
    await tab.fire(f"{QUEUE}.load", "/queue?point=A")
    assert "Zulaikha" in repr(tab.value("queue_state", "shown"))
