"""The prescription as it is printed: A5 portrait, the elements that Indonesian law asks for, QR bottom right.

Elements after Kepmenkes 1027/2004 and PMK 73/2016: doctor, licence number, address and telephone of the practice, place
and date, signature; patient with age, sex, weight and address; R/, name, form, strength, amount, directions, closing
mark of each R/.
"""

from dataclasses import dataclass
from datetime import date, datetime

from fpdf.enums import XPos, YPos

from tht_app.documents.head import ClinicHead, draw_head
from tht_app.documents.paper import DANGER, FAMILY, INK, RULE, SOFT, Paper, clean
from tht_app.domain.pharmacy.signa import roman
from tht_app.i18n import age_text, date_text, long_date_text, text_of, time_text

MARGIN = 11
QR_SIDE = 24
INDENT = 10
FOOT = 34
"""Millimetres kept free at the bottom of a page for signature, QR code and footer."""


@dataclass(frozen=True, slots=True)
class SheetPatient:
    """Whom the medicine is for; `weight_grams` and `weighed_on` as of the signature."""

    name: str
    record_number: str
    sex: str
    born: date
    address: str = ""
    weight_grams: int | None = None
    weighed_on: date | None = None
    allergy: str = ""
    """The sentence of the banner's allergy slot, one of its four states."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One R/: `item` with form and strength, quantity in `unit`, both directions."""

    item: str
    quantity: int
    unit: str
    latin: str
    plain: str
    note: str = ""
    external: bool = False
    expires_on: date | None = None
    product_code: str = ""


@dataclass(frozen=True, slots=True)
class PrescriptionSheet:
    """All that is printed; times are in the clinic's zone, `number` and `signed_at` are empty for a draft."""

    clinic: ClinicHead
    city: str
    number: str
    doctor: str
    licence: str
    signed_at: datetime | None
    written_on: date
    patient: SheetPatient
    lines: tuple[SheetLine, ...]
    iter: int
    cancelled: bool
    verify_url: str
    printed_by: str
    printed_at: datetime


class _Sheet(Paper):
    def __init__(self, sheet: PrescriptionSheet, lang: str) -> None:
        key = "pharmacy.print.title" if sheet.number else "pharmacy.print.draft_title"
        super().__init__("A5", title=text_of(key, lang, number=sheet.number), lang=lang)
        self.sheet, self.words = sheet, lang
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=FOOT + 4)

    def header(self) -> None:
        draw_head(self, self.sheet.clinic, self.words)
        mark = "cancelled_mark" if self.sheet.cancelled else "draft_mark" if not self.sheet.number else ""
        if mark:
            self.set_font(FAMILY, "B", 44)
            self.set_text_color(226, 226, 226)
            text = text_of(f"pharmacy.print.{mark}", self.words)
            with self.rotation(38, self.w / 2, self.h / 2):
                self.text((self.w - self.get_string_width(text)) / 2, self.h / 2, text)

    def footer(self) -> None:
        sheet, lang = self.sheet, self.words
        top = self.h - FOOT
        if sheet.verify_url:
            self.qr(sheet.verify_url, self.w - MARGIN - QR_SIDE, top, QR_SIDE)
        self.set_y(top + 2)
        self.set_right_margin(MARGIN + QR_SIDE + 4)
        self.write_line(sheet.doctor, 9, bold=True)
        if sheet.signed_at:
            when = {"date": date_text(sheet.signed_at.date(), lang), "time": time_text(sheet.signed_at)}
            self.write_line(text_of("pharmacy.print.signed", lang, **when), 7.5, color=SOFT)
            self.write_line(text_of("pharmacy.print.verify", lang), 7.5, color=SOFT)
        else:
            self.write_line(text_of("pharmacy.print.draft_note", lang), 8, bold=True, color=DANGER)
        self.set_right_margin(MARGIN)
        self.set_y(self.h - 9)
        patient = sheet.patient
        who = text_of(
            "pharmacy.print.identity",
            lang,
            name=patient.name,
            born=date_text(patient.born, lang),
            record=patient.record_number,
        )
        printed = text_of(
            "pharmacy.print.footer",
            lang,
            date=date_text(sheet.printed_at.date(), lang),
            time=time_text(sheet.printed_at),
            person=sheet.printed_by,
        )
        page = text_of("pharmacy.print.page", lang, page=self.page_no(), pages="{nb}")
        self.set_font(FAMILY, "", 6.5)
        self.set_text_color(*SOFT)
        self.cell(0, 2.8, clean(f"{who} · {page}"), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.cell(0, 2.8, clean(printed))

    def opening(self) -> None:
        """Number and date, then who prescribes under which licence."""
        sheet, lang = self.sheet, self.words
        place = ", ".join(part for part in (sheet.city, long_date_text(sheet.written_on, lang)) if part)
        self.set_font(FAMILY, "B", 9.5)
        self.set_text_color(*INK)
        number = text_of("pharmacy.print.number", lang, number=sheet.number) if sheet.number else ""
        self.cell(60, 5, number)
        self.set_font(FAMILY, "", 9)
        self.cell(0, 5, clean(place), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.write_line(sheet.doctor, 9.5, bold=True)
        licence = (
            text_of("pharmacy.print.licence", lang, licence=sheet.licence.removeprefix("SIP").lstrip(" .:"))
            if sheet.licence
            else text_of("pharmacy.print.no_licence", lang)
        )
        self.write_line(licence, 8.5, color=SOFT)
        self.ln(2)

    def line_of(self, line: SheetLine) -> None:
        """One R/ kept together on a page, closed by a mark with the doctor's initials."""
        amount = f"No.\u00a0{roman(line.quantity)} ({line.quantity}\u00a0{line.unit})"
        rows = [(f"{line.item}   {amount}", 11.5, True), (line.latin, 11.5, False), (line.plain, 10.5, False)]
        if line.note:
            rows.append((line.note, 10.5, False))
        self.set_left_margin(MARGIN + INDENT)
        height = sum(self.height_of(text, size, bold=bold) for text, size, bold in rows) + 5
        self.set_left_margin(MARGIN)
        self.keep_together(height)
        self.set_x(MARGIN)
        self.set_font(FAMILY, "B", 11.5)
        self.set_text_color(*INK)
        self.cell(INDENT, 5.8, "R/")
        self.set_left_margin(MARGIN + INDENT)
        for number, (text, size, bold) in enumerate(rows):
            self.write_line(text, size, bold=bold, color=INK if number < 2 else SOFT)
        self.set_left_margin(MARGIN)
        self.closing_mark()

    def closing_mark(self) -> None:
        """The penutup: a short rule, and the doctor's initials once signed."""
        y = self.get_y() + 1.6
        self.set_draw_color(*RULE)
        self.set_line_width(0.3)
        self.line(MARGIN + INDENT, y, self.w - MARGIN - 12, y)
        if self.sheet.signed_at:
            self.set_font(FAMILY, "", 8)
            self.set_text_color(*SOFT)
            self.text(self.w - MARGIN - 10, y + 1, initials(self.sheet.doctor))
        self.set_xy(MARGIN, y + 2.6)

    def patient_block(self) -> None:
        """Pro: the patient with age, weight, address and the allergy line."""
        patient, lang = self.sheet.patient, self.words
        age = age_text(patient.born, self.sheet.written_on, lang)
        sex = patient.sex if patient.sex in {"male", "female", "other"} else "unknown"
        facts = [
            text_of(f"pharmacy.print.sex.{sex}", lang),
            text_of("pharmacy.print.born", lang, date=date_text(patient.born, lang), age=age),
            text_of("pharmacy.print.record", lang, record=patient.record_number),
        ]
        rows = [
            (f"{text_of('pharmacy.print.pro', lang)}: {patient.name}", 10.5, True),
            (" · ".join(facts), 8.5, False),
            (self.weight(), 8.5, False),
            (patient.address, 8.5, False),
            (patient.allergy, 9.5, True),
        ]
        rows = [row for row in rows if row[0]]
        self.keep_together(sum(self.height_of(text, size, bold=bold) for text, size, bold in rows) + 1)
        self.ln(1)
        for text, size, bold in rows:
            self.write_line(text, size, bold=bold)

    def weight(self) -> str:
        """The weight with the day on which it was taken."""
        patient, lang = self.sheet.patient, self.words
        if patient.weight_grams is None or patient.weighed_on is None:
            return text_of("pharmacy.print.no_weight", lang)
        kilos = f"{patient.weight_grams / 1000:.1f}".removesuffix(".0").replace(".", ",")
        return text_of("pharmacy.print.weight", lang, weight=kilos, date=date_text(patient.weighed_on, lang))


def initials(name: str) -> str:
    """First letters of a name without titles, the mark that closes an R/."""
    words = [
        word for word in name.split(",", maxsplit=1)[0].split() if not word.lower().startswith(("dr.", "drg.", "prof."))
    ]
    return "".join(word[0].upper() for word in words[:3])


def prescription_pdf(sheet: PrescriptionSheet, lang: str = "id") -> bytes:
    """The prescription as PDF; a draft bears a watermark and no number."""
    paper = _Sheet(sheet, lang)
    paper.add_page()
    paper.opening()
    for line in sheet.lines:
        paper.line_of(line)
    iteration = (
        text_of("pharmacy.print.iter", lang, times=sheet.iter)
        if sheet.iter
        else text_of("pharmacy.print.no_iter", lang)
    )
    paper.write_line(iteration, 9)
    paper.patient_block()
    return bytes(paper.output())
