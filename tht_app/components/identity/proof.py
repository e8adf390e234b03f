"""The question who sits there, over whatever screen needs to know."""

from typing import Any

import reflex as rx

from tht_app.components.ui.button import COLOURS, SHAPE
from tht_app.components.ui.field import BOX
from tht_app.components.ui.icon import icon
from tht_app.domain.proof import Sensitive
from tht_app.i18n import t
from tht_app.script import script
from tht_app.state.proof import ProofState

SCRIPT = script("proof.jsx")
script("passkey.js")
LOOKS = {
    "dialog": (
        "w-[28rem] max-w-[calc(100vw-2rem)] m-auto p-0 rounded-card border border-line bg-surface text-text "
        "shadow-float"
    ),
    "card": "flex flex-col gap-4 p-6",
    "title": "flex items-center gap-3 m-0 text-20 font-bold",
    "text": "m-0",
    "label": "flex flex-col gap-1 font-semibold",
    "input": BOX,
    "problem": "m-0 text-danger-text font-medium empty:hidden",
    "actions": "flex flex-wrap items-center justify-end gap-3",
    "passkey": f"{SHAPE} {COLOURS['ghost']} mr-auto",
    "cancel": f"{SHAPE} {COLOURS['secondary']}",
    "submit": f"{SHAPE} {COLOURS['primary']}",
    "hint": "m-0 text-13 text-muted",
}


class ProofBox(rx.Component):
    """See proof.jsx; use `proof_dialog`."""

    library = SCRIPT.importable_path
    tag = "ProofDialog"

    kind: rx.Var[str]
    lead: rx.Var[str]
    words: rx.Var[dict[str, str]]
    looks: rx.Var[dict[str, str]]
    icon: rx.Var[Any]
    key_icon: rx.Var[Any]
    on_proved: rx.EventHandler[rx.event.no_args_event_spec]
    on_cancel: rx.EventHandler[rx.event.no_args_event_spec]


@rx.memo
def proof_dialog() -> rx.Component:
    """Once for every screen; `ProofState` opens it."""
    leads = [(kind.value, t(f"identity.proof.kind.{kind.value}")) for kind in Sensitive]
    return ProofBox.create(
        kind=ProofState.kind,
        lead=rx.match(ProofState.kind, *leads, ""),
        words={
            "title": t("identity.proof.title"),
            "field": t("identity.proof.field"),
            "submit": t("identity.proof.submit"),
            "cancel": t("common.cancel"),
            "hint": t("identity.proof.hint"),
            "passkey": t("identity.proof.passkey"),
            "cancelled": t("identity.proof.passkey_cancelled"),
            "unreachable": t("shell.lock.unreachable"),
        },
        looks=LOOKS,
        icon=icon("shield-check"),
        key_icon=icon("fingerprint"),
        on_proved=ProofState.go_on,
        on_cancel=ProofState.cancel,
    )


class SignByPasskeyBox(rx.Component):
    """See proof.jsx; use `sign_by_passkey`."""

    library = SCRIPT.importable_path
    tag = "SignByPasskey"

    hash: rx.Var[str]
    words: rx.Var[dict[str, str]]
    looks: rx.Var[dict[str, str]]
    icon: rx.Var[Any]
    on_answer: rx.EventHandler[rx.event.passthrough_event_spec(dict[str, str])]


def sign_by_passkey(hash_: Any, on_answer: Any) -> rx.Component:
    """A button for whoever has a passkey that can work here; `on_answer` gets its answer as `passkey`."""
    return SignByPasskeyBox.create(
        hash=hash_,
        words={"sign": t("identity.proof.sign"), "cancelled": t("identity.proof.passkey_cancelled")},
        looks={
            "row": "flex flex-wrap items-center gap-3",
            "button": f"{SHAPE} {COLOURS['secondary']}",
            "problem": LOOKS["problem"],
        },
        icon=icon("fingerprint"),
        on_answer=on_answer,
    )
