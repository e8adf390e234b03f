"""What is known about a patient beyond this visit: problems, past illness, current medicines, family and habits."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tht_app.domain.errors import ValidationFailed


class HistoryKind(StrEnum):
    """Which list an entry of the history stands in."""

    PROBLEM = "problem"
    ILLNESS = "illness"
    SURGERY = "surgery"
    FAMILY = "family"
    SOCIAL = "social"


class EntryStatus(StrEnum):
    """Whether an entry still counts."""

    ACTIVE = "active"
    ENDED = "ended"
    ENTERED_IN_ERROR = "entered-in-error"


LONGEST_ENTRY = 1_000
LONGEST_MEDICINE = 200


@dataclass(frozen=True, slots=True)
class Question:
    """Something that is asked of every patient: `choices` are the answers there are, none for an answer in words."""

    kind: HistoryKind
    choices: tuple[str, ...] = ()


YES_NO = ("no", "yes", "unknown")
QUESTIONS: Mapping[str, Question] = {
    "smoking": Question(HistoryKind.SOCIAL, ("never", "former", "current", "passive")),
    "alcohol": Question(HistoryKind.SOCIAL, ("never", "sometimes", "regularly")),
    "noise": Question(HistoryKind.SOCIAL, ("none", "former", "current")),
    "swimming": Question(HistoryKind.SOCIAL, ("never", "sometimes", "regularly")),
    "occupation": Question(HistoryKind.SOCIAL),
    "hearing_loss": Question(HistoryKind.FAMILY, YES_NO),
    "atopy": Question(HistoryKind.FAMILY, YES_NO),
    "cancer": Question(HistoryKind.FAMILY, YES_NO),
}
"""What an ENT history asks beside the complaint: noise and swimming for the ear, smoke and alcohol for the throat and
larynx, atopy for the nose; hearing loss, atopy and cancer of the head and neck in the family."""
LONGEST_DETAIL = 200


def checked_answer(name: str, value: str, detail: str) -> None:
    """Refuse an answer that is not offered, naming its field; where nothing can be chosen, words are the answer."""
    question = QUESTIONS.get(name)
    if question is None or (value not in question.choices if question.choices else value):
        raise ValidationFailed({name: "unknown_choice"})
    if not question.choices and not detail:
        raise ValidationFailed({name: "required"})
