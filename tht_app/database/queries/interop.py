"""SQL of messages: the event behind them, what is known of its appointment, what was sent, and links."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose, Vault
from tht_app.database.queries import settings
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.interop import EVENT_OF_REMINDER, Channel, ClinicName

CODE_LENGTH = 26
"""Letters of a link's code: 130 bits."""


async def leased_event(work: UnitOfWork, outbox_id: UUID, lease: UUID) -> RowMapping | None:
    """The event, held until this transaction ends; nothing when this lease has run out and another has it."""
    return await work.fetch_one(
        "select * from clinic.outbox where id = :id and lease = :lease and delivered_at is null and dead_at is null "
        "for update",
        id=outbox_id,
        lease=lease,
    )


async def event(work: UnitOfWork, outbox_id: UUID) -> RowMapping | None:
    """The event, whoever has it, held until this transaction ends."""
    return await work.fetch_one("select * from clinic.outbox where id = :id for update", id=outbox_id)


async def appointment_facts(work: UnitOfWork, appointment_id: UUID) -> RowMapping | None:
    """The appointment with its doctor, and of its patient only what decides whether a message may leave."""
    return await work.fetch_one(
        "select a.id, a.patient_id, a.status, a.starts_at, a.ends_at, a.version, d.display_name as doctor, "
        "p.email_sealed, p.deceased, p.nik_missing, "
        "coalesce((select c.given and c.withdrawn_at is null from consent c where c.patient_id = a.patient_id "
        "and c.purpose = 'reminders' order by c.at desc, c.id desc limit 1), false) as consents, "
        "coalesce((select max(m.version) from message m where m.appointment_id = a.id and m.state = 'sent' "
        "and m.kind <> 'reminder'), 0) as told "
        "from appointment a join patient p on p.id = a.patient_id "
        "join practitioner d on d.person_id = a.practitioner_id where a.id = :id",
        id=appointment_id,
    )


def address_of(vault: Vault, row: RowMapping) -> str | None:
    """The e-mail address of the appointment's patient."""
    sealed: bytes | None = row["email_sealed"]
    return vault.open(Purpose.IDENTITY, "patient.email", row["patient_id"], sealed)


async def clinic_name(work: UnitOfWork) -> ClinicName:
    """The clinic as patients know it."""
    head = await settings.read(work, "clinic") or {}
    return ClinicName(head.get("name", "Klinik THT"), head.get("address", ""), head.get("phone", ""))


async def begin_message(work: UnitOfWork, outbox_row: RowMapping, values: dict[str, Any], address: str) -> bool:
    """Say that a message is about to go out; True when an earlier try may have gone out already."""
    message_id = outbox_row["id"]
    before = await work.fetch_value(
        "select state from message where outbox_id = :id and channel = :channel for update",
        id=message_id,
        channel=outbox_row["channel"],
    )
    await work.run(
        "insert into message (id, outbox_id, channel, appointment_id, entry_id, kind, version, state, "
        "address_sealed, created_at) values (:id, :id, :channel, cast(:appointment_id as uuid), "
        "cast(:entry_id as uuid), :kind, :version, 'sending', :address, :now) "
        "on conflict (outbox_id, channel) do update set state = 'sending', version = excluded.version, "
        "address_sealed = excluded.address_sealed",
        id=message_id,
        channel=outbox_row["channel"],
        address=work.vault.seal(Purpose.IDENTITY, "message.address", message_id, address),
        now=work.now(),
        **values,
    )
    return before == "sending"


async def end_message(work: UnitOfWork, outbox_id: UUID, *, sent: bool) -> None:
    """Say how a try ended: it went out, or surely not."""
    await work.run(
        "update message set state = :state, sent_at = cast(:at as timestamptz) where outbox_id = :id",
        id=outbox_id,
        state="sent" if sent else "failed",
        at=work.now() if sent else None,
    )


async def close_event(work: UnitOfWork, outbox_id: UUID, *, not_sent: str | None = None) -> None:
    """Nothing is left to do for this event."""
    await work.run(
        "update clinic.outbox set delivered_at = :now, not_sent = :not_sent, lease = null, leased_until = null, "
        "last_error = null where id = :id",
        id=outbox_id,
        not_sent=not_sent,
        now=work.now(),
    )


async def bury_event(work: UnitOfWork, outbox_id: UUID, error: str) -> None:
    """Give up until a person says otherwise."""
    await work.run(
        "update clinic.outbox set dead_at = :now, last_error = :error, lease = null, leased_until = null "
        "where id = :id",
        id=outbox_id,
        error=error,
        now=work.now(),
    )


async def postpone_event(work: UnitOfWork, outbox_id: UUID, until: datetime, error: str) -> None:
    """Try again later."""
    await work.run(
        "update clinic.outbox set next_attempt_at = :until, last_error = :error, lease = null, leased_until = null "
        "where id = :id",
        id=outbox_id,
        until=until,
        error=error,
    )


async def note_unknown(work: UnitOfWork, outbox_id: UUID) -> int:
    """Count a try of which nobody knows whether it went out; gives how many there are now."""
    return await work.fetch_value(
        "update clinic.outbox set unknowns = unknowns + 1 where id = :id returning unknowns", id=outbox_id
    )


async def hurry_after_outage(work: UnitOfWork, channel: str, error: str) -> None:
    """The other side answers again: what waits only because it did not is due at once."""
    await work.run(
        "update clinic.outbox set next_attempt_at = :now where channel = :channel and last_error = :error "
        "and delivered_at is null and dead_at is null and lease is null and next_attempt_at > :now",
        channel=channel,
        error=error,
        now=work.now(),
    )


async def revive_event(work: UnitOfWork, outbox_id: UUID) -> bool:
    """Start anew with an event that waits or was given up; False when there is none."""
    return bool(
        await work.run(
            "update clinic.outbox set dead_at = null, attempts = 0, unknowns = 0, next_attempt_at = :now "
            "where id = :id and channel is not null and delivered_at is null and lease is null",
            id=outbox_id,
            now=work.now(),
        )
    )


REMIND = """
insert into clinic.outbox (id, at, event, channel, aggregate_id, payload, next_attempt_at)
select md5('reminder|' || a.id || '|' || extract(epoch from a.starts_at))::uuid, cast(:now as timestamptz), :event,
       :channel, a.id, jsonb_build_object('patient_id', a.patient_id, 'start', a.starts_at), :now
from appointment a,
     lateral (select ((date_trunc('day', a.starts_at at time zone :zone) - interval '1 day'
                       + make_interval(hours => :hour)) at time zone :zone) as due) d
where a.status = 'booked' and a.starts_at > :now and a.starts_at <= cast(:now as timestamptz) + interval '2 days'
  and d.due <= :now and a.changed_at < d.due
on conflict (id) do nothing
"""


async def plan_reminders(work: UnitOfWork, *, hour: int) -> int:
    """Put a reminder into the outbox for each appointment whose hour the day before has come; each only once.

    What was booked or moved after that hour needs none: its own message has just told it.
    """
    return await work.run(
        REMIND,
        now=work.now(),
        zone=str(work.zone),
        hour=hour,
        event=EVENT_OF_REMINDER,
        channel=Channel.MAIL.value,
    )


def code_of(vault: Vault, link_id: UUID) -> str:
    """The code of a link: whoever has the table but not the key cannot make it, and every try sends the same."""
    made = base64.b32encode(vault.derive("appointment_link.code", str(link_id))).decode().lower()
    return made[:CODE_LENGTH]


async def link_of(work: UnitOfWork, appointment_id: UUID, expires_at: datetime) -> str:
    """The code of the appointment's link, which is made if there is none, and ends with the appointment."""
    link_id = work.new_id()
    found = await work.fetch_value(
        "insert into appointment_link (id, appointment_id, code_hash, expires_at, created_at) "
        "values (:id, :appointment_id, :hash, :expires_at, :now) "
        "on conflict (appointment_id) do update set expires_at = excluded.expires_at returning id",
        id=link_id,
        appointment_id=appointment_id,
        hash=hashlib.sha256(code_of(work.vault, link_id).encode()).digest(),
        expires_at=expires_at,
        now=work.now(),
    )
    return code_of(work.vault, found)


async def open_link(work: UnitOfWork, code: str, *, to_change: bool = False) -> RowMapping | None:
    """Let this transaction see the one appointment of the code, and give it; nothing when there is none (any more).

    `to_change` holds the link, so that guesses at its birth date come one by one.
    """
    lock = " for update of l" if to_change else ""
    await work.run("select set_config('app.link', :code, true)", code=code)
    return await work.fetch_one(
        "select a.*, cast(null as uuid) as entry_id, l.id as link_id, l.failures, l.confirmed_version, p.birth_date, "
        "d.display_name as doctor, v.name_id as visit_type_id_text, v.name_en as visit_type_en_text "
        "from appointment a join appointment_link l on l.appointment_id = a.id join patient p on p.id = a.patient_id "
        "join practitioner d on d.person_id = a.practitioner_id join visit_type v on v.id = a.visit_type_id "
        f"where a.id = (select sec.linked_appointment()){lock}"
    )


async def note_wrong_date(work: UnitOfWork, link_id: UUID) -> None:
    """Count a wrong birth date."""
    await work.run("update appointment_link set failures = failures + 1 where id = :id", id=link_id)


async def confirm(work: UnitOfWork, link_id: UUID, version: int) -> None:
    """The patient says they will come to the appointment as it stands in this version."""
    await work.run(
        "update appointment_link set confirmed_at = :now, confirmed_version = :version where id = :id",
        id=link_id,
        version=version,
        now=work.now(),
    )


async def troubled(work: UnitOfWork, most: int) -> Sequence[RowMapping]:
    """Events that were given up or failed at least once, the given-up and oldest first."""
    return await work.fetch(
        "select id, at, event, channel, payload ->> 'patient_id' as patient_id, attempts, next_attempt_at, last_error, "
        "dead_at, lease is not null as busy from clinic.outbox where channel is not null and delivered_at is null "
        "and (dead_at is not null or last_error is not null) order by dead_at is null, at, id limit :most",
        most=most,
    )


async def counts(work: UnitOfWork, channel: str, since: datetime) -> RowMapping:
    """How a channel stands: waiting, given up, last success; sent and rightly not sent since then."""
    row = await work.fetch_one(
        "select (select count(*) from clinic.outbox where channel = :channel and delivered_at is null "
        "and dead_at is null) as waiting, "
        "(select count(*) from clinic.outbox where channel = :channel and dead_at is not null) as dead, "
        "(select max(sent_at) from message where channel = :channel) as last_sent, "
        "(select count(*) from message where channel = :channel and sent_at >= :since) as sent, "
        "(select count(*) from clinic.outbox where channel = :channel and not_sent is not null "
        "and delivered_at >= :since) as not_sent",
        channel=channel,
        since=since,
    )
    if row is None:
        raise LookupError(channel)
    return row
