"""The master key for the safe: one page, or three shares on a page each, with lines to type and a QR code."""

from dataclasses import dataclass
from datetime import datetime

from fpdf.enums import XPos, YPos

from tht_app.documents.paper import DANGER, SOFT, Paper

MARGIN = 20.0
QR_SIDE = 60.0


@dataclass(frozen=True, slots=True)
class RecoveryPage:
    """One page: `lines` as they are typed back, `share` 0 for the whole key; `fingerprint` names the key."""

    lines: tuple[str, ...]
    share: int
    fingerprint: str
    printed_at: datetime


def recovery_pdf(pages: tuple[RecoveryPage, ...]) -> bytes:
    """A4, in Indonesian with English below, because whoever opens the safe may not know this program."""
    paper = Paper("A4", title="Kunci utama klinik", lang="id")
    paper.set_margins(MARGIN, MARGIN, MARGIN)
    for page in pages:
        _page(paper, page)
    return bytes(paper.output())


def _page(paper: Paper, page: RecoveryPage) -> None:
    paper.add_page()
    whole = page.share == 0
    title = "Kunci utama klinik" if whole else f"Kunci utama klinik – bagian {page.share} dari 3"
    paper.write_line(title, 18, bold=True)
    paper.write_line("RAHASIA. Simpan di brankas; jangan difoto, jangan dikirim.", 12, bold=True, color=DANGER)
    paper.rule()
    paper.write_line(
        "Siapa pun yang memegang lembar ini dan cadangan data dapat membaca data pasien."
        if whole
        else "Dua dari tiga bagian membuka data pasien; satu bagian saja tidak berguna. Simpan di tiga tempat berbeda.",
        11,
    )
    paper.write_line(f"Sidik kunci: {page.fingerprint}   Dicetak: {page.printed_at:%Y-%m-%d %H:%M %Z}", 11)
    paper.ln(6)
    for line in page.lines:
        paper.set_font("Courier", "B", 15)
        paper.cell(0, 10, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ln(4)
    paper.qr("\n".join(page.lines), MARGIN, paper.get_y(), QR_SIDE)
    paper.set_y(paper.get_y() + QR_SIDE + 6)
    paper.write_line("Memulihkan: jalankan  tht keys assemble BERKAS  lalu ketik baris di atas apa adanya.", 11)
    paper.write_line(
        "To restore: run  tht keys assemble FILE  and type the lines above"
        + ("." if whole else ", then those of a second share."),
        10,
        color=SOFT,
    )
