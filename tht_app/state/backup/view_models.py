"""How the backups stand, as flat values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tht_app.domain.backup import Health
from tht_app.i18n import moment_text, number_text, text_of
from tht_app.settings import settings
from tht_app.use_cases.backup import Backups, RunStatus

TONES = {Health.WELL: "done", Health.NEVER: "danger", Health.LATE: "danger", Health.FAILED: "danger"}


@dataclass(frozen=True)
class RunView:
    """One kind of run."""

    state: str
    tone: str
    last: str
    reason: str
    about: str


@dataclass(frozen=True)
class BackupView:
    """Everything about backups."""

    backup: RunView
    rehearsal: RunView
    copy: RunView
    copies: bool
    next: str
    stored: str
    folder: str
    busy: bool
    well: bool


NO_RUN = RunView("", "neutral", "", "", "")
NO_BACKUPS = BackupView(NO_RUN, NO_RUN, NO_RUN, copies=False, next="", stored="", folder="", busy=False, well=True)


def run_view(status: RunStatus, lang: str, kind: str) -> RunView:
    """One kind of run in the reader's language; `kind` chooses the words."""
    return RunView(
        state=text_of(f"backup.health.{status.health.value}", lang),
        tone=TONES[status.health],
        last=_moment(status.good_at, lang),
        reason=status.reason,
        about=_about(status, lang, kind),
    )


def _about(status: RunStatus, lang: str, kind: str) -> str:
    if status.good_at is None or kind == "copy":
        return ""
    figures = {"seconds": number_text(round(status.seconds)), "rows": number_text(status.rows)}
    return text_of(f"backup.about.{kind}", lang, size=number_text(max(1, round(status.size / 1e6))), **figures)


def _moment(moment: datetime | None, lang: str) -> str:
    if moment is None:
        return text_of("backup.never", lang)
    here = moment.astimezone(settings().zone)
    return moment_text(here, None, lang)


def backup_view(found: Backups, lang: str) -> BackupView:
    """Everything about backups in the reader's language."""
    shown = [found.backup, found.rehearsal, *([found.copy] if found.copy else [])]
    return BackupView(
        backup=run_view(found.backup, lang, "backup"),
        rehearsal=run_view(found.rehearsal, lang, "rehearsal"),
        copy=run_view(found.copy, lang, "copy") if found.copy else NO_RUN,
        copies=found.copy is not None,
        next=_moment(found.next_at, lang) if found.next_at else text_of("backup.off", lang),
        stored=number_text(found.stored),
        folder=found.folder,
        busy=found.busy,
        well=all(one.health is Health.WELL for one in shown),
    )


def backup_vars(found: Backups, _now: datetime, lang: str) -> dict[str, Any]:
    """What card and home show."""
    return {"backups": backup_view(found, lang), "loaded": True}
