"""The products of `medicines.csv`, and how much of each stands on the shelf of the demo clinic."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from random import Random


@dataclass(frozen=True, slots=True)
class Product:
    """One line of `medicines.csv`; `price` is rupiah for one `unit`."""

    code: str
    name: str
    brand: str
    form: str
    strength: str
    unit: str
    content: str
    dose_unit: str
    ingredients: tuple[str, ...]
    drug_class: str
    route: str
    external: bool
    price: int
    reorder_level: int
    default_signa: str

    @property
    def kind(self) -> str:
        """Medicine, device or consumable, as the catalogue calls it."""
        if self.drug_class != "alat":
            return "medicine"
        return "device" if self.code in DEVICES else "consumable"


DEVICES = frozenset({"BOTOLCUCI", "BATERAI-13", "PIPATIMP"})


def read_products() -> dict[str, Product]:
    """All products by code, in the order of the file."""
    text = resources.files("tht_app.database.reference").joinpath("medicines.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Product(
            code=row["code"],
            name=row["name"],
            brand=row["brand"],
            form=row["form"],
            strength=row["strength"],
            unit=row["unit"],
            content=row["content"],
            dose_unit=row["dose_unit"],
            ingredients=tuple(part for part in row["ingredients"].split(";") if part),
            drug_class=row["class"],
            route=row["route"],
            external=row["external"] == "1",
            price=int(row["price"]),
            reorder_level=int(row["reorder_level"]),
            default_signa=row["default_signa"],
        )
        for row in csv.DictReader(text.splitlines())
    }


SHELF: dict[str, Product] = read_products()


@dataclass(frozen=True, slots=True)
class Delivery:
    """Units of one lot."""

    code: str
    lot: str
    expires: date
    quantity: int
    cost: int


def deliveries(rng: Random, needed: Counter[str], today: date, received: date) -> list[Delivery]:
    """Lots so that every prescription can be handed out, and the shelf looks like a shelf.

    One product in twelve ends below its reorder level, one in fifteen has a lot that expires within weeks, a few have
    a lot that expired meanwhile. The lot that expires first is never needed to be enough.
    """
    found: list[Delivery] = []
    for number, product in enumerate(SHELF.values()):
        spare = product.reorder_level * rng.uniform(1.6, 3.2)
        if number % 12 == 5:
            spare = product.reorder_level * rng.uniform(0.2, 0.8)
        total = needed[product.code] + max(2, round(spare))
        first = total // 3
        soon = today + timedelta(days=rng.randint(18, 80) if number % 15 == 4 else rng.randint(150, 420))
        later = soon + timedelta(days=rng.randint(120, 400))
        cost = round(product.price * 0.72)
        mark = f"{product.code[:3]}{today.year % 100:02d}{number:03d}"
        if first:
            found.append(Delivery(product.code, f"{mark}A", soon, first, cost))
        found.append(Delivery(product.code, f"{mark}B", later, total - first, cost))
        if number % 29 == 7:
            gone = received + timedelta(days=rng.randint(2, max((today - received).days - 1, 3)))
            found.append(Delivery(product.code, f"{mark}X", gone, max(2, product.reorder_level // 6), cost))
    return found


def units_needed(medicines: Iterable[tuple[str, int]]) -> Counter[str]:
    """Units by product code."""
    needed: Counter[str] = Counter()
    for code, quantity in medicines:
        needed[code] += quantity
    return needed
