"""SQL of displays, signs at doors and ticket pages."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.unit_of_work import UnitOfWork


def hash_of(token: str) -> bytes:
    """What is kept of a display's token."""
    return sha256(token.encode()).digest()


async def displays(work: UnitOfWork) -> Sequence[RowMapping]:
    """The displays that were not given up, with when one of their browsers last gave a sign of life."""
    return await work.fetch(
        "select d.id, d.name, d.points, d.lang, d.theme, d.voice, d.created_at, s.seen_at from display_device d "
        "left join sec.display_seen() s on s.display_id = d.id where d.revoked_at is null order by d.name, d.id"
    )


async def add_display(work: UnitOfWork, display_id: UUID, token: str, values: Mapping[str, Any]) -> None:
    """Keep a new display."""
    await work.run(
        "insert into display_device (id, name, token_hash, points, lang, theme, voice, created_at, changed_at) "
        "values (:id, :name, :hash, cast(:points as uuid[]), :lang, :theme, :voice, :now, :now)",
        id=display_id,
        hash=hash_of(token),
        now=work.now(),
        **values,
    )


async def change_display(work: UnitOfWork, display_id: UUID, values: Mapping[str, Any]) -> bool:
    """Change what a display shows; False when there is none."""
    changed = await work.run(
        "update display_device set name = :name, points = cast(:points as uuid[]), lang = :lang, theme = :theme, "
        "voice = :voice, changed_at = :now where id = :id and revoked_at is null",
        id=display_id,
        now=work.now(),
        **values,
    )
    return changed == 1


async def replace_token(work: UnitOfWork, display_id: UUID, token: str) -> bool:
    """Give a display another token and end what was opened with the former one; False when there is none."""
    changed = await work.run(
        "update display_device set token_hash = :hash, changed_at = :now where id = :id and revoked_at is null",
        id=display_id,
        hash=hash_of(token),
        now=work.now(),
    )
    await _close(work, display_id)
    return changed == 1


async def revoke(work: UnitOfWork, display_id: UUID) -> bool:
    """Give a display up for good and end its sessions; False when there is none."""
    changed = await work.run(
        "update display_device set revoked_at = :now where id = :id and revoked_at is null",
        id=display_id,
        now=work.now(),
    )
    await _close(work, display_id)
    return changed == 1


async def _close(work: UnitOfWork, display_id: UUID) -> None:
    await work.fetch_value("select sec.display_close(:id)", id=display_id)


async def rooms(work: UnitOfWork) -> Sequence[RowMapping]:
    """Active rooms in the clinic's order, each with its sign."""
    return await work.fetch(
        "select r.id, r.name, g.sign from room r left join room_sign g on g.room_id = r.id "
        "where r.active or g.sign is not null order by r.position, r.name"
    )


async def replace_signs(work: UnitOfWork, signs: Mapping[UUID, str]) -> None:
    """Let these rooms have exactly these signs; an empty one takes it away."""
    await work.run("delete from room_sign where room_id = any(cast(:rooms as uuid[]))", rooms=list(signs))
    for room_id, sign in signs.items():
        if sign:
            await work.run("insert into room_sign (room_id, sign) values (:room, :sign)", room=room_id, sign=sign)


async def waiting_room(work: UnitOfWork) -> RowMapping | None:
    """What all displays share; nothing when it was never saved."""
    return await work.fetch_one("select message_id, message_en, ticket_width from waiting_room")


async def save_waiting_room(work: UnitOfWork, message_id: str, message_en: str, ticket_width: int) -> None:
    """Keep what all displays share."""
    await work.run(
        "insert into waiting_room (message_id, message_en, ticket_width) values (:id, :en, :width) "
        "on conflict (only_row) do update set message_id = excluded.message_id, message_en = excluded.message_en, "
        "ticket_width = excluded.ticket_width",
        id=message_id,
        en=message_en,
        width=ticket_width,
    )


async def display_self(work: UnitOfWork) -> RowMapping | None:
    """How the display of this session looks; nothing for any other session."""
    return await work.fetch_one("select * from sec.display_self()")


async def board(work: UnitOfWork, day: date, points: Sequence[UUID]) -> Sequence[RowMapping]:
    """The last calls and who comes next: numbers, places, times."""
    return await work.fetch(
        "select * from sec.display_board(:day, cast(:points as uuid[]))", day=day, points=list(points)
    )


async def ticket(work: UnitOfWork, ticket_id: UUID) -> RowMapping | None:
    """A ticket with its place and page, as it is printed; nothing of the patient."""
    return await work.fetch_one(
        "select t.id, t.label, t.day, t.status, t.issued_at, t.patient_id, s.letter, s.kind, g.sign, l.code "
        "from queue_ticket t join service_point s on s.id = t.service_point_id "
        "left join room_sign g on g.room_id = coalesce(t.room_id, s.room_id) "
        "left join ticket_link l on l.ticket_id = t.id where t.id = :id",
        id=ticket_id,
    )


async def add_code(work: UnitOfWork, ticket_id: UUID, day: date, code: str) -> str:
    """Give a ticket its page, once: of two who do it at the same moment both get the first one's code."""
    await work.run(
        "insert into ticket_link (ticket_id, code, day, made_at) values (:id, :code, :day, :now) "
        "on conflict do nothing",
        id=ticket_id,
        code=code,
        day=day,
        now=work.now(),
    )
    return await work.fetch_value("select code from ticket_link where ticket_id = :id", id=ticket_id)


async def phone_of(work: UnitOfWork, patient_id: UUID) -> str | None:
    """The telephone of a patient in E.164."""
    row = await work.fetch_one("select phone_sealed from patient where id = :id", id=patient_id)
    sealed = row["phone_sealed"] if row else None
    return work.vault.open(Purpose.IDENTITY, "patient.phone", patient_id, sealed)


async def ticket_page(work: UnitOfWork, code: str, day: date) -> RowMapping | None:
    """What the page of a code shows; nothing for an unknown code or another day."""
    return await work.fetch_one("select * from sec.ticket_page(:code, :day)", code=code, day=day)


async def mark_seen(work: UnitOfWork, code: str, day: date) -> bool:
    """The call was acknowledged on the page; False when nobody is called there."""
    return bool(await work.fetch_value("select sec.ticket_seen(:code, :day)", code=code, day=day))
