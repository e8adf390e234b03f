"""SQL of offered times: what their message says, and the link by which they are taken or declined."""

import hashlib

from sqlalchemy import RowMapping

from tht_app.database.queries.interop import code_of
from tht_app.database.unit_of_work import UnitOfWork


async def offer_facts(work: UnitOfWork, entry_id: object) -> RowMapping | None:
    """The time that somebody on the waiting list is offered, in the shape of an appointment's facts; none without."""
    return await work.fetch_one(
        "select w.id, w.patient_id, w.status, w.offered_starts_at as starts_at, w.offered_ends_at as ends_at, "
        "w.offered_practitioner_id as practitioner_id, w.offered_room_id as room_id, 1 as version, 0 as told, "
        "d.display_name as doctor, p.email_sealed, p.deceased, p.nik_missing, "
        "coalesce((select c.given and c.withdrawn_at is null from consent c where c.patient_id = w.patient_id "
        "and c.purpose = 'reminders' order by c.at desc, c.id desc limit 1), false) as consents "
        "from waitlist_entry w join patient p on p.id = w.patient_id "
        "join practitioner d on d.person_id = w.offered_practitioner_id where w.id = :id",
        id=entry_id,
    )


async def link_of(work: UnitOfWork, facts: RowMapping) -> str:
    """The code of the link to this one offer; every try of its message sends the same."""
    link_id = work.new_id()
    found = await work.fetch_value(
        "insert into offer_link (id, entry_id, practitioner_id, room_id, starts_at, ends_at, code_hash, created_at) "
        "values (:id, :entry_id, :practitioner_id, :room_id, :starts_at, :ends_at, :hash, :now) "
        "on conflict (entry_id, practitioner_id, starts_at) do update set failures = offer_link.failures returning id",
        id=link_id,
        entry_id=facts["id"],
        practitioner_id=facts["practitioner_id"],
        room_id=facts["room_id"],
        starts_at=facts["starts_at"],
        ends_at=facts["ends_at"],
        hash=hashlib.sha256(code_of(work.vault, link_id).encode()).digest(),
        now=work.now(),
    )
    return code_of(work.vault, found)


async def open_offer(work: UnitOfWork, *, to_change: bool = False) -> RowMapping | None:
    """The offer whose code this transaction names; nothing when there is none (any more).

    `to_change` holds the link, so that guesses at its birth date and presses of its buttons come one by one.
    """
    if to_change:
        await work.run(
            "select id from offer_link where id = (select link_id from sec.linked_offer()) for update",
        )
    return await work.fetch_one("select * from sec.linked_offer()")


async def note_wrong_date(work: UnitOfWork, link_id: object) -> None:
    """Count a wrong birth date."""
    await work.run("update offer_link set failures = failures + 1 where id = :id", id=link_id)
