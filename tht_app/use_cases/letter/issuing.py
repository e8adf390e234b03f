"""Writing letters: what is known for them, handing them out under a number, withdrawing them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from pydantic import TypeAdapter

from tht_app.database.queries import ent
from tht_app.database.queries import letter as queries
from tht_app.database.queries.encounter import findings, notes, procedures, visits
from tht_app.database.queries.pharmacy import prescriptions
from tht_app.database.queries.registration import patient_record
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.attachment import checked_reason
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.record import Diagnosis, Procedure, Reading, SectionText
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.ent.findings import Finding
from tht_app.domain.errors import DomainError, NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.letter import (
    LetterContent,
    LetterKind,
    LetterWithdrawn,
    NotYourLetter,
    Signer,
    checked_decision,
    checked_fields,
    checked_leave,
    checked_strokes,
    ensure_may_issue,
    letter_number,
)
from tht_app.domain.pharmacy.prescription import VERIFY_ALPHABET, VERIFY_LENGTH
from tht_app.domain.registration.dates import is_minor
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.domain.registration.records import PatientRecord
from tht_app.i18n import age_text, long_date_text, text_of
from tht_app.use_cases.door import use_case
from tht_app.use_cases.letter.wording import wording_of
from tht_app.use_cases.settings import clinic_head

CONTENT = TypeAdapter(LetterContent)


@dataclass(frozen=True, slots=True)
class PrepareLetter:
    """What the record holds for the letters of a visit."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class IssueLetter:
    """Hand out a letter; `form` holds the fields of its kind as they were typed, signatures as strokes."""

    encounter_id: UUID
    kind: LetterKind
    form: Mapping[str, str] = field(repr=False)
    lang: str = "id"


@dataclass(frozen=True, slots=True)
class WithdrawLetter:
    """Say that a letter does not hold any more; its number stays used."""

    letter_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class LetterBasis:
    """What a doctor would otherwise type once more, and which letters may be written now."""

    patient_name: str
    minor: bool
    examined_on: date
    sections: tuple[SectionText, ...]
    diagnoses: tuple[Diagnosis, ...]
    procedures: tuple[Procedure, ...]
    findings: tuple[Finding, ...]
    readings: tuple[Reading, ...]
    therapy: tuple[str, ...]
    allowed: tuple[LetterKind, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything around one letter while it is made."""

    visit: Visit
    record: PatientRecord
    today: date
    examined_on: date
    lang: str
    diagnosis: str


@use_case(permission=Permission.LETTER_WRITE, audit=AuditAction.READ, reads=True)
async def prepare_letter(request: PrepareLetter, work: UnitOfWork) -> LetterBasis:
    """The note, diagnoses, findings and medicines of the visit; raises NotFound."""
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    head = await visits.patient_head(work, visit.patient_id)
    return LetterBasis(
        head.name,
        is_minor(head.birth_date, work.today()),
        visit.arrived_at.astimezone(work.zone).date(),
        await notes.present(work, visit.id),
        await findings.diagnoses(work, visit.id),
        await procedures.of_encounter(work, visit.id),
        await ent.findings(work, visit.id),
        await findings.readings(work, visit.id),
        await _therapy(work, visit.id),
        tuple(kind for kind in LetterKind if _allows(work, kind, visit)),
    )


def _allows(work: UnitOfWork, kind: LetterKind, visit: Visit) -> bool:
    try:
        ensure_may_issue(kind, visit, work.person.id, work.person.roles)
    except DomainError:
        return False
    return True


async def _therapy(work: UnitOfWork, encounter_id: UUID) -> tuple[str, ...]:
    """The lines of signed prescriptions."""
    signed = [row["id"] for row in await prescriptions.of_encounter(work, encounter_id) if row["status"] != "cancelled"]
    lines = await prescriptions.lines(work, signed)
    return tuple(f"{line['item']}, {line['signa_plain']}" for line in lines)


@use_case(permission=Permission.LETTER_WRITE, audit=AuditAction.SIGN)
async def issue_letter(request: IssueLetter, work: UnitOfWork) -> UUID:
    """Hand the letter out under the next number of its kind and year, and return its id.

    Raises ValidationFailed for the form, LetterBeforeExamination, SummaryBeforeSigning, NotYourEncounter.
    """
    visit = await visits.for_writing(work, request.encounter_id)
    work.saw(visit.patient_id)
    ensure_may_issue(request.kind, visit, work.person.id, work.person.roles)
    record = await patient_record(work, visit.patient_id)
    if record is None:
        raise NotFound
    diagnoses = await findings.diagnoses(work, visit.id)
    case = _Case(
        visit,
        record,
        work.today(),
        visit.arrived_at.astimezone(work.zone).date(),
        request.lang if request.lang == "en" else "id",
        "; ".join(f"{item.title} ({item.code})" for item in diagnoses),
    )
    content = CONTENT.dump_json(await _content(work, request, case)).decode()
    code = "".join(secrets.choice(VERIFY_ALPHABET) for _ in range(VERIFY_LENGTH))
    year = case.today.year
    number = letter_number(request.kind, year, await work.draw(f"letter.{request.kind.value}.{year}"))
    letter_id = await queries.issue(work, visit, request.kind, number=number, code=code, content=content)
    work.changed("letter", letter_id, patient_id=visit.patient_id, new={"kind": request.kind.value, "number": number})
    return letter_id


@use_case(permission=Permission.LETTER_WRITE, audit=AuditAction.CANCEL)
async def withdraw_letter(request: WithdrawLetter, work: UnitOfWork) -> None:
    """Withdraw it; raises NotYourLetter, LetterWithdrawn, ValidationFailed without a reason, NotFound."""
    reason = checked_reason(request.reason)
    letter = await queries.find(work, request.letter_id)
    work.saw(letter.patient_id)
    if not letter.mine:
        raise NotYourLetter
    if not await queries.withdraw(work, letter.id, reason):
        raise LetterWithdrawn
    work.changed("letter", letter.id, patient_id=letter.patient_id, new={"withdrawn": True, "reason": reason})


async def _content(work: UnitOfWork, request: IssueLetter, case: _Case) -> LetterContent:
    head, licence = await clinic_head(work), await queries.licence_of(work, work.person.id)
    wording = await wording_of(work, request.kind, case.lang)
    more, facts, signers = _said(request, case)
    identity, words = _identity(case)
    days = {"tanggal": _day(case.today, case), "tanggal_periksa": _day(case.examined_on, case)}
    values = {**words, **more, **days, "dokter": licence.name, "klinik": head.name}
    return LetterContent(
        lang=case.lang,
        clinic=head.name,
        address=head.address,
        phone=head.phone,
        clinic_licence=head.licence,
        city=head.city,
        day=case.today,
        doctor=licence.name,
        licence=licence.number,
        wording=wording.filled(values),
        identity=identity,
        facts=facts,
        signers=signers,
    )


Facts = tuple[tuple[str, str], ...]


def _identity(case: _Case) -> tuple[Facts, dict[str, str]]:
    """Who the letter is about, as lines and as values of placeholders."""
    details, banner = case.record.details, case.record.banner
    sex = text_of(f"registration.sex.{banner.sex.value}", case.lang)
    words = {
        "nama": banner.name,
        "tanggal_lahir": _day(banner.birth_date, case),
        "umur": age_text(banner.birth_date, case.today, case.lang),
        "jenis_kelamin": sex,
        "no_rm": shown_record_number(banner.record_number),
        "alamat": details.address.line,
    }
    lines = (
        ("name", words["nama"]),
        ("born", f"{words['tanggal_lahir']} ({words['umur']})"),
        ("sex", sex),
        ("record_number", words["no_rm"]),
        ("address", words["alamat"]),
        ("occupation", details.social.occupation),
    )
    return tuple((text_of(f"letter.identity.{key}", case.lang), value) for key, value in lines if value), words


def _said(request: IssueLetter, case: _Case) -> tuple[dict[str, str], Facts, tuple[Signer, ...]]:
    """What the doctor filled in: values of placeholders, lines, and who signs beside the doctor."""
    form, lang = request.form, case.lang
    fields = checked_fields(request.kind, form)
    facts = tuple((text_of(f"letter.field.{name}", lang), text) for name, text in fields.items() if text)
    if request.kind is LetterKind.SICK_NOTE:
        leave = checked_leave(form, case.examined_on)
        told = ((text_of("letter.field.diagnosis", lang), case.diagnosis),)
        days = text_of("letter.days", lang, count=leave.days)
        values = {"hari": days, "dari": _day(leave.start, case), "sampai": _day(leave.end, case)}
        return values, told if leave.tells_diagnosis and case.diagnosis else (), ()
    if request.kind is LetterKind.CONSENT:
        return _decided(form, case, fields, tuple(line for line in facts if line[1] != fields["witness"]))
    values = {"tujuan": fields.get("facility", ""), "bagian": fields.get("department", "")}
    return values, facts, ()


def _decided(
    form: Mapping[str, str], case: _Case, fields: dict[str, str], facts: Facts
) -> tuple[dict[str, str], Facts, tuple[Signer, ...]]:
    """Agreement to a procedure, or refusal, with the signatures of who decided and of the witness."""
    lang, banner = case.lang, case.record.banner
    decision = checked_decision(form, banner.name, banner.birth_date, case.today)
    values = {
        "tindakan": fields["procedure"],
        "keputusan": text_of(f"letter.decision.{'agree' if decision.agrees else 'refuse'}", lang),
        "pemberi": decision.name,
        "hubungan": decision.relation or text_of("letter.relation.self", lang),
    }
    signers = [Signer(text_of("letter.signer.giver", lang), decision.name, checked_strokes(form.get("signature", "")))]
    if fields["witness"]:
        strokes = checked_strokes(form.get("witness_signature", ""))
        signers.append(Signer(text_of("letter.signer.witness", lang), fields["witness"], strokes))
    return values, facts, tuple(signers)


def _day(day: date, case: _Case) -> str:
    return long_date_text(day, case.lang)
