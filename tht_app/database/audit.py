"""Writing the audit log. Nothing here reads, changes or removes an entry, and no role of the application could."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tht_app.database.crypto import Purpose, Vault
from tht_app.database.ids import new_id
from tht_app.domain.audit import AuditAction

INSERT = text(
    """
    insert into audit.event (id, person_id, session_id, action, request, outcome, object_type, object_id,
                             patient_ids, reason, address, details_sealed)
    values (:id, :person_id, :session_id, :action, :request, :outcome, :object_type, :object_id,
            cast(:patient_ids as uuid[]), :reason, :address, :details_sealed)
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
