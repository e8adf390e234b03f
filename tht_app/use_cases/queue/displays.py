"""The televisions of the waiting room: make one, change what it shows, give it up; signs at doors; the message line."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tht_app.database.queries import queue_display as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound, Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.queue import ServicePointId
from tht_app.domain.queue_display import LONGEST_MESSAGE, SIGN, THEMES, TICKET_WIDTHS, DisplayId
from tht_app.use_cases.door import use_case

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Look:
    """What a display shows and how; no `points` means all of them."""

    name: str
    points: tuple[ServicePointId, ...] = ()
    lang: str = "id"
    theme: str = "dark"
    voice: bool = True


@dataclass(frozen=True, slots=True)
class Display:
    """A television as the list shows it; `seen_at` is its last sign of life."""

    id: DisplayId
    look: Look
    created_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pairing:
    """A display and the token that opens it. The token is kept nowhere: who loses it has to make another."""

    id: DisplayId
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListDisplays:
    """All displays that were not given up."""


@dataclass(frozen=True, slots=True)
class CreateDisplay:
    """A new television."""

    look: Look


@dataclass(frozen=True, slots=True)
class ChangeDisplay:
    """Change what a television shows; it follows at once."""

    display_id: DisplayId
    look: Look


@dataclass(frozen=True, slots=True)
class RenewDisplay:
    """A new address for a television, because the old one was lost or seen by others; the old one ends."""

    display_id: DisplayId


@dataclass(frozen=True, slots=True)
class RevokeDisplay:
    """Give a television up: it goes dark within seconds and its address is worth nothing."""

    display_id: DisplayId


@dataclass(frozen=True, slots=True)
class RoomSign:
    """A room and the number or letter at its door."""

    room_id: UUID
    room: str
    sign: str


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """What all displays share: the line of the clinic's messages, and the width of ticket paper in mm."""

    message_id: str = ""
    message_en: str = ""
    ticket_width: int = 80


@dataclass(frozen=True, slots=True)
class ReadWaitingRoom:
    """The signs of all rooms and what all displays share."""


@dataclass(frozen=True, slots=True)
class WaitingRoomSettings:
    """Both together, as the screen shows them."""

    signs: tuple[RoomSign, ...]
    shared: WaitingRoom


@dataclass(frozen=True, slots=True)
class SaveWaitingRoom:
    """Change what all displays share."""

    shared: WaitingRoom


@dataclass(frozen=True, slots=True)
class SaveRoomSigns:
    """Let rooms have these signs; an empty one takes it away. Two rooms never have the same."""

    signs: Mapping[UUID, str]


@use_case(permission=Permission.SCHEDULE_WRITE, audit=AuditAction.READ, reads=True)
async def list_displays(_request: ListDisplays, work: UnitOfWork) -> tuple[Display, ...]:
    """Displays by name."""
    return tuple(
        Display(
            row["id"],
            Look(row["name"], tuple(row["points"]), row["lang"], row["theme"], row["voice"]),
            row["created_at"],
            row["seen_at"],
        )
        for row in await queries.displays(work)
    )


@use_case(permission=Permission.SCHEDULE_WRITE, audit=AuditAction.SETTINGS)
async def create_display(request: CreateDisplay, work: UnitOfWork) -> Pairing:
    """Keep the display; its token is shown once."""
    values = _checked(request.look)
    pairing = Pairing(DisplayId(work.new_id()), secrets.token_hex(32))
    await queries.add_display(work, pairing.id, pairing.token, values)
    work.changed("display_device", pairing.id, new=values)
    return pairing


@use_case(permission=Permission.SCHEDULE_WRITE, audit=AuditAction.SETTINGS)
async def change_display(request: ChangeDisplay, work: UnitOfWork) -> None:
    """Raises `NotFound` for one that was given up."""
    values = _checked(request.look)
    if not await queries.change_display(work, request.display_id, values):
        raise NotFound
    work.changed("display_device", request.display_id, new=values)


@use_case(permission=Permission.SCHEDULE_WRITE, audit=AuditAction.SETTINGS)
async def renew_display(request: RenewDisplay, work: UnitOfWork) -> Pairing:
    """Replace the token and end the sessions that the old one opened."""
    pairing = Pairing(request.display_id, secrets.token_hex(32))
    if not await queries.replace_token(work, request.display_id, pairing.token):
        raise NotFound
    work.changed("display_device", request.display_id, new={"token": "renewed"})
    return pairing


@use_case(permission=Permission.SCHEDULE_WRITE, audit=AuditAction.SETTINGS)
async def revoke_display(request: RevokeDisplay, work: UnitOfWork) -> None:
    """End the display and its sessions."""
    if not await queries.revoke(work, request.display_id):
        raise NotFound
    work.changed("display_device", request.display_id, new={"revoked": True})


@use_case(permission=Permission.SCHEDULE_WRITE, audit=AuditAction.READ, reads=True)
async def read_waiting_room(_request: ReadWaitingRoom, work: UnitOfWork) -> WaitingRoomSettings:
    """Return signs and shared settings."""
    signs = tuple(RoomSign(row["id"], row["name"], row["sign"] or "") for row in await queries.rooms(work))
    return WaitingRoomSettings(signs, await shared_settings(work))


async def shared_settings(work: UnitOfWork) -> WaitingRoom:
    """What all displays share, for other use cases."""
    row = await queries.waiting_room(work)
    return WaitingRoom(**row) if row else WaitingRoom()


@use_case(permission=Permission.SCHEDULE_WRITE, audit=AuditAction.SETTINGS)
async def save_waiting_room(request: SaveWaitingRoom, work: UnitOfWork) -> None:
    """Keep it; raises `ValidationFailed`."""
    shared = request.shared
    messages = {name: getattr(shared, name).strip() for name in ("message_id", "message_en")}
    problems: dict[str, str | Problem] = {
        name: Problem("too_long", {"max": LONGEST_MESSAGE})
        for name, text in messages.items()
        if len(text) > LONGEST_MESSAGE
    }
    if shared.ticket_width not in TICKET_WIDTHS:
        problems["ticket_width"] = "choice"
    if problems:
        raise ValidationFailed(problems)
    await queries.save_waiting_room(work, **messages, ticket_width=shared.ticket_width)
    work.changed("waiting_room", work.new_id(), new=asdict(shared))


@use_case(permission=Permission.SCHEDULE_WRITE, audit=AuditAction.SETTINGS)
async def save_room_signs(request: SaveRoomSigns, work: UnitOfWork) -> None:
    """Keep the signs; raises `ValidationFailed` with `sign_<room id>` for a wrong or doubled one."""
    signs = {room: sign.strip().upper() for room, sign in request.signs.items()}
    known = {row["id"]: row["sign"] or "" for row in await queries.rooms(work)}
    after = [sign for sign in {**known, **signs}.values() if sign]
    problems = {f"sign_{room}": "display.sign_shape" for room, sign in signs.items() if not _fits(sign)}
    problems |= {f"sign_{room}": "display.sign_taken" for room, sign in signs.items() if after.count(sign) > 1}
    if signs.keys() - known.keys():
        raise NotFound
    if problems:
        raise ValidationFailed(problems)
    await queries.replace_signs(work, signs)
    work.changed("room_sign", work.new_id(), old=_named(known), new=_named(signs))


def _fits(sign: str) -> bool:
    return not sign or SIGN.fullmatch(sign) is not None


def _named(signs: Mapping[UUID, str]) -> dict[str, str]:
    return {str(room): sign for room, sign in signs.items()}


def _checked(look: Look) -> dict[str, Any]:
    name = look.name.strip()
    problems: dict[str, str] = {}
    if not 1 <= len(name) <= LONGEST_NAME:
        problems["name"] = "scheduling.name_length"
    if look.lang not in {"id", "en"}:
        problems["lang"] = "choice"
    if look.theme not in THEMES:
        problems["theme"] = "choice"
    if problems:
        raise ValidationFailed(problems)
    return {**asdict(look), "name": name, "points": list(look.points)}
