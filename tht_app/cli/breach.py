"""`tht audit breach-report`: whose data were reached in a window, by whom, within the 3 x 24 hours of the law."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tht_app.cli.place import choose_demo, clinic_place
from tht_app.settings import settings

if TYPE_CHECKING:
    from tht_app.use_cases.audit import Exposure

SERVICE = "tht"
COLUMNS = ("record_number", "patient", "person", "access", "times", "first", "last")


class Form(StrEnum):
    """What the report is written as."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"


def moment(text: str, *, end: bool = False) -> datetime:
    """A day, or a day and time, on the clinic's clock; a day as an end is included. Raises `typer.BadParameter`."""
    zone = settings().zone
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day such as 2026-11-21 or time such as 2026-11-21T14:30") from None
    if len(text) == len("2026-11-21") and end:
        read = datetime.combine(read.date(), time.max)
    return read if read.tzinfo else read.replace(tzinfo=zone)


def lines_of(found: Sequence["Exposure"], lang: str) -> list[dict[str, Any]]:
    """One line for each patient, person and kind of access."""
    from tht_app.domain.registration.identifiers import shown_record_number
    from tht_app.use_cases.audit.wording import access_words, who_words

    return [
        {
            "record_number": shown_record_number(one.patient.record_number),
            "patient": one.patient.name,
            "person": who_words(one.access.who, lang),
            "access": access_words(one.access, lang),
            "times": one.access.times,
            "first": one.access.first.isoformat(timespec="seconds"),
            "last": one.access.last.isoformat(timespec="seconds"),
        }
        for one in found
    ]


def written(lines: Sequence[dict[str, Any]], form: Form, summary: dict[str, Any]) -> str:
    """The report as text, CSV or JSON."""
    if form is Form.JSON:
        return json.dumps({**summary, "accesses": list(lines)}, ensure_ascii=False)
    if form is Form.CSV:
        from tht_app.domain.registration.sheet import safe_cell

        out = io.StringIO()
        writer = csv.writer(out, delimiter=";", lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([safe_cell(str(line[name])) for name in COLUMNS] for line in lines)
        return out.getvalue().rstrip("\n")
    head = "{patients} patients reached by {people} people or programs, from {since} to {until}.".format(**summary)
    body = [
        f"{line['record_number']}  {line['patient']}  |  {line['person']}  |  {line['access']}  |  "
        f"{line['times']}x  {line['first']} .. {line['last']}"
        for line in lines
    ]
    return "\n".join([head, *body])


def breach_report(  # noqa: PLR0917  options of a command, given by name
    since: Annotated[str, typer.Option("--from", help="First day, or day and time, on the clinic's clock.")],
    until: Annotated[str, typer.Option("--to", help="Last day, or day and time.")],
    person: Annotated[str, typer.Option(help="Only what this account reached: its user name.")] = "",
    patient: Annotated[str, typer.Option(help="Only this patient: the record number.")] = "",
    form: Annotated[Form, typer.Option("--format", help="text, csv or json.")] = Form.TEXT,
    lang: Annotated[str, typer.Option(help="Language of what was done: id or en.")] = "id",
    demo: Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")] = False,
) -> None:
    """Who reached which patients in a window; the report itself is written down in the audit log."""
    import asyncio

    from tht_app.domain.errors import NotFound, ValidationFailed
    from tht_app.use_cases.audit import BreachReport

    if demo:
        choose_demo()
    wanted = BreachReport(moment(since), moment(until, end=True), person, patient)
    try:
        with clinic_place():
            found = asyncio.run(_found(wanted))
    except NotFound:
        typer.echo("There is no such account or patient.", err=True)
        raise typer.Exit(2) from None
    except ValidationFailed:
        typer.echo("--to has to come after --from.", err=True)
        raise typer.Exit(2) from None
    summary = {
        "since": wanted.since.isoformat(timespec="minutes"),
        "until": wanted.until.isoformat(timespec="minutes"),
        "patients": len({one.patient.id for one in found}),
        "people": len({one.access.who.id for one in found}),
    }
    typer.echo(written(lines_of(found, lang), form, summary))


async def _found(wanted: Any) -> tuple["Exposure", ...]:
    from tht_app.database.gate import current_gate
    from tht_app.database.opening import opened_clinic
    from tht_app.use_cases.door import Actor, execute

    async with opened_clinic():
        return await execute(Actor(await current_gate().open_service(SERVICE)), wanted)
