"""Patients and consents: sealing on the way in, opening on the way out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, RowMapping, Uuid, column, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from tht_app.database.crypto import Purpose, Vault
from tht_app.database.tables.registration import ConsentRow, PatientRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.errors import ValidationFailed
from tht_app.domain.registration import ConsentId, PatientId
from tht_app.domain.registration.consent import ConsentGiver, ConsentPurpose
from tht_app.domain.registration.names import plain_words, sound_of
from tht_app.domain.registration.patient import (
    Address,
    Guardian,
    NikMissing,
    OtherId,
    PatientDetails,
    Payer,
    Relation,
    Social,
)
from tht_app.domain.registration.records import Consent, PatientBanner, PatientHit, PatientRecord
from tht_app.domain.registration.sex import Sex

BANNER = "id, record_number, name, sex, birth_date, birth_date_estimated, deceased"
HIT = f"{BANNER}, name_words, address_sealed"


def sealed_values(vault: Vault, patient_id: UUID, details: PatientDetails) -> dict[str, Any]:
    """The columns of a patient that follow from the details: encrypted, fingerprinted, split into words."""

    def sealed(field: str, words: str | None) -> bytes | None:
        return vault.seal(Purpose.IDENTITY, f"patient.{field}", patient_id, words or None)

    def sealed_parts(field: str, parts: Mapping[str, Any]) -> bytes | None:
        filled = {name: value for name, value in parts.items() if value}
        return sealed(field, json.dumps(filled, ensure_ascii=False)) if filled else None

    def index(field: str, value: str | None) -> bytes | None:
        return vault.blind(f"patient.{field}", value) if value else None

    words = plain_words(details.name) or (details.name.casefold(),)
    return {
        "name": details.name,
        "name_words": list(words),
        "name_sounds": [sound_of(word) for word in words],
        "name_sort": " ".join(words),
        "birth_date": details.birth_date,
        "birth_date_estimated": details.birth_date_estimated,
        "sex": details.sex.value,
        "nik_sealed": sealed("nik", details.nik),
        "nik_index": index("nik", details.nik),
        "nik_missing": details.nik_missing.value if details.nik_missing else None,
        "other_id_kind": details.other_id_kind.value if details.other_id_kind else None,
        "other_id_sealed": sealed("other_id", details.other_id),
        "other_id_index": index("other_id", details.other_id),
        "bpjs_sealed": sealed("bpjs", details.bpjs),
        "bpjs_index": index("bpjs", details.bpjs),
        "phone_sealed": sealed("phone", details.phone),
        "phone_index": index("phone", details.phone),
        "email_sealed": sealed("email", details.email),
        "address_sealed": sealed_parts("address", asdict(details.address)),
        "social_sealed": sealed_parts("social", asdict(details.social)),
        "payer": details.payer.value,
        "coverage_sealed": sealed_parts("coverage", {"insurer": details.insurer, "number": details.payer_number}),
        "guardian_sealed": sealed_parts("guardian", asdict(details.guardian) if details.guardian else {}),
        "deceased": details.deceased,
    }


def _opened_parts(vault: Vault, field: str, row: RowMapping) -> dict[str, str]:
    sealed: bytes | None = row[f"{field}_sealed"]
    parts = vault.open(Purpose.IDENTITY, f"patient.{field}", row["id"], sealed)
    return json.loads(parts) if parts else {}


def details_of(vault: Vault, row: RowMapping) -> PatientDetails:
    """Open every sealed column of a whole patient row."""

    def opened(field: str) -> str | None:
        sealed: bytes | None = row[f"{field}_sealed"]
        return vault.open(Purpose.IDENTITY, f"patient.{field}", row["id"], sealed)

    coverage, guardian = _opened_parts(vault, "coverage", row), _opened_parts(vault, "guardian", row)
    return PatientDetails(
        name=row["name"],
        birth_date=row["birth_date"],
        birth_date_estimated=row["birth_date_estimated"],
        sex=Sex(row["sex"]),
        nik=opened("nik"),
        nik_missing=NikMissing(row["nik_missing"]) if row["nik_missing"] else None,
        other_id_kind=OtherId(row["other_id_kind"]) if row["other_id_kind"] else None,
        other_id=opened("other_id"),
        bpjs=opened("bpjs"),
        phone=opened("phone"),
        email=opened("email"),
        address=Address(**_opened_parts(vault, "address", row)),
        payer=Payer(row["payer"]),
        insurer=coverage.get("insurer", ""),
        payer_number=coverage.get("number", ""),
        guardian=Guardian(guardian["name"], Relation(guardian["relation"]), guardian.get("phone", ""))
        if guardian
        else None,
        social=Social(**_opened_parts(vault, "social", row)),
        deceased=row["deceased"],
    )


def banner_of(row: RowMapping) -> PatientBanner:
    """The banner from a row that has the columns `BANNER`."""
    return PatientBanner(
        PatientId(row["id"]),
        row["record_number"],
        row["name"],
        Sex(row["sex"]),
        row["birth_date"],
        row["birth_date_estimated"],
        row["deceased"],
    )


def hit_of(vault: Vault, row: RowMapping) -> PatientHit:
    """A line of a list from a row that has the columns `HIT`."""
    return PatientHit(banner_of(row), Address(**_opened_parts(vault, "address", row)).area, tuple(row["name_words"]))


async def add_patients(work: UnitOfWork, patients: Mapping[UUID, PatientDetails]) -> dict[UUID, int]:
    """Insert patients in one statement; gives the record numbers of those whose NIK was not there yet."""
    now, person = work.now(), work.person.id
    rows = [
        {
            "id": patient_id,
            **sealed_values(work.vault, patient_id, details),
            "created_at": now,
            "created_by": person,
            "updated_at": now,
            "updated_by": person,
        }
        for patient_id, details in patients.items()
    ]
    # SQLAlchemy keeps the compiled statement of a single row; one with many rows is compiled every time.
    statement = insert(PatientRow).values(rows if len(rows) > 1 else rows[0])
    once = statement.on_conflict_do_nothing(index_elements=["nik_index"], index_where=text("merged_into is null"))
    added = await work.fetch(once.returning(column("id", Uuid()), column("record_number", BigInteger())))
    return {row["id"]: row["record_number"] for row in added}


async def patient_record(work: UnitOfWork, patient_id: UUID, *, to_change: bool = False) -> PatientRecord | None:
    """One patient with everything opened; `to_change` locks the row until the transaction ends."""
    lock = " for update" if to_change else ""
    row = await work.fetch_one(f"select * from patient where id = :id{lock}", id=patient_id)
    if row is None:
        return None
    return PatientRecord(
        banner_of(row), details_of(work.vault, row), row["version"], row["created_at"], row["updated_at"]
    )


async def standing_record_of(work: UnitOfWork, patient_id: UUID) -> UUID:
    """The record that stands for this one: itself, or the one it was merged into."""
    found: UUID | None = await work.fetch_value(
        "select coalesce(merged_into, id) from patient where id = :id", id=patient_id
    )
    return found or patient_id


async def saw_records_of(work: UnitOfWork, patient_id: UUID) -> None:
    """Name every record of a person for the audit: whoever reads the chart reads them all."""
    work.saw(patient_id, *(await work.fetch_value("select sec.records_of(:id)", id=patient_id)))


async def patient_banners(work: UnitOfWork, patient_ids: Sequence[UUID]) -> dict[PatientId, PatientBanner]:
    """Banners of several patients at once, for lists of other contexts."""
    rows = await work.fetch(f"select {BANNER} from patient where id = any(:ids)", ids=list(patient_ids))
    return {PatientId(row["id"]): banner_of(row) for row in rows}


async def correct_patient(work: UnitOfWork, patient_id: UUID, details: PatientDetails) -> None:
    """Write new details and count the version up; the caller holds the row.

    `ValidationFailed` when another patient has this NIK: the unique index has the last word, whoever is faster.
    """
    values = sealed_values(work.vault, patient_id, details)
    statement = (
        update(PatientRow)
        .where(PatientRow.id == patient_id)  # pyright: ignore[reportArgumentType]
        .values(**values, version=PatientRow.version + 1, updated_at=work.now(), updated_by=work.person.id)
    )
    try:
        await work.run(statement)
    except IntegrityError as broken:
        raise ValidationFailed({"nik": "nik_taken"}) from broken


async def add_consent(
    work: UnitOfWork,
    patient_id: UUID,
    purpose: ConsentPurpose,
    version: str,
    *,
    given: bool,
    giver: ConsentGiver,
    giver_name: str,
) -> ConsentId:
    """Insert one consent."""
    consent_id = work.new_id()
    await work.add(
        ConsentRow(
            id=consent_id,
            patient_id=patient_id,
            purpose=purpose.value,
            text_version=version,
            given=given,
            giver=giver.value,
            giver_name_sealed=work.vault.seal(Purpose.IDENTITY, "consent.giver_name", consent_id, giver_name),
            at=work.now(),
            recorded_by=work.person.id,
        )
    )
    return ConsentId(consent_id)


CONSENTS = """
select c.*, p.display_name from consent c left join sec.person p on p.id = c.recorded_by
where c.patient_id = any(sec.records_of(:patient_id)) order by c.at desc, c.id desc
"""


async def consents_of(work: UnitOfWork, patient_id: UUID) -> tuple[Consent, ...]:
    """Every consent of a patient, newest first."""
    return tuple(_consent(work.vault, row) for row in await work.fetch(CONSENTS, patient_id=patient_id))


def _consent(vault: Vault, row: RowMapping) -> Consent:
    giver_name: bytes = row["giver_name_sealed"]
    return Consent(
        ConsentId(row["id"]),
        ConsentPurpose(row["purpose"]),
        row["text_version"],
        row["given"],
        ConsentGiver(row["giver"]),
        vault.open(Purpose.IDENTITY, "consent.giver_name", row["id"], giver_name),
        row["at"],
        row["recorded_by"],
        row["display_name"] or "",
        row["withdrawn_at"],
    )


async def withdraw_consent(work: UnitOfWork, consent_id: UUID, at: datetime) -> UUID | None:
    """Mark a consent withdrawn; gives its patient, or nothing when it was withdrawn or never there."""
    return await work.fetch_value(
        "update consent set withdrawn_at = :at, withdrawn_by = :person "
        "where id = :id and withdrawn_at is null returning patient_id",
        id=consent_id,
        at=at,
        person=work.person.id,
    )


async def consent_exists(work: UnitOfWork, consent_id: UUID) -> bool:
    """Whether there is such a consent for this person."""
    return bool(await work.fetch_value("select true from consent where id = :id", id=consent_id))
