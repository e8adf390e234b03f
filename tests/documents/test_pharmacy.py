"""What stands on paper, read back from the PDF."""

import io
import logging
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

import pytest
from pypdf import PdfReader

from tht_app.documents.head import ClinicHead
from tht_app.documents.label import labels_pdf
from tht_app.documents.prescription import PrescriptionSheet, SheetLine, SheetPatient, initials, prescription_pdf
from tht_app.documents.signa import plain_signa
from tht_app.domain.pharmacy.signa import Dosage, DoseUnit, Route, Side, Timing, label_is_blue, latin

POINTS = 72 / 25.4


def line(item: str, quantity: int, unit: str, dosage: Dosage, **more: object) -> SheetLine:
    return SheetLine(
        item, quantity, unit, latin(dosage), plain_signa(dosage), external=label_is_blue(dosage.route), **more
    )  # type: ignore[arg-type]


TABLETS = line(
    "amoksisilin 500\u00a0mg tablet", 15, "tablet",
    Dosage(Fraction(1), DoseUnit.TABLET, 3, Route.ORAL, timing=Timing.AFTER_MEAL, days=5),
    note="habiskan", expires_on=date(2027, 3, 31),
)  # fmt: skip
DROPS = line(
    "ofloksasin 0,3\u00a0% 5\u00a0mL tetes telinga", 1, "botol",
    Dosage(Fraction(4), DoseUnit.DROP, 2, Route.OTIC, Side.RIGHT, days=7),
)  # fmt: skip
SHEET = PrescriptionSheet(
    clinic=ClinicHead("Klinik THT Sehat", "Jl. Kemang Raya 12, Jakarta Selatan", "021-555 0123", "503/123/2024"),
    city="Jakarta",
    number="R/2026/000123",
    doctor="dr. Andini Wulandari, Sp.T.H.T.B.K.L.",
    licence="SIP.503/4411/2024",
    signed_at=datetime(2026, 11, 22, 9, 14),  # noqa: DTZ001  already in the clinic's zone
    written_on=date(2026, 11, 22),
    patient=SheetPatient(
        "SITI RAHMAWATI", "00-12-34", "female", date(1985, 7, 14), "Jl. Melati No. 4, Jakarta Selatan", 54_500,
        date(2026, 11, 22), "ALERGI: penisilin (dr. Sari, 03-Mar-2026)",
    ),
    lines=(TABLETS, DROPS),
    iter=0,
    cancelled=False,
    verify_url="https://klinik.example/verify/7KQ2M9XWPABCDEFG",
    printed_by="apt. Rina",
    printed_at=datetime(2026, 11, 22, 9, 30),  # noqa: DTZ001
)  # fmt: skip


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of_page(pdf: bytes, page: int = 0) -> str:
    return read(pdf).pages[page].extract_text().replace("\u00a0", " ")


@pytest.mark.parametrize(
    "words",
    [
        "Klinik THT Sehat",
        "Izin 503/123/2024",
        "No. R/2026/000123",
        "Jakarta, 22 November 2026",
        "dr. Andini Wulandari, Sp.T.H.T.B.K.L.",
        "SIP 503/4411/2024",
        "R/",
        "amoksisilin 500 mg tablet",
        "No. XV (15 tablet)",
        "S 3 dd tab I p.c.",
        "3 kali sehari 1 tablet, sesudah makan, selama 5 hari",
        "habiskan",
        "S 2 dd gtt IV auric. dext.",
        "2 kali sehari 4 tetes di telinga kanan, selama 7 hari",
        "Ne iter",
        "Pro: SITI RAHMAWATI",
        "Perempuan",
        "Lahir 14-Jul-1985 (41 th)",
        "No. RM 00-12-34",
        "Berat badan 54,5 kg (22-Nov-2026)",
        "Jl. Melati No. 4, Jakarta Selatan",
        "ALERGI: penisilin",
        "Ditandatangani secara elektronik, 22-Nov-2026 pukul 09.14",
        "Hal. 1 dari 1",
        "Dicetak 22-Nov-2026 pukul 09.30 oleh apt. Rina",
    ],
)
def test_the_prescription_has_what_the_law_asks_for(words: str):
    assert words in text_of_page(prescription_pdf(SHEET))


def test_the_prescription_is_a5_portrait_with_a_language_and_a_title_without_a_name():
    reader = read(prescription_pdf(SHEET))
    box = reader.pages[0].mediabox
    assert (round(box.width / POINTS), round(box.height / POINTS)) == (148, 210)
    assert reader.root_object["/Lang"] == "id-ID"
    assert reader.metadata is not None
    assert reader.metadata.title == "Resep R/2026/000123"


def test_a_draft_says_on_every_page_that_it_is_no_prescription():
    draft = replace(SHEET, number="", signed_at=None, verify_url="", lines=(TABLETS, DROPS) * 6)
    pdf = prescription_pdf(draft)
    assert len(read(pdf).pages) > 1
    for page in range(len(read(pdf).pages)):
        text = text_of_page(pdf, page)
        assert "bukan resep" in text
        assert "RANCANGAN" in text
        assert "Ditandatangani" not in text


def test_a_cancelled_one_is_marked():
    assert "DIBATALKAN" in text_of_page(prescription_pdf(replace(SHEET, cancelled=True)))


def test_every_page_names_the_patient_and_no_line_is_torn_apart():
    pdf = prescription_pdf(replace(SHEET, lines=(TABLETS, DROPS) * 8))
    pages = [text_of_page(pdf, number) for number in range(len(read(pdf).pages))]
    assert all("SITI RAHMAWATI · 14-Jul-1985 · RM 00-12-34" in page for page in pages)
    for page in pages:
        assert page.count("amoksisilin 500 mg tablet") == page.count("sesudah makan")
    assert sum(page.count("S 3 dd tab I p.c.") for page in pages) == 8


def test_without_weight_or_licence_the_paper_says_so():
    bare = replace(SHEET, licence="", patient=replace(SHEET.patient, weight_grams=None, weighed_on=None))
    text = text_of_page(prescription_pdf(bare))
    assert "Berat badan belum ditimbang" in text
    assert "SIP belum dicatat" in text


@pytest.mark.parametrize("name", ["O'Brien <script>", "Siti 😀", "مرحبا", "x" * 200, "A\u202eB\u0000C", "Sukarno"])
def test_odd_names_are_printed_without_failing(name: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.CRITICAL)
    odd = replace(SHEET, patient=replace(SHEET.patient, name=name))
    assert "R/2026/000123" in text_of_page(prescription_pdf(odd))
    assert len(read(labels_pdf(odd)).pages) == 2


def test_the_qr_code_is_there_only_when_there_is_something_to_verify():
    with_code, without = prescription_pdf(SHEET), prescription_pdf(replace(SHEET, verify_url=""))
    assert len(read(with_code).pages[0].get_contents().get_data()) > 2 * len(  # type: ignore[union-attr]
        read(without).pages[0].get_contents().get_data()  # type: ignore[union-attr]
    )


def test_labels_are_one_a_line_and_tell_inner_from_outer_use():
    pdf = labels_pdf(SHEET)
    oral, ear = text_of_page(pdf, 0), text_of_page(pdf, 1)
    assert len(read(pdf).pages) == 2
    for words in (
        "SITI RAHMAWATI",
        "14-Jul-1985",
        "3 kali sehari 1 tablet",
        "habiskan",
        "ED 31-Mar-2027",
        "OBAT DALAM",
    ):
        assert words in oral
    assert "OBAT LUAR" in ear
    assert "di telinga kanan" in ear


def test_only_the_label_for_outer_use_is_blue():
    fills = [page.get_contents().get_data().decode("latin-1") for page in read(labels_pdf(SHEET)).pages]  # type: ignore[union-attr]
    assert "0.86 0.92 1" not in fills[0]
    assert any(blue in fills[1] for blue in ("0.8588 0.9176 0.9961", "0.859 0.918 0.996", "0.86 0.92 1"))


def test_initials_leave_titles_out():
    assert initials("Prof. dr. Andini Wulandari, Sp.T.H.T.B.K.L.") == "AW"
    assert initials("drg. Sukarno") == "S"
