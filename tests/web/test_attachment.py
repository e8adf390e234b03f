"""Uploads and files over HTTP: headers, broken lines, a server that is killed, and what nobody may fetch."""

import asyncio
import io
import os
import random
import resource
import signal
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image

from tests.conftest import Actors, Clinic
from tests.factories import files
from tests.factories.encounter import make_patient, make_visit
from tests.web.browser import Browser
from tests.web.conftest import RunningServer, give_passwords, start_server, stop_server
from tht_app.integrations.files.frames import FRAME

pytestmark = pytest.mark.integration


@pytest.fixture
async def visit(actors: Actors) -> UUID:
    return await make_visit(actors, await make_patient(actors["admin"]))


async def begin(browser: Browser, visit: UUID, content: bytes, name: str = "foto.jpg", **more):
    body = {
        "encounter": str(visit),
        "name": name,
        "size": len(content),
        "kind": "photo",
        "side": "right",
        "site": "ear",
    }
    return await browser.http.post("/uploads", json={**body, **more}, headers={"Idempotency-Key": uuid4().hex})


async def attach(browser: Browser, visit: UUID, content: bytes, name: str = "foto.jpg") -> str:
    begun = (await begin(browser, visit, content, name)).json()
    for offset in range(0, len(content), begun["piece"]):
        piece = content[offset : offset + begun["piece"]]
        answer = await browser.http.put(f"/uploads/{begun['id']}/{offset}", content=piece)
        assert answer.status_code == 200, answer.text
    answer = await browser.http.post(f"/uploads/{begun['id']}/finish")
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


async def test_a_picture_is_shown_inert_and_a_document_only_saved(server: RunningServer, visit: UUID):
    doctor = await server.signed_in("dokter", address="203.0.113.31")
    photo = await attach(doctor, visit, files.photo_with_place(), 'telinga "kanan"; x=<b>.jpg')
    shown = await doctor.http.get(f"/files/{photo}")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["content-disposition"].startswith('inline; filename="telinga _kanan__ x__b_.jpg"; filename*=')
    assert Image.open(io.BytesIO(shown.content)).size == (200, 320)
    assert files.CAMERA.encode() not in shown.content
    document = await attach(doctor, visit, files.pdf(2), "hasil.pdf")
    saved = await doctor.http.get(f"/files/{document}")
    page = await doctor.http.get(f"/files/{document}/pages/2")
    small = await doctor.http.get(f"/files/{document}/thumbnail")
    assert saved.headers["content-disposition"].startswith("attachment")
    assert (page.headers["content-type"], small.headers["content-type"]) == ("image/webp", "image/webp")
    for answer in (shown, saved, page, small):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-store"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert (await doctor.http.get(f"/files/{photo}?download")).headers["content-disposition"].startswith("attachment")
    assert (await doctor.http.get(f"/files/{photo}/pages/1")).status_code == 404
    await doctor.close()


async def test_a_file_is_nobodys_who_may_not_read_the_record(server: RunningServer, visit: UUID):
    doctor = await server.signed_in("dokter", address="203.0.113.32")
    photo = await attach(doctor, visit, files.picture())
    for who, expected in (("kasir", 403), ("admin", 403)):
        other = await server.signed_in(who, address="203.0.113.33")
        for path in (f"/files/{photo}", f"/files/{photo}/thumbnail", f"/files/{photo}/pages/1"):
            assert (await other.http.get(path)).status_code == expected
        await other.close()
    stranger = server.browser(address="203.0.113.34")
    assert (await stranger.http.get(f"/files/{photo}")).status_code == 401
    await stranger.close()
    await doctor.http.post("/signout")
    assert (await doctor.http.get(f"/files/{photo}")).status_code == 401
    await doctor.close()


NOISE = random.Random(20261125)
PRETENDERS = {
    "noise.jpg": NOISE.randbytes(900),
    "picture.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + NOISE.randbytes(900),
    "photo.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + NOISE.randbytes(900),
    "document.pdf": b"%PDF-1.7\n" + NOISE.randbytes(900) + b"\nstartxref\n0\n%%EOF",
    "scan.dcm": bytes(128) + b"DICM" + NOISE.randbytes(900),
    "moving.gif": b"GIF89a" + NOISE.randbytes(900) + b"<script>alert(1)</script>",
    "page.jpg": b"<html><script>alert(1)</script></html>",
    "drawing.pdf": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "archive.pdf": b"PK\x03\x04" + NOISE.randbytes(900),
    "nothing.png": b"\x00",
}


async def test_what_only_pretends_to_be_a_file_is_refused_and_leaves_nothing(server: RunningServer, visit: UUID):
    doctor = await server.signed_in("dokter", address="203.0.113.41")
    before = server.log.read_text().count("incident")
    for name, content in PRETENDERS.items():
        begun = (await begin(doctor, visit, content, name)).json()
        assert (await doctor.http.put(f"/uploads/{begun['id']}/0", content=content)).status_code == 200
        answer = await doctor.http.post(f"/uploads/{begun['id']}/finish")
        assert 400 <= answer.status_code < 500, (name, answer.text)
        assert answer.json()["code"].startswith("attachment."), answer.text
    shown = "select 1 from clinic.attachment where encounter_id = %s and status = 'active'"
    assert server.clinic.admin_fetch(shown, visit) == []
    assert server.log.read_text().count("incident") == before
    await doctor.close()


WRONG = (
    ({"name": "../../x<script>.pdf"}, 422, "name"),
    ({"name": 5}, 422, "name"),
    ({"size": 0}, 409, ""),
    ({"size": 1_000_000_000}, 409, ""),
    ({"size": -1}, 422, "size"),
    ({"size": "9"}, 422, "size"),
    ({"kind": "virus"}, 422, "kind"),
    ({"side": "top"}, 422, "side"),
    ({"encounter": "x"}, 404, ""),
    ({"encounter": str(uuid4())}, 404, ""),
)


async def test_what_a_browser_would_not_say_is_refused_in_words(server: RunningServer, visit: UUID):
    doctor = await server.signed_in("dokter", address="203.0.113.35")
    for change, status, where in WRONG:
        answer = await begin(doctor, visit, b"x" * 9, **change)
        said = answer.json()
        assert (answer.status_code, bool(said["title"])) == (status, True), change
        assert not where or said["errors"][where], change
    await doctor.close()


async def test_pieces_that_do_not_fit_say_where_to_go_on(server: RunningServer, visit: UUID):
    doctor = await server.signed_in("dokter", address="203.0.113.36")
    content = files.picture(1200, 1200, "PNG", compress_level=0)
    begun = (await begin(doctor, visit, content)).json()
    for offset, body in ((FRAME, content[FRAME : 2 * FRAME]), (0, b""), (0, b"x"), (10**9, b"x" * FRAME)):
        answer = await doctor.http.put(f"/uploads/{begun['id']}/{offset}", content=body)
        assert (answer.status_code, answer.json()["received"]) == (409, 0)
    assert (await doctor.http.put(f"/uploads/{begun['id']}/0", content=content[:FRAME])).json() == {"received": FRAME}
    early = await doctor.http.post(f"/uploads/{begun['id']}/finish")
    assert (early.status_code, early.json()["code"], early.json()["received"]) == (
        409,
        "attachment.wrong_offset",
        FRAME,
    )
    assert (await doctor.http.delete(f"/uploads/{begun['id']}")).status_code == 204
    gone = await doctor.http.get(f"/uploads/{begun['id']}")
    assert (gone.status_code, gone.json()["code"]) == (404, "attachment.upload_gone")
    await doctor.close()


async def test_a_server_killed_in_the_middle_of_a_piece_loses_nothing_that_it_acknowledged(
    clinic: Clinic, actors: Actors, visit: UUID, tmp_path
):
    give_passwords(clinic)
    content = files.picture(1600, 1200, "PNG", compress_level=0)
    place = {"THT_FILES_DIR": str(tmp_path / "files")}
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    first = start_server(clinic, tmp_path / "first", **place)
    doctor = await first.signed_in("dokter", address="203.0.113.37")
    begun = (await begin(doctor, visit, content, "besar.png")).json()
    for offset in range(0, 3 * FRAME, FRAME):
        await doctor.http.put(f"/uploads/{begun['id']}/{offset}", content=content[offset : offset + FRAME])

    async def slowly():
        yield content[3 * FRAME : 3 * FRAME + 200_000]
        os.killpg(first.process.pid, signal.SIGKILL)
        await asyncio.sleep(0.3)
        yield content[3 * FRAME + 200_000 : 4 * FRAME]

    with pytest.raises(httpx.TransportError):
        await doctor.http.put(f"/uploads/{begun['id']}/{3 * FRAME}", content=slowly())
    await doctor.close()
    first.process.wait(10)
    second = start_server(clinic, tmp_path / "second", **place)
    try:
        doctor = await second.signed_in("dokter", address="203.0.113.38")
        where = (await doctor.http.get(f"/uploads/{begun['id']}")).json()
        assert where["received"] == 3 * FRAME
        for offset in range(where["received"], len(content), FRAME):
            answer = await doctor.http.put(f"/uploads/{begun['id']}/{offset}", content=content[offset : offset + FRAME])
            assert answer.status_code == 200, answer.text
        attached = (await doctor.http.post(f"/uploads/{begun['id']}/finish")).json()["id"]
        shown = await doctor.http.get(f"/files/{attached}")
        before, after = Image.open(io.BytesIO(content)), Image.open(io.BytesIO(shown.content))
        assert before.tobytes() == after.convert(before.mode).tobytes()
        await doctor.close()
    finally:
        stop_server(second)


def processes_of(running: RunningServer) -> list[int]:
    """The server and its workers."""
    found, looking = [], [running.process.pid]
    while looking:
        pid = looking.pop()
        found.append(pid)
        looking += [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found


async def test_a_full_disk_is_said_in_words_and_the_upload_goes_on_when_there_is_room(
    server: RunningServer, visit: UUID
):
    doctor = await server.signed_in("dokter", address="203.0.113.39")
    content = files.picture(1200, 1200, "PNG", compress_level=0)
    begun = (await begin(doctor, visit, content)).json()
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in processes_of(server)}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (FRAME * 3 // 2, hard))
    try:
        taken = await doctor.http.put(f"/uploads/{begun['id']}/0", content=content[:FRAME])
        full = await doctor.http.put(f"/uploads/{begun['id']}/{FRAME}", content=content[FRAME : 2 * FRAME])
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
    assert taken.status_code == 200
    assert (full.status_code, full.json()["code"]) == (503, "attachment.storage_full")
    assert "penuh" in full.json()["title"]
    assert (await doctor.http.get(f"/uploads/{begun['id']}")).json()["received"] == FRAME
    for offset in range(FRAME, len(content), FRAME):
        answer = await doctor.http.put(f"/uploads/{begun['id']}/{offset}", content=content[offset : offset + FRAME])
        assert answer.status_code == 200
    assert (await doctor.http.post(f"/uploads/{begun['id']}/finish")).status_code == 200
    await doctor.close()
