"""Delivers the outbox: takes what is due, hands it to its channel, says how it ended, sleeps until the next is due.

It never polls: a new event wakes it by NOTIFY, everything else has a time. Everything it knows lies in the database, so
it may be killed at any moment and started as often as one likes; a lease that its owner cannot end runs out.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from tht_app.database import outbox
from tht_app.database.engine import current
from tht_app.database.gate import current_gate
from tht_app.database.keyring import hear
from tht_app.database.listen import LISTENING, notifications
from tht_app.database.outbox import Leased
from tht_app.database.unit_of_work import Actor, utc_now
from tht_app.domain.errors import SessionEnded, Unavailable
from tht_app.domain.interop import Channel, Message, NotSent, Outcome
from tht_app.integrations.channel import MessageChannel, NotDelivered
from tht_app.integrations.mail import MailChannel, MailServer
from tht_app.settings import Settings, settings
from tht_app.use_cases.door import execute
from tht_app.use_cases.interop import FinishMessage, PlanReminders, PrepareMessage

SERVICE = "worker"
LEASE = timedelta(minutes=3)
"""Longer than any conversation may take: a row is taken over only from a worker that is gone."""
AT_ONCE = 4
LONGEST_SLEEP = timedelta(hours=1)
"""No wake-up is ever lost, yet a clock may be set: look again after this at the latest."""
RECONNECT = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
FINISHING = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 15.0)

log = logging.getLogger("tht.worker")
Channels = Mapping[Channel, MessageChannel]


def mail_channel(chosen: Settings) -> MailChannel | None:
    """The clinic's way to its mail server, if one is set up."""
    if not chosen.mail_on:
        return None
    server = MailServer(
        host=chosen.smtp_host,
        port=chosen.smtp_port,
        sender=chosen.smtp_from,
        security=chosen.smtp_security,
        user=chosen.smtp_user,
        password=chosen.smtp_password,
        timeout=chosen.smtp_timeout,
        ca_file=str(chosen.smtp_ca_file or ""),
    )
    return MailChannel(server, chosen.origins[0])


def channels_of(chosen: Settings) -> Channels:
    """The ways out of the house that are set up."""
    mail = mail_channel(chosen)
    return {Channel.MAIL: mail} if mail else {}


class Worker:
    """One loop over the open clinic of this process; several in several processes share the work."""

    def __init__(self, channels: Channels, *, clock: Callable[[], datetime] = utc_now) -> None:
        """`channels` are set up; what is due on any other is closed unsent."""
        self._channels, self._clock = channels, clock
        self._names = [channel.value for channel in channels]
        self._off = [channel.value for channel in Channel if channel not in channels]
        self._token: str | None = None
        self._wake = asyncio.Event()
        self._deaf = False
        self._reminded: datetime | None = None

    async def run(self) -> None:
        """Work until cancelled, through restarts of the database."""
        failures = 0
        while True:
            try:
                async with self._listening():
                    failures = 0
                    while not self._deaf:
                        await self.work_off()
                        await self._sleep()
            except Unavailable:
                failures += 1
            except SessionEnded:
                self._token = None
            await asyncio.sleep(RECONNECT[min(failures, len(RECONNECT) - 1)])

    async def work_off(self) -> int:
        """Do everything that is due now; returns how many tries were made."""
        self._wake.clear()
        await self._plan_reminders()
        token = await self._session()
        if self._off:
            await outbox.close_unsent(current(), token, self._off, NotSent.OFF.value, self._clock())
        tries = 0
        while self._names:
            leased = await outbox.lease(current(), token, self._names, now=self._clock(), lasting=LEASE, most=AT_ONCE)
            if not leased:
                break
            tries += len(leased)
            ends = await asyncio.gather(*(self._deliver(row) for row in leased), return_exceptions=True)
            for failure in ends:
                if failure is not None:
                    raise failure
        return tries

    async def _deliver(self, row: Leased) -> None:
        """One try; whatever is raised, the row is not lost: its lease runs out."""
        try:
            message = await self._execute(PrepareMessage(row.id, row.lease))
            outcome = None if message is None else await self._send(row, message)
        except (Unavailable, SessionEnded):
            raise
        except Exception as error:  # noqa: BLE001  the worker's translator
            from tht_app.state.feedback import incident  # noqa: PLC0415  by itself the worker needs no screens

            incident(error, f"{__name__} {row.event}")
            outcome = Outcome.BUG
        if outcome is not None:
            await self._finish(FinishMessage(row.id, row.lease, outcome, random.random()))  # noqa: S311  jitter

    async def _send(self, row: Leased, message: Message) -> Outcome:
        try:
            await self._channels[Channel(row.channel)].send(message)
        except NotDelivered as failure:
            log.warning("%s not delivered by %s: %s", row.id, row.channel, failure)
            return failure.outcome
        return Outcome.SENT

    async def _finish(self, request: FinishMessage) -> None:
        """Say how it ended, as long as the lease lasts: a restart of the database must not send a message twice."""
        for pause in FINISHING:
            try:
                await self._execute(request)
            except Unavailable:
                await asyncio.sleep(pause)
            else:
                return
        raise Unavailable

    async def _plan_reminders(self) -> None:
        """Once after each reminder hour, and once at the start for what was missed."""
        hour = self._last_reminder_hour()
        if self._names and self._reminded != hour:
            await self._execute(PlanReminders())
            self._reminded = hour

    def _last_reminder_hour(self) -> datetime:
        zone = current().zone
        now = self._clock().astimezone(zone)
        today = datetime.combine(now.date(), time(settings().reminder_hour), zone)
        return today if today <= now else today - timedelta(days=1)

    async def _execute(self, request: object) -> Any:
        """Act as the worker; a session that has run its time is opened anew."""
        try:
            return await execute(Actor(await self._session(), clock=self._clock), request)
        except SessionEnded:
            self._token = None
            return await execute(Actor(await self._session(), clock=self._clock), request)

    async def _session(self) -> str:
        if self._token is None:
            self._token = await current_gate().open_service(SERVICE)
        return self._token

    async def _sleep(self) -> None:
        now = self._clock()
        due = await outbox.next_due(current(), await self._session(), self._names + self._off)
        until = [now + LONGEST_SLEEP, self._last_reminder_hour() + timedelta(days=1), *([due] if due else [])]
        seconds = max((min(until) - now).total_seconds(), 0.05)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    @contextlib.asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        """Let new events wake this worker; once the line is gone it is deaf, and looks for a new one."""
        self._deaf = False
        listener = asyncio.create_task(self._listen(), name="outbox_wakes")
        try:
            await self._wake.wait()
            yield
        finally:
            listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listener

    async def _listen(self) -> None:
        try:
            async for notice in notifications(settings().database_url, "tht_outbox"):
                await hear(notice)
                if notice == LISTENING or notice.startswith(outbox.NOTICE):
                    self._wake.set()
        except Unavailable:
            self._deaf = True
            self._wake.set()


@contextlib.asynccontextmanager
async def delivering() -> AsyncIterator[None]:
    """Deliver for as long as the server serves, unless a process of its own does."""
    if not settings().worker:
        yield
        return
    task = asyncio.create_task(Worker(channels_of(settings())).run(), name="outbox")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
