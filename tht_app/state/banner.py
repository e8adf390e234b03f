"""What the patient banner shows; every State of a single-patient screen holds one."""

from dataclasses import dataclass, field
from typing import Literal

AllergyState = Literal["known", "none", "not_asked", "unavailable", "hidden"]


@dataclass(frozen=True)
class BannerView:
    """Words as they stand in the banner.

    `born` is `14-Jul-1985` or the word for unknown, `age` is `41 th` or "", `allergy_text` names the substances,
    `allergy_source` says who and when, `marks` are words such as "Anak" or "Meninggal". `hidden` is for roles that may
    not see allergies; `unavailable` is the default, because silence must never look like "none".
    """

    patient_id: str = ""
    name: str = ""
    sex: str = ""
    born: str = ""
    age: str = ""
    record_number: str = ""
    allergy_state: str = "unavailable"
    allergy_text: str = ""
    allergy_source: str = ""
    allergy_unconfirmed: bool = False
    marks: list[str] = field(default_factory=list[str])
