"""A freed time told by mail to who waits for it: whom, when not, and nothing of the person in it."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.mail import SmtpServer, code_in, offered, part
from tests.factories.scheduling import EARLY, MONDAY, Practice, at, practice, when
from tests.web.conftest import free_port
from tht_app.database.gate import hold_gate
from tht_app.domain.registration.consent import ConsentPurpose
from tht_app.use_cases.door import execute
from tht_app.use_cases.interop import Integrations
from tht_app.use_cases.scheduling import BookFromWaitlist, DeclineOffer, WithdrawFromWaitlist
from tht_app.use_cases.settings import ClinicHead, SaveClinicHead

pytestmark = pytest.mark.integration
DAY = MONDAY + timedelta(days=1)


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> AsyncIterator[Practice]:
    hold_gate(clinic.gate)
    await execute(actors["pemilik"], SaveClinicHead(ClinicHead("Klinik Melati", phone="021-555-0142")))
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


def why_not(clinic: Clinic, entry: UUID) -> str | None:
    """Why the offer was rightly not told."""
    return clinic.admin_fetch(
        "select not_sent from clinic.outbox where aggregate_id = %s and event = 'WaitlistSlotFreed'", entry
    )[0]["not_sent"]


async def test_who_waits_is_told_of_the_freed_time_with_a_link_and_nothing_about_them(desk: Practice, smtp: SmtpServer):
    _, address = await offered(desk, at(9, day=DAY))
    await smtp.worker().work_off()
    (mail,) = smtp.box.to(address)
    assert mail["Subject"] == "Ada waktu kosong di Klinik Melati"
    assert "Siti" not in mail.as_string()
    kinds = [one.get_content_type() for one in mail.walk() if not one.is_multipart()]
    assert kinds == ["text/plain", "text/html"], "nothing is booked that a calendar could hold"
    text = part(mail, "text/plain")
    assert "Selasa, 2 Maret 2027" in text
    assert "09.00 WIB" in text
    assert "belum disimpan" in text
    assert len(code_in(mail)) == 26
    assert f"/a/{code_in(mail)}?lang=id" in part(mail, "text/html")
    assert await smtp.worker().work_off() == 0, "once"


@pytest.mark.parametrize(
    ("hour", "consents", "fields", "why"),
    [
        (10, (), {}, "no_consent"),
        (11, (ConsentPurpose.DATA_PROCESSING,), {}, "no_consent"),
        (12, (ConsentPurpose.REMINDERS,), {"email": ""}, "no_address"),
    ],
)
async def test_nobody_is_told_who_did_not_agree_or_cannot_be(  # noqa: PLR0917  the cases of the table
    desk: Practice, smtp: SmtpServer, clinic: Clinic, hour, consents, fields, why
):
    entry, _ = await offered(desk, at(hour, day=DAY), consents=consents, **fields)
    await smtp.worker().work_off()
    assert (smtp.box.mails, why_not(clinic, entry)) == ([], why)


async def test_an_offer_that_ended_before_it_was_told_is_not_told(desk: Practice, smtp: SmtpServer, clinic: Clinic):
    admin = when(desk.actors["admin"], EARLY)
    for minute, end in ((0, WithdrawFromWaitlist), (15, BookFromWaitlist), (30, DeclineOffer)):
        entry, address = await offered(desk, at(13, minute, day=DAY + timedelta(days=1)))
        await execute(admin, end(entry))
        await smtp.worker().work_off()
        assert why_not(clinic, entry) == "outdated"
        subjects = [mail["Subject"].split()[0] for mail in smtp.box.to(address)]
        assert subjects == (["Konfirmasi"] if end is BookFromWaitlist else [])


async def test_a_time_that_has_begun_is_not_told(desk: Practice, smtp: SmtpServer, clinic: Clinic):
    entry, _ = await offered(desk, at(14, day=DAY))
    await smtp.worker(at(14, 1, day=DAY)).work_off()
    assert (smtp.box.mails, why_not(clinic, entry)) == ([], "past")


async def test_what_cannot_leave_stands_on_the_screen_by_its_kind(desk: Practice, smtp: SmtpServer):
    _, address = await offered(desk, at(15, day=DAY))
    smtp.box.refuse.add(address)
    await smtp.worker().work_off()
    (trouble,) = (await execute(desk.actors["admin"], Integrations())).troubles
    assert trouble.kind == "offered"
