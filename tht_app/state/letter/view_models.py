"""Letters as screens show them, and the forms as they begin: pure functions, no clock, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from tht_app.domain.encounter.diagnosis import Laterality
from tht_app.domain.encounter.note import Section
from tht_app.domain.encounter.record import Procedure
from tht_app.domain.letter import PARTS, PLACEHOLDERS, Letter, LetterKind, Wording
from tht_app.i18n import long_date_text, moment_text, text_of
from tht_app.state.encounter.view_models import vitals_line
from tht_app.state.ent.view_models import SentenceView, sentences
from tht_app.use_cases.letter.issuing import LetterBasis
from tht_app.use_cases.letter.wording import KindWording


@dataclass(frozen=True)
class LetterView:
    """One letter in a list."""

    id: str
    number: str
    kind: str
    issued: str
    prints: int
    withdrawn: bool
    reason: str
    mine: bool
    address: str


@dataclass(frozen=True)
class WordingView:
    """How a kind of letter is worded, and which placeholders it knows."""

    kind: str = ""
    own: bool = False
    title: str = ""
    opening: str = ""
    body: str = ""
    closing: str = ""
    placeholders: str = ""


def letter_views(letters: Iterable[Letter], zone: ZoneInfo, lang: str) -> list[LetterView]:
    """What a list shows of letters, newest first as they come."""
    return [
        LetterView(
            id=str(letter.id),
            number=letter.number,
            kind=letter.kind.value,
            issued=f"{moment_text(letter.issued_at.astimezone(zone), None, lang)} · {letter.issued_by}",
            prints=letter.prints,
            withdrawn=letter.withdrawn,
            reason=letter.reason,
            mine=letter.mine,
            address=f"/letters/{letter.id}.pdf",
        )
        for letter in letters
    ]


def beginnings(basis: LetterBasis, lang: str) -> dict[str, str]:
    """What the fields of the forms hold before the doctor types: the words of the record, never invented ones."""
    texts = {section.section: section.text.strip() for section in basis.sections}
    seen = [
        texts.get(Section.OBJECTIVE, ""),
        *(_sentence(one, lang) for one in sentences(basis.findings, lang)),
        vitals_line(basis.readings, lang),
    ]
    return {
        "start": basis.examined_on.isoformat(),
        "giver": "guardian" if basis.minor else "patient",
        "complaint": texts.get(Section.SUBJECTIVE, ""),
        "findings": "\n".join(line for line in seen if line),
        "diagnosis": "\n".join(f"{item.title} ({item.code})" for item in basis.diagnoses),
        "procedures": "\n".join(_done(one, lang) for one in basis.procedures),
        "therapy": "\n".join(basis.therapy),
        "advice": texts.get(Section.PLAN, ""),
    }


def _sentence(sentence: SentenceView, lang: str) -> str:
    side = sentence.side
    words = f" {text_of(f'encounter.side.{side}', lang)}" if side in {"right", "left"} else ""
    return f"{text_of(f'ent.part.{sentence.part}', lang)}{words}: {sentence.text}"


def _done(one: Procedure, lang: str) -> str:
    """`Irigasi telinga, kanan (96.52): serumen keras`."""
    side = "" if one.laterality is Laterality.NONE else f", {text_of(f'encounter.laterality.{one.laterality}', lang)}"
    return f"{one.title}{side.lower()} ({one.code}){': ' if one.note else ''}{one.note}"


def wording_views(found: Iterable[KindWording]) -> list[WordingView]:
    """One for each kind."""
    return [
        WordingView(
            kind=one.kind.value,
            own=one.own,
            placeholders=" ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS[one.kind])),
            **{part: getattr(one.wording, part) for part in PARTS},
        )
        for one in found
    ]


EXAMPLES: Mapping[str, str] = {
    "nama": "Siti Rahmawati",
    "umur": "41 th",
    "jenis_kelamin": "Perempuan",
    "no_rm": "00-12-34",
    "alamat": "Jl. Melati 5, Depok",
    "dokter": "dr. Sari Kusuma, Sp.THT-KL",
    "klinik": "Klinik THT",
    "hari": "2 (dua) hari",
    "tujuan": "RS Umum",
    "bagian": "Bagian THT-KL",
    "tindakan": "Ekstraksi serumen telinga kanan",
    "keputusan": "MENYETUJUI",
    "pemberi": "Siti Rahmawati",
    "hubungan": "diri sendiri",
}


def preview(wording: Wording, today: date) -> list[str]:
    """The sentences with an invented patient in them, for the owner to read."""
    days = {name: long_date_text(today) for name in ("tanggal", "tanggal_periksa", "dari", "sampai")}
    filled = wording.filled({**EXAMPLES, **days, "tanggal_lahir": "14 Juli 1985"})
    return [text for text in (filled.title, filled.opening, filled.body, filled.closing) if text]


def kind_of(text: str) -> LetterKind:
    """A kind that came from a browser; anything else is the first."""
    return LetterKind(text) if text in set(LetterKind) else LetterKind.SICK_NOTE
