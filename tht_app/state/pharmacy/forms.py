"""From what people typed to requests; what cannot be read is named beside its field."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from tht_app.domain.errors import NotFound, Problem, ValidationFailed
from tht_app.use_cases.pharmacy import LineDraft, ReceivedGoods


def as_id(text: str) -> UUID:
    """An id that came from a browser; what is none names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def whole(form: Mapping[str, str], name: str, problems: dict[str, str | Problem], *, empty: int | None = None) -> int:
    """A whole number of a form field, with thousands dots or a sign; `empty` stands for nothing typed."""
    text = form.get(name, "").strip().replace(".", "").replace("−", "-")
    if not text and empty is not None:
        return empty
    digits = text.removeprefix("-").removeprefix("+")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        problems[name] = "required" if not text else "pharmacy.whole_number"
        return 0
    return int(text)


def line_of(form: Mapping[str, str], product_id: str) -> LineDraft:
    """The line of the prescriber's form; an empty quantity is calculated."""
    problems: dict[str, str | Problem] = {}
    times = whole(form, "times_per_day", problems)
    days = whole(form, "days", problems, empty=0)
    quantity = whole(form, "quantity", problems, empty=0)
    if problems:
        raise ValidationFailed(problems)
    return LineDraft(
        product_id=as_id(product_id),
        amount=form.get("amount", ""),
        unit=form.get("unit", ""),
        times_per_day=times,
        route=form.get("route", ""),
        quantity=quantity,
        side=form.get("side", ""),
        timing=form.get("timing", ""),
        as_needed=form.get("as_needed") == "on",
        days=days,
        note=form.get("note", ""),
    )


def goods_of(form: Mapping[str, str], product_id: str) -> ReceivedGoods:
    """The goods of the receiving form."""
    problems: dict[str, str | Problem] = {}
    quantity = whole(form, "quantity", problems)
    cost = whole(form, "cost_rupiah", problems, empty=0)
    day = day_of(form, "expires_on", problems)
    if not form.get("lot_number", "").strip():
        problems["lot_number"] = "required"
    if problems:
        raise ValidationFailed(problems)
    return ReceivedGoods(as_id(product_id), form.get("lot_number", ""), day, quantity, cost)


def day_of(form: Mapping[str, str], name: str, problems: dict[str, str | Problem]) -> date | None:
    """A date field, which sends ISO; nothing typed is no date."""
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems[name] = "pharmacy.not_a_date"
        return None


def quantities_of(form: Mapping[str, str]) -> tuple[tuple[UUID, int], ...]:
    """Units for each line of the handing-over form, from fields named `quantity_<line id>`."""
    problems: dict[str, str | Problem] = {}
    chosen = tuple(
        (as_id(name.removeprefix("quantity_")), whole(form, name, problems, empty=0))
        for name in form
        if name.startswith("quantity_")
    )
    if problems:
        raise ValidationFailed(problems)
    return chosen
