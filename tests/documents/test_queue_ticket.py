"""The ticket as a printer gets it: read back as text, and as wide and long as the roll."""

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from tht_app.documents.ticket import TicketSheet, ticket_pdf
from tht_app.domain.queue_display import Place

MM = 72 / 25.4
SHEET = TicketSheet(
    clinic="Klinik THT Nusantara",
    label="A-012",
    place=Place("room", "2"),
    issued_at=datetime(2027, 3, 1, 8, 5, tzinfo=ZoneInfo("Asia/Makassar")),
    url="https://klinik.example/ticket/23456789abcdefgh",
    width=80,
)


@pytest.mark.parametrize("width", [58, 80])
@pytest.mark.parametrize("label", ["A-012", "ZZ-12345"])
def test_a_ticket_says_number_door_day_and_clinic(width: int, label: str) -> None:
    reader = PdfReader(BytesIO(ticket_pdf(replace(SHEET, width=width, label=label))))
    assert len(reader.pages) == 1
    text = reader.pages[0].extract_text()
    for wanted in (label, "Ruang 2", "01-Mar-2027", "08.05", "Klinik THT Nusantara", "Pindai"):
        assert wanted in text, wanted
    assert float(reader.pages[0].mediabox.width) == pytest.approx(width * MM, abs=0.5)
    assert 70 * MM < float(reader.pages[0].mediabox.height) < 150 * MM


def test_a_ticket_speaks_english_when_asked() -> None:
    text = PdfReader(BytesIO(ticket_pdf(SHEET, "en"))).pages[0].extract_text()
    assert "Room 2" in text
    assert "Scan" in text


def test_the_number_is_as_large_as_the_paper_allows() -> None:
    sizes: dict[str, float] = {}
    for label in ("A-012", "ZZ-12345"):
        found: list[float] = []
        page = PdfReader(BytesIO(ticket_pdf(replace(SHEET, width=58, label=label)))).pages[0]
        page.extract_text(visitor_text=lambda _t, _cm, _tm, _font, size, found=found: found.append(float(size)))
        sizes[label] = max(found)
    assert sizes["A-012"] > sizes["ZZ-12345"] > 20
