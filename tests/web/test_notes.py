"""A note is saved over plain HTTP: acknowledged after the commit, never twice, never over somebody else's text."""

from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.applications import Starlette

from tests.conftest import Actors, Clinic
from tests.factories.encounter import give_password, make_complete_note, make_patient, make_visit
from tests.web.conftest import PASSWORD as WEB_PASSWORD
from tests.web.conftest import RunningServer
from tht_app.domain.errors import Unavailable
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import ReadEncounter, SignEncounter
from tht_app.web import acting, notes

pytestmark = pytest.mark.integration


@pytest.fixture
async def visit(actors: Actors) -> UUID:
    return await make_visit(actors, await make_patient(actors["admin"]))


@pytest.fixture
async def http(actors: Actors, clinic: Clinic, monkeypatch: pytest.MonkeyPatch):
    """The routes of the note alone; the header `who` stands for the session cookie."""

    async def signed_in(request):
        who = request.headers.get("who")
        if who == "nobody-knows":
            raise Unavailable
        return SimpleNamespace(actor=actors[who]) if who else None

    monkeypatch.setattr(acting, "signed_in", signed_in)
    transport = httpx.ASGITransport(Starlette(routes=notes.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://clinic") as client:
        yield client


async def put(http, visit, section, text, base, *, who="dokter", key=None, **more):
    headers = {"who": who, "idempotency-key": key or str(uuid4())}
    return await http.put(
        f"/notes/{visit}/{section}", json={"text": text, "base_version": base, **more}, headers=headers
    )


async def test_a_save_is_acknowledged_with_version_and_time(http, visit):
    answer = await put(http, visit, "subjective", "telinga berdenging", 0)
    assert answer.status_code == 200
    assert answer.json()["version"] == 1
    assert len(answer.json()["clock"].split(".")) == 3
    shown = (await http.get(f"/notes/{visit}/subjective", headers={"who": "perawat"})).json()
    assert (shown["text"], shown["version"], shown["author"]) == (
        "telinga berdenging",
        1,
        "dr. Sari Kusuma, Sp.THT-KL",
    )


async def test_nothing_of_a_note_is_kept_by_caches(http, visit):
    saved = await put(http, visit, "plan", "x", 0)
    read = await http.get(f"/notes/{visit}", headers={"who": "dokter"})
    assert {saved.headers["cache-control"], read.headers["cache-control"]} == {"private, no-store"}


@pytest.mark.parametrize("text", ["x" * 10_000, "👂🏽 sakit", "مرحبا שלום", 'a\nb\tc \\ " <script>'])
async def test_odd_texts_come_back_unchanged(http, visit, text):
    assert (await put(http, visit, "plan", text, 0)).status_code == 200
    assert (await http.get(f"/notes/{visit}/plan", headers={"who": "dokter"})).json()["text"] == text


async def test_a_conflict_shows_the_other_text_and_keeps_it(http, visit):
    await put(http, visit, "subjective", "dari dokter", 0)
    answer = await put(http, visit, "subjective", "dari perawat", 0, who="perawat")
    assert answer.status_code == 409
    body = answer.json()
    assert body["code"] == "encounter.note_conflict"
    assert (body["theirs"]["text"], body["theirs"]["version"]) == ("dari dokter", 1)
    again = await put(http, visit, "subjective", "dari dokter\ndari perawat", 1, who="perawat")
    assert again.json()["version"] == 2


async def test_a_lost_acknowledgement_is_given_again(http, visit, clinic):
    key = str(uuid4())
    first = await put(http, visit, "plan", "sekali saja", 0, key=key)
    again = await put(http, visit, "plan", "sekali saja", 0, key=key)
    assert first.json() == again.json()
    assert len(clinic.admin_fetch("select 1 from clinic.note_section_version where encounter_id = %s", visit)) == 1


async def also_of_dokter2(actors, visit):
    """A colleague who treats the patient as well."""
    await make_visit(actors, (await execute(actors["dokter"], ReadEncounter(visit))).patient.id, "dokter2")


async def test_what_may_be_written_is_said_with_the_note(http, visit, actors):
    await also_of_dokter2(actors, visit)
    doctor = (await http.get(f"/notes/{visit}", headers={"who": "dokter"})).json()
    nurse = (await http.get(f"/notes/{visit}", headers={"who": "perawat"})).json()
    other = (await http.get(f"/notes/{visit}", headers={"who": "dokter2"})).json()

    def writable(note):
        return [name for name, section in note["sections"].items() if section["writable"]]

    assert writable(doctor) == ["subjective", "objective", "assessment", "plan"]
    assert writable(nurse) == ["subjective", "objective"]
    assert writable(other) == []
    assert doctor["signed"] is False


@pytest.mark.parametrize(
    ("who", "section", "status"),
    [
        (None, "plan", 401),
        ("nobody-knows", "plan", 503),
        ("perawat", "plan", 403),
        ("perawat", "assessment", 403),
        ("admin", "subjective", 403),
        ("apoteker", "subjective", 403),
        ("kasir", "subjective", 403),
        ("dokter2", "plan", 409),
        ("dokter", "resume", 404),
    ],
)
async def test_who_may_not_is_refused_and_nothing_is_written(  # noqa: PLR0917  fixtures and one case
    http, visit, actors, clinic, who, section, status
):
    await also_of_dokter2(actors, visit)
    headers = {"idempotency-key": str(uuid4())} | ({"who": who} if who else {})
    answer = await http.put(f"/notes/{visit}/{section}", json={"text": "x", "base_version": 0}, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert clinic.admin_fetch("select 1 from clinic.note_section_version where encounter_id = %s", visit) == []


@pytest.mark.parametrize("who", ["admin", "apoteker", "kasir", "auditor", "pemilik"])
async def test_who_is_not_clinical_gets_no_byte_of_a_note(http, visit, who):
    await put(http, visit, "plan", "rahasia", 0)
    for path in (f"/notes/{visit}", f"/notes/{visit}/plan"):
        answer = await http.get(path, headers={"who": who})
        assert answer.status_code == 403
        assert "rahasia" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"{}",
        b'{"text": 1, "base_version": 0}',
        b'{"text": "x", "base_version": "0"}',
        b'{"text": "x", "base_version": -1}',
        b'{"text": "x", "base_version": true}',
        b'{"text": "x", "base_version": 99999999999}',
        b'{"text": "\\ud800", "base_version": 0}',
    ],
)
async def test_a_malformed_save_is_refused_with_words(http, visit, body):
    headers = {"who": "dokter", "idempotency-key": str(uuid4())}
    answer = await http.put(f"/notes/{visit}/plan", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_a_save_needs_its_key_and_a_real_encounter(http, visit):
    headers = {"who": "dokter"}
    answer = await http.put(f"/notes/{visit}/plan", json={"text": "x", "base_version": 0}, headers=headers)
    assert answer.status_code == 422
    for path in ("/notes/nonsense/plan", f"/notes/{uuid4()}/plan"):
        answer = await http.put(
            path, json={"text": "x", "base_version": 0}, headers=headers | {"idempotency-key": str(uuid4())}
        )
        assert answer.status_code == 404


async def test_after_signing_a_save_is_refused_with_its_own_code(http, visit, actors, clinic):
    await give_password(clinic, "dokter", WEB_PASSWORD)
    await make_complete_note(actors["dokter"], visit)
    await execute(actors["dokter"], SignEncounter(visit, WEB_PASSWORD))
    answer = await put(http, visit, "plan", "terlambat", 1)
    assert (answer.status_code, answer.json()["code"]) == (409, "encounter.signed")
    assert (await http.get(f"/notes/{visit}", headers={"who": "dokter"})).json()["signed"] is True


async def test_a_real_server_saves_for_a_session_and_for_nobody_else(server: RunningServer, visit):
    doctor = await server.signed_in("dokter")
    stranger = server.browser()
    body = {"text": "lewat peramban", "base_version": 0}
    headers = {"idempotency-key": str(uuid4())}
    refused = await stranger.http.put(f"/notes/{visit}/plan", json=body, headers=headers)
    foreign = await doctor.http.put(
        f"/notes/{visit}/plan", json=body, headers={**headers, "Origin": "http://evil.test"}
    )
    saved = await doctor.http.put(f"/notes/{visit}/plan", json=body, headers=headers)
    assert (refused.status_code, foreign.status_code, saved.status_code) == (401, 403, 200)
    await doctor.close()
    await stranger.close()
