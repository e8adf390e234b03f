"""The clinic's head, the same on every printed document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tht_app.documents.paper import SOFT, Paper
from tht_app.i18n import text_of


@dataclass(frozen=True, slots=True)
class ClinicHead:
    """Name, address, telephone and licence number of the clinic."""

    name: str
    address: str = ""
    phone: str = ""
    licence: str = ""

    @classmethod
    def from_setting(cls, setting: Mapping[str, Any] | None) -> "ClinicHead":
        """Read the setting `clinic`; what is missing stays empty, a missing setting is a clinic without a name yet."""
        values = setting or {}
        return cls(*(str(values.get(field) or "") for field in ("name", "address", "phone", "licence")))


def draw_head(paper: Paper, head: ClinicHead, lang: str = "id") -> None:
    """Draw the head at the cursor, with a rule below it."""
    paper.write_line(head.name or "Klinik THT", 13, bold=True, leading=1.2)
    if head.address:
        paper.write_line(head.address, 8, color=SOFT)
    details = [
        text_of(key, lang, **{field: value})
        for key, field, value in (
            ("pharmacy.print.phone", "phone", head.phone),
            ("pharmacy.print.clinic_licence", "licence", head.licence),
        )
        if value
    ]
    if details:
        paper.write_line(" · ".join(details), 8, color=SOFT)
    paper.rule(gap=1.5, width=0.5)
