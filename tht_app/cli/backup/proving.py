"""Proof that a restored database is a clinic: its audit log holds, and people's documents can be drawn from it."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tht_app.database.backup.container import BackupRefused, opened
from tht_app.database.backup.create import ANCHORS
from tht_app.database.backup.databases import Addresses
from tht_app.settings import Settings

if TYPE_CHECKING:
    from tht_app.use_cases.door import Actor

SERVICE = "tht"
RECORDS = 10


@dataclass(frozen=True, slots=True)
class Proof:
    """What was checked."""

    seals: int
    entries: int
    records: int
    """Prescriptions and notes that were drawn."""


async def prove(settings: Settings, addresses: Addresses, path: Path, master: bytes) -> Proof:
    """Verify the audit log and draw some records of a restored database; raises `BackupRefused`.

    The anchors are those that were in the backup: what was anchored later it cannot know.
    """
    from tht_app.database.anchors import read_anchors
    from tht_app.database.gate import current_gate
    from tht_app.database.opening import opened_clinic
    from tht_app.database.signing import AUDIT, signing_key
    from tht_app.database.verify import verify_log
    from tht_app.use_cases.door import Actor

    logins = {"database_url": addresses.app_url, "database_gate_url": addresses.gate_url}
    there = settings.model_copy(update={**logins, "master_key": master.hex()})
    public = signing_key(master, AUDIT).public
    with tempfile.TemporaryDirectory(prefix="tht-anchors-") as folder:
        anchors = read_anchors(_anchors(path, master, Path(folder) / "anchors.log"), public)
    with opened(path, master) as reader:
        last = reader.manifest.seal
    async with opened_clinic(there) as database:
        token = await current_gate().open_service(SERVICE)
        known = [line for line in anchors if line.anchor.number <= last]
        report = await verify_log(database, token, public, known)
        if not report.well:
            raise BackupRefused(
                f"The audit log in this backup is not whole (seal {report.findings[0].seal},"
                f" {report.findings[0].fault.value}): see tht audit verify."
            )
        records = await _draw(Actor(token), addresses.backup_url)
        await current_gate().close_session(token)
    return Proof(report.seals, report.entries, records)


def _anchors(path: Path, master: bytes, target: Path) -> Path:
    with opened(path, master) as reader:
        for name, content in reader.members():
            if name == ANCHORS:
                target.write_bytes(b"".join(content))
                break
    return target


async def _draw(actor: "Actor", url: str) -> int:
    """The newest prescriptions as PDF, the newest notes as text; whatever cannot be drawn is raised."""
    from tht_app.database.backup.restore import newest_ids
    from tht_app.documents.prescription import prescription_pdf
    from tht_app.use_cases.door import execute
    from tht_app.use_cases.encounter import ReadNote
    from tht_app.use_cases.pharmacy import PrintPrescription

    count = 0
    for prescription in newest_ids(url, "medication_request", RECORDS // 2):
        sheet = await execute(actor, PrintPrescription(prescription))
        if not prescription_pdf(sheet).startswith(b"%PDF"):
            raise BackupRefused("A prescription of this backup cannot be printed.")
        count += 1
    for visit in newest_ids(url, "encounter", RECORDS - count):
        await execute(actor, ReadNote(visit))
        count += 1
    return count
