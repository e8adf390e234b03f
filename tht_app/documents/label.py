"""Etiquette labels (etiket), one a page, 80 x 50 mm: white for what is swallowed, blue for external use."""

from fpdf.enums import XPos, YPos

from tht_app.documents.paper import FAMILY, INK, SOFT, Paper, clean
from tht_app.documents.prescription import PrescriptionSheet, SheetLine
from tht_app.i18n import date_text, text_of

WIDTH, HEIGHT, MARGIN = 80, 50, 4
BLUE = (20, 78, 160)
PALE_BLUE = (219, 234, 254)
WHITE = (255, 255, 255)


def _band(paper: Paper, line: SheetLine, lang: str) -> None:
    """The coloured foot: on a printer without colour the words still tell the two kinds apart."""
    word = text_of("pharmacy.label.outer" if line.external else "pharmacy.label.inner", lang)
    paper.set_fill_color(*(BLUE if line.external else WHITE))
    paper.set_draw_color(*(BLUE if line.external else INK))
    paper.set_line_width(0.3)
    paper.rect(0 if line.external else 1, HEIGHT - 7, WIDTH - (0 if line.external else 2), 6.2, style="DF")
    paper.set_font(FAMILY, "B", 9)
    paper.set_text_color(*(WHITE if line.external else INK))
    paper.set_xy(MARGIN, HEIGHT - 6.4)
    paper.cell(WIDTH - 2 * MARGIN, 5, word, align="C")


def _label(paper: Paper, sheet: PrescriptionSheet, line: SheetLine, lang: str) -> None:
    paper.add_page()
    if line.external:
        paper.set_fill_color(*PALE_BLUE)
        paper.rect(0, 0, WIDTH, HEIGHT, style="F")
    paper.set_font(FAMILY, "B", 7.5)
    paper.set_text_color(*INK)
    paper.cell(0, 3.4, clean(sheet.clinic.name), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.set_font(FAMILY, "", 6.5)
    paper.set_text_color(*SOFT)
    when = date_text(sheet.printed_at.date(), lang)
    paper.cell(0, 3, f"{sheet.number} · {when}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ln(0.8)
    patient = sheet.patient
    paper.write_line(patient.name, 9, bold=True, leading=1.15)
    paper.write_line(f"{date_text(patient.born, lang)} · RM {patient.record_number}", 6.5, color=SOFT, leading=1.2)
    paper.ln(0.8)
    paper.write_line(line.item, 8, leading=1.15)
    paper.write_line(line.plain, _size_for(line.plain), bold=True, leading=1.15)
    facts = [text_of("pharmacy.label.quantity", lang, quantity=line.quantity, unit=line.unit)]
    if line.expires_on:
        facts.append(text_of("pharmacy.label.expires", lang, date=date_text(line.expires_on, lang)))
    if line.note:
        facts.insert(0, line.note)
    paper.write_line(" · ".join(facts), 6.5, leading=1.2)
    _band(paper, line, lang)


def _size_for(text: str) -> float:
    """Directions as large as their length allows on four lines."""
    return 10.5 if len(text) <= 60 else 9 if len(text) <= 110 else 7.5


def labels_pdf(sheet: PrescriptionSheet, lang: str = "id") -> bytes:
    """One label for each line of the prescription."""
    paper = Paper((WIDTH, HEIGHT), title=text_of("pharmacy.label.title", lang, number=sheet.number), lang=lang)
    paper.set_margins(MARGIN, 3, MARGIN)
    paper.set_auto_page_break(auto=False)
    for line in sheet.lines:
        _label(paper, sheet, line, lang)
    return bytes(paper.output())
