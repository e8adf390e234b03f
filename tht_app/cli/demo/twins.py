"""People who were registered twice, as happens at a busy desk: something to merge in the demo."""

from collections.abc import Mapping
from datetime import date, timedelta

from tht_app.cli.demo.plan import Plan

TWINS = 3
LATER = timedelta(hours=1)


def twins(plan: Plan) -> list[tuple[int, dict[str, str]]]:
    """Patients of the plan with the form of their second record: no card at hand, and a slip of the pen each."""
    grown = [
        number
        for number, one in enumerate(plan.patients)
        if number not in plan.imported and "phone" in one.who.form and " " in one.who.form["name"]
    ]
    slips = (_short_name, _old_phone, _day_off)
    return [(number, slip(plan.patients[number].who.form)) for number, slip in zip(grown[:TWINS], slips, strict=False)]


def _second(form: Mapping[str, str]) -> dict[str, str]:
    kept = ("name", "birth_date", "sex", "phone", "street", "village", "city")
    return {**{field: form[field] for field in kept}, "nik_missing": "not_brought", "payer": "self"}


def _short_name(form: Mapping[str, str]) -> dict[str, str]:
    first, *rest = form["name"].split()
    return {**_second(form), "name": " ".join([first, *(f"{word[0]}." for word in rest)])}


def _old_phone(form: Mapping[str, str]) -> dict[str, str]:
    return {
        **_second(form),
        "name": form["name"].upper(),
        "phone": f"0815{form['phone'][-8:]}",
        "street": "Jl. Lama No. 1",
    }


def _day_off(form: Mapping[str, str]) -> dict[str, str]:
    born = date.fromisoformat(form["birth_date"]) + timedelta(days=1)
    return {**_second(form), "birth_date": born.isoformat()}
