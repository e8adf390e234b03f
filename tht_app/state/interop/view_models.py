"""What the integrations page shows: flat values only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tht_app.i18n import moment_text, number_text, text_of
from tht_app.use_cases.interop import MailStatus, Trouble


@dataclass(frozen=True)
class MailView:
    """How mail stands."""

    on: bool
    sender: str
    server: str
    last_sent: str
    waiting: str
    dead: str
    sent: str
    not_sent: str


@dataclass(frozen=True)
class TroubleView:
    """One message with trouble as a line of the table."""

    id: str
    at: str
    kind: str
    reason: str
    attempts: str
    state: str
    tone: str
    patient_id: str
    can_resend: bool


NO_MAIL = MailView(on=True, sender="", server="", last_sent="", waiting="", dead="", sent="", not_sent="")


def mail_view(status: MailStatus, lang: str) -> MailView:
    """How mail stands, in the reader's language."""
    return MailView(
        on=status.on,
        sender=status.sender,
        server=status.server,
        last_sent=moment_text(status.last_sent, None, lang)
        if status.last_sent
        else text_of("interop.integrations.mail.never", lang),
        waiting=number_text(status.waiting),
        dead=number_text(status.dead),
        sent=number_text(status.sent),
        not_sent=number_text(status.not_sent),
    )


def trouble_view(trouble: Trouble, lang: str) -> TroubleView:
    """One message with trouble."""
    if trouble.busy:
        state, tone = text_of("interop.integrations.trouble.busy", lang), "info"
    elif trouble.next_attempt_at is None:
        state, tone = text_of("interop.integrations.trouble.dead", lang), "danger"
    else:
        when = moment_text(trouble.next_attempt_at, None, lang)
        state, tone = text_of("interop.integrations.trouble.next", lang, time=when), "wait"
    return TroubleView(
        id=str(trouble.id),
        at=moment_text(trouble.at, None, lang),
        kind=text_of(f"interop.kind.{trouble.kind.value}", lang),
        reason=text_of(f"interop.outcome.{trouble.outcome.value}", lang),
        attempts=number_text(trouble.attempts),
        state=state,
        tone=tone,
        patient_id=str(trouble.patient_id or ""),
        can_resend=not trouble.busy,
    )


def integrations_vars(status: MailStatus, _now: datetime, lang: str) -> dict[str, Any]:
    """What the page shows; those that were given up stand first."""
    troubles = [trouble_view(trouble, lang) for trouble in status.troubles]
    return {"mail": mail_view(status, lang), "troubles": troubles, "loaded": True}
