"""Files of a visit through the door: who attaches, who sees, who takes back, what a signature makes of it."""

import io
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from psycopg.errors import InsufficientPrivilege
from pypdf import PdfReader

from tests.conftest import Actors, Clinic
from tests.factories import files
from tests.factories.encounter import give_password, make_complete_note, make_patient, make_visit
from tht_app.domain.attachment import (
    AttachmentKind,
    AttachmentStatus,
    FileActive,
    FileEmpty,
    FileTooLarge,
    NotYourAttachment,
    Site,
    UploadGone,
    WrongOffset,
)
from tht_app.domain.encounter.diagnosis import Laterality
from tht_app.domain.encounter.visit import EncounterSigned, NotYourEncounter
from tht_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from tht_app.integrations.files.frames import FRAME
from tht_app.settings import settings
from tht_app.use_cases.attachment import (
    AttachmentsOfPatient,
    AttachmentsOfVisit,
    BeginUpload,
    DropUpload,
    MarkInError,
    OpenAttachment,
    RemoveAttachment,
    clear_away,
    finish_upload,
    page_of,
    receive_piece,
    received_bytes,
    thumbnail_of,
    whole_file,
)
from tht_app.use_cases.attachment.places import parts, store
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.encounter import CheckSignature, ReviewForSigning, SignEncounter

pytestmark = pytest.mark.integration
PASSWORD = "demo-THT-2026"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Files of these tests lie in a folder of their own."""
    monkeypatch.setenv("THT_FILES_DIR", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
async def patient(actors: Actors) -> UUID:
    return await make_patient(actors["admin"])


@pytest.fixture
async def visit(actors: Actors, patient: UUID) -> UUID:
    return await make_visit(actors, patient)


async def send(actor: Actor, upload: UUID, content: bytes) -> None:
    for offset in range(0, len(content), FRAME):

        async def body(at: int = offset) -> bytes:
            return content[at : at + FRAME]

        await receive_piece(actor, upload, offset, body)


async def attach(actor: Actor, visit: UUID, content: bytes | None = None, name: str = "foto.jpg", **about) -> UUID:
    content = files.picture() if content is None else content
    upload = await execute(actor, BeginUpload(visit, name, len(content), **about))
    await send(actor, upload, content)
    return await finish_upload(actor, upload)


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def of_visit(actor: Actor, visit: UUID):
    return (await execute(actor, AttachmentsOfVisit(visit))).files


async def test_a_photo_is_attached_listed_shown_and_lies_sealed_on_the_disk(actors: Actors, visit: UUID, folder: Path):
    about = {"kind": AttachmentKind.ENDOSCOPY, "side": Laterality.RIGHT, "site": Site.EAR}
    attached = await attach(actors["perawat"], visit, name="telinga Siti.jpg", **about)
    (line,) = await of_visit(actors["dokter"], visit)
    assert (line.id, line.name) == (attached, "telinga Siti.jpg")
    assert {"kind": line.kind, "side": line.side, "site": line.site} == about
    assert (line.recorded_by, line.removable, line.correctable) == ("Dewi Lestari", False, True)
    shown = await whole_file(actors["dokter"], attached)
    content = b"".join(shown.pieces)
    assert content.startswith(b"\xff\xd8\xff")
    assert len(content) == shown.size == line.size
    small, _ = await thumbnail_of(actors["dokter"], attached, frozenset())
    assert small[8:12] == b"WEBP"
    found = on_disk(folder)
    assert sorted(path.suffix for path in found) == [".content", ".thumbnail"], "nothing of the upload is left"
    assert not any(b"\xff\xd8\xff" in path.read_bytes()[:64] or b"Siti" in path.read_bytes() for path in found)


async def test_the_name_and_the_key_are_sealed_in_the_database(clinic: Clinic, actors: Actors, visit: UUID):
    attached = await attach(actors["dokter"], visit, name="rahasia.jpg")
    (row,) = clinic.admin_fetch("select a::text as whole, name_sealed from clinic.attachment a where id = %s", attached)
    assert "rahasia" not in row["whole"]
    assert b"rahasia" not in bytes(row["name_sealed"])


async def test_each_look_is_in_the_audit_log_with_the_file_and_its_patient(
    clinic: Clinic, actors: Actors, visit: UUID, patient: UUID
):
    attached = await attach(actors["dokter"], visit, files.pdf(2), "hasil.pdf")
    await whole_file(actors["dokter"], attached)
    await page_of(actors["perawat"], attached, 2)
    await thumbnail_of(actors["perawat"], attached, frozenset())
    await thumbnail_of(actors["perawat"], attached, frozenset({patient}))
    entries = clinic.admin_fetch(
        "select p.username, e.patient_ids from audit.event e join sec.person p on p.id = e.person_id "
        "where e.object_id = %s and e.request like '%%OpenAttachment' order by e.at, e.id",
        attached,
    )
    assert [(entry["username"], entry["patient_ids"]) for entry in entries] == [
        ("dokter", [patient]),
        ("perawat", [patient]),
        ("perawat", [patient]),
    ]


async def test_pages_of_a_document_are_pictures_and_there_is_no_page_beyond(actors: Actors, visit: UUID):
    attached = await attach(actors["dokter"], visit, files.pdf(2), "hasil.pdf")
    assert (await page_of(actors["dokter"], attached, 1))[8:12] == b"WEBP"
    for number in (0, 3, -1):
        with pytest.raises(NotFound):
            await page_of(actors["dokter"], attached, number)
    content = b"".join((await whole_file(actors["dokter"], attached)).pieces)
    assert len(PdfReader(io.BytesIO(content)).pages) == 2


async def test_an_upload_goes_on_where_it_was_and_ends_once(actors: Actors, visit: UUID):
    content = files.picture(2400, 2400, "PNG", compress_level=0)
    assert len(content) > 2 * FRAME
    doctor = actors["dokter"]
    upload = await execute(doctor, BeginUpload(visit, "besar.png", len(content)), key="kunci-berkas-1")
    again = await execute(doctor, BeginUpload(visit, "besar.png", len(content)), key="kunci-berkas-1")
    assert again == upload
    await send(doctor, upload, content[:FRAME])
    assert await received_bytes(doctor, upload) == (FRAME, False)
    with pytest.raises(WrongOffset) as refusal:
        await finish_upload(doctor, upload)
    assert refusal.value.params == {"received": FRAME}
    for offset in range(FRAME, len(content), FRAME):

        async def body(at: int = offset) -> bytes:
            return content[at : at + FRAME]

        await receive_piece(doctor, upload, offset, body)
    assert await finish_upload(doctor, upload) == upload
    assert await finish_upload(doctor, upload) == upload
    assert await received_bytes(doctor, upload) == (len(content), True)
    assert [line.id for line in await of_visit(doctor, visit)] == [upload]


async def test_a_refused_file_leaves_nothing_and_the_others_go_on(actors: Actors, visit: UUID, folder: Path):
    doctor, bad = actors["dokter"], files.scripted_pdf()
    upload = await execute(doctor, BeginUpload(visit, "jahat.pdf", len(bad)))
    await send(doctor, upload, bad)
    with pytest.raises(FileActive):
        await finish_upload(doctor, upload)
    with pytest.raises(UploadGone):
        await received_bytes(doctor, upload)
    assert on_disk(folder) == []
    good = await attach(doctor, visit)
    assert [line.id for line in await of_visit(doctor, visit)] == [good]


async def test_what_cannot_be_a_file_is_refused_before_it_is_sent(actors: Actors, visit: UUID):
    for name, size, refusal in (
        ("x.pdf", 0, FileEmpty),
        ("x.pdf", 1_000_000_000, FileTooLarge),
        ("../../x<script>.pdf", 100, ValidationFailed),
    ):
        with pytest.raises(refusal):
            await execute(actors["dokter"], BeginUpload(visit, name, size))


async def test_an_upload_belongs_to_who_began_it(actors: Actors, visit: UUID):
    upload = await execute(actors["dokter"], BeginUpload(visit, "x.jpg", 100))
    for other in ("perawat", "dokter2"):
        with pytest.raises(UploadGone):
            await received_bytes(actors[other], upload)
        with pytest.raises(UploadGone):
            await finish_upload(actors[other], upload)
        with pytest.raises(UploadGone):
            await execute(actors[other], DropUpload(upload))
    assert await of_visit(actors["perawat"], visit) == ()
    attached = await attach(actors["dokter"], visit)
    for ask in (received_bytes, finish_upload):
        with pytest.raises(UploadGone):
            await ask(actors["perawat"], attached)


@pytest.mark.parametrize("who", ["admin", "apoteker", "kasir", "auditor", "pemilik"])
async def test_whoever_may_not_read_the_record_reaches_no_file(actors: Actors, clinic: Clinic, visit: UUID, who: str):
    attached = await attach(actors["dokter"], visit)
    for request in (
        AttachmentsOfVisit(visit), OpenAttachment(attached), BeginUpload(visit, "x.jpg", 9),
        RemoveAttachment(attached), MarkInError(attached, "x"),
    ):  # fmt: skip
        with pytest.raises(PermissionDenied):
            await execute(actors[who], request)
    with pytest.raises(PermissionDenied):
        await whole_file(actors[who], attached)
    with clinic.as_app(actors[who].token) as connection:
        assert connection.execute("select id from clinic.attachment").fetchall() == []


async def test_a_doctor_does_not_attach_to_a_colleagues_visit(actors: Actors, visit: UUID):
    with pytest.raises((NotYourEncounter, NotFound)):
        await execute(actors["dokter2"], BeginUpload(visit, "x.jpg", 9))


async def test_before_the_signature_the_author_takes_back_and_nobody_else(
    actors: Actors, clinic: Clinic, visit: UUID, patient: UUID
):
    attached = await attach(actors["perawat"], visit, name="salah.jpg")
    with pytest.raises(NotYourAttachment):
        await execute(actors["dokter"], RemoveAttachment(attached))
    assert await execute(actors["perawat"], RemoveAttachment(attached)) is True
    assert await execute(actors["perawat"], RemoveAttachment(attached)) is False
    assert await of_visit(actors["dokter"], visit) == ()
    for actor in (actors["perawat"], actors["dokter"]):
        with pytest.raises(NotFound):
            await whole_file(actor, attached)
    (row,) = clinic.admin_fetch("select key_sealed, status from clinic.attachment where id = %s", attached)
    assert row == {"key_sealed": None, "status": "removed"}, "without its key nobody opens it any more"


async def sign(actors: Actors, clinic: Clinic, visit: UUID) -> None:
    await give_password(clinic, "dokter")
    await make_complete_note(actors["dokter"], visit)
    review = await execute(actors["dokter"], ReviewForSigning(visit))
    await execute(actors["dokter"], SignEncounter(visit, PASSWORD, review.hash))


async def test_after_the_signature_a_file_stays_and_can_only_be_marked_as_wrong(
    actors: Actors, clinic: Clinic, visit: UUID
):
    doctor = actors["dokter"]
    attached, late = await attach(doctor, visit), await execute(doctor, BeginUpload(visit, "telat.jpg", 9))
    await send(doctor, late, b"x" * 9)
    assert (await execute(doctor, ReviewForSigning(visit))).files == 1
    await sign(actors, clinic, visit)
    for request in (RemoveAttachment(attached), BeginUpload(visit, "x.jpg", 9)):
        with pytest.raises(EncounterSigned):
            await execute(doctor, request)
    with pytest.raises(ValidationFailed):
        await execute(doctor, MarkInError(attached, " "))
    assert await execute(doctor, MarkInError(attached, "Milik pasien lain")) is True
    (line,) = await of_visit(actors["perawat"], visit)
    assert (line.status, line.reason) == (AttachmentStatus.ENTERED_IN_ERROR, "Milik pasien lain")
    assert (line.removable, line.correctable) == (False, False)
    assert b"".join((await whole_file(doctor, attached)).pieces), "what was signed is still readable"
    assert (await execute(doctor, CheckSignature(visit))).intact


async def test_a_file_changes_what_is_signed(actors: Actors, visit: UUID):
    await make_complete_note(actors["dokter"], visit)
    before = (await execute(actors["dokter"], ReviewForSigning(visit))).hash
    await attach(actors["dokter"], visit)
    assert (await execute(actors["dokter"], ReviewForSigning(visit))).hash != before


@pytest.mark.parametrize(
    "statement",
    [
        (
            "update clinic.attachment set status = 'removed', key_sealed = null, closed_at = now(), "
            "closed_by = recorded_by"
        ),
        "update clinic.attachment set sha256 = decode(repeat('00', 32), 'hex')",
        "update clinic.attachment set kind = 'letter'",
        "update clinic.attachment set media_type = 'application/pdf'",
        "update clinic.attachment set patient_id = gen_random_uuid()",
        "update clinic.attachment set status = 'uploading'",
        "delete from clinic.attachment",
    ],
)
async def test_the_database_itself_keeps_signed_files(actors: Actors, clinic: Clinic, visit: UUID, statement: str):
    attached = await attach(actors["dokter"], visit)
    await sign(actors, clinic, visit)
    with clinic.as_app(actors["dokter"].token) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(f"{statement} where id = %s", (attached,))


async def test_a_file_in_the_middle_of_its_attachment_does_not_slip_behind_a_signature(
    actors: Actors, clinic: Clinic, visit: UUID
):
    content = files.picture()
    upload = await execute(actors["dokter"], BeginUpload(visit, "x.jpg", len(content)))
    await send(actors["dokter"], upload, content)
    await sign(actors, clinic, visit)
    with pytest.raises(EncounterSigned):
        await finish_upload(actors["dokter"], upload)
    assert await of_visit(actors["dokter"], visit) == ()


async def test_all_files_of_a_patient_newest_first(actors: Actors, patient: UUID):
    visits = [await make_visit(actors, patient) for _ in range(2)]
    attached = [await attach(actors["dokter"], one) for one in visits]
    lines = await execute(actors["perawat"], AttachmentsOfPatient(patient))
    assert [line.id for line in lines] == attached[::-1]
    stranger = await make_patient(actors["admin"], "Budi Santoso")
    with pytest.raises(NotFound):
        await execute(actors["perawat"], AttachmentsOfPatient(stranger))


async def test_what_was_taken_away_or_given_up_is_swept_and_nothing_else(actors: Actors, visit: UUID, folder: Path):
    doctor = actors["dokter"]
    kept, gone = await attach(doctor, visit), await attach(doctor, visit, files.pdf(), "hasil.pdf")
    await execute(doctor, RemoveAttachment(gone))
    abandoned = await execute(doctor, BeginUpload(visit, "x.jpg", 100))
    await send(doctor, abandoned, b"x" * 100)
    unknown = uuid4()
    store().put(f"{unknown.hex}.content", [b"of a database that was restored to an earlier moment"])
    assert await clear_away(actors["worker"]) == 0, "what is young is left alone"
    assert await clear_away(actors["worker"], rest=-1) == 2
    assert {path.name.partition(".")[0] for path in on_disk(folder)} == {kept.hex, unknown.hex}
    assert b"".join((await whole_file(doctor, kept)).pieces)
    with pytest.raises(UploadGone):
        await received_bytes(doctor, abandoned)
    assert list(parts().untouched_for(-1)) == []


async def test_only_the_program_sweeps(actors: Actors, folder: Path):
    store().put(f"{uuid4().hex}.content", [b"x"])
    for who in ("dokter", "admin", "pemilik"):
        with pytest.raises(PermissionDenied):
            await clear_away(actors[who], rest=-1)
    assert len(on_disk(folder)) == 1
