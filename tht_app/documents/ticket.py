"""A queue ticket for a 58 or 80 mm printer: the number as large as the paper allows, and the QR of its page."""

from dataclasses import dataclass
from datetime import datetime

from tht_app.documents.paper import FAMILY, INK, POINT, SOFT, Paper
from tht_app.domain.queue_display import Place
from tht_app.i18n import date_text, text_of, time_text

MARGIN = 4.0
QR_SIDE = {58: 30.0, 80: 38.0}
BIGGEST = 64.0
LINE = 1.25


@dataclass(frozen=True, slots=True)
class TicketSheet:
    """All that is printed; nothing of the patient. `issued_at` is in the clinic's zone, `width` in mm."""

    clinic: str
    label: str
    place: Place
    issued_at: datetime
    url: str
    width: int


def place_words(place: Place, lang: str) -> str:
    """Where to go, in words: `Ruang 2`, `Kasir`."""
    words = text_of(f"display.place.{place.word}", lang)
    return f"{words} {place.sign}" if place.sign else words


def ticket_pdf(sheet: TicketSheet, lang: str = "id") -> bytes:
    """One page, exactly as long as what stands on it: a roll is cut where the page ends."""
    measured = _drawn(sheet, lang, 300.0).get_y()
    return bytes(_drawn(sheet, lang, measured + MARGIN).output())


def _drawn(sheet: TicketSheet, lang: str, height: float) -> Paper:
    paper = Paper(
        (sheet.width, height), title=text_of("display.ticket.print.title", lang, ticket=sheet.label), lang=lang
    )
    paper.set_margins(MARGIN, MARGIN, MARGIN)
    paper.set_auto_page_break(auto=False)
    paper.add_page()
    paper.write_line(sheet.clinic, 11, bold=True, align="C", leading=LINE)
    when = f"{date_text(sheet.issued_at.date(), lang)}  {time_text(sheet.issued_at)}"
    paper.write_line(when, 9, color=SOFT, align="C", leading=LINE)
    paper.rule()
    paper.write_line(text_of("display.ticket.print.number", lang), 9, align="C", leading=LINE)
    size = _fitting(paper, sheet.label)
    paper.write_line(sheet.label, size, bold=True, align="C", leading=1.1)
    paper.write_line(place_words(sheet.place, lang), 14, bold=True, align="C", leading=LINE)
    paper.rule()
    side = QR_SIDE[sheet.width]
    paper.qr(sheet.url, (sheet.width - side) / 2, paper.get_y(), side)
    paper.set_y(paper.get_y() + side + 1)
    paper.set_text_color(*INK)
    paper.write_line(text_of("display.ticket.print.scan", lang), 8.5, align="C", leading=LINE)
    return paper


def _fitting(paper: Paper, label: str) -> float:
    """The largest size at which the number stays on one line."""
    paper.set_font(FAMILY, "B", BIGGEST)
    room = paper.w - 2 * MARGIN - 2
    return min(BIGGEST, BIGGEST * room / max(paper.get_string_width(label), POINT))
