"""What stands on a letter, read back from the PDF."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from pypdf import PdfReader

from tht_app.documents.letter import LetterSheet, letter_pdf
from tht_app.domain.letter import LetterContent, LetterKind, Signer, Wording

CONTENT = LetterContent(
    lang="id",
    clinic="Klinik THT Sehat",
    address="Jl. Kemang Raya 12, Jakarta Selatan",
    phone="021-555 0123",
    clinic_licence="503/123/2024",
    city="Jakarta",
    day=date(2026, 11, 25),
    doctor="dr. Andini Wulandari, Sp.T.H.T.B.K.L.",
    licence="503/SIP/77/2025",
    wording=Wording("SURAT RUJUKAN", "Kepada Yth. RSUD\nMohon penanganan:", "Dengan keterangan:", "Terima kasih."),
    identity=(("Nama", "Siti Rahmawati"), ("Tanggal lahir", "14 Juli 1985 (41 th)")),
    facts=(("Diagnosis", "OMSK kanan"), ("Hasil pemeriksaan", "Perforasi sentral.\nSekret <mukopurulen> & berbau.")),
    signers=(Signer("Saksi", "Dewi Lestari", (((0, 0), (1000, 360)), ((500, 180),))),),
)
SHEET = LetterSheet(
    LetterKind.REFERRAL, "RJK/2026/000007", CONTENT, "https://klinik.example/verify/ABCDEFGHJKMNPQRS", 0, "dr. Andini",
    datetime(2026, 11, 25, 14, 3, tzinfo=UTC),
)  # fmt: skip
POINTS = 72 / 25.4


def read(sheet: LetterSheet) -> PdfReader:
    return PdfReader(io.BytesIO(letter_pdf(sheet)))


def text(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def test_head_number_person_facts_place_doctor_licence_and_foot_are_there():
    words = text(read(SHEET))
    for said in (
        "Klinik THT Sehat", "503/123/2024", "RJK/2026/000007", "Siti Rahmawati", "14 Juli 1985", "OMSK kanan",
        "Sekret <mukopurulen> & berbau.", "Jakarta, 25 November 2026", "dr. Andini Wulandari", "503/SIP/77/2025",
        "Dewi Lestari", "Dicetak 25-Nov-2026 14.03 oleh dr. Andini", "halaman 1 dari 1",
    ):  # fmt: skip
        assert said in words, said
    assert "SALINAN" not in words


def test_a_copy_says_that_it_is_one_and_changes_nothing_else():
    first, copy = text(read(SHEET)), text(read(replace(SHEET, copy=3)))
    assert copy.replace("SALINAN ke-3\n", "") == first


@pytest.mark.parametrize(("kind", "width"), [(LetterKind.SICK_NOTE, 148), (LetterKind.CONSENT, 210)])
def test_paper_has_the_size_of_its_kind_and_says_its_language_and_title(kind: LetterKind, width: int):
    reader = read(replace(SHEET, kind=kind))
    assert float(reader.pages[0].mediabox.width) == pytest.approx(width * POINTS, abs=1)
    assert reader.metadata is not None
    assert reader.metadata.title == "SURAT RUJUKAN RJK/2026/000007"
    assert "Siti" not in reader.metadata.title
    assert reader.root_object["/Lang"] == "id-ID"


def test_a_very_long_letter_goes_on_and_keeps_its_signatures_together():
    facts = tuple((f"Bagian {number}", "kalimat yang panjang sekali " * 30) for number in range(12))
    reader = read(replace(SHEET, content=replace(CONTENT, facts=facts)))
    assert len(reader.pages) >= 3
    last = reader.pages[-1].extract_text()
    for said in ("Saksi", "Dewi Lestari", "Dokter pemeriksa", "dr. Andini Wulandari"):
        assert said in last
    assert all("RJK/2026/000007" in page.extract_text() for page in reader.pages)


def test_signs_that_turn_text_around_do_not_reach_the_paper():
    hostile = replace(CONTENT, facts=(("Catatan", "aman\u202egnay\u202c \x07x"),))
    words = text(read(replace(SHEET, content=hostile)))
    assert "\u202e" not in words
    assert "\x07" not in words


def test_a_signature_is_drawn_as_lines():
    without = replace(CONTENT, signers=(Signer("Saksi", "Dewi Lestari"),))
    drawn, empty = (
        len(read(replace(SHEET, content=one)).pages[0].get_contents().get_data()) for one in (CONTENT, without)
    )
    assert drawn > empty
