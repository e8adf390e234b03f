"""Somebody else's record by its address: the same answer, byte for byte, as for what does not exist."""

from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.applications import Starlette

from tests.conftest import Actors, Clinic
from tests.factories.care import Chart, make_chart
from tht_app.web import acting, documents, notes

pytestmark = pytest.mark.integration


@pytest.fixture
async def foreign(clinic: Clinic, actors: Actors) -> Chart:
    return await make_chart(clinic, actors, "dokter2", "Rahasia Dokter Lain")


@pytest.fixture
async def http(actors: Actors, monkeypatch: pytest.MonkeyPatch):
    """Documents and notes; the header `who` stands for the session cookie."""

    async def signed_in(request):
        who = request.headers.get("who")
        return SimpleNamespace(actor=actors[who]) if who else None

    monkeypatch.setattr(acting, "signed_in", signed_in)
    transport = httpx.ASGITransport(Starlette(routes=[*documents.routes(), *notes.routes()]))
    async with httpx.AsyncClient(transport=transport, base_url="http://clinic") as client:
        yield client


async def answers(http: httpx.AsyncClient, who: str, visit: UUID, prescription: UUID) -> list[tuple[int, bytes]]:
    """What each address says about a visit and a prescription."""
    headers = {"who": who}
    history = f"/notes/{visit}/versions"
    read = [history, f"{history}/plan/1", f"/files/prescriptions/{prescription}.pdf"]
    found = [await http.get(path, headers=headers) for path in read]
    return [(answer.status_code, answer.content) for answer in found]


async def test_another_doctors_record_is_answered_like_nobodys(http: httpx.AsyncClient, foreign: Chart) -> None:
    theirs = await answers(http, "dokter", foreign.signed, foreign.prescription)
    assert theirs == await answers(http, "dokter", uuid4(), uuid4())
    assert {status for status, _ in theirs} == {404}
    own = await answers(http, "dokter2", foreign.signed, foreign.prescription)
    assert {status for status, _ in own} == {200}
