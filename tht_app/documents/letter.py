"""A letter as it is printed: A5 for a sick note, A4 for the others; who it is about, what it says, who signed.

The same content gives the same letter: a reprint differs only in the line that says that it is a copy.
"""

from dataclasses import dataclass
from datetime import datetime

from fpdf.enums import XPos, YPos

from tht_app.documents.head import ClinicHead, draw_head
from tht_app.documents.paper import FAMILY, INK, RULE, SOFT, Paper, clean
from tht_app.domain.letter import PAD_HEIGHT, PAD_WIDTH, LetterContent, LetterKind, Signer, Strokes
from tht_app.i18n import long_date_text, moment_text, text_of

SMALL = frozenset({LetterKind.SICK_NOTE})
QR_SIDE = 24
FOOT = 28
SIGN_HEIGHT = 16
BLOCK_HEIGHT = SIGN_HEIGHT + 19
"""Role, signature, name and licence of one who signs."""
TEXT = 10.5


@dataclass(frozen=True, slots=True)
class LetterSheet:
    """All that is printed; `copy` is 0 for the letter itself, `printed_at` is in the clinic's zone."""

    kind: LetterKind
    number: str
    content: LetterContent
    verify_url: str
    copy: int
    printed_by: str
    printed_at: datetime


class _Letter(Paper):
    def __init__(self, sheet: LetterSheet) -> None:
        words = f"{sheet.content.wording.title} {sheet.number}"
        super().__init__("A5" if sheet.kind in SMALL else "A4", title=words, lang=sheet.content.lang)
        self.sheet, self.words = sheet, sheet.content.lang
        self.margin = 12 if sheet.kind in SMALL else 18
        self.set_margins(self.margin, self.margin, self.margin)
        self.set_auto_page_break(auto=True, margin=FOOT + 4)

    def header(self) -> None:
        """The clinic's head, and that this is a copy."""
        content = self.sheet.content
        draw_head(self, ClinicHead(content.clinic, content.address, content.phone, content.clinic_licence), self.words)
        if self.sheet.copy:
            self.write_line(text_of("letter.print.copy", self.words, number=self.sheet.copy), 9, bold=True, align="R")

    def footer(self) -> None:
        """Code, what it is good for, whose page this is."""
        sheet, lang = self.sheet, self.words
        top = self.h - FOOT
        self.qr(sheet.verify_url, self.w - self.margin - QR_SIDE, top, QR_SIDE)
        self.set_y(top + 6)
        self.set_right_margin(self.margin + QR_SIDE + 4)
        self.write_line(text_of("letter.print.verify", lang), 7.5, color=SOFT)
        when = moment_text(sheet.printed_at, None, lang)
        self.write_line(text_of("letter.print.printed", lang, at=when, by=sheet.printed_by), 7, color=SOFT)
        page = text_of("letter.print.page", lang, page=self.page_no(), pages="{nb}")
        self.write_line(f"{sheet.number} · {page}", 7, color=SOFT)
        self.set_right_margin(self.margin)

    def paragraph(self, text: str) -> None:
        """One part of the wording, its lines as they were written."""
        if text:
            self.write_line(text, TEXT, leading=1.45)
            self.ln(2)

    def facts(self, lines: tuple[tuple[str, str], ...]) -> None:
        """Label and value side by side; long values keep their lines."""
        label_width = 34 if self.sheet.kind in SMALL else 46
        for label, value in lines:
            self.set_left_margin(self.margin + label_width)
            height = self.height_of(value, TEXT)
            self.set_left_margin(self.margin)
            self.keep_together(min(height, 60))
            top = self.get_y()
            self.set_xy(self.margin, top)
            self.set_font(FAMILY, "", TEXT)
            self.set_text_color(*SOFT)
            self.multi_cell(label_width - 2, 5, clean(label), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            below = self.get_y()
            self.set_left_margin(self.margin + label_width)
            self.set_xy(self.margin + label_width, top)
            self.write_line(value, TEXT)
            self.set_left_margin(self.margin)
            self.set_xy(self.margin, max(below, self.get_y()) + 0.6)
        if lines:
            self.ln(2)

    def signatures(self) -> None:
        """Place and day, then a field for each who signs; the doctor stands last, on the right."""
        content, lang = self.sheet.content, self.words
        doctor = Signer(text_of("letter.signer.doctor", lang), content.doctor)
        signers = (*content.signers, doctor)
        columns = 2
        rows = -(-len(signers) // columns)
        self.keep_together(9 + rows * BLOCK_HEIGHT)
        place = ", ".join(part for part in (content.city, long_date_text(content.day, lang)) if part)
        self.write_line(place, TEXT, align="R")
        self.ln(1)
        width, top = self.epw / columns, self.get_y()
        cells = [*range(len(content.signers)), rows * columns - 1]
        for cell, signer in zip(cells, signers, strict=True):
            row, column = divmod(cell, columns)
            self.signature(signer, self.margin + column * width, top + row * BLOCK_HEIGHT, width)
        self.set_xy(self.margin, top + rows * BLOCK_HEIGHT)

    def signature(self, signer: Signer, left: float, top: float, width: float) -> None:
        """Role, signature (or an empty line for one on paper), name; the licence below the doctor's."""
        self._centred(signer.role, left, top, width, TEXT - 1.5, color=SOFT)
        inner = min(width - 8, 62.0)
        self.strokes(signer.strokes, left + (width - inner) / 2, top + 5, inner)
        self.set_draw_color(*RULE)
        self.set_line_width(0.3)
        line = top + 5 + SIGN_HEIGHT
        self.line(left + (width - inner) / 2, line, left + (width + inner) / 2, line)
        self._centred(signer.name, left, line + 1, width, TEXT - 0.5, color=INK, bold=True)
        if signer.name == self.sheet.content.doctor and self.sheet.content.licence:
            licence = text_of("letter.print.licence", self.words, licence=self.sheet.content.licence)
            self._centred(licence, left, self.get_y(), width, TEXT - 2, color=SOFT)

    def strokes(self, strokes: Strokes, left: float, top: float, width: float) -> None:
        """A signature as vectors, as large as its field."""
        scale = min(width / PAD_WIDTH, SIGN_HEIGHT / PAD_HEIGHT)
        self.set_draw_color(*INK)
        self.set_line_width(0.45)
        for stroke in strokes:
            points = [(left + x * scale, top + y * scale) for x, y in stroke]
            if len(points) == 1:
                points.append((points[0][0] + 0.3, points[0][1]))
            self.polyline(points)

    def _centred(
        self,
        text: str,
        left: float,
        top: float,
        width: float,
        size: float,
        *,
        color: tuple[int, int, int],
        bold: bool = False,
    ) -> None:
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*color)
        self.set_xy(left, top)
        self.multi_cell(width, 4.4, clean(text), align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def letter_pdf(sheet: LetterSheet) -> bytes:
    """The PDF of a letter."""
    paper, wording = _Letter(sheet), sheet.content.wording
    paper.add_page()
    paper.write_line(wording.title, 14, bold=True, align="C")
    paper.write_line(text_of("letter.print.number", paper.words, number=sheet.number), 9.5, align="C", color=SOFT)
    paper.ln(3)
    paper.paragraph(wording.opening)
    paper.facts(sheet.content.identity)
    paper.paragraph(wording.body)
    paper.facts(sheet.content.facts)
    paper.paragraph(wording.closing)
    paper.signatures()
    return bytes(paper.output())
