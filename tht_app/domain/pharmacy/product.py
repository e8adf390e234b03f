"""What stands in the catalogue: how a thing is named everywhere, and what one dose of it is counted in."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from tht_app.domain.errors import RuleViolation
from tht_app.domain.pharmacy.signa import DoseUnit, Pack


class DrugClass(StrEnum):
    """Golongan obat: who may get it how. Source: UU 35/2009, UU 5/1997, PMK 3/2015, lists of BPOM."""

    FREE = "free"
    LIMITED = "limited"
    PRESCRIPTION = "prescription"
    PHARMACIST = "pharmacist"
    PRECURSOR = "precursor"
    WATCHED = "watched"
    PSYCHOTROPIC = "psychotropic"
    NARCOTIC = "narcotic"
    NONE = "none"


GOLONGAN = {
    "bebas": DrugClass.FREE,
    "bebas terbatas": DrugClass.LIMITED,
    "keras": DrugClass.PRESCRIPTION,
    "owa": DrugClass.PHARMACIST,
    "prekursor": DrugClass.PRECURSOR,
    "oot": DrugClass.WATCHED,
    "psikotropika": DrugClass.PSYCHOTROPIC,
    "narkotika": DrugClass.NARCOTIC,
    "alat": DrugClass.NONE,
}
"""Indonesian words for the classes, as price lists and the national catalogue write them."""

CONTROLLED = frozenset({DrugClass.NARCOTIC, DrugClass.PSYCHOTROPIC, DrugClass.PRECURSOR})
"""Classes that the pharmacy answers for piece by piece (PMK 3/2015)."""

NEVER_REPEATED = frozenset({DrugClass.NARCOTIC, DrugClass.PSYCHOTROPIC})
"""Classes without `iter`: each handing over needs its own original prescription."""


class IterNotAllowed(RuleViolation):
    """Narcotics and psychotropics are never repeated from one prescription."""

    code = "pharmacy.iter_not_allowed"


def drug_class_of(text: str) -> DrugClass:
    """Read an own code or an Indonesian word for the class; raises ValueError for anything else."""
    plain = text.strip().lower().replace("_", " ")
    return GOLONGAN[plain] if plain in GOLONGAN else DrugClass(plain)


def pack_of(dose_unit: str, content: Fraction | None) -> Pack | None:
    """The pack that quantity arithmetic needs: bottles of drops and syrup hold millilitres, sprays hold puffs."""
    if content is None or dose_unit not in set(DoseUnit):
        return None
    unit = DoseUnit(dose_unit)
    return Pack(content, DoseUnit.MILLILITRE if unit is DoseUnit.DROP else unit)


def item_text(name: str, brand: str, strength: str, form: str) -> str:
    """How a product is written everywhere: generic in lower case, BRAND in capitals, strength, form.

    A number and its unit are kept together; nothing is ever shortened.
    """
    joined = " ".join(part.strip() for part in (name.lower(), brand.upper(), strength, form.lower()) if part.strip())
    return re.sub(r"(\d) (mg|mcg|g|ml|mL|%|IU)\b", "\\1\u00a0\\2", joined)


def folded(text: str) -> str:
    """Text for searching: lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def search_text(*parts: str) -> str:
    """All that a product can be found by."""
    return " ".join(folded(part.strip()) for part in parts if part.strip())


def ensure_iter_allowed(iteration: int, classes: Sequence[str]) -> None:
    """A prescription with a narcotic or psychotropic is never repeated."""
    if iteration and any(kind in NEVER_REPEATED for kind in classes):
        raise IterNotAllowed
