"""What every printed document shares: our own typeface, safe text, the QR code, figures that never break from units."""

import unicodedata
from pathlib import Path

import segno
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, WrapMode, XPos, YPos

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Hyperlegible"
INK = (17, 24, 28)
SOFT = (84, 96, 104)
RULE = (150, 160, 166)
DANGER = (166, 25, 25)
SIZES = {"A5": (148.0, 210.0), "A4": (210.0, 297.0)}
POINT = 0.3528
"""Millimetres in a point."""


def clean(text: str) -> str:
    """Text without control and direction-changing characters, composed, as it may stand on paper."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(sign for sign in composed if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"})


class Paper(FPDF):
    """A PDF in millimetres with Atkinson Hyperlegible Next, a language and a title."""

    def __init__(self, size: str | tuple[float, float], *, title: str, lang: str) -> None:
        """`size` is `A5`, `A4` or width and height in mm; `title` names the document, never a diagnosis."""
        super().__init__(
            orientation="portrait", unit="mm", format=SIZES.get(size, (210, 297)) if isinstance(size, str) else size
        )
        self.add_font(FAMILY, "", FONTS / "AtkinsonHyperlegibleNext-Regular.ttf")
        self.add_font(FAMILY, "B", FONTS / "AtkinsonHyperlegibleNext-Bold.ttf")
        self.set_title(title)
        self.set_lang("id-ID" if lang == "id" else "en-GB")
        self.set_creator("THT Klinik")

    def write_line(
        self,
        text: str,
        size: float = 9,
        *,
        bold: bool = False,
        color: tuple[int, int, int] = INK,
        align: str = "L",
        leading: float = 1.35,
    ) -> None:
        """One paragraph over the full width, wrapped between words; `size` in points."""
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*color)
        self.multi_cell(
            0,
            size * POINT * leading,
            clean(text),
            align=align,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            wrapmode=WrapMode.WORD,
        )

    def height_of(self, text: str, size: float = 9, *, bold: bool = False, leading: float = 1.35) -> float:
        """Millimetres that `write_line` would take at the current margins."""
        self.set_font(FAMILY, "B" if bold else "", size)
        height = self.multi_cell(
            0,
            size * POINT * leading,
            clean(text),
            wrapmode=WrapMode.WORD,
            dry_run=True,
            output=MethodReturnValue.HEIGHT,
        )
        return float(height)  # type: ignore[arg-type]

    def keep_together(self, height: float) -> None:
        """Go to the next page unless `height` mm are left on this one."""
        if self.will_page_break(height):
            self.add_page()

    def rule(self, *, gap: float = 1.5, width: float = 0.3) -> None:
        """A thin line across the page with `gap` mm above and below."""
        self.set_draw_color(*RULE)
        self.set_line_width(width)
        y = self.get_y() + gap
        self.line(self.l_margin, y, self.w - self.r_margin, y)
        self.set_y(y + gap)

    def qr(self, content: str, x: float, y: float, side: float) -> None:
        """A QR code as vectors, `side` mm wide with its quiet zone inside, at error correction M."""
        matrix = segno.make(content, error="m", micro=False).matrix
        quiet = 2
        cell = side / (len(matrix) + 2 * quiet)
        self.set_fill_color(255, 255, 255)
        self.rect(x, y, side, side, style="F")
        self.set_fill_color(0, 0, 0)
        for row, cells in enumerate(matrix):
            start: int | None = None
            for column, dark in enumerate([*cells, 0]):
                if dark and start is None:
                    start = column
                elif not dark and start is not None:
                    # A hair of overlap downwards, so that no viewer shows white seams between rows.
                    left = x + (start + quiet) * cell
                    self.rect(left, y + (row + quiet) * cell, (column - start) * cell, cell * 1.02, style="F")
                    start = None
