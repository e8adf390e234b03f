"""The paper about who opened a record, read back as text: names, days and plain words only."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO
from uuid import UUID
from zoneinfo import ZoneInfo

from pypdf import PdfReader

from tht_app.documents.access_report import AccessLine, AccessSheet, access_report_pdf
from tht_app.documents.head import ClinicHead
from tht_app.domain.audit.log import KnownPatient

ZONE = ZoneInfo("Asia/Jakarta")
AT = datetime(2026, 11, 21, 14, 3, 21, tzinfo=ZONE)
LOOKED = AccessLine(AT.date(), AT, AT, 1, "Dewi Lestari (Perawat)", "Melihat catatan kunjungan", "", marked=False)
URGENT = AccessLine(
    AT.date() - timedelta(days=30),
    AT,
    AT + timedelta(minutes=25),
    4,
    "dr. Bambang Hadi (Dokter)",
    "Membuka rekam medis secara darurat",
    "Pasien tidak sadar di ruang tunggu",
    marked=True,
)
SHEET = AccessSheet(
    head=ClinicHead("Klinik THT Nusantara", "Jl. Melati 5"),
    patient=KnownPatient(UUID(int=1), 1234, "Siti Rahmawati"),
    first=date(2025, 11, 21),
    last=date(2026, 11, 21),
    lines=(URGENT, LOOKED),
    printed_at=AT,
    printed_by="Lina Marlina",
    lang="id",
)


def text_of_pdf(sheet: AccessSheet) -> list[str]:
    """The text of each page, on one line."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(access_report_pdf(sheet))).pages]


def test_it_says_who_when_what_and_why_with_emergencies_first() -> None:
    (text,) = text_of_pdf(SHEET)
    for wanted in (
        "Siapa yang membuka rekam medis Anda",
        "Siti Rahmawati · No. RM 00-12-34",
        "21 November 2025",
        "Sabtu, 21 November 2026",
        "Dewi Lestari (Perawat): Melihat catatan kunjungan",
        "14.03–14.28",
        "4 kali",
        "Alasan yang ditulis: Pasien tidak sadar di ruang tunggu",
        "UU No. 27 Tahun 2022",
        "Lina Marlina",
    ):
        assert wanted in text, wanted
    assert text.index("Akses darurat") < text.index("dr. Bambang Hadi") < text.index("Dewi Lestari")


def test_nobody_is_said_in_words_and_in_the_readers_language() -> None:
    (text,) = text_of_pdf(replace(SHEET, lines=(), lang="en"))
    assert "Nobody opened your record in that time." in text
    assert "Saturday" not in text


def test_a_year_of_accesses_keeps_each_line_whole_on_numbered_pages() -> None:
    lines = tuple(
        replace(LOOKED, day=AT.date() - timedelta(days=back), who=f"Orang {back:03d} " + "dengan nama panjang " * 4)
        for back in range(200)
    )
    pages = text_of_pdf(replace(SHEET, lines=lines))
    assert len(pages) > 3
    assert all(f"{number}/{len(pages)}" in page for number, page in enumerate(pages, start=1))
    for back in range(200):
        assert sum(f"Orang {back:03d}" in page for page in pages) == 1
