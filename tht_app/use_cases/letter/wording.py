"""The sentences of letters, as the clinic wants them: its own, else those that come with the program."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tht_app.database.queries import settings as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.identity import Permission
from tht_app.domain.letter import PARTS, LetterKind, Wording, checked_wording
from tht_app.i18n import text_of
from tht_app.use_cases.door import use_case

SETTING = "letters"
CLINICS_LANGUAGE = "id"
"""The clinic words its letters in Indonesian; those in English keep the program's wording."""


@dataclass(frozen=True, slots=True)
class ReadWordings:
    """How each kind of letter is worded now."""


@dataclass(frozen=True, slots=True)
class SaveWording:
    """Word a kind of letter anew: `parts` are its title, opening, body and closing."""

    kind: LetterKind
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ResetWording:
    """Go back to the wording that comes with the program."""

    kind: LetterKind


@dataclass(frozen=True, slots=True)
class KindWording:
    """The wording of one kind, and whether it is the clinic's own."""

    kind: LetterKind
    wording: Wording
    own: bool


def shipped_wording(kind: LetterKind, lang: str) -> Wording:
    """The wording that comes with the program."""
    return Wording(**{part: text_of(f"letter.wording.{kind.value}.{part}", lang) for part in PARTS})


async def wording_of(work: UnitOfWork, kind: LetterKind, lang: str) -> Wording:
    """The sentences of a letter in a language."""
    if lang != CLINICS_LANGUAGE:
        return shipped_wording(kind, lang)
    return _chosen(kind, await queries.read(work, SETTING)).wording


def _chosen(kind: LetterKind, setting: dict[str, Any] | None) -> KindWording:
    own = (setting or {}).get(kind.value)
    return KindWording(kind, Wording(**own) if own else shipped_wording(kind, CLINICS_LANGUAGE), bool(own))


@use_case(permission=Permission.SETTINGS_MANAGE, audit=AuditAction.READ, reads=True)
async def read_wordings(_request: ReadWordings, work: UnitOfWork) -> tuple[KindWording, ...]:
    """One for each kind."""
    setting = await queries.read(work, SETTING)
    return tuple(_chosen(kind, setting) for kind in LetterKind)


@use_case(permission=Permission.SETTINGS_MANAGE, audit=AuditAction.SETTINGS)
async def save_wording(request: SaveWording, work: UnitOfWork) -> None:
    """Keep it for the letters from now on; raises ValidationFailed."""
    wording = checked_wording(request.kind, request.parts)
    await _keep(work, request.kind, asdict(wording))


@use_case(permission=Permission.SETTINGS_MANAGE, audit=AuditAction.SETTINGS)
async def reset_wording(request: ResetWording, work: UnitOfWork) -> None:
    """Letters from now on are worded as they come with the program."""
    await _keep(work, request.kind, None)


async def _keep(work: UnitOfWork, kind: LetterKind, wording: dict[str, str] | None) -> None:
    setting = dict(await queries.read(work, SETTING) or {})
    before = setting.pop(kind.value, None)
    if wording is not None:
        setting[kind.value] = wording
    await queries.save(work, SETTING, setting)
    work.changed(
        "setting", work.new_id(), old={f"letters.{kind.value}": before}, new={f"letters.{kind.value}": wording}
    )
