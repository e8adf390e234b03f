"""Who opened a patient's record, as a paper for the patient: names, days and plain words, nothing of the machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from tht_app.documents.head import ClinicHead, draw_head
from tht_app.documents.paper import SOFT, Paper
from tht_app.domain.audit.log import KnownPatient
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.i18n import long_date_text, number_text, text_of, time_text

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIME_WIDTH = 27.0


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One line: who did what, from when to when of a day (in the clinic's zone), how often, and why."""

    day: date
    first: datetime
    last: datetime
    times: int
    who: str
    what: str
    why: str
    marked: bool
    """An emergency access: it stands first and says so."""


@dataclass(frozen=True, slots=True)
class AccessSheet:
    """Everything on the paper."""

    head: ClinicHead
    patient: KnownPatient
    first: date
    last: date
    lines: tuple[AccessLine, ...]
    printed_at: datetime
    printed_by: str
    lang: str


class _AccessPaper(Paper):
    foot = ""

    def footer(self) -> None:
        """Whose page this is, on every page."""
        self.set_y(-12)
        self.write_line(f"{self.foot} · {self.page_no()}/{{nb}}", 7.5, color=SOFT, align="C")


def access_report_pdf(sheet: AccessSheet) -> bytes:
    """The PDF, A4."""
    lang = sheet.lang
    paper = _AccessPaper("A4", title=text_of("audit.print.title", lang), lang=lang)
    paper.foot = text_of(
        "audit.print.foot",
        lang,
        number=shown_record_number(sheet.patient.record_number),
        by=sheet.printed_by,
        at=f"{long_date_text(sheet.printed_at.date(), lang)} {time_text(sheet.printed_at)}",
    )
    paper.set_margins(18, 14)
    paper.set_auto_page_break(auto=True, margin=18)
    paper.add_page()
    draw_head(paper, sheet.head, lang)
    _opening(paper, sheet)
    for marked in (True, False):
        _part(paper, [line for line in sheet.lines if line.marked is marked], marked=marked, lang=lang)
    if not sheet.lines:
        paper.write_line(text_of("audit.print.nobody", lang), 10)
    paper.rule()
    paper.write_line(text_of("audit.print.rights", lang), 9, color=SOFT)
    return bytes(paper.output())


def _opening(paper: Paper, sheet: AccessSheet) -> None:
    lang = sheet.lang
    paper.write_line(text_of("audit.print.title", lang), 15, bold=True)
    number = shown_record_number(sheet.patient.record_number)
    paper.write_line(text_of("audit.print.patient", lang, name=sheet.patient.name, number=number), 10.5, bold=True)
    period = {"first": long_date_text(sheet.first, lang), "last": long_date_text(sheet.last, lang)}
    paper.write_line(text_of("audit.print.period", lang, **period), 10)
    paper.ln(1)
    paper.write_line(text_of("audit.print.explained", lang), 9.5)
    paper.rule()


def _part(paper: Paper, lines: list[AccessLine], *, marked: bool, lang: str) -> None:
    if not lines:
        return
    if marked:
        paper.write_line(text_of("audit.print.emergencies", lang), 11, bold=True)
    for day, of_day in groupby(lines, key=lambda line: line.day):
        paper.keep_together(18)
        weekday = text_of(f"audit.weekday.{WEEKDAYS[day.weekday()]}", lang)
        paper.write_line(f"{weekday}, {long_date_text(day, lang)}", 10, bold=True)
        for line in of_day:
            _line(paper, line, lang)
        paper.ln(1.5)


def _line(paper: Paper, line: AccessLine, lang: str) -> None:
    texts = list(_texts(line, lang))
    paper.keep_together(sum(paper.height_of(text, 9.5) for text in texts))
    left, top = paper.l_margin, paper.get_y()
    paper.write_line(_time(line), 9.5)
    paper.set_y(top)
    paper.set_left_margin(left + TIME_WIDTH)
    paper.set_x(left + TIME_WIDTH)
    for text in texts:
        paper.write_line(text, 9.5)
    paper.set_left_margin(left)
    paper.set_x(left)


def _texts(line: AccessLine, lang: str) -> Iterator[str]:
    said = text_of("audit.print.line", lang, who=line.who, what=line.what)
    if line.times > 1:
        said += text_of("audit.print.times", lang, count=number_text(line.times))
    yield said
    if line.why:
        yield text_of("audit.print.why", lang, why=line.why)


def _time(line: AccessLine) -> str:
    first, last = time_text(line.first), time_text(line.last)
    return first if first == last else f"{first}–{last}"
