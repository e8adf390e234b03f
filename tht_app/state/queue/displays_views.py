"""From displays and signs to the setup screen and back; pure functions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from tht_app.documents.qr import qr_image
from tht_app.domain.errors import ValidationFailed
from tht_app.domain.queue import ServicePointId
from tht_app.i18n import date_text, text_of, time_text
from tht_app.state.queue.view_models import point_name
from tht_app.use_cases.queue import Point
from tht_app.use_cases.queue.displays import Display, Look, RoomSign, WaitingRoom

PRESENT = timedelta(minutes=10)
"""A display gives a sign of life every five minutes."""
POINT, SIGN = "point_", "sign_"
NUMBER = re.compile(r"^\S+ (\d{1,2}[A-Za-z]?|[A-Za-z])$")


@dataclass(frozen=True)
class DisplayRow:
    """A television; `present` says that it gave a sign of life lately, `seen` says it in words."""

    id: str = ""
    name: str = ""
    shows: str = ""
    lang: str = "id"
    theme: str = "dark"
    voice: bool = True
    present: bool = False
    seen: str = ""
    points: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class PointChoice:
    """A service point to tick."""

    name: str = ""
    label: str = ""
    ticked: bool = False


@dataclass(frozen=True)
class PairingView:
    """The address of a display, shown once, and its QR code."""

    name: str = ""
    address: str = ""
    image: str = ""


@dataclass(frozen=True)
class SignRow:
    """A room and its sign; `missing` when it has none, then `sign` is what its name suggests."""

    field: str = ""
    room: str = ""
    sign: str = ""
    missing: bool = False


NO_DISPLAY = DisplayRow()
NO_PAIRING = PairingView()


def display_rows(
    displays: Sequence[Display], points: Sequence[Point], zone: tzinfo, now: datetime, lang: str
) -> list[DisplayRow]:
    """The list of televisions."""
    letters = {point.id: point.letter for point in points}
    return [
        DisplayRow(
            id=str(display.id),
            name=display.look.name,
            shows=", ".join(sorted(letters[point] for point in display.look.points if point in letters))
            or text_of("display.setup.all_points", lang),
            lang=display.look.lang,
            theme=display.look.theme,
            voice=display.look.voice,
            present=display.seen_at is not None and now - display.seen_at < PRESENT,
            seen=_seen(display.seen_at, zone, lang),
            points=[str(point) for point in display.look.points],
        )
        for display in displays
    ]


def _seen(at: datetime | None, zone: tzinfo, lang: str) -> str:
    if at is None:
        return text_of("display.setup.never", lang)
    local = at.astimezone(zone)
    return text_of("display.setup.seen", lang, date=date_text(local.date(), lang), time=time_text(local))


def point_choices(points: Sequence[Point], row: DisplayRow, lang: str) -> list[PointChoice]:
    """The service points, those that this display shows ticked; a display of all has none ticked."""
    return [
        PointChoice(f"{POINT}{point.id}", f"{point.letter} · {point_name(point, lang)}", str(point.id) in row.points)
        for point in points
    ]


def pairing_view(name: str, origin: str, token: str) -> PairingView:
    """The address as text and picture."""
    address = f"{origin}/display/{token}"
    return PairingView(name, address, qr_image(address))


def sign_rows(signs: Sequence[RoomSign]) -> list[SignRow]:
    """The rooms; one without a sign gets the suggestion of its name, where no other room has it."""
    taken = {room.sign for room in signs}
    rows: list[SignRow] = []
    for room in signs:
        found = NUMBER.match(room.room)
        suggested = found[1].upper() if found else ""
        sign = room.sign or ("" if suggested in taken else suggested)
        taken.add(sign)
        rows.append(SignRow(f"{SIGN}{room.room_id}", room.room, sign, not room.sign))
    return rows


def _ids(form: Mapping[str, str], prefix: str) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for name, value in form.items():
        if name.startswith(prefix):
            try:
                found[UUID(name.removeprefix(prefix))] = value
            except ValueError:
                raise ValidationFailed({name: "choice"}) from None
    return found


def read_look(form: Mapping[str, str]) -> Look:
    """The sheet of a display; raises `ValidationFailed`."""
    points = tuple(sorted(ServicePointId(point) for point in _ids(form, POINT)))
    return Look(form.get("name", ""), points, form.get("lang", ""), form.get("theme", ""), form.get("voice") == "on")


def read_signs(form: Mapping[str, str]) -> dict[UUID, str]:
    """The signs by room; raises `ValidationFailed`."""
    return _ids(form, SIGN)


def read_shared(form: Mapping[str, str]) -> WaitingRoom:
    """What all displays share; the use case checks it."""
    width = form.get("ticket_width", "")
    return WaitingRoom(form.get("message_id", ""), form.get("message_en", ""), int(width) if width.isdecimal() else 0)
