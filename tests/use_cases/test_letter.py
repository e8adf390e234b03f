"""Letters through the door: who writes and prints, numbers without gaps, what was handed out never changes."""

import asyncio
import io
from uuid import UUID, uuid4

import pytest
from psycopg.errors import InsufficientPrivilege
from pypdf import PdfReader

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.encounter import give_password, make_complete_note, make_patient, make_visit
from tht_app.documents.letter import letter_pdf
from tht_app.domain.encounter.visit import NotYourEncounter
from tht_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from tht_app.domain.letter import (
    LetterBeforeExamination,
    LetterKind,
    LetterWithdrawn,
    NotYourLetter,
    SummaryBeforeSigning,
)
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import ReadEncounter, ReviewForSigning, SignEncounter, StartEncounter
from tht_app.use_cases.letter import (
    IssueLetter,
    LettersOfPatient,
    LettersOfVisit,
    PrepareLetter,
    PrintLetter,
    ReadWordings,
    ResetWording,
    SaveWording,
    VerifyLetter,
    WithdrawLetter,
)

pytestmark = pytest.mark.integration
STROKES = "[[100,100,200,150,300,100],[400,200]]"


@pytest.fixture
async def patient(actors: Actors) -> UUID:
    return await make_patient(actors["admin"])


@pytest.fixture
async def visit(actors: Actors, patient: UUID) -> UUID:
    visit = await make_visit(actors, patient)
    await execute(actors["dokter"], StartEncounter(visit))
    await make_complete_note(actors["dokter"], visit)
    return visit


async def sick(actors: Actors, visit: UUID, **more: str) -> UUID:
    record = await execute(actors["dokter"], ReadEncounter(visit))
    form = {"start": record.visit.arrived_at.astimezone(ZONE).date().isoformat(), "days": "2", **more}
    return await execute(actors["dokter"], IssueLetter(visit, LetterKind.SICK_NOTE, form))


def words(sheet) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(letter_pdf(sheet))).pages)


async def test_a_sick_note_says_what_it_must_and_no_diagnosis_unless_the_patient_agrees(actors: Actors, visit: UUID):
    silent = words(await execute(actors["dokter"], PrintLetter(await sick(actors, visit))))
    for said in ("SURAT KETERANGAN SAKIT", "Siti Rahmawati", "2 hari", "dr. Sari Kusuma", "SKS/"):
        assert said in silent
    assert "H66.1" not in silent
    telling = words(await execute(actors["dokter"], PrintLetter(await sick(actors, visit, tells_diagnosis="on"))))
    assert "H66.1" in telling


async def test_the_first_print_is_the_letter_and_every_other_a_counted_copy(
    clinic: Clinic, actors: Actors, visit: UUID, patient: UUID
):
    letter = await sick(actors, visit)
    first = await execute(actors["dokter"], PrintLetter(letter))
    second = await execute(actors["admin"], PrintLetter(letter))
    assert "SALINAN" not in words(first)
    assert "SALINAN ke-1" in words(second)
    assert second.content == first.content
    entries = clinic.admin_fetch(
        "select p.username, e.patient_ids from audit.event e join sec.person p on p.id = e.person_id "
        "where e.object_id = %s and e.action = 'print' order by e.at, e.id",
        letter,
    )
    assert [(entry["username"], entry["patient_ids"]) for entry in entries] == [
        ("dokter", [patient]), ("admin", [patient]),
    ]  # fmt: skip


async def test_numbers_have_no_gaps_however_many_write_and_fail_at_once(actors: Actors, visit: UUID, clinic: Clinic):
    before = clinic.admin_fetch("select count(*) as n from clinic.letter where kind = 'referral'")[0]["n"]
    good = {"facility": "RSUD", "diagnosis": "OMSK", "findings": "perforasi", "reason": "operasi"}
    forms = [good if number % 3 else {"facility": ""} for number in range(12)]
    results = await asyncio.gather(
        *(execute(actors["dokter"], IssueLetter(visit, LetterKind.REFERRAL, form)) for form in forms),
        return_exceptions=True,
    )
    assert sum(isinstance(result, UUID) for result in results) == 8
    rows = clinic.admin_fetch("select number from clinic.letter where kind = 'referral' order by number")
    assert [int(row["number"].rsplit("/")[-1]) for row in rows] == list(range(1, before + 9))


async def test_a_double_click_issues_one_letter(actors: Actors, visit: UUID):
    form = {"facility": "RSUD", "diagnosis": "OMSK", "findings": "perforasi", "reason": "operasi"}
    request = IssueLetter(visit, LetterKind.REFERRAL, form)
    one = await execute(actors["dokter"], request, key="kunci-surat-1")
    assert await execute(actors["dokter"], request, key="kunci-surat-1") == one


CONSENT = {
    "diagnosis": "Serumen obturans", "procedure": "Ekstraksi serumen", "steps": "Irigasi", "purpose": "Membersihkan",
    "risks": "Nyeri, luka kecil", "alternatives": "Tetes telinga", "prognosis": "Baik", "cost": "Rp 150.000",
    "decision": "agree", "giver": "patient", "witness": "Dewi Lestari",
}  # fmt: skip


async def test_a_consent_holds_all_that_the_law_asks_for_and_the_signatures_as_strokes(
    clinic: Clinic, actors: Actors, visit: UUID
):
    form = {**CONSENT, "signature": STROKES, "witness_signature": "[[1,1,9,9]]"}
    letter = await execute(actors["dokter"], IssueLetter(visit, LetterKind.CONSENT, form))
    sheet = await execute(actors["dokter"], PrintLetter(letter))
    text = words(sheet)
    for said in (*[CONSENT[name] for name in ("procedure", "steps", "purpose", "alternatives", "prognosis", "cost")],
                 "MENYETUJUI", "Yang menyatakan", "Saksi", "Dewi Lestari"):  # fmt: skip
        assert said in text, said
    assert sheet.content.signers[0].strokes == (((100, 100), (200, 150), (300, 100)), ((400, 200),))
    (row,) = clinic.admin_fetch("select l::text as whole from clinic.letter l where id = %s", letter)
    assert "Serumen" not in row["whole"]


async def test_what_was_handed_out_says_the_same_after_the_wording_and_the_patient_changed(actors: Actors, visit: UUID):
    letter = await sick(actors, visit)
    first = await execute(actors["dokter"], PrintLetter(letter))
    own = {"title": "SURAT SAKIT BARU", "opening": "{nama}", "body": "{hari} {dari} {sampai}", "closing": "Salam."}
    await execute(actors["pemilik"], SaveWording(LetterKind.SICK_NOTE, own))
    try:
        assert (await execute(actors["dokter"], PrintLetter(letter))).content == first.content
        anew = words(await execute(actors["dokter"], PrintLetter(await sick(actors, visit))))
        assert "SURAT SAKIT BARU" in anew
        found = {one.kind: one.own for one in await execute(actors["pemilik"], ReadWordings())}
        assert found[LetterKind.SICK_NOTE] is True
        assert found[LetterKind.REFERRAL] is False
    finally:
        await execute(actors["pemilik"], ResetWording(LetterKind.SICK_NOTE))
    assert "KETERANGAN" in words(await execute(actors["dokter"], PrintLetter(await sick(actors, visit))))


async def test_letters_follow_an_examination_by_their_own_doctor_and_a_summary_the_signature(
    actors: Actors, clinic: Clinic, visit: UUID, patient: UUID
):
    form = {"complaint": "x", "findings": "x", "diagnosis": "x"}
    early = await make_visit(actors, patient)
    for request, refusal in (
        (IssueLetter(early, LetterKind.REFERRAL, {}), LetterBeforeExamination),
        (IssueLetter(visit, LetterKind.SUMMARY, form), SummaryBeforeSigning),
    ):
        with pytest.raises(refusal):
            await execute(actors["dokter"], request)
    with pytest.raises((NotYourEncounter, NotFound)):
        await execute(actors["dokter2"], IssueLetter(visit, LetterKind.REFERRAL, {}))
    await give_password(clinic, "dokter")
    review = await execute(actors["dokter"], ReviewForSigning(visit))
    await execute(actors["dokter"], SignEncounter(visit, "demo-THT-2026", review.hash))
    assert LetterKind.SUMMARY in (await execute(actors["dokter"], PrepareLetter(visit))).allowed
    letter = await execute(actors["dokter"], IssueLetter(visit, LetterKind.SUMMARY, form, "en"))
    assert "VISIT SUMMARY" in words(await execute(actors["dokter"], PrintLetter(letter)))


async def test_a_withdrawn_letter_is_not_printed_and_its_code_says_so(actors: Actors, clinic: Clinic, visit: UUID):
    letter = await sick(actors, visit)
    sheet = await execute(actors["dokter"], PrintLetter(letter))
    code = sheet.verify_url.rsplit("/", 1)[1]
    check = await execute(actors["kasir"], VerifyLetter(code.lower()))
    assert (check.kind, check.number, check.valid) == (LetterKind.SICK_NOTE, sheet.number, True)
    with pytest.raises(ValidationFailed):
        await execute(actors["dokter"], WithdrawLetter(letter, ""))
    with pytest.raises((NotYourLetter, NotFound)):
        await execute(actors["dokter2"], WithdrawLetter(letter, "salah"))
    await execute(actors["dokter"], WithdrawLetter(letter, "Salah tanggal"))
    for request in (PrintLetter(letter), WithdrawLetter(letter, "lagi")):
        with pytest.raises(LetterWithdrawn):
            await execute(actors["dokter"], request)
    assert (await execute(actors["kasir"], VerifyLetter(code))).valid is False
    (line,) = await execute(actors["dokter"], LettersOfVisit(visit))
    assert (line.withdrawn, line.reason) == (True, "Salah tanggal")
    with pytest.raises(NotFound):
        await execute(actors["kasir"], VerifyLetter("A" * 16))


@pytest.mark.parametrize("who", ["perawat", "apoteker", "kasir", "auditor", "pemilik"])
async def test_whoever_neither_writes_nor_prints_reaches_no_letter(
    actors: Actors, clinic: Clinic, visit: UUID, who: str
):
    letter = await sick(actors, visit)
    for request in (PrintLetter(letter), WithdrawLetter(letter, "x"), IssueLetter(visit, LetterKind.REFERRAL, {})):
        with pytest.raises(PermissionDenied):
            await execute(actors[who], request)
    with clinic.as_app(actors[who].token) as connection:
        assert connection.execute("select id from clinic.letter").fetchall() == []


async def test_the_front_desk_prints_and_does_not_write(actors: Actors, visit: UUID, patient: UUID):
    letter = await sick(actors, visit)
    assert letter in [line.id for line in await execute(actors["admin"], LettersOfPatient(patient))]
    for request in (IssueLetter(visit, LetterKind.REFERRAL, {}), WithdrawLetter(letter, "x"), PrepareLetter(visit)):
        with pytest.raises(PermissionDenied):
            await execute(actors["admin"], request)


@pytest.mark.parametrize(
    "statement",
    [
        "update clinic.letter set number = 'SKS/2026/999999'",
        "update clinic.letter set prints = -1",
        "update clinic.letter set sha256 = decode(repeat('00', 32), 'hex')",
        "update clinic.letter set withdrawn_by = null, withdrawn_at = null, reason_sealed = null",
        "delete from clinic.letter",
    ],
)
async def test_the_database_itself_keeps_letters(actors: Actors, clinic: Clinic, visit: UUID, statement: str):
    letter = await sick(actors, visit)
    await execute(actors["dokter"], WithdrawLetter(letter, "x"))
    with clinic.as_app(actors["dokter"].token) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(f"{statement} where id = %s", (letter,))


async def test_nobody_withdraws_in_a_colleagues_name_by_sql(actors: Actors, clinic: Clinic, visit: UUID):
    letter = await sick(actors, visit)
    with clinic.as_app(actors["admin"].token) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(
            "update clinic.letter set withdrawn_by = issued_by, withdrawn_at = now(), reason_sealed = '\\x00' "
            "where id = %s",
            (letter,),
        )


async def test_what_is_not_there_is_not_found(actors: Actors):
    for request in (PrintLetter(uuid4()), WithdrawLetter(uuid4(), "x"), LettersOfVisit(uuid4())):
        with pytest.raises(NotFound):
            await execute(actors["dokter"], request)
