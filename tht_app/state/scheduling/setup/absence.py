"""Leave and blocked time: the list of what is ahead or over, and the sheet that adds to it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import LONGEST_CLOSING, BlockId, LeaveId, PractitionerId, SlotTaken
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.feedback import error_words
from tht_app.state.scheduling.setup.closings import (
    PREFIX,
    ClosingView,
    closing_form,
    closing_views,
    doctor_choices,
    read_block,
    read_leave,
    resource_choices,
)
from tht_app.state.scheduling.setup.hours import PLAN
from tht_app.state.scheduling.view_models import OptionView
from tht_app.use_cases.scheduling import (
    AddLeave,
    BlockTime,
    Closed,
    Closings,
    ClosingsWithin,
    UnblockTime,
    WithdrawLeave,
)

AT = {"reason": f"{PREFIX}note", "note": f"{PREFIX}note", "kind": f"{PREFIX}kind"}
"""Where the form says what is wrong with a field of the request."""


class AbsenceState(Watching, Acting, rx.State):
    """What is closed. Who plans only the own calendar sees and closes only the own."""

    rows: list[ClosingView] = []
    doctors: list[OptionView] = []
    resources: list[OptionView] = []
    past: bool = False
    mode: str = ""
    """What the sheet adds: leave, block, or nothing when it is shut."""
    refusal: str = ""
    loaded: bool = False
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=PLAN)
    async def load(self) -> None:
        """Show what is ahead, or what is over if the address says so; keep it up to date."""
        self.past = self.router.url.query_parameters.get("when", "") == "past"
        self._shut()
        me, today = self._person(), _day_of(datetime.now(UTC))
        own = None if Permission.SCHEDULE_WRITE in me.permissions else PractitionerId(me.person_id)
        request = (
            ClosingsWithin(today - LONGEST_CLOSING, today - timedelta(days=1), own)
            if self.past
            else ClosingsWithin(today, today + LONGEST_CLOSING, own)
        )
        make = past_vars if self.past else ahead_vars
        await self._watch(LiveView("setup.absence", request, (topics.SCHEDULE,), make, audience=own, lang=self._lang()))

    @handler(needs=PLAN)
    async def show_past(self, past: bool) -> EventSpec:
        """Look back, or ahead again."""
        return rx.redirect(f"/calendar/setup?tab=absence{'&when=past' if past else ''}")  # type: ignore[return-value]

    @handler(needs=PLAN)
    async def open_leave(self) -> None:
        """Open the sheet for a leave."""
        self._shut()
        self.mode = "leave"

    @handler(needs=PLAN)
    async def open_block(self) -> None:
        """Open the sheet for blocked time."""
        self._shut()
        self.mode = "block"

    @handler(needs=PLAN)
    async def close(self) -> None:
        """Put the sheet away."""
        self._shut()

    @handler(needs=PLAN)
    async def save_leave(self, form: dict[str, str]) -> None:
        """Keep a leave; who is booked then stays, and is counted."""
        key = form.pop("_key", "") or None
        await self._add(read_leave(form, settings().zone), key, "leave")

    @handler(needs=PLAN)
    async def save_block(self, form: dict[str, str]) -> None:
        """Keep blocked time; a room or device in which somebody is booked is refused."""
        key = form.pop("_key", "") or None
        await self._add(read_block(form, settings().zone), key, "block")

    @handler(needs=PLAN)
    async def withdraw(self, what: str, closing_id: UUID) -> None:
        """Take a leave or blocked time back; the notice offers to make it again."""
        view = next((row for row in self.get_value("rows") if row.id == str(closing_id)), None)
        if what not in {"leave", "block"}:
            raise NotFound
        request = WithdrawLeave(LeaveId(closing_id)) if what == "leave" else UnblockTime(BlockId(closing_id))
        await self._execute(request)
        await self._reread()
        again = AbsenceState.save_leave if what == "leave" else AbsenceState.save_block
        undo = again(closing_form(view)) if view else None
        await self._notify(f"scheduling.setup.absence.{what}_withdrawn", undo=undo)

    async def _add(self, request: AddLeave | BlockTime, key: str | None, what: str) -> None:
        self.refusal = ""
        try:
            closed: Closed = await self._execute(request, key)
        except SlotTaken as refused:
            self.refusal = error_words(refused, self._lang())
            return
        except ValidationFailed as refused:
            raise ValidationFailed(
                {AT.get(name, name): problem for name, problem in refused.fields.items()}
            ) from refused
        self.key_epoch += 1
        self._shut()
        await self._reread()
        undo = AbsenceState.withdraw(what, str(closed.id))
        if closed.affected:
            await self._notify("scheduling.setup.absence.saved_booked", "warn", undo, count=len(closed.affected))
        else:
            await self._notify("scheduling.setup.saved", undo=undo)

    def _shut(self) -> None:
        self.mode, self.refusal, self.errors = "", "", {}


def _day_of(now: datetime) -> date:
    return now.astimezone(settings().zone).date()


def ahead_vars(found: Closings, _now: datetime, lang: str) -> dict[str, Any]:
    """What is ahead, the next first."""
    return {
        "rows": closing_views(found, settings().zone, lang),
        "doctors": doctor_choices(found, lang),
        "resources": resource_choices(found, lang),
        "loaded": True,
    }


def past_vars(found: Closings, now: datetime, lang: str) -> dict[str, Any]:
    """What is over, the latest first."""
    rows = closing_views(found, settings().zone, lang, newest_first=True)
    return {**ahead_vars(found, now, lang), "rows": rows}
