"""Directions for use as a sentence that a patient understands, in the reader's language."""

from tht_app.domain.pharmacy.signa import SIDED_ROUTES, Dosage, DoseUnit, Route, Side, Timing, dose_figure
from tht_app.i18n import text_of

PATTERN = {
    Route.SUBLINGUAL: "pharmacy.signa.sublingual",
    Route.GARGLE: "pharmacy.signa.gargle",
    Route.TOPICAL: "pharmacy.signa.topical",
    Route.INHALATION: "pharmacy.signa.inhalation",
    Route.RECTAL: "pharmacy.signa.rectal",
    Route.INJECTION: "pharmacy.signa.injection",
}


def dose_text(dosage: Dosage, lang: str = "id") -> str:
    """`1 tablet`, `4 tetes`; the space does not break, so that figure and unit stay together."""
    return f"{dose_figure(dosage.amount, dosage.unit)}\u00a0{text_of(f'pharmacy.unit.{dosage.unit.value}', lang)}"


def plain_signa(dosage: Dosage, lang: str = "id") -> str:
    """`3 kali sehari 1 tablet, sesudah makan, selama 5 hari`."""
    dose = dose_text(dosage, lang)
    if dosage.route in SIDED_ROUTES and dosage.side is not Side.NONE:
        place = text_of(f"pharmacy.signa.{dosage.route.value}.{dosage.side.value}", lang)
        direction = text_of("pharmacy.signa.place", lang, times=dosage.times_per_day, dose=dose, place=place)
    else:
        key = PATTERN.get(dosage.route, "pharmacy.signa.take")
        if dosage.route is Route.TOPICAL and dosage.unit is not DoseUnit.APPLICATION:
            key = "pharmacy.signa.onto"
        direction = text_of(key, lang, times=dosage.times_per_day, dose=dose)
    if dosage.as_needed:
        direction = text_of("pharmacy.signa.as_needed", lang, direction=direction)
    parts = [direction]
    if dosage.timing is not Timing.ANY:
        parts.append(text_of(f"pharmacy.signa.timing.{dosage.timing.value}", lang))
    if dosage.days:
        parts.append(text_of("pharmacy.signa.days", lang, days=dosage.days))
    return ", ".join(parts)
