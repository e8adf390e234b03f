"""Sentences that go onto paper, always in Indonesian: the law's language for prescriptions."""

from zoneinfo import ZoneInfo

from tht_app.domain.encounter.allergies import AllergyLine, AllergyState, AllergyVerification
from tht_app.i18n import date_text, text_of


def allergy_text(line: AllergyLine, zone: ZoneInfo, lang: str = "id") -> str:
    """One of the four states of the allergy slot, with names and with who said so."""
    if line.state is not AllergyState.PRESENT and line.state is not AllergyState.NONE_KNOWN:
        return text_of(f"pharmacy.allergy.{line.state.value}", lang)
    said = ""
    if line.recorded_at is not None:
        day = date_text(line.recorded_at.astimezone(zone).date(), lang)
        said = text_of("pharmacy.allergy.said", lang, person=line.recorded_by, date=day)
    if line.state is AllergyState.NONE_KNOWN or not line.allergies:
        return text_of("pharmacy.allergy.none_known", lang, said=said)
    names = [
        text_of("pharmacy.allergy.unconfirmed", lang, substance=allergy.substance)
        if allergy.verification is AllergyVerification.UNCONFIRMED
        else allergy.substance
        for allergy in line.allergies
    ]
    return text_of("pharmacy.allergy.present", lang, substances=", ".join(names), said=said)
