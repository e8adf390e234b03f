"""The setup of the waiting room: televisions, signs at doors, the line of messages."""

from datetime import UTC, datetime
from uuid import UUID

import reflex as rx

from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.queue_display import DisplayId
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.queue.displays_views import (
    NO_DISPLAY,
    NO_PAIRING,
    DisplayRow,
    PairingView,
    PointChoice,
    SignRow,
    display_rows,
    pairing_view,
    point_choices,
    read_look,
    read_shared,
    read_signs,
    sign_rows,
)
from tht_app.use_cases.queue import ListServicePoints
from tht_app.use_cases.queue.displays import (
    ChangeDisplay,
    CreateDisplay,
    ListDisplays,
    ReadWaitingRoom,
    RenewDisplay,
    RevokeDisplay,
    SaveRoomSigns,
    SaveWaitingRoom,
)

MANAGE = Permission.SCHEDULE_WRITE


class DisplaysState(Acting, rx.State):
    """The list, the sheet beside it, and the address of a display that was just made."""

    displays: list[DisplayRow] = []
    loaded: bool = False
    is_open: bool = False
    chosen: DisplayRow = NO_DISPLAY
    points: list[PointChoice] = []
    pairing: PairingView = NO_PAIRING
    asking: bool = False
    errors: dict[str, str] = {}

    @handler(needs=MANAGE)
    async def load(self) -> None:
        """Show what there is."""
        self._shut()
        await self._show()

    @handler(needs=MANAGE)
    async def open_new(self) -> None:
        """A sheet for another television."""
        await self._open(NO_DISPLAY)

    @handler(needs=MANAGE)
    async def open_display(self, display_id: UUID) -> None:
        """The sheet of one television."""
        await self._open(self._row(display_id))

    @handler(needs=MANAGE)
    async def close(self) -> None:
        """Put the sheet away; an address that was shown is not shown again."""
        self._shut()

    @handler(needs=MANAGE)
    async def save(self, form: dict[str, str]) -> None:
        """Keep what the sheet says; a new television's address is shown, this once."""
        look, chosen = read_look(form), self.chosen.id
        if chosen:
            await self._execute(ChangeDisplay(DisplayId(UUID(chosen)), look))
            await self._notify("display.setup.saved", name=look.name.strip())
            self._shut()
        else:
            made = await self._execute(CreateDisplay(look))
            self._shut()
            self.pairing = pairing_view(look.name.strip(), settings().origins[0], made.token)
        await self._show()

    @handler(needs=MANAGE)
    async def renew(self) -> None:
        """Another address for the chosen television; what the old one opened ends."""
        name = self.chosen.name
        made = await self._execute(RenewDisplay(self._chosen_id()))
        self._shut()
        self.pairing = pairing_view(name, settings().origins[0], made.token)
        await self._show()

    @handler(needs=MANAGE)
    async def ask_revoke(self, asking: bool) -> None:
        """Ask before a television goes dark."""
        self.asking = asking and bool(self.chosen.id)

    @handler(needs=MANAGE)
    async def revoke(self) -> None:
        """Give the chosen television up."""
        name = self.chosen.name
        await self._execute(RevokeDisplay(self._chosen_id()))
        self._shut()
        await self._show()
        await self._notify("display.setup.revoked", name=name)

    async def _open(self, row: DisplayRow) -> None:
        self._shut()
        self.chosen, self.is_open = row, True
        self.points = point_choices(await self._execute(ListServicePoints()), row, self._lang())

    async def _show(self) -> None:
        points = await self._execute(ListServicePoints())
        found = await self._execute(ListDisplays())
        self.displays = display_rows(found, points, settings().zone, datetime.now(UTC), self._lang())
        self.loaded = True

    def _row(self, display_id: UUID) -> DisplayRow:
        return next((row for row in self.displays if row.id == str(display_id)), NO_DISPLAY)

    def _chosen_id(self) -> DisplayId:
        if not self.chosen.id:
            raise NotFound
        return DisplayId(UUID(self.chosen.id))

    def _shut(self) -> None:
        self.is_open, self.asking, self.errors = False, False, {}
        self.chosen, self.pairing = NO_DISPLAY, NO_PAIRING


class RoomSignsState(Acting, rx.State):
    """What stands at the doors, and what all displays share."""

    signs: list[SignRow] = []
    message_id: str = ""
    message_en: str = ""
    width: str = "80"
    loaded: bool = False
    errors: dict[str, str] = {}

    @handler(needs=MANAGE)
    async def load(self) -> None:
        """Show what there is."""
        found = await self._execute(ReadWaitingRoom())
        self.signs = sign_rows(found.signs)
        self.message_id, self.message_en = found.shared.message_id, found.shared.message_en
        self.width, self.loaded, self.errors = str(found.shared.ticket_width), True, {}

    @handler(needs=MANAGE)
    async def save_signs(self, form: dict[str, str]) -> None:
        """Keep the signs; displays follow at once."""
        await self._execute(SaveRoomSigns(read_signs(form)))
        await self._notify("display.signs.saved")

    @handler(needs=MANAGE)
    async def save_shared(self, form: dict[str, str]) -> None:
        """Keep the messages and the width of the paper."""
        await self._execute(SaveWaitingRoom(read_shared(form)))
        await self._notify("display.shared.saved")
