"""The history of a note over plain HTTP: who wrote what when, and not a byte for who may not read."""

from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.applications import Starlette

from tests.conftest import Actors, Clinic
from tests.factories.encounter import make_patient, make_visit, write_section
from tht_app.domain.encounter.note import Section
from tht_app.domain.errors import Unavailable
from tht_app.domain.template import TemplateContent
from tht_app.use_cases.door import execute
from tht_app.use_cases.template import SaveTemplate
from tht_app.web import acting, notes

pytestmark = pytest.mark.integration


@pytest.fixture
async def visit(actors: Actors) -> UUID:
    visit = await make_visit(actors, await make_patient(actors["admin"]))
    await write_section(actors["perawat"], visit, "subjective", "telinga kanan sakit")
    await write_section(actors["dokter"], visit, "subjective", "telinga kanan nyeri sekali")
    return visit


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


async def get(http, path: str, who: str | None = "dokter") -> httpx.Response:
    return await http.get(path, headers={"who": who} if who else {})


async def test_the_history_names_who_wrote_what_newest_first(http, visit):
    answer = await get(http, f"/notes/{visit}/versions", "perawat")
    assert answer.headers["cache-control"] == "private, no-store"
    found = answer.json()["versions"]
    assert [(one["section"], one["version"], one["author"]) for one in found] == [
        ("subjective", 2, "dr. Sari Kusuma, Sp.THT-KL"),
        ("subjective", 1, "Dewi Lestari"),
    ]
    assert len(found[0]["clock"].split(".")) == 3


async def test_a_version_shows_its_difference_word_by_word(http, visit):
    answer = await get(http, f"/notes/{visit}/versions/subjective/2")
    assert answer.json()["pieces"] == [[" ", "telinga kanan "], ["-", "sakit"], ["+", "nyeri sekali"]]
    first = await get(http, f"/notes/{visit}/versions/subjective/1")
    assert first.json()["pieces"] == [["+", "telinga kanan sakit"]]


@pytest.mark.parametrize(
    "path", ["subjective/0", "subjective/3", "subjective/-1", "subjective/x", "subjective/99999999999", "resume/1"]
)
async def test_a_version_that_is_none_is_not_found(http, visit, path):
    assert (await get(http, f"/notes/{visit}/versions/{path}")).status_code == 404


async def test_the_history_of_no_visit_is_not_found(http):
    for encounter in ("nonsense", uuid4()):
        assert (await get(http, f"/notes/{encounter}/versions")).status_code == 404


async def test_a_phrase_comes_as_text_with_what_is_known_and_nothing_but_s_and_o_for_a_nurse(http, visit, actors):
    texts = {section: f"<b>{section.value}</b> {{nama}} {{sisi}}" for section in Section}
    template = await execute(actors["dokter"], SaveTemplate(TemplateContent("uji", "Uji", texts), shared=True))
    [listed] = (await get(http, f"/notes/{visit}/phrases", "perawat")).json()["phrases"]
    assert (listed["name"], listed["asksSide"], listed["sections"]) == ("uji", True, ["subjective", "objective"])
    answer = await get(http, f"/notes/{visit}/phrases/{template}?side=both", "perawat")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.json()["sections"] == {
        name: f"<b>{name}</b> Siti Rahmawati kanan dan kiri" for name in ("subjective", "objective")
    }
    assert len((await get(http, f"/notes/{visit}/phrases/{template}?side=left")).json()["sections"]) == 4
    assert (await get(http, f"/notes/{visit}/phrases/{template}")).status_code == 400  # which side?
    for path in (f"{template}?side=up", f"{uuid4()}", "nonsense"):
        assert (await get(http, f"/notes/{visit}/phrases/{path}")).status_code == 404


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("nobody-knows", 503), ("admin", 403), ("apoteker", 403)])
async def test_who_may_not_read_gets_no_byte(http, visit, who, status):
    history = (f"/notes/{visit}/versions", f"/notes/{visit}/versions/subjective/2")
    for path in (*history, f"/notes/{visit}/phrases", f"/notes/{visit}/phrases/{uuid4()}"):
        answer = await get(http, path, who)
        assert answer.status_code == status
        assert "nyeri" not in answer.text
        assert answer.headers["content-type"] == "application/problem+json"
