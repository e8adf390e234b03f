"""Reviewing, signing, checking a signature, and adding to a signed note."""

from dataclasses import dataclass, field
from uuid import UUID

from tht_app.database.queries import identity as identity_queries
from tht_app.database.queries.encounter import evidence, notes, signatures, visits
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.note import LONGEST_ADDENDUM, AddendumBeforeSigning, checked_required
from tht_app.domain.encounter.record import SignatureCheck, SignReview
from tht_app.domain.encounter.signing import ChangedSinceReview, NothingToSign, PasswordWrong
from tht_app.domain.encounter.statement import Proof, Statement, Subject, addendum_digest
from tht_app.domain.encounter.visit import NotYourEncounter, ensure_may_sign, owns
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission, Role
from tht_app.domain.template import GAP
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter.content import Content, content_of, digest_of
from tht_app.use_cases.encounter.passkey_signature import accept_passkey
from tht_app.use_cases.encounter.signatures import flaw_in, put_signature
from tht_app.use_cases.passwords import password_matches

from .shared_note import settle


@dataclass(frozen=True, slots=True)
class ReviewForSigning:
    """What would be signed now."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class SignEncounter:
    """Sign exactly what was shown: `expected_hash` comes from the review (empty: a program that showed nothing)."""

    encounter_id: UUID
    password: str = field(repr=False)
    expected_hash: str = ""
    passkey: str = field(default="", repr=False)
    """A passkey's answer to the record's hash, instead of the password."""


@dataclass(frozen=True, slots=True)
class AddAddendum:
    """Text that is added to a signed note."""

    encounter_id: UUID
    text: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CheckSignature:
    """Compute the hash again from what is stored now."""

    encounter_id: UUID


def _missing(content: Content) -> tuple[str, ...]:
    """What a reader would look for and not find: words for it are `encounter.review.missing.<name>`."""
    empty = [s.section.value for s in content.sections if not s.text.strip()]
    gap = any(GAP in s.text for s in content.sections)
    return (*empty, *(() if content.diagnoses else ("diagnosis",)), *(("gap",) if gap else ()))


@use_case(permission=Permission.RECORD_SIGN, audit=AuditAction.READ, reads=True)
async def review_for_signing(request: ReviewForSigning, work: UnitOfWork) -> SignReview:
    """What would be signed and the hash that stands for it. Raises NotYourEncounter, EncounterSigned.

    What is typed in the shared note has to be written down first (`SettleNote`).
    """
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    ensure_may_sign(visit, work.person.id, work.person.roles, work.person.permissions)
    content = await content_of(work, visit)
    return SignReview(
        visit.id,
        await visits.patient_head(work, visit.patient_id),
        content.sections,
        content.diagnoses,
        content.procedures,
        content.readings,
        tuple((f.part.value, f.side.value, f.site, f.finding, f.text) for f in content.findings),
        _missing(content),
        digest_of(visit, content).hex(),
        len(content.files),
    )


async def _confirm(work: UnitOfWork, password: str) -> None:
    """Ask the person for the password again; programs of the clinic have none and are known by their session."""
    if Role.SERVICE in work.person.roles:
        return
    if not await password_matches(password, await identity_queries.own_credential(work)):
        raise PasswordWrong


@use_case(permission=Permission.RECORD_SIGN, audit=AuditAction.SIGN)
async def sign_encounter(request: SignEncounter, work: UnitOfWork) -> str:
    """Sign and lock the encounter; returns the SHA-256 in hexadecimal.

    Raises PasswordWrong or PasskeyRefused, ChangedSinceReview when it is not any more what was shown, NothingToSign,
    NotYourEncounter, EncounterSigned. From here on the database refuses every change.
    """
    if not request.passkey:
        await _confirm(work, request.password)
    visit = await visits.for_signing(work, request.encounter_id)
    work.saw(visit.patient_id)
    ensure_may_sign(visit, work.person.id, work.person.roles, work.person.permissions)
    await settle(work, visit)
    content = await content_of(work, visit)
    if not any(s.text.strip() for s in content.sections) and not content.diagnoses:
        raise NothingToSign
    signature = digest_of(visit, content)
    if request.expected_hash and request.expected_hash != signature.hex():
        raise ChangedSinceReview
    if request.passkey:
        await accept_passkey(work, visit, request.passkey, signature)
    signer = visit.practitioner_id if Role.SERVICE in work.person.roles else work.person.id
    at = work.now()
    await visits.sign(work, visit.id, signer, signature, at)
    proof = Proof.PASSKEY if request.passkey else Proof.PASSWORD
    await put_signature(work, visit, Statement(Subject.ENCOUNTER, visit.id, visit.id, signature, signer, at, proof))
    work.changed("encounter", visit.id, patient_id=visit.patient_id, new={"hash": signature.hex()})
    work.publish("EncounterSigned", visit.id, {"patient_id": str(visit.patient_id), "hash": signature.hex()})
    return signature.hex()


@use_case(permission=Permission.RECORD_SIGN, audit=AuditAction.ADDEND)
async def add_addendum(request: AddAddendum, work: UnitOfWork) -> int:
    """Add to a signed note and return the number of the addendum; the signed text stays as it is."""
    text = checked_required(request.text, field="text", longest=LONGEST_ADDENDUM)
    await _confirm(work, request.password)
    visit = await visits.for_signing(work, request.encounter_id)
    work.saw(visit.patient_id)
    if visit.signed_at is None:
        raise AddendumBeforeSigning
    if not owns(visit, work.person.id, work.person.roles):
        raise NotYourEncounter
    number = len(await notes.addenda(work, visit.id)) + 1
    at = work.now()
    row_id = await notes.add_addendum(work, visit, number, text, at)
    digest = addendum_digest(visit.id, number, text, work.person.id, at)
    await put_signature(work, visit, Statement(Subject.ADDENDUM, row_id, visit.id, digest, work.person.id, at))
    work.changed("note_addendum", row_id, patient_id=visit.patient_id, new={"number": number})
    work.publish("AddendumAdded", visit.id, {"patient_id": str(visit.patient_id), "number": number})
    return number


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def check_signature(request: CheckSignature, work: UnitOfWork) -> SignatureCheck:
    """Whether what is stored now is what was signed; raises NotFound for an unsigned encounter."""
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    head = await visits.head(work, visit.id)
    if head["hash"] is None:
        raise NotFound
    stored, row = bytes(head["hash"]), await signatures.of_encounter(work, visit.id)
    intact = digest_of(visit, await content_of(work, visit)) == stored
    genuine = False
    if row is not None:
        said = Statement(Subject.ENCOUNTER, visit.id, visit.id, stored, row["signed_by"], head["signed_at"])
        kept = (await evidence.of_encounters(work, [visit.id])).get(visit.id)
        genuine = flaw_in(work, row, said, kept) is None
    return SignatureCheck(head["signed_at"], head["signed_by"], stored.hex(), intact, genuine)
