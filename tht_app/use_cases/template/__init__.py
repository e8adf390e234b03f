"""What a person may do with templates of a note."""

from .examples import InstalledExamples, InstallExamples
from .filling import FilledPhrase, FillPhrase, ListPhrases, Phrase, Phrases
from .placing import Item, Placed, PlaceTemplate, Placing, PreviewPlacing, TakeBackPlaced
from .writing import ListTemplates, ReadTemplateVersions, RetireTemplate, SaveTemplate

__all__ = [
    "FillPhrase",
    "FilledPhrase",
    "InstallExamples",
    "InstalledExamples",
    "Item",
    "ListPhrases",
    "ListTemplates",
    "Phrase",
    "Phrases",
    "PlaceTemplate",
    "Placed",
    "Placing",
    "PreviewPlacing",
    "ReadTemplateVersions",
    "RetireTemplate",
    "SaveTemplate",
    "TakeBackPlaced",
]
