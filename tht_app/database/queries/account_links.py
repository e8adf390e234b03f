"""Links by which somebody chooses a password, and the addresses they are sent to."""

import base64
import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.unit_of_work import UnitOfWork

CODE_LENGTH = 32
"""Letters of a link's code: 160 bits."""
ADDRESS = "mailbox.address"


def code_of(work: UnitOfWork, link_id: UUID) -> str:
    """The code of a link: whoever has the table but not the key cannot make it, and every try sends the same."""
    made = base64.b32encode(work.vault.derive("account_link.code", str(link_id))).decode().lower()
    return made[:CODE_LENGTH]


async def make_link(work: UnitOfWork, person_id: UUID, kind: str, expires_at: datetime) -> UUID:
    """A new link; the person's former ones are void."""
    await work.run(
        "update clinic.account_link set used_at = :now where person_id = :person and used_at is null",
        person=person_id,
        now=work.now(),
    )
    link_id = work.new_id()
    await work.run(
        "insert into clinic.account_link (id, person_id, kind, code_hash, made_at, expires_at) "
        "values (:id, :person, :kind, :hash, :now, :expires_at)",
        id=link_id,
        person=person_id,
        kind=kind,
        hash=hashlib.sha256(code_of(work, link_id).encode()).digest(),
        now=work.now(),
        expires_at=expires_at,
    )
    return link_id


async def link_to_send(work: UnitOfWork, link_id: UUID) -> RowMapping | None:
    """The link with its person and address; nothing when it can no longer be used."""
    return await work.fetch_one(
        "select l.id, l.person_id, l.expires_at, p.username, p.display_name, p.lang, m.address_sealed "
        "from clinic.account_link l join sec.person p on p.id = l.person_id "
        "left join clinic.mailbox m on m.person_id = l.person_id "
        "where l.id = :id and l.used_at is null and l.expires_at > :now and p.active and not p.is_service",
        id=link_id,
        now=work.now(),
    )


def address_of(work: UnitOfWork, person_id: UUID, sealed: bytes) -> str:
    """The address in clear."""
    return work.vault.open(Purpose.IDENTITY, ADDRESS, person_id, sealed)


async def mailbox(work: UnitOfWork, person_id: UUID) -> str:
    """Where a person's links are sent; empty when no address is known."""
    sealed = await work.fetch_value("select address_sealed from clinic.mailbox where person_id = :id", id=person_id)
    return address_of(work, person_id, sealed) if sealed else ""


async def set_mailbox(work: UnitOfWork, person_id: UUID, address: str) -> None:
    """Remember an address, or forget it."""
    if not address:
        await work.run("delete from clinic.mailbox where person_id = :id", id=person_id)
        return
    await work.run(
        "insert into clinic.mailbox (person_id, address_sealed, changed_at) values (:id, :address, :now) "
        "on conflict (person_id) do update set address_sealed = excluded.address_sealed, "
        "changed_at = excluded.changed_at",
        id=person_id,
        address=work.vault.seal(Purpose.IDENTITY, ADDRESS, person_id, address),
        now=work.now(),
    )
