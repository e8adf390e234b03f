"""Where the steps of all open notes of this process are stored, before anybody is shown them.

The first step of somebody goes through the door, and again every five minutes, when the log is told. For the ones
between, PostgreSQL is asked in the same round trip whether what the door decided on is still so; steps that come while
one commit is under way go together into the next. Whatever cannot be stored so goes through the door, which alone
refuses.
"""

import asyncio
from uuid import UUID

from tht_app.database.engine import current
from tht_app.database.note_steps import QuickStep, StepWriter
from tht_app.domain.encounter.note import NURSING_SECTIONS
from tht_app.live.noted import Noted
from tht_app.state.feedback import incident
from tht_app.use_cases.door import Actor, proceed
from tht_app.use_cases.encounter import AppendUpdate

MOST_AT_ONCE = 200


class Grounds:
    """What the door's decisions about one person at one device stood on: for S and O, and for all four sections."""

    def __init__(self) -> None:
        """The door has not been asked."""
        self._nursing = self._all = ""

    def of(self, request: AppendUpdate) -> str:
        """What the decision that covers this step stood on; nothing where there was none."""
        return (self._nursing if request.sections <= NURSING_SECTIONS else "") or self._all

    def keep(self, request: AppendUpdate, ground: str) -> None:
        """Remember a decision."""
        if request.sections <= NURSING_SECTIONS:
            self._nursing = ground
        else:
            self._all = ground


class Store:
    """One for all rooms of a process."""

    def __init__(self, noted: Noted, writer: StepWriter | None = None) -> None:
        """Nothing waits."""
        self._noted = noted
        self._writer = writer or StepWriter()
        self._waiting: list[tuple[QuickStep, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def put(self, actor: Actor, grounds: Grounds, request: AppendUpdate, patient_id: UUID) -> None:
        """Commit a step; raises what the door raises."""
        key = (actor.token, request.encounter_id, "write")
        noted, ground = self._noted.lately(*key), grounds.of(request)
        if ground and patient_id in noted and await self._quickly(actor, ground, request):
            return
        reading = await proceed(actor, request, noted=noted)
        grounds.keep(request, reading.result)
        self._noted.now(*key, patients=frozenset({patient_id}))

    async def _quickly(self, actor: Actor, ground: str, request: AppendUpdate) -> bool:
        step = QuickStep(
            actor.token,
            request.encounter_id,
            ground,
            request.sections,
            request.updates,
            request.origin,
            actor.clock(),
        )
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((step, stored))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="note steps")
        return await stored

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            try:
                answers = await self._writer.append(current(), [step for step, _ in batch])
            except Exception as error:  # noqa: BLE001  whoever waits has to hear of it: the door is asked instead
                incident(error, "note steps")
                answers = [False] * len(batch)
            for (_, stored), answer in zip(batch, answers, strict=True):
                if not stored.done():
                    stored.set_result(answer)

    async def close(self) -> None:
        """The process ends."""
        await self._writer.close()
