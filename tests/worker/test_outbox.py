"""The outbox against a real PostgreSQL and a real SMTP server: what leaves, what does not, and never more than once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.mail import SENDER, Mailbox, SmtpServer, attachment, booked, calendar, code_in, part
from tests.factories.registration import a_patient
from tests.factories.scheduling import EARLY, MONDAY, Practice, at, practice, when
from tests.web.conftest import free_port
from tht_app.database import outbox
from tht_app.database.engine import current
from tht_app.database.gate import hold_gate
from tht_app.domain.errors import PermissionDenied
from tht_app.domain.interop import MOST_ATTEMPTS, Outcome
from tht_app.domain.registration.consent import ConsentPurpose
from tht_app.domain.scheduling import CancelReason
from tht_app.integrations.channel import NotDelivered
from tht_app.use_cases.door import execute
from tht_app.use_cases.interop import FinishMessage, Integrations, PrepareMessage, SendAgain
from tht_app.use_cases.registration import ListConsents, WithdrawConsent
from tht_app.use_cases.scheduling import CancelAppointment, MoveAppointment
from tht_app.use_cases.settings import ClinicHead, SaveClinicHead
from tht_app.worker.outbox import Worker

pytestmark = pytest.mark.integration
LATER = EARLY + timedelta(hours=3)


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> AsyncIterator[Practice]:
    """A clinic that can be booked, with its gate open as in a process of its own."""
    hold_gate(clinic.gate)
    await execute(actors["pemilik"], SaveClinicHead(ClinicHead("Klinik Melati, THT", address="Jl. Melati; 5")))
    yield await practice(clinic, actors)
    hold_gate(None)


@pytest.fixture
def smtp(clinic: Clinic) -> Iterator[SmtpServer]:
    """A server for one test, before which nothing waits."""
    clinic.admin_fetch("update clinic.outbox set delivered_at = now() where delivered_at is null and dead_at is null")
    server = SmtpServer(free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def box(smtp: SmtpServer) -> Mailbox:
    return smtp.box


def row_of(clinic: Clinic, appointment: UUID, event: str = "AppointmentBooked") -> dict:
    return clinic.admin_fetch(
        "select * from clinic.outbox where aggregate_id = %s and event = %s order by at desc, id desc limit 1",
        appointment,
        event,
    )[0]


async def test_a_booking_is_confirmed_with_a_calendar_file(desk: Practice, smtp: SmtpServer, box: Mailbox):
    appointment, address = await booked(desk, at(8))
    assert await smtp.worker().work_off() == 1
    (mail,) = box.to(address)
    assert mail["From"].addresses[0].addr_spec == SENDER
    assert "Siti" not in mail.as_string()
    assert mail["Subject"] == "Konfirmasi janji temu di Klinik Melati, THT"
    text = part(mail, "text/plain")
    assert "Senin, 1 Maret 2027" in text
    assert "08.00 WIB" in text
    assert len(code_in(mail)) == 26
    assert "<script" not in part(mail, "text/html")
    event = calendar(attachment(mail))
    assert event["METHOD"] == "REQUEST"
    assert event["UID"] == f"{appointment}@klinik.example"
    assert (event["DTSTART"], event["DTEND"]) == ("20270301T080000", "20270301T081500")
    assert "DTSTART;TZID=Asia/Jakarta:" in attachment(mail)
    assert event["SEQUENCE"] == "1"
    assert event["LOCATION"] == "Klinik Melati\\, THT\\, Jl. Melati\\; 5"
    assert all(len(line.encode()) <= 75 for line in attachment(mail).split("\r\n"))
    assert await smtp.worker().work_off() == 0, "once"


async def test_a_move_and_a_cancellation_change_the_same_calendar_entry(desk: Practice, smtp: SmtpServer, box: Mailbox):
    appointment, address = await booked(desk, at(8, 30))
    admin = when(desk.actors["admin"], EARLY)
    await smtp.worker().work_off()
    await execute(admin, MoveAppointment(appointment, at(9)))
    await smtp.worker().work_off()
    await execute(admin, CancelAppointment(appointment, CancelReason.PATIENT))
    await smtp.worker().work_off()
    first, moved, cancelled = [calendar(attachment(mail)) for mail in box.to(address)]
    assert first["UID"] == moved["UID"] == cancelled["UID"]
    assert [one["SEQUENCE"] for one in (first, moved, cancelled)] == ["1", "2", "3"]
    assert (moved["METHOD"], moved["DTSTART"]) == ("REQUEST", "20270301T090000")
    assert (cancelled["METHOD"], cancelled["STATUS"]) == ("CANCEL", "CANCELLED")
    assert "/a/" not in part(box.to(address)[2], "text/plain")


async def test_changes_before_the_first_try_are_told_once_as_it_stands(
    desk: Practice, smtp: SmtpServer, box: Mailbox, clinic: Clinic
):
    appointment, address = await booked(desk, at(9, 30))
    await execute(when(desk.actors["admin"], EARLY), MoveAppointment(appointment, at(10)))
    await smtp.worker().work_off()
    (mail,) = box.to(address)
    assert "10.00 WIB" in part(mail, "text/plain")
    assert row_of(clinic, appointment, "AppointmentMoved")["not_sent"] == "told"


@pytest.mark.parametrize(
    ("minute", "consents", "fields", "why"),
    [
        (0, (), {}, "no_consent"),
        (15, (ConsentPurpose.DATA_PROCESSING,), {}, "no_consent"),
        (30, (ConsentPurpose.REMINDERS,), {"email": ""}, "no_address"),
        (45, (ConsentPurpose.REMINDERS,), {"deceased": "on"}, "deceased"),
    ],
)
async def test_nobody_is_mailed_who_did_not_agree_or_cannot_be(  # noqa: PLR0917  the cases of the table
    desk: Practice, smtp: SmtpServer, box: Mailbox, clinic: Clinic, minute, consents, fields, why
):
    appointment, _ = await booked(desk, at(10, 30) + timedelta(minutes=minute), consents=consents, **fields)
    await smtp.worker().work_off()
    assert box.mails == []
    assert row_of(clinic, appointment)["not_sent"] == why


async def test_a_consent_taken_back_before_sending_counts(
    desk: Practice, smtp: SmtpServer, box: Mailbox, clinic: Clinic
):
    appointment, address = await booked(desk, at(11, 30))
    admin = desk.actors["admin"]
    patient = clinic.admin_fetch("select patient_id from clinic.appointment where id = %s", appointment)
    consents = await execute(admin, ListConsents(patient[0]["patient_id"]))
    await execute(when(admin, LATER), WithdrawConsent(consents[0].id))
    await smtp.worker().work_off()
    assert box.to(address) == []


async def test_the_reminder_leaves_at_four_the_day_before_and_only_for_what_still_stands(
    desk: Practice, smtp: SmtpServer, box: Mailbox
):
    day = MONDAY + timedelta(days=2)
    admin = when(desk.actors["admin"], EARLY)
    stands, to_stands = await booked(desk, at(8, day=day))
    gone, to_gone = await booked(desk, at(8, 30, day=day))
    moved, to_moved = await booked(desk, at(9, day=day))
    await execute(admin, CancelAppointment(gone, CancelReason.PATIENT))
    await execute(admin, MoveAppointment(moved, at(9, day=day + timedelta(days=1))))
    await smtp.worker().work_off()
    box.mails.clear()
    before = at(15, 59, day=day - timedelta(days=1))
    await smtp.worker(before).work_off()
    assert box.mails == []
    due = smtp.worker(at(16, day=day - timedelta(days=1)))
    await due.work_off()
    assert "Pengingat" in box.to(to_stands)[0]["Subject"]
    assert box.to(to_gone) == box.to(to_moved) == []
    await smtp.worker(at(16, 5, day=day - timedelta(days=1))).work_off()
    assert len(box.mails) == 1, "planning again, in another process, sends nothing twice"
    await smtp.worker(at(16, day=day)).work_off()
    assert len(box.to(to_moved)) == 1, "the moved one has its own day"
    assert stands


async def test_a_reminder_that_was_planned_but_is_no_longer_true_stays(
    desk: Practice, smtp: SmtpServer, box: Mailbox, clinic: Clinic
):
    day = MONDAY + timedelta(days=7)
    eve = at(16, day=day - timedelta(days=1))
    appointment, address = await booked(desk, at(8, day=day))
    await smtp.worker().work_off()
    box.mails.clear()
    smtp.stop()
    await smtp.worker(eve).work_off()
    await execute(
        when(desk.actors["admin"], eve + timedelta(minutes=1)), CancelAppointment(appointment, CancelReason.OTHER)
    )
    smtp.start()
    await smtp.worker(eve + timedelta(hours=1)).work_off()
    assert row_of(clinic, appointment, "AppointmentReminderDue")["not_sent"] == "outdated"
    assert ["Pembatalan" in mail["Subject"] for mail in box.to(address)] == [True]


async def test_what_is_booked_after_the_reminder_hour_gets_no_reminder(desk: Practice, smtp: SmtpServer, box: Mailbox):
    day = MONDAY + timedelta(days=9)
    address = "malam@surat.example"
    patient = await a_patient(desk.actors["admin"], consents=(ConsentPurpose.REMINDERS,), email=address)
    evening = at(18, day=day - timedelta(days=1))
    from tht_app.use_cases.scheduling import BookAppointment

    request = BookAppointment(patient, desk.dokter, desk.visit_types["consultation"], at(8, day=day))
    await execute(when(desk.actors["admin"], evening), request)
    await smtp.worker(evening + timedelta(minutes=1)).work_off()
    assert ["Konfirmasi" in mail["Subject"] for mail in box.to(address)] == [True]


async def test_a_refused_receiver_stands_on_the_screen_and_is_sent_again_by_hand(
    desk: Practice, smtp: SmtpServer, box: Mailbox
):
    appointment, address = await booked(desk, at(13))
    box.refuse.add(address)
    await smtp.worker().work_off()
    (trouble,) = [one for one in (await execute(desk.actors["admin"], Integrations())).troubles if one.at.year == 2027]
    assert (trouble.outcome, trouble.next_attempt_at) == (Outcome.RECIPIENT_REFUSED, None)
    assert trouble.patient_id is not None
    (owners,) = (await execute(desk.actors["pemilik"], Integrations())).troubles
    assert owners.patient_id is None, "the owner opens no patients"
    await smtp.worker(LATER).work_off()
    assert box.mails == [], "given up: nobody tries by itself"
    box.refuse.clear()
    await execute(when(desk.actors["pemilik"], LATER), SendAgain(trouble.id))
    await smtp.worker(LATER).work_off()
    assert len(box.to(address)) == 1
    assert (await execute(desk.actors["admin"], Integrations())).troubles == ()
    for username in ("dokter", "perawat", "kasir", "apoteker", "auditor"):
        with pytest.raises(PermissionDenied):
            await execute(desk.actors[username], SendAgain(trouble.id))
    with pytest.raises(PermissionDenied):
        await execute(desk.actors["admin"], PrepareMessage(trouble.id, trouble.id))
    assert appointment


async def test_an_outage_delays_and_loses_nothing(desk: Practice, smtp: SmtpServer, box: Mailbox, clinic: Clinic):
    appointment, address = await booked(desk, at(13, 30))
    _, other = await booked(desk, at(13, 45))
    smtp.stop()
    await smtp.worker().work_off()
    row = row_of(clinic, appointment)
    assert (row["last_error"], row["dead_at"]) == ("unreachable", None)
    assert timedelta(seconds=20) < row["next_attempt_at"] - EARLY < timedelta(seconds=40)
    await smtp.worker().work_off()
    assert row_of(clinic, appointment)["attempts"] == 1, "not before its time"
    for hours in range(1, 4):
        await smtp.worker(EARLY + timedelta(hours=hours)).work_off()
    smtp.start()
    clinic.admin_fetch("update clinic.outbox set next_attempt_at = %s where id = %s", LATER, row["id"])
    await smtp.worker(LATER + timedelta(seconds=1)).work_off()
    assert (len(box.to(address)), len(box.to(other))) == (1, 1), "the first success hurries what only waited"


async def test_after_the_last_try_it_is_given_up(desk: Practice, smtp: SmtpServer, clinic: Clinic):
    appointment, _ = await booked(desk, at(14))
    smtp.stop()
    clinic.admin_fetch("update clinic.outbox set attempts = %s where aggregate_id = %s", MOST_ATTEMPTS - 1, appointment)
    await smtp.worker().work_off()
    assert row_of(clinic, appointment)["dead_at"] is not None


async def test_a_server_that_asks_to_come_later_is_asked_later(
    desk: Practice, smtp: SmtpServer, box: Mailbox, clinic: Clinic
):
    appointment, address = await booked(desk, at(14, 15))
    box.answer = "451 greylisted"
    await smtp.worker().work_off()
    assert row_of(clinic, appointment)["last_error"] == "unreachable"
    box.answer = None
    await smtp.worker(LATER).work_off()
    assert len(box.to(address)) == 1


async def test_nobody_says_whether_it_was_taken_twice_at_most_and_seen_as_one(
    desk: Practice, smtp: SmtpServer, box: Mailbox, clinic: Clinic
):
    appointment, address = await booked(desk, at(14, 30))
    box.vanish = True
    for hours in range(5):
        await smtp.worker(EARLY + timedelta(hours=hours)).work_off()
    mails = box.to(address)
    assert len(mails) == 2
    assert len({mail["Message-ID"] for mail in mails}) == 1
    assert len({(calendar(attachment(m))["UID"], calendar(attachment(m))["SEQUENCE"]) for m in mails}) == 1
    assert len({code_in(mail) for mail in mails}) == 1
    row = row_of(clinic, appointment)
    assert (row["last_error"], row["dead_at"] is not None) == ("unknown", True)


async def test_a_worker_killed_between_sending_and_saying_so(
    desk: Practice, smtp: SmtpServer, box: Mailbox, clinic: Clinic
):
    appointment, address = await booked(desk, at(14, 45))
    killed = smtp.worker()

    async def die(request: FinishMessage) -> None:
        raise asyncio.CancelledError

    killed._finish = die
    with contextlib.suppress(asyncio.CancelledError):
        await killed.work_off()
    assert len(box.to(address)) == 1
    assert await smtp.worker(EARLY + timedelta(minutes=1)).work_off() == 0, "the lease still holds"
    assert await smtp.worker(EARLY + timedelta(minutes=4)).work_off() == 1
    assert await smtp.worker(LATER).work_off() == 0
    assert len({mail["Message-ID"] for mail in box.to(address)}) == 1
    assert row_of(clinic, appointment)["delivered_at"] is not None


async def test_many_workers_at_once_send_each_message_once_and_in_order(desk: Practice, smtp: SmtpServer, box: Mailbox):
    day = MONDAY + timedelta(days=14)
    people = [await booked(desk, at(8, day=day) + timedelta(minutes=15 * number)) for number in range(12)]
    admin = when(desk.actors["admin"], EARLY)
    await smtp.worker().work_off()
    for number, (appointment, _) in enumerate(people):
        await execute(admin, MoveAppointment(appointment, at(12, day=day) + timedelta(minutes=15 * number)))
        await execute(admin, CancelAppointment(appointment, CancelReason.PATIENT))
    await asyncio.gather(*(smtp.worker().work_off() for _ in range(6)))
    for _, address in people:
        assert ["Pembatalan" in mail["Subject"] for mail in box.to(address)] == [False, True]


async def test_only_the_oldest_of_a_stream_is_handed_out(desk: Practice, smtp: SmtpServer, clinic: Clinic):
    appointment, _ = await booked(desk, at(15))
    await execute(when(desk.actors["admin"], EARLY), MoveAppointment(appointment, at(15, 15)))
    token = (await clinic.actor("worker")).token

    async def take() -> list[str]:
        rows = await outbox.lease(current(), token, ["mail"], now=EARLY, lasting=timedelta(minutes=3), most=9)
        return [row.event for row in rows]

    assert await take() == ["AppointmentBooked"]
    assert await take() == []


async def test_without_mail_nothing_piles_up_and_nothing_old_leaves_later(
    desk: Practice, smtp: SmtpServer, box: Mailbox, clinic: Clinic
):
    appointment, _ = await booked(desk, at(15, 30))
    await Worker({}, clock=lambda: EARLY).work_off()
    assert row_of(clinic, appointment)["not_sent"] == "off"
    await smtp.worker(LATER).work_off()
    assert box.mails == []


async def test_a_password_over_a_line_without_tls_is_never_spoken(smtp: SmtpServer):
    from datetime import datetime
    from uuid import uuid4

    from tests.conftest import ZONE
    from tht_app.domain.interop import AppointmentMessage, ClinicName, MessageKind

    moment = datetime(2027, 3, 1, 8, tzinfo=ZONE)
    message = AppointmentMessage(
        uuid4(), MessageKind.BOOKED, "a@b.example", "id", uuid4(), 1, moment, moment + timedelta(minutes=15),
        "dr. Sari", ClinicName("Klinik", "", ""), "x" * 26,
    )  # fmt: skip
    from tht_app.integrations.mail import MailChannel, MailServer

    server = MailServer("127.0.0.1", smtp.port, SENDER, security="starttls", user="u", password="p", timeout=3)
    with pytest.raises(NotDelivered) as refused:
        await MailChannel(server, "http://x").send(message)
    assert refused.value.outcome in {Outcome.SIGN_IN_REFUSED, Outcome.UNREACHABLE}
    assert smtp.box.mails == []


@pytest.fixture
async def running(clinic: Clinic, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A worker that runs by itself, as in the app."""
    from tht_app.settings import settings

    monkeypatch.setenv("THT_DATABASE_URL", clinic.server.dsn(user="tht_app", dbname=clinic.name))
    settings.cache_clear()
    task = asyncio.create_task(smtp.worker(at(7, 30)).run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    settings.cache_clear()


async def arrived(box: Mailbox, address: str) -> bool:
    for _ in range(100):
        if box.to(address):
            return True
        await asyncio.sleep(0.1)
    return False


async def test_a_booking_wakes_the_worker_also_after_its_lines_were_cut(
    desk: Practice, clinic: Clinic, box: Mailbox, running: None
):
    _, first = await booked(desk, at(15, 30, day=MONDAY + timedelta(days=3)))
    assert await arrived(box, first)
    clinic.admin_fetch("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tht_outbox'")
    _, second = await booked(desk, at(15, 45, day=MONDAY + timedelta(days=3)))
    assert await arrived(box, second)
