"""`tht verify`: prove that every signed note still is what was signed, under the clinic's own signature."""

import asyncio
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from tht_app.cli.place import choose_demo, clinic_place

if TYPE_CHECKING:
    from tht_app.domain.encounter.record import Flaw

SERVICE = "tht"
FAULTS = {
    "content-differs": "its content is NOT what was signed",
    "signature-missing": "the clinic's signature is missing",
    "statement-differs": "the clinic's signature speaks of something else",
    "signature-wrong": "the signature was not made with this clinic's key",
    "evidence-wrong": "no answer of the signer's passkey proves it, although a passkey is said to have signed",
}


@dataclass
class Outcome:
    """What was checked, and what is wrong."""

    key_id: str = ""
    notes: int = 0
    addenda: int = 0
    flaws: list["Flaw"] = field(default_factory=list)


def verify(
    demo: Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """Check every signed note and addendum; the exit status is 0 only when all is well."""
    if demo:
        choose_demo()
    with clinic_place():
        outcome = asyncio.run(_prove(tell=not as_json))
    if as_json:
        typer.echo(json.dumps(asdict(outcome) | {"well": not outcome.flaws}, default=str))
    else:
        _say(outcome)
    raise typer.Exit(1 if outcome.flaws else 0)


async def _prove(*, tell: bool) -> Outcome:
    from tht_app.database.gate import current_gate
    from tht_app.database.opening import opened_clinic
    from tht_app.database.signing import record_key
    from tht_app.database.unit_of_work import Actor
    from tht_app.use_cases.door import execute
    from tht_app.use_cases.encounter import ProveSignatures

    outcome, after = Outcome(), None
    async with opened_clinic() as database:
        actor = Actor(await current_gate().open_service(SERVICE))
        outcome.key_id = record_key(database.vault).key_id
        while True:
            batch = await execute(actor, ProveSignatures(after))
            after = _count(outcome, batch.notes, batch.addenda, batch.flaws, batch.last)
            if after is None:
                return outcome
            if tell:
                typer.echo(f"{outcome.notes} signed notes checked …")


def _count(outcome: Outcome, notes: int, addenda: int, flaws: tuple["Flaw", ...], last: UUID | None) -> UUID | None:
    outcome.notes += notes
    outcome.addenda += addenda
    outcome.flaws += flaws
    return last


def _say(outcome: Outcome) -> None:
    for flaw in outcome.flaws:
        typer.echo(f"{flaw.subject} {flaw.subject_id} (encounter {flaw.encounter_id}): {FAULTS[flaw.fault]}.")
    well = "All of them are what was signed." if not outcome.flaws else f"{len(outcome.flaws)} of them are NOT well."
    typer.echo(f"{outcome.notes} signed notes and {outcome.addenda} addenda checked with key {outcome.key_id}. {well}")
