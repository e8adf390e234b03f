"""The consent form, A5: what was asked, who answered what, and a line to sign on."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tht_app.documents.head import ClinicHead, draw_head
from tht_app.documents.paper import SOFT, Paper, clean
from tht_app.domain.registration.consent import ConsentPurpose
from tht_app.domain.registration.identifiers import masked_nik, shown_record_number
from tht_app.domain.registration.records import Consent, PatientRecord
from tht_app.i18n import long_date_text, text_of, time_text

PARAGRAPHS: dict[ConsentPurpose, tuple[str, ...]] = {
    ConsentPurpose.DATA_PROCESSING: ("what", "why", "whom", "how_long", "rights"),
    ConsentPurpose.REMINDERS: ("what", "rights"),
    ConsentPurpose.TEACHING: ("what", "rights"),
}


@dataclass(frozen=True, slots=True)
class ConsentSheet:
    """Everything that stands on the form; `printed_at` is in the clinic's zone."""

    head: ClinicHead
    patient: PatientRecord
    consent: Consent
    printed_at: datetime
    printed_by: str
    zone: ZoneInfo


class _ConsentPaper(Paper):
    foot = ""

    def footer(self) -> None:
        """Whose page this is, on every page."""
        self.set_y(-12)
        self.write_line(f"{self.foot} · {self.page_no()}/{{nb}}", 7.5, color=SOFT, align="C")


def consent_pdf(sheet: ConsentSheet, lang: str = "id") -> bytes:
    """The PDF of one consent."""
    banner = sheet.patient.banner
    purpose = text_of(f"registration.consent.purpose.{sheet.consent.purpose.value}", lang)
    paper = _ConsentPaper("A5", title=text_of("registration.consent.print.title", lang), lang=lang)
    paper.foot = text_of(
        "registration.consent.print.foot",
        lang,
        name=banner.name,
        born=long_date_text(banner.birth_date, lang),
        number=shown_record_number(banner.record_number),
        by=sheet.printed_by,
        at=f"{long_date_text(sheet.printed_at.date(), lang)} {time_text(sheet.printed_at)}",
    )
    paper.set_margins(12, 10)
    paper.set_auto_page_break(auto=True, margin=16)
    paper.add_page()
    draw_head(paper, sheet.head, lang)
    paper.write_line(text_of("registration.consent.print.title", lang), 13, bold=True)
    paper.write_line(purpose, 10, bold=True)
    _patient(paper, sheet, lang)
    for paragraph in PARAGRAPHS[sheet.consent.purpose]:
        paper.write_line(text_of(f"registration.consent.text.{sheet.consent.purpose.value}.{paragraph}", lang), 9)
        paper.ln(1.2)
    paper.write_line(
        text_of("registration.consent.print.version", lang, version=sheet.consent.text_version), 7.5, color=SOFT
    )
    paper.rule()
    _answer(paper, sheet, lang)
    _signatures(paper, sheet, lang)
    return bytes(paper.output())


def _patient(paper: Paper, sheet: ConsentSheet, lang: str) -> None:
    details, banner = sheet.patient.details, sheet.patient.banner
    lines = (
        ("patient", banner.name),
        (
            "born",
            f"{long_date_text(banner.birth_date, lang)} · {text_of(f'registration.sex.{banner.sex.value}', lang)}",
        ),
        ("record_number", shown_record_number(banner.record_number)),
        ("nik", masked_nik(details.nik) if details.nik else "-"),
        ("address", details.address.line or "-"),
    )
    for key, value in lines:
        paper.write_line(f"{text_of(f'registration.consent.print.{key}', lang)}: {value}", 9)
    paper.rule()


def _answer(paper: Paper, sheet: ConsentSheet, lang: str) -> None:
    consent = sheet.consent
    at = consent.at.astimezone(sheet.zone)
    paper.write_line(
        text_of(
            f"registration.consent.print.{'given' if consent.given else 'refused'}",
            lang,
            name=consent.giver_name,
            giver=text_of(f"registration.consent.giver.{consent.giver.value}", lang),
            date=long_date_text(at.date(), lang),
            time=time_text(at),
            by=consent.recorded_by_name,
        ),
        9.5,
        bold=True,
    )
    if consent.withdrawn_at is not None:
        withdrawn = consent.withdrawn_at.astimezone(sheet.zone).date()
        paper.write_line(
            text_of("registration.consent.print.withdrawn", lang, date=long_date_text(withdrawn, lang)), 9.5, bold=True
        )


def _signatures(paper: Paper, sheet: ConsentSheet, lang: str) -> None:
    paper.keep_together(34)
    paper.ln(3)
    half = paper.epw / 2
    top = paper.get_y()
    for column, (label, name) in enumerate(
        (
            ("sign_giver", sheet.consent.giver_name),
            ("sign_staff", sheet.consent.recorded_by_name),
        )
    ):
        left = paper.l_margin + column * half
        paper.set_xy(left, top)
        paper.set_font_size(9)
        paper.cell(half, 5, text_of(f"registration.consent.print.{label}", lang), align="C")
        paper.line(left + 8, top + 22, left + half - 8, top + 22)
        paper.set_xy(left, top + 23)
        paper.cell(half, 5, clean(name)[:40], align="C")
