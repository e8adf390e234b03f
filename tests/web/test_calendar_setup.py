"""Setting up calendar and queue as a browser drives it: over a real socket, through gate and door."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.queue import service_points
from tests.factories.scheduling import Practice, at, practice
from tests.web.browser import STATE, Tab
from tests.web.conftest import RunningServer
from tests.web.test_calendar_and_queue import MONDAY, TODAY, one, said
from tht_app.use_cases.door import execute
from tht_app.use_cases.scheduling import BookAppointment

pytestmark = pytest.mark.integration

PACKAGE = f"{STATE}.tht_app___state___"
SETUP = f"{PACKAGE}scheduling___setup___"
HOURS = f"{SETUP}hours____hours_state"
PAGE = f"{SETUP}page____setup_state"
ABSENCE = f"{SETUP}absence____absence_state"
HOLIDAYS = f"{SETUP}holidays____holidays_state"
IMPORT = f"{SETUP}holidays____holiday_import_state"
NOTICES = f"{PACKAGE}feedback____notice_state"
PATH = "/calendar/setup"

Opened = Callable[..., Awaitable[Tab]]


def list_of(name: str) -> str:
    return f"{SETUP}lists____{name}_state"


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    """A clinic with rooms, doctors and service points."""
    found = await practice(clinic, actors)
    await service_points(found)
    return found


@pytest.fixture
async def opened(server: RunningServer, desk: Practice) -> AsyncIterator[Opened]:
    """Open a part of the set-up as somebody."""
    browsers = []

    async def open_as(who: str, tab: str, **more: str) -> Tab:
        browser = await server.signed_in(who)
        browsers.append(browser)
        rest = "".join(f"&{name}={value}" for name, value in more.items())
        return await browser.tab().open(f"{PATH}?tab={tab}{rest}")

    yield open_as
    for browser in browsers:
        await browser.close()


def shown(tab: Tab, name: str) -> list[dict[str, Any]]:
    return tab.value(f"{name}_state", "rows") or []


async def save(tab: Tab, name: str, **form: str) -> None:
    await tab.fire(f"{list_of(name)}.save", PATH, form={"_key": uuid4().hex, **form})


async def undo(tab: Tab) -> None:
    notice = tab.notices()[-1]
    assert notice["can_undo"], notice
    await tab.fire(f"{NOTICES}.undo", PATH, notice_id=notice["id"])


async def test_a_room_is_added_corrected_put_in_order_and_taken_out_of_use(clinic: Clinic, opened: Opened) -> None:
    tab = await opened("admin", "rooms")
    assert [row["name"] for row in shown(tab, "rooms")] == ["Ruang 1", "Ruang 2", "Ruang 3"]
    await tab.fire(f"{list_of('rooms')}.open_new", PATH)
    await save(tab, "rooms", room_name="  Ruang Tindakan ")
    assert tab.value("rooms_state", "is_open") is False
    added = shown(tab, "rooms")[-1]
    assert added["name"] == "Ruang Tindakan"
    await save(tab, "rooms", room_name="Ruang Endoskopi", entry_id=added["id"])
    assert shown(tab, "rooms")[-1]["name"] == "Ruang Endoskopi"
    await undo(tab)
    assert one(clinic, "select name from clinic.room where id = %s", added["id"]) == "Ruang Tindakan"
    await tab.fire(f"{list_of('rooms')}.move", PATH, entry_id=added["id"], up=True)
    assert [row["name"] for row in shown(tab, "rooms")] == ["Ruang 1", "Ruang 2", "Ruang Tindakan", "Ruang 3"]
    await tab.fire(f"{list_of('rooms')}.set_active", PATH, entry_id=added["id"], active=False)
    assert one(clinic, "select active from clinic.room where id = %s", added["id"]) is False
    assert said(tab)[-1] == "Ruang Tindakan tidak dipakai lagi; janji yang sudah ada tetap"
    await undo(tab)
    assert one(clinic, "select active from clinic.room where id = %s", added["id"]) is True


async def test_another_screen_follows_and_nobody_writes_over_what_was_not_seen(
    clinic: Clinic, desk: Practice, opened: Opened
) -> None:
    mine, other = await opened("admin", "rooms"), await opened("admin", "rooms")
    room = str(desk.rooms[2])
    await mine.fire(f"{list_of('rooms')}.open_one", PATH, entry_id=room)
    await save(other, "rooms", room_name="Ruang Tiga", entry_id=room)
    await mine.settle(2.0)
    assert "Ruang Tiga" in [row["name"] for row in shown(mine, "rooms")], "without a reload"
    await save(mine, "rooms", room_name="Ruang III", entry_id=room)
    assert one(clinic, "select name from clinic.room where id = %s", room) == "Ruang Tiga"
    assert mine.value("rooms_state", "chosen")["name"] == "Ruang Tiga"
    await save(mine, "rooms", room_name="Ruang 3", entry_id=room)
    assert one(clinic, "select name from clinic.room where id = %s", room) == "Ruang 3", "the second time it is meant"


async def test_a_new_entry_that_was_a_mistake_is_taken_out_of_use_again(clinic: Clinic, opened: Opened) -> None:
    tab = await opened("admin", "devices")
    await save(tab, "devices", device_name="Endoskop lentur", device_kind="endoscope")
    await undo(tab)
    assert one(clinic, "select active from clinic.device where name = 'Endoskop lentur'") is False


async def test_what_cannot_be_is_named_beside_its_field_and_the_sheet_stays(clinic: Clinic, opened: Opened) -> None:
    tab = await opened("admin", "rooms")
    await tab.fire(f"{list_of('rooms')}.open_new", PATH)
    await save(tab, "rooms", room_name="Ruang 1")
    assert tab.value("rooms_state", "errors") == {"room_name": "Sudah dipakai"}
    assert tab.value("rooms_state", "is_open") is True
    await save(tab, "rooms", room_name="x" * 61)
    assert set(tab.value("rooms_state", "errors")) == {"room_name"}
    await save(tab, "rooms", room_name="Ruang hantu", entry_id=str(uuid4()))
    assert one(clinic, "select count(*) from clinic.room where name in ('Ruang hantu', repeat('x', 61))") == 0
    await save(tab, "devices", device_name="Alat", device_kind="spaceship")
    assert set(tab.value("devices_state", "errors")) == {"device_kind"}


async def test_a_visit_type_gets_its_code_and_a_taken_one_is_said_beside_the_name(
    clinic: Clinic, opened: Opened
) -> None:
    tab = await opened("admin", "types")
    form = {"type_name_id": "Vertigo", "type_name_en": "Vertigo clinic", "type_minutes": "40", "type_tint": "3"}
    await save(tab, "types", **form)
    row = clinic.admin_fetch("select code, minutes from clinic.visit_type where name_id = 'Vertigo'")[0]
    assert (row["code"], row["minutes"]) == ("vertigo-clinic", 40)
    await save(tab, "types", **form)
    assert tab.value("types_state", "errors") == {"type_name_en": "Sudah dipakai"}
    await save(tab, "types", **{**form, "type_name_en": "Other", "type_minutes": "7"})
    assert set(tab.value("types_state", "errors")) == {"type_minutes"}


async def test_a_service_point_has_a_letter_of_its_own(clinic: Clinic, desk: Practice, opened: Opened) -> None:
    tab = await opened("admin", "points")
    form = {"point_letter": "z", "point_kind": "cashier", "point_name_id": "Kasir", "point_name_en": "Cashier"}
    await save(tab, "points", **form, point_room_id=str(desk.rooms[2]))
    assert one(clinic, "select room_id from clinic.service_point where letter = 'Z'") == desk.rooms[2]
    await save(tab, "points", **form)
    assert tab.value("points_state", "errors") == {"point_letter": "Sudah dipakai"}


async def test_a_doctor_is_made_bookable(clinic: Clinic, desk: Practice, opened: Opened) -> None:
    clinic.admin_fetch(
        "insert into sec.person_role (person_id, role) select id, 'doctor' from sec.person "
        "where username = 'pemilik' returning 1"
    )
    person = str(clinic.person_id("pemilik"))
    tab = await opened("admin", "doctors")
    await tab.fire(f"{list_of('doctors')}.open_new", PATH)
    assert [option["value"] for option in tab.value("doctors_state", "people")] == ["", person]
    form = {"doctor_person_id": person, "doctor_display_name": "dr. Pemilik", "doctor_tint": "4"}
    await save(tab, "doctors", **form, doctor_sip_valid_to="2031-06-30")
    assert [row["name"] for row in shown(tab, "doctors")][-1] == "dr. Pemilik"
    clinic.admin_fetch("delete from sec.person_role where role = 'doctor' and person_id = %s returning 1", person)


def week(valid_from: str, **fields: str) -> dict[str, str]:
    return {"hours_valid_from": valid_from, "_key": uuid4().hex, **fields}


async def test_a_doctors_week_is_replaced_from_a_day_on(clinic: Clinic, desk: Practice, opened: Opened) -> None:
    tab = await opened("admin", "hours", doctor=str(desk.dokter2))
    assert tab.value("hours_state", "doctor") == str(desk.dokter2)
    assert [entry["now"] for entry in tab.value("hours_state", "weeks")] == [True]
    await tab.fire(f"{HOURS}.edit", PATH)
    assert tab.value("hours_state", "valid_from") == (TODAY + timedelta(days=1)).isoformat()
    for day in range(2, 7):
        await tab.fire(f"{HOURS}.drop_block", PATH, block_id=f"{day}_0")
    await tab.fire(f"{HOURS}.add_block", PATH, number=1, rest=False)
    fresh = tab.value("hours_state", "days")[0]["blocks"][-1]["id"]
    typed = {"hours_starts_1_0": "08.00", "hours_ends_1_0": "12.00", f"hours_starts_{fresh}": "11.30"}
    await tab.fire(f"{HOURS}.save", PATH, form=week(MONDAY.isoformat(), **typed, **{f"hours_ends_{fresh}": "15"}))
    assert set(tab.value("hours_state", "errors")) == {f"hours_{fresh}"}
    assert tab.value("hours_state", "is_open") is True
    typed |= {f"hours_starts_{fresh}": "13.00", f"hours_ends_{fresh}": "15.00"}
    await tab.fire(f"{HOURS}.save", PATH, form=week(MONDAY.isoformat(), **typed))
    rows = clinic.admin_fetch(
        "select weekday, starts::text from clinic.working_hours where practitioner_id = %s and valid_from = %s "
        "order by starts",
        desk.dokter2,
        MONDAY,
    )
    assert [(row["weekday"], row["starts"]) for row in rows] == [(1, "08:00:00"), (1, "13:00:00")]
    assert [entry["now"] for entry in tab.value("hours_state", "weeks")] == [True, False]


async def test_a_doctor_sees_and_changes_the_own_week_only(clinic: Clinic, desk: Practice, opened: Opened) -> None:
    tab = await opened("dokter", "rooms", doctor=str(desk.dokter2))
    assert tab.value("setup_state", "tab") == "hours"
    assert tab.value("hours_state", "doctor") == str(desk.dokter)
    count = "select count(*) from clinic.working_hours where practitioner_id = %s"
    before = one(clinic, count, desk.dokter2)
    await tab.fire(f"{HOURS}.load", f"{PATH}?tab=hours&doctor={desk.dokter2}")
    await tab.fire(f"{HOURS}.edit", PATH)
    await tab.fire(
        f"{HOURS}.save", PATH, form=week(MONDAY.isoformat(), hours_starts_1_0="9.00", hours_ends_1_0="10.00")
    )
    assert one(clinic, count, desk.dokter2) == before
    mine = clinic.admin_fetch(
        "select weekday from clinic.working_hours where practitioner_id = %s and valid_from = %s", desk.dokter, MONDAY
    )
    assert [row["weekday"] for row in mine] == [1]


async def test_breaks_are_kept_with_the_week(clinic: Clinic, desk: Practice, opened: Opened) -> None:
    tab = await opened("dokter", "hours")
    await tab.fire(f"{HOURS}.edit", PATH)
    await tab.fire(f"{HOURS}.add_block", PATH, number=1, rest=True)
    fresh = tab.value("hours_state", "days")[0]["blocks"][-1]["id"]
    typed = {"hours_starts_1_0": "08.00", "hours_ends_1_0": "12.00"}
    typed |= {f"hours_starts_{fresh}": "10.00", f"hours_ends_{fresh}": "10.15"}
    day = (MONDAY + timedelta(days=70)).isoformat()
    await tab.fire(f"{HOURS}.save", PATH, form=week(day, **typed))
    rows = clinic.admin_fetch(
        "select starts::text, ends::text from clinic.weekly_break where practitioner_id = %s", desk.dokter
    )
    assert [(row["starts"], row["ends"]) for row in rows] == [("10:00:00", "10:15:00")]
    assert tab.value("hours_state", "weeks")[-1]["days"][0]["breaks"][0]["text"] == "10.00–10.15"


def closing(desk: Practice, **fields: str) -> dict[str, str]:
    form = {"resource": f"practitioner:{desk.dokter}", "kind": "training", "first": MONDAY.isoformat(), **fields}
    return {"_key": uuid4().hex, **{f"closing_{name}": value for name, value in form.items()}}


async def test_leave_says_who_is_booked_and_can_be_taken_back_and_made_again(
    clinic: Clinic, desk: Practice, opened: Opened
) -> None:
    day = MONDAY + timedelta(days=21)
    patient = await desk.patient()
    booking = BookAppointment(
        patient,  # type: ignore[arg-type]
        desk.dokter,
        desk.visit_types["consultation"],
        at(9, 0, day),
        room_id=desk.rooms[0],
        override_reason="uji",
    )
    appointment = await execute(desk.actors["admin"], booking)
    tab = await opened("admin", "absence")
    await tab.fire(f"{ABSENCE}.open_leave", PATH)
    form = closing(desk, first=day.isoformat(), last=(day + timedelta(days=1)).isoformat(), note="Kongres")
    await tab.fire(f"{ABSENCE}.save_leave", PATH, form=form)
    row = next(row for row in tab.value("absence_state", "rows") if row["first"] == day.isoformat())
    assert (row["name"], row["kind"], row["booked"]) == ("dr. Sari", "training", 1)
    assert row["days"][0]["href"] == f"/calendar?date={day.isoformat()}&doctor={desk.dokter}"
    assert said(tab)[-1].startswith("Tersimpan. Janji terjadwal di dalamnya: 1.")
    assert one(clinic, "select status from clinic.appointment where id = %s", appointment) == "booked"
    held = "select count(*) from clinic.leave where practitioner_id = %s and withdrawn_at is null"
    await tab.fire(f"{ABSENCE}.withdraw", PATH, what="leave", closing_id=row["id"])
    assert one(clinic, held, desk.dokter) == 0
    await undo(tab)
    assert one(clinic, held, desk.dokter) == 1


async def test_a_room_in_which_somebody_is_booked_is_not_closed(clinic: Clinic, desk: Practice, opened: Opened) -> None:
    day = MONDAY + timedelta(days=22)
    booking = BookAppointment(
        await desk.patient(),  # type: ignore[arg-type]
        desk.dokter2,
        desk.visit_types["consultation"],
        at(9, 0, day),
        room_id=desk.rooms[1],
        override_reason="uji",
    )
    await execute(desk.actors["admin"], booking)
    tab = await opened("admin", "absence")
    await tab.fire(f"{ABSENCE}.open_block", PATH)
    room = f"room:{desk.rooms[1]}"
    form = closing(desk, resource=room, first=day.isoformat(), starts="8.00", ends="10.00", note="Cat dinding")
    await tab.fire(f"{ABSENCE}.save_block", PATH, form=form)
    assert tab.value("absence_state", "refusal") == "Ruang sudah terpakai pada waktu ini."
    assert tab.value("absence_state", "mode") == "block"
    later = {**form, "closing_starts": "13.00", "closing_ends": "14.00", "_key": uuid4().hex}
    await tab.fire(f"{ABSENCE}.save_block", PATH, form=later)
    rows = [row for row in tab.value("absence_state", "rows") if row["what"] == "block"]
    assert [(row["resource"], row["note"], row["starts"]) for row in rows] == [(room, "Cat dinding", "13.00")]
    await undo(tab)
    assert one(clinic, "select count(*) from clinic.blocked_time where withdrawn_at is null") == 0


async def test_a_doctor_closes_the_own_time_only(clinic: Clinic, desk: Practice, opened: Opened) -> None:
    mine = await opened("dokter2", "absence")
    assert [one["value"] for one in mine.value("absence_state", "resources")] == [f"practitioner:{desk.dokter2}"]
    day = (MONDAY + timedelta(days=30)).isoformat()
    await mine.fire(f"{ABSENCE}.save_leave", PATH, form=closing(desk, first=day))
    forged = closing(desk, resource=f"room:{desk.rooms[0]}", first=day, note="x")
    await mine.fire(f"{ABSENCE}.save_block", PATH, form=forged)
    assert one(clinic, "select count(*) from clinic.leave where starts_at::date >= %s", day) == 0
    assert one(clinic, "select count(*) from clinic.blocked_time where withdrawn_at is null") == 0
    own = closing(desk, resource=f"practitioner:{desk.dokter2}", first=day, kind="sick")
    await mine.fire(f"{ABSENCE}.save_leave", PATH, form=own)
    assert [row["kind"] for row in mine.value("absence_state", "rows")] == ["sick"]
    other = await opened("dokter", "absence")
    assert all(row["name"] == "dr. Sari" for row in other.value("absence_state", "rows"))


async def test_holidays_are_installed_opened_corrected_and_removed(clinic: Clinic, opened: Opened) -> None:
    tab = await opened("admin", "holidays", year="2027")
    assert tab.value("holidays_state", "rows") == []
    await tab.fire(f"{HOLIDAYS}.install", PATH)
    rows = tab.value("holidays_state", "rows")
    assert {row["day"][:4] for row in rows} == {"2027"}
    assert len(rows) > 10
    day = next(row for row in rows if row["day"] == "2027-08-17")
    await tab.fire(f"{HOLIDAYS}.set_closed", PATH, entry_id=day["id"], closed=False)
    assert one(clinic, "select closed from clinic.holiday where id = %s", day["id"]) is False
    await undo(tab)
    assert one(clinic, "select closed from clinic.holiday where id = %s", day["id"]) is True
    await tab.fire(f"{HOLIDAYS}.remove", PATH, entry_id=day["id"])
    await undo(tab)
    assert one(clinic, "select count(*) from clinic.holiday where day = '2027-08-17' and closed") == 1
    form = {"holiday_day": "2027-09-09", "holiday_name_id": "Ulang tahun klinik", "holiday_kind": "clinic"}
    await tab.fire(f"{HOLIDAYS}.save", PATH, form={**form, "holiday_closed": "on", "_key": uuid4().hex})
    assert one(clinic, "select closed from clinic.holiday where day = '2027-09-09'") is True
    await undo(tab)
    assert one(clinic, "select count(*) from clinic.holiday where day = '2027-09-09'") == 0
    await tab.fire(f"{HOLIDAYS}.save", PATH, form={**form, "holiday_day": "30 Februari", "_key": uuid4().hex})
    assert set(tab.value("holidays_state", "errors")) == {"holiday_day"}


async def test_a_list_of_holidays_is_checked_before_it_is_written(clinic: Clinic, opened: Opened) -> None:
    tab = await opened("admin", "holidays", year="2031")
    text = "tanggal;nama\n2031-01-01;Tahun Baru\n2031-02-30;Salah\n2031-05-01;\n"
    count = "select count(*) from clinic.holiday where day between '2031-01-01' and '2031-12-31'"
    await tab.fire(f"{IMPORT}.take", PATH, form={"holidays_text": text, "_key": uuid4().hex})
    assert (tab.value("holiday_import_state", "added"), one(clinic, count)) == (1, 0)
    assert [line["line"] for line in tab.value("holiday_import_state", "problems")] == [3, 4]
    await tab.fire(f"{IMPORT}.take", PATH, form={"holidays_text": text, "write": "yes", "_key": uuid4().hex})
    assert one(clinic, count) == 1
    assert [row["name_id"] for row in tab.value("holidays_state", "rows")] == ["Tahun Baru"]
    await tab.fire(f"{IMPORT}.take", PATH, form={"holidays_text": "bukan tabel", "_key": uuid4().hex})
    assert tab.value("holiday_import_state", "refusal")
    await tab.fire(f"{IMPORT}.take", PATH, form={"holidays_text": " ", "_key": uuid4().hex})
    assert set(tab.value("holiday_import_state", "errors")) == {"holidays_text"}


@pytest.mark.parametrize("who", ["perawat", "apoteker", "kasir", "auditor"])
async def test_others_are_refused(clinic: Clinic, opened: Opened, who: str) -> None:
    tab = await opened(who, "rooms")
    await save(tab, "rooms", room_name=f"Ruang {who}")
    assert shown(tab, "rooms") == []
    assert one(clinic, "select count(*) from clinic.room where name = %s", f"Ruang {who}") == 0


async def test_the_tab_stands_in_the_address(opened: Opened) -> None:
    tab = await opened("admin", "points")
    assert tab.value("setup_state", "tab") == "points"
    came = await tab.fire(f"{PAGE}.choose_tab", PATH, tab="devices")
    assert "/calendar/setup?tab=devices" in repr(came)
