"""Writing the audit log. Nothing here reads, changes or removes an entry, and no role of the application could."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tht_app.database.crypto import Purpose, Vault
from tht_app.database.ids import new_id
from tht_app.domain.audit import AuditAction
from tht_app.domain.identity import Permission

INSERT = text(
    """
    insert into audit.event (id, person_id, session_id, action, request, outcome, object_type, object_id,
                             patient_ids, reason, address, details_sealed)
    values (:id, :person_id, :session_id, :action, :request, :outcome, :object_type, :object_id,
            cast(:patient_ids as uuid[]), :reason, :address, :details_sealed)
    """
)
ADMIT = text(
    """
    select sec.admit_viewers(:action, :request, cast(:permissions as text[]), cast(:tokens as text[]),
                             cast(:addresses as text[]), cast(:viewers as integer[]), cast(:patients as uuid[]))
    """
)
REASON_LENGTH = 500


@dataclass(slots=True)
class AuditEntry:
    """What is known about one call while it runs; becomes one row of `audit.event`."""

    action: AuditAction
    request: str
    person_id: UUID | None = None
    session_id: UUID | None = None
    address: str | None = None
    outcome: str = "done"
    object_type: str | None = None
    object_id: UUID | None = None
    reason: str | None = None
    patient_ids: set[UUID] = field(default_factory=set[UUID])
    details: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])


async def write_audit(connection: AsyncConnection, entry: AuditEntry, vault: Vault) -> None:
    """Insert the entry in the caller's transaction, so that deed and entry exist together or not at all."""
    entry_id = new_id()
    details = json.dumps(entry.details, ensure_ascii=False, default=str) if entry.details else None
    await connection.execute(
        INSERT,
        {
            "id": entry_id,
            "person_id": entry.person_id,
            "session_id": entry.session_id,
            "action": entry.action.value,
            "request": entry.request,
            "outcome": entry.outcome,
            "object_type": entry.object_type,
            "object_id": entry.object_id,
            "patient_ids": sorted(entry.patient_ids),
            "reason": entry.reason[:REASON_LENGTH] if entry.reason else None,
            "address": entry.address,
            "details_sealed": vault.seal(Purpose.AUDIT, "event.details", entry_id, details),
        },
    )


async def admit_viewers(
    connection: AsyncConnection,
    entry: AuditEntry,
    permissions: Iterable[Permission],
    viewers: Sequence[tuple[str, str | None, set[UUID]]],
) -> frozenset[str]:
    """Insert an entry for every viewer with patients new to their screen; return the tokens that may see the result.

    `viewers` are session token, address and new patients. PostgreSQL asks each session itself whether it lives and
    holds one of the permissions, so one statement serves fifty screens and none is shown what it may not see.
    """
    pairs = [(place, patient) for place, (_, _, news) in enumerate(viewers, start=1) for patient in sorted(news)]
    rows = await connection.execute(
        ADMIT,
        {
            "action": entry.action.value,
            "request": entry.request,
            "permissions": [permission.value for permission in permissions],
            "tokens": [token for token, _, _ in viewers],
            "addresses": [address for _, address, _ in viewers],
            "viewers": [place for place, _ in pairs],
            "patients": [patient for _, patient in pairs],
        },
    )
    return frozenset(rows.scalars())
