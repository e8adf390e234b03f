"""What a mail looks like, whatever the clinic is called and wherever it stands: words, headers, calendar file."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tests.factories.mail import ORIGIN, SENDER, attachment, calendar, part
from tht_app.domain.interop import AppointmentMessage, ClinicName, MessageKind
from tht_app.integrations.mail import calendar_file, mail_of
from tht_app.settings import Settings

ID = UUID("01a20000-0000-7000-8000-000000000001")


def message(
    kind: MessageKind = MessageKind.BOOKED, *, zone: str = "Asia/Jakarta", lang: str = "id", name: str = "Klinik Melati"
) -> AppointmentMessage:
    start = datetime(2027, 3, 1, 0, 30, tzinfo=ZoneInfo(zone))
    clinic = ClinicName(name, "Jl. Melati; No. 5, Ternate", "0921-555-0142")
    cancelled = kind is MessageKind.CANCELLED
    return AppointmentMessage(
        ID, kind, "a@surat.example", lang, ID, 3, start, start + timedelta(minutes=15), "dr. Sari", clinic,
        "" if cancelled else "q" * 26,
    )  # fmt: skip


@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_mail_is_whole_and_its_subject_tells_nothing_of_the_visit(kind: MessageKind, lang: str) -> None:
    mail = mail_of(message(kind, lang=lang), SENDER, ORIGIN)
    kinds = [one.get_content_type() for one in mail.walk() if not one.is_multipart()]
    booked = [] if kind is MessageKind.OFFERED else ["text/calendar", "application/ics"]
    assert kinds == ["text/plain", "text/html", *booked], "what is only offered stands in no calendar"
    for word in ("dr. Sari", "2027", "00.30"):
        assert word not in mail["Subject"]
        assert word in part(mail, "text/plain") + part(mail, "text/html")
    assert ("/a/" in part(mail, "text/plain")) == (kind is not MessageKind.CANCELLED)
    assert f'lang="{lang}"' in part(mail, "text/html")


@pytest.mark.parametrize(
    ("zone", "offset", "words"),
    [("Asia/Jakarta", "+0700", "WIB"), ("Asia/Makassar", "+0800", "WITA"), ("Asia/Jayapura", "+0900", "WIT")],
)
def test_the_time_is_the_clinics_in_words_and_in_the_calendar(zone: str, offset: str, words: str) -> None:
    mail = mail_of(message(zone=zone), SENDER, ORIGIN)
    file = attachment(mail)
    assert f"00.30 {words}\n" in part(mail, "text/plain")
    assert f"DTSTART;TZID={zone}:20270301T003000\r\n" in file
    assert f"TZOFFSETTO:{offset}\r\n" in file


def test_a_calendar_file_is_folded_by_octets_and_escaped() -> None:
    name = "Klinik Telinga, Hidung; Tenggorok \\ é" + "ü" * 60
    file = calendar_file(message(name=name), SENDER)
    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))
    assert "\n" not in file.replace("\r\n", "")
    shown = calendar(file)["SUMMARY"]
    assert shown.endswith(name.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;"))


@pytest.mark.parametrize(
    "name", ["Klinik\r\nBcc: x@evil.example", 'Klinik "A"\nMETHOD:PUBLISH', "<script>alert(1)</script>"]
)
def test_the_name_of_a_clinic_adds_no_header_no_property_and_no_script(name: str) -> None:
    mail = mail_of(message(name=name), SENDER, ORIGIN)
    assert mail["Bcc"] is None
    assert "<script" not in part(mail, "text/html")
    assert [line for line in attachment(mail).split("\r\n") if line.startswith(("METHOD", "Bcc"))] == ["METHOD:REQUEST"]
    assert b"\nBcc:" not in mail.as_bytes().partition(b"\n\n")[0]


def test_a_demo_mails_nobody_but_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for host, on in (("smtp.example", False), ("127.0.0.1", True), ("", False)):
        assert Settings(demo=True, smtp_host=host, smtp_from=SENDER).mail_on is on
    with pytest.raises(ValueError, match="THT_SMTP_FROM"):
        Settings(smtp_host="smtp.example")


def test_the_password_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    (tmp_path / "secret").write_text("rahasia\n")
    monkeypatch.setenv("THT_SMTP_PASSWORD_FILE", str(tmp_path / "secret"))
    assert Settings(smtp_host="smtp.example", smtp_from=SENDER).smtp_password == "rahasia"
