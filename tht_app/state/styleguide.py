"""State of the style guide: invented values for every component, nobody's data."""

import asyncio
from dataclasses import dataclass

import reflex as rx

from tht_app.domain.errors import ValidationFailed
from tht_app.state.acting import SIGNED_IN, Acting, handler
from tht_app.state.banner import BannerView

PEOPLE = ("Siti Rahmawati", "Budi Santoso", "Ni Luh Putu Ayu Kusumaningrum Wijayanti Dewi", "Sukarno", "Maria Goretti")


@dataclass(frozen=True)
class SampleRow:
    """One line of the sample table."""

    id: str
    name: str
    record_number: str
    amount: str


@dataclass(frozen=True)
class SampleOption:
    """One suggestion of the sample search."""

    value: str
    label: str
    hint: str


def banner(state: str, text: str = "", source: str = "") -> BannerView:
    """A sample banner in one of its four allergy states."""
    return BannerView(
        patient_id="0",
        name="SITI RAHMAWATI",
        sex="Perempuan",
        born="14-Jul-1985",
        age="41 th",
        record_number="00-12-34",
        allergy_state=state,
        allergy_text=text,
        allergy_source=source,
    )


class StyleguideState(Acting, rx.State):
    """Opens, chooses and saves for show."""

    errors: dict[str, str] = {}
    key_epoch: int = 0
    tab: str = "ear"
    dialog_open: bool = False
    urgent_open: bool = False
    sheet_open: bool = False
    rows: list[SampleRow] = [
        SampleRow(str(number), name, f"00-12-{30 + number}", f"Rp {125 + 40 * number}.000")
        for number, name in enumerate(PEOPLE)
    ]
    no_rows: list[SampleRow] = []
    options: list[SampleOption] = []
    answers: str = ""
    known: BannerView = banner("known", "penisilin", "(dr. Sari, 03-Mar-2026)")
    none: BannerView = banner("none", source="(pwt. Dewi, 21-Nov-2026)")
    not_asked: BannerView = banner("not_asked")
    unavailable: BannerView = banner("unavailable")

    @handler(needs=SIGNED_IN)
    async def save(self, form: dict[str, str]) -> None:
        """Refuse an empty name beside its field, else say that it is saved."""
        await asyncio.sleep(0.4)
        if not form.get("sample_name", "").strip():
            raise ValidationFailed({"sample_name": "required"})
        self.key_epoch += 1
        await self._notify("styleguide.toast.done", undo=StyleguideState.say("info"))

    @handler(needs=SIGNED_IN)
    async def say(self, kind: str) -> None:
        """Show a notice of a kind."""
        known = kind if kind in {"done", "info", "warn", "danger"} else "info"
        await self._notify(f"styleguide.toast.{known}", kind=known)

    @handler(needs=SIGNED_IN)
    async def choose_tab(self, tab: str) -> None:
        """Show one tab."""
        self.tab = tab

    @handler(needs=SIGNED_IN)
    async def search(self, text: str, question: str) -> None:
        """Suggest sample people."""
        self.answers = question
        self.options = [
            SampleOption(str(number), name, f"RM 00-12-{30 + number}")
            for number, name in enumerate(PEOPLE)
            if text.casefold() in name.casefold()
        ]

    @handler(needs=SIGNED_IN)
    async def open_row(self, row_id: str) -> None:
        """Open the side sheet for a row."""
        self.sheet_open = bool(row_id)

    @handler(needs=SIGNED_IN)
    async def show(self, what: str, seen: bool) -> None:
        """Open or close the dialog, the urgent dialog or the side sheet."""
        if what == "dialog":
            self.dialog_open = seen
        elif what == "urgent":
            self.urgent_open = seen
        elif what == "sheet":
            self.sheet_open = seen
