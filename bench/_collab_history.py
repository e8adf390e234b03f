"""Opening a note that many have typed in for long."""

import asyncio
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from pycrdt import XmlFragment, XmlText

from tests.collab.world import World
from tests.web.browser import Browser
from tests.web.note_client import NoteClient
from tht_app.database.crypto import Purpose
from tht_app.database.engine import current
from tht_app.database.ids import new_id
from tht_app.database.queries.encounter.shared import BODY, LENGTH
from tht_app.domain.encounter.note import Section
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import OpenSharedNote, SettleNote
from tht_app.use_cases.encounter.note_document import document_of

TRIES = 3
COLUMNS = "id, encounter_id, patient_id, kind, sections, body_sealed, author_id, at"


def _typed(seed: bytes, count: int) -> Iterator[bytes]:
    """So many words, each a step of its own."""
    document = document_of((seed,))
    text = XmlText()
    document.get(Section.PLAN.value, type=XmlFragment).children[0].children.append(text)
    before, end = document_of((seed,)).get_state(), 0
    for number in range(count):
        word = f"kata{number} "
        text.insert(end, word)
        end += len(word)
        yield document.get_update(before)
        before = document.get_state()


async def write(world: World, visit: UUID, count: int) -> None:
    """Put them straight where they are stored, sealed as always: typing them would take hours."""
    note = await execute(world.actors["worker"], OpenSharedNote(visit))
    author, vault = world.clinic.person_id("dokter"), current().vault
    (patient,) = world.clinic.admin_fetch("select patient_id from clinic.encounter where id = %s", visit)
    about = (visit, patient["patient_id"], "edit", [Section.PLAN.value])
    with (
        psycopg.connect(world.clinic.server.dsn()) as connection,
        connection.cursor().copy(f"copy clinic.note_update ({COLUMNS}) from stdin") as copy,
    ):
        for update in _typed(note.steps[0].updates[0], count):
            row_id = new_id()
            body = len(update).to_bytes(LENGTH, "big") + update
            copy.write_row(
                (row_id, *about, vault.seal_bytes(Purpose.CLINICAL, BODY, row_id, body), author, datetime.now(UTC))
            )


async def opening(world: World, count: int) -> dict[str, Any]:
    """Milliseconds from asking for the line to having the whole document, before and after a snapshot stands for it."""
    visit = await world.visit()
    await write(world, visit, count)
    browser = await world.signed_in("dokter")
    whole = await _opened(browser, visit, 1)
    await execute(world.actors["worker"], SettleNote(visit))
    after = await _opened(browser, visit, TRIES)
    await browser.close()
    figures = {f"open_{count}_whole_ms": whole, f"open_{count}_ms": after}
    print(f"opening a note: {figures}", flush=True)
    return figures


async def _opened(browser: Browser, visit: UUID, tries: int) -> int:
    took: list[float] = []
    for _ in range(tries):
        start = time.perf_counter()
        async with NoteClient(browser, visit):
            took.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(0.5)  # the last one out has the note put away
    return round(statistics.median(took))
