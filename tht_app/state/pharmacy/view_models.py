"""From what the pharmacy knows to what stands on its screens; pure functions, the clinic's zone and clock given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from tht_app.domain.pharmacy.prescription import DispenseStatus, PrescriptionStatus
from tht_app.domain.pharmacy.signa import Dosage, DoseUnit, Route, Side, Timing, dose_figure, parse_amount, parse_signa
from tht_app.i18n import age_text, date_text, moment_text, money_text, number_text, text_of, time_text
from tht_app.use_cases.pharmacy.models import (
    BoardCard,
    PrescriptionDetail,
    PrescriptionLine,
    PrescriptionSummary,
    ProductSummary,
)

LONG_WAIT = timedelta(minutes=30)
TOO_LONG = timedelta(minutes=60)
"""Waiting at the pharmacy: half an hour for ready-made medicines, an hour at most (service standard of clinics)."""
COLUMNS = ("waiting", "preparing", "ready")


@dataclass(frozen=True)
class ProductOption:
    """A suggestion: the wording, and beside it stock and price."""

    value: str = ""
    label: str = ""
    hint: str = ""


@dataclass(frozen=True)
class ProductView:
    """The product that is being prescribed, with the direction the catalogue suggests."""

    id: str = ""
    item: str = ""
    stock: str = ""
    short: bool = False
    unit: str = ""
    amount: str = "1"
    dose_unit: str = "tablet"
    times: str = "3"
    route: str = "oral"
    side: str = ""
    timing: str = ""
    as_needed: bool = False
    watched: str = ""
    """The word for a class that asks for care, such as a narcotic; empty for the others."""


@dataclass(frozen=True)
class LineView:
    """One R/ as a sentence: item, dose (bold), the rest; then what the shelf says."""

    id: str = ""
    item: str = ""
    dose: str = ""
    rest: str = ""
    latin: str = ""
    quantity: str = ""
    note: str = ""
    external: bool = False
    watched: str = ""
    stock: str = ""
    short: bool = False
    lots: str = ""
    left: str = ""
    done: bool = False
    price: str = ""


@dataclass(frozen=True)
class PrescriptionView:
    """A prescription on a screen; `state` is its status, `counter` how far it is at the counter."""

    id: str = ""
    number: str = ""
    state: str = ""
    counter: str = ""
    claimed_by: str = ""
    signed: str = ""
    doctor: str = ""
    patient: str = ""
    person: str = ""
    record_number: str = ""
    allergy_state: str = ""
    allergy: str = ""
    weight: str = ""
    repeats: str = ""
    lines: list[LineView] = field(default_factory=list[LineView])
    total: str = ""
    shortages: int = 0
    print_url: str = ""
    labels_url: str = ""


@dataclass(frozen=True)
class CardView:
    """A card of the board; `tone` is ok, long or too_long and goes with the words in `waited`."""

    id: str = ""
    number: str = ""
    patient: str = ""
    record_number: str = ""
    doctor: str = ""
    lines: str = ""
    since: str = ""
    waited: str = ""
    tone: str = "ok"
    claimed_by: str = ""
    partly: bool = False


@dataclass(frozen=True)
class SummaryView:
    """A signed prescription in the list."""

    id: str = ""
    number: str = ""
    state: str = ""
    signed: str = ""
    patient: str = ""
    record_number: str = ""
    doctor: str = ""
    lines: str = ""


def stock_text(units: int, unit: str, lang: str) -> str:
    """What may be handed out, in words."""
    if units == 0:
        return text_of("pharmacy.stock.none", lang)
    return text_of("pharmacy.stock.left", lang, count=number_text(units), unit=unit)


def watched_text(drug_class: str, lang: str) -> str:
    """The word for classes that ask for care."""
    if drug_class in {"narcotic", "psychotropic", "precursor", "watched"}:
        return text_of(f"pharmacy.class.{drug_class}", lang)
    return ""


def option_view(product: ProductSummary, lang: str) -> ProductOption:
    """A suggestion of the search."""
    hint = f"{stock_text(product.stock, product.unit, lang)} · {money_text(product.price_rupiah)}"
    return ProductOption(str(product.id), product.item, hint)


def product_view(product: ProductSummary, lang: str) -> ProductView:
    """The product with its usual direction filled in, so that the prescriber only changes what differs."""
    route = Route(product.route) if product.route else Route.ORAL
    usual = parse_signa(product.default_signa, route)
    return ProductView(
        id=str(product.id),
        item=product.item,
        stock=stock_text(product.stock, product.unit, lang),
        short=product.stock == 0,
        unit=product.unit,
        amount=dose_figure(usual.amount, usual.unit) if usual else "1",
        dose_unit=usual.unit.value if usual else product.dose_unit or DoseUnit.TABLET.value,
        times=str(usual.times_per_day) if usual else "1",
        route=route.value,
        side="",
        timing=usual.timing.value if usual else "",
        as_needed=bool(usual and usual.as_needed),
        watched=watched_text(product.drug_class, lang),
    )


def direction_text(dosage: Dosage, lang: str) -> str:
    """Everything of a direction but the dose, in the order of a prescription: `oral – 3× sehari – 5 hari`."""
    place = (
        f"pharmacy.signa.{dosage.route.value}.{dosage.side.value}"
        if dosage.side
        else f"pharmacy.route.{dosage.route.value}"
    )
    parts = [text_of(place, lang), text_of("pharmacy.line.times", lang, times=dosage.times_per_day)]
    if dosage.as_needed:
        parts.append(text_of("pharmacy.line.as_needed", lang))
    if dosage.timing:
        parts.append(text_of(f"pharmacy.timing.{dosage.timing.value}", lang))
    if dosage.days:
        parts.append(text_of("pharmacy.line.days", lang, days=dosage.days))
    return " – ".join(parts)


def _dosage(line: PrescriptionLine) -> Dosage:
    return Dosage(
        parse_amount(line.dose_amount),
        DoseUnit(line.dose_unit),
        line.times_per_day,
        Route(line.route),
        Side(line.side),
        Timing(line.timing),
        line.as_needed,
        line.days,
    )


def line_view(line: PrescriptionLine, lang: str) -> LineView:
    """One R/ with the shelf behind it; `short` when the shelf holds less than is still owed."""
    left = line.quantity - line.dispensed
    unit = text_of(f"pharmacy.unit.{line.dose_unit}", lang)
    return LineView(
        id=str(line.id),
        item=line.item,
        dose=f"{line.dose_amount}\u00a0{unit}",
        rest=direction_text(_dosage(line), lang),
        latin=line.signa_latin,
        quantity=f"{line.quantity}\u00a0{line.unit}",
        note=line.note,
        external=line.external,
        watched=watched_text(line.drug_class, lang),
        stock=stock_text(line.stock, line.unit, lang),
        short=line.stock < left,
        lots=line.lots,
        left=str(left),
        done=left == 0,
        price=money_text(line.price_rupiah * line.quantity),
    )


def _weight(detail: PrescriptionDetail, lang: str) -> str:
    if detail.weight_grams is None or detail.weighed_on is None:
        return text_of("pharmacy.print.no_weight", lang)
    kilos = f"{detail.weight_grams / 1000:.1f}".removesuffix(".0").replace(".", ",")
    return text_of("pharmacy.print.weight", lang, weight=kilos, date=date_text(detail.weighed_on, lang))


def prescription_view(detail: PrescriptionDetail, zone: tzinfo, today: date, lang: str) -> PrescriptionView:
    """A prescription with its lines, the whole price and how many lines the shelf cannot fill."""
    lines = [line_view(line, lang) for line in detail.lines]
    signed = detail.signed_at is not None
    sex = detail.sex if detail.sex in {"male", "female", "other"} else "unknown"
    age = age_text(detail.birth_date, today, lang)
    born = text_of("pharmacy.print.born", lang, date=date_text(detail.birth_date, lang), age=age)
    open_now = detail.status in {PrescriptionStatus.DRAFT, PrescriptionStatus.ACTIVE}
    return PrescriptionView(
        id=str(detail.id),
        number=detail.number,
        state=detail.status,
        counter=counter_of(detail),
        claimed_by=detail.claimed_by,
        signed=moment_text(detail.signed_at, zone, lang) if detail.signed_at else "",
        doctor=detail.doctor,
        patient=detail.patient_name,
        person=f"{text_of(f'pharmacy.print.sex.{sex}', lang)} · {born}",
        record_number=detail.record_number,
        allergy_state=detail.allergy_state,
        allergy=detail.allergy,
        weight=_weight(detail, lang),
        repeats=text_of("pharmacy.print.iter", lang, times=detail.iter) if detail.iter else "",
        lines=lines,
        total=money_text(sum(line.price_rupiah * line.quantity for line in detail.lines)),
        shortages=sum(line.short for line in lines) if open_now else 0,
        print_url=f"/files/prescriptions/{detail.id}.pdf",
        labels_url=f"/files/labels/{detail.id}.pdf" if signed else "",
    )


def counter_of(detail: PrescriptionDetail) -> str:
    """The column of the board, empty when it stands in none."""
    if detail.status != PrescriptionStatus.ACTIVE:
        return ""
    columns = {DispenseStatus.PREPARATION.value: "preparing", DispenseStatus.IN_PROGRESS.value: "ready"}
    return columns.get(detail.dispense_status, "waiting")


def card_view(card: BoardCard, zone: tzinfo, now: datetime, lang: str) -> CardView:
    """A card; how long the patient has waited counts from the signature."""
    waited = max(now - card.signed_at, timedelta())
    minutes = int(waited.total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    words = (
        text_of("pharmacy.board.minutes", lang, minutes=minutes)
        if not hours
        else text_of("pharmacy.board.hours", lang, hours=hours, minutes=rest)
    )
    return CardView(
        id=str(card.id),
        number=card.number,
        patient=card.patient_name,
        record_number=card.record_number,
        doctor=card.doctor,
        lines=text_of("pharmacy.board.lines", lang, count=card.lines),
        since=time_text(card.since.astimezone(zone)),
        waited=words,
        tone="too_long" if waited >= TOO_LONG else "long" if waited >= LONG_WAIT else "ok",
        claimed_by=card.claimed_by,
        partly=card.partly,
    )


def columns_of(cards: Sequence[BoardCard], zone: tzinfo, now: datetime, lang: str) -> dict[str, list[CardView]]:
    """The cards of each column, longest waiting first."""
    return {name: [card_view(card, zone, now, lang) for card in cards if card.column == name] for name in COLUMNS}


def summary_view(item: PrescriptionSummary, zone: tzinfo, lang: str) -> SummaryView:
    """A line of the list."""
    return SummaryView(
        id=str(item.id),
        number=item.number,
        state=item.status,
        signed=moment_text(item.signed_at, zone, lang),
        patient=item.patient_name,
        record_number=item.record_number,
        doctor=item.doctor,
        lines=str(item.lines),
    )
