"""What a person may do with the clinic's letters."""

from .issuing import IssueLetter, PrepareLetter, WithdrawLetter
from .reading import LettersOfPatient, LettersOfVisit, PrintLetter, VerifyLetter
from .wording import ReadWordings, ResetWording, SaveWording

__all__ = [
    "IssueLetter",
    "LettersOfPatient",
    "LettersOfVisit",
    "PrepareLetter",
    "PrintLetter",
    "ReadWordings",
    "ResetWording",
    "SaveWording",
    "VerifyLetter",
    "WithdrawLetter",
]
