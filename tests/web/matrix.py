"""The hand-typed table of rights, and what the program really has, side by side."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from reflex_base.registry import RegistrationContext
from starlette.routing import Route, WebSocketRoute

import tht_app.pages  # noqa: F401  every page, and through them every State that a browser can reach
from tht_app.components.layout.registry import PAGES
from tht_app.state.gate import FRAMEWORK, HYDRATES, STORAGE, is_framework, is_setvar
from tht_app.state.payload import parameters_of

TABLE = Path(__file__).resolve().parents[2] / "docs" / "permissions.csv"
ROLES = ("admin", "doctor", "nurse", "pharmacist", "cashier", "auditor", "owner")
USERS = dict(zip(ROLES, ("admin", "dokter", "perawat", "apoteker", "kasir", "auditor", "pemilik"), strict=True))
ROOT = "reflex___state____state"
FIRST_NAME = "Kanarifah"
CANARY = f"{FIRST_NAME} Sukmawijaya"
"""A patient whose name must never reach somebody who may not see patients."""


@dataclass(frozen=True)
class Cell:
    """One row of the table: what, and who may."""

    kind: str
    name: str
    allowed: frozenset[str]


def table() -> list[Cell]:
    """The rows of docs/permissions.csv."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        wrong = {row[who] for who in (*ROLES, "nobody")} - {"allow", "deny"}
        assert not wrong, f"{row['name']}: {wrong}"
    return [
        Cell(row["kind"], row["name"], frozenset(who for who in (*ROLES, "nobody") if row[who] == "allow"))
        for row in rows
    ]


def short_name(full: str) -> str:
    """How the table calls a handler: context, module, State, handler."""
    if is_setvar(full):
        return "reflex.setvar"
    if "on_load_internal_state.set_is_hydrated" in full:
        return "reflex.on_load_set_is_hydrated"
    if is_framework(full):
        return f"reflex.{full.rsplit('.', 1)[1]}"
    state, handler = full.rsplit(".", 1)
    return (
        f"{state.rsplit('.', 1)[1].replace('____', '.').replace('___', '.').removeprefix('tht_app.state.')}.{handler}"
    )


def all_handlers() -> dict[str, str]:
    """Name in the table -> full name, of every handler the screens register; setters by one of them."""
    ours = {full for full in RegistrationContext.get().event_handlers if _is_ours(full)}
    return {short_name(full): full for full in sorted(ours)}


def _is_ours(full: str) -> bool:
    """Other test modules define States of their own in this process."""
    return full.startswith((f"{ROOT}.tht_app___", f"{ROOT}.reflex___")) or full.count(".") == 1


def all_pages() -> set[str]:
    """Every page with an address."""
    return set(PAGES)


def all_routes() -> set[str]:
    """Every plain route, as method and path."""
    from tht_app.web.app import create_api

    return {
        f"{method} {route.path}"
        for route in create_api().routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }


def all_websockets() -> set[str]:
    """The screens' own line and those of ours."""
    from tht_app.web.app import create_api

    return {"/_event"} | {route.path for route in create_api().routes if isinstance(route, WebSocketRoute)}


def payload_for(full: str, patient: UUID) -> dict[str, Any]:
    """Something that fits the handler's types and names a patient wherever it can."""
    if full in FRAMEWORK:
        return {"value": True} if "value" in FRAMEWORK[full] else dict.fromkeys(FRAMEWORK[full], "x")
    if full in HYDRATES:
        return {}
    if full == STORAGE:
        return {"vars": {}}
    if is_setvar(full):
        return {"var_name": "permissions", "value": ["identity.manage"]}
    handler = RegistrationContext.get().event_handlers[full].handler
    return {
        name: _value(kind, name, patient)
        for name, (kind, required) in parameters_of(handler.fn).items()
        if required or kind in {str, UUID}
    }


def _value(kind: Any, name: str, patient: UUID) -> Any:
    if kind is str:
        return str(patient) if name.endswith("_id") else {"text": FIRST_NAME, "lang": "en"}.get(name, "x")
    if kind is UUID:
        return str(patient)
    if kind is bool:
        return True
    if kind in {int, float}:
        return 30
    if kind is list or str(kind).startswith("list"):
        return []
    if str(kind).startswith("dict"):
        return {"patient_id": str(patient), "q": FIRST_NAME, "name": "x", "_key": uuid4().hex}
    return None
