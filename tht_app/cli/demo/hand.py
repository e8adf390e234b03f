"""The hand of the service person `demo`: every change goes through the one door, at the time of the story."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

from tht_app.database.unit_of_work import Actor
from tht_app.use_cases.door import execute

AT_ONCE = 8


class Hand:
    """Asks for use cases in the name of one session. Its keys make a second run go on where the first was stopped."""

    def __init__(self, token: str, note: Callable[[str], None]) -> None:
        """`note` is told what is going on, a few words at a time."""
        self._token = token
        self.note = note
        self._places = asyncio.Semaphore(AT_ONCE)

    async def do(self, request: Any, at: datetime, key: str) -> Any:
        """Execute a writing use case as if it were `at`; the same key has one effect."""
        return await execute(Actor(self._token, clock=lambda: at), request, key=f"demo/{key}")

    async def ask(self, request: Any, at: datetime) -> Any:
        """Execute a reading use case as if it were `at`."""
        return await execute(Actor(self._token, clock=lambda: at), request)

    async def together(self, jobs: Iterable[Awaitable[Any]], what: str, count: int, before: int = 0) -> list[Any]:
        """Run jobs several at a time, starting them in their order, and return their results in that order."""
        done = before

        async def one(job: Awaitable[Any]) -> Any:
            nonlocal done
            async with self._places:
                result = await job
            done += 1
            if done % 25 == 0 or done == count:
                self.note(f"{done} of {count} {what}")
            return result

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(job)) for job in jobs]
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return [task.result() for task in tasks]
