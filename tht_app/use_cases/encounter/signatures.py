"""The clinic's signature under signed records: made with the record, proved to a stranger, proved for all of them."""

import secrets
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries.encounter import evidence, signatures, visits
from tht_app.database.signing import record_key, signed_by
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.record import Flaw, ProvedBatch, SignedPaper
from tht_app.domain.encounter.statement import Fault, Proof, Statement, Subject, proof_said, says
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission, Role
from tht_app.domain.pharmacy.prescription import VERIFY_ALPHABET, VERIFY_LENGTH
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter.content import Content, contents_of, digest_of
from tht_app.use_cases.encounter.passkey_signature import evidence_holds

BATCH = 100


@dataclass(frozen=True, slots=True)
class VerifySignature:
    """Ask whether a printed code belongs to a signed note or addendum of this clinic."""

    code: str


@dataclass(frozen=True, slots=True)
class ProveSignatures:
    """Check the next signed notes after this one, in the order of their ids."""

    after: UUID | None = None
    limit: int = BATCH


async def put_signature(work: UnitOfWork, visit: Visit, statement: Statement) -> None:
    """Sign who signed what, how and when, with the clinic's key."""
    if Role.SERVICE in work.person.roles:
        statement = replace(statement, proof=Proof.PROGRAM)
    code = "".join(secrets.choice(VERIFY_ALPHABET) for _ in range(VERIFY_LENGTH))
    await signatures.add(work, visit, statement, record_key(work.vault), code)


def flaw_in(work: UnitOfWork, row: RowMapping, statement: Statement, kept: RowMapping | None = None) -> Fault | None:
    """What is wrong with the signature that stands in `row` for what `statement` says; None when all is well.

    `kept` is the passkey's answer: a signature that says that a passkey proved the signer has to have one that holds.
    """
    if row["statement"] is None:
        return Fault.SIGNATURE_MISSING
    if not says(row["statement"], statement):
        return Fault.STATEMENT_DIFFERS
    if not _by_the_clinic(work, row):
        return Fault.SIGNATURE_WRONG
    by_passkey = proof_said(row["statement"]) is Proof.PASSKEY
    if by_passkey and not evidence_holds(kept, statement.signer_id, statement.hash):
        return Fault.EVIDENCE_WRONG
    return None


def _by_the_clinic(work: UnitOfWork, row: RowMapping) -> bool:
    return signed_by(record_key(work.vault).public, bytes(row["signature"]), row["statement"].encode())


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.READ, reads=True)
async def verify_signature(request: VerifySignature, work: UnitOfWork) -> SignedPaper:
    """Return day, doctor and fingerprint, never a word about the patient; raises `NotFound`."""
    row = await signatures.by_code(work, request.code.strip().upper()[:40])
    if row is None:
        raise NotFound
    return SignedPaper(
        row["subject"] == Subject.ADDENDUM,
        row["signed_at"].astimezone(work.zone),
        row["doctor"],
        bytes(row["hash"]).hex(),
        _by_the_clinic(work, row),
    )


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def prove_signatures(request: ProveSignatures, work: UnitOfWork) -> ProvedBatch:
    """Compute every hash again from what is stored, check the clinic's signature over it, and a passkey's answer.

    So many statements for a batch, however many notes it holds.
    """
    rows = await signatures.signed_after(work, request.after, request.limit)
    encounters = [row["id"] for row in rows]
    contents, kept = await contents_of(work, encounters), await evidence.of_encounters(work, encounters)
    flaws = [flaw for row in rows if (flaw := _flaw_of_note(work, row, contents[row["id"]], kept.get(row["id"])))]
    addenda = await signatures.addenda_of(work, encounters)
    flaws += [flaw for row, digest in addenda if (flaw := _flaw_of_addendum(work, row, digest))]
    work.saw(*(row["patient_id"] for row in rows))
    more = len(rows) == request.limit
    return ProvedBatch(len(rows), len(addenda), tuple(flaws), rows[-1]["id"] if more else None)


def _flaw_of_note(work: UnitOfWork, row: RowMapping, content: Content, kept: RowMapping | None) -> Flaw | None:
    stored = bytes(row["hash"])
    statement = Statement(Subject.ENCOUNTER, row["id"], row["id"], stored, row["signed_by"], row["signed_at"])
    differs = digest_of(visits.visit_of(row), content) != stored
    return _flaw(statement, Fault.CONTENT_DIFFERS if differs else flaw_in(work, row, statement, kept))


def _flaw_of_addendum(work: UnitOfWork, row: RowMapping, digest: bytes) -> Flaw | None:
    statement = Statement(Subject.ADDENDUM, row["id"], row["encounter_id"], digest, row["author_id"], row["at"])
    differs = row["hash"] is not None and bytes(row["hash"]) != digest
    return _flaw(statement, Fault.CONTENT_DIFFERS if differs else flaw_in(work, row, statement))


def _flaw(statement: Statement, fault: Fault | None) -> Flaw | None:
    if fault is None:
        return None
    return Flaw(statement.subject.value, statement.subject_id, statement.encounter_id, fault.value)
