"""Printed documents over plain HTTP: who gets them, and what every print leaves behind."""

import io
from types import SimpleNamespace
from uuid import UUID

import httpx
import pytest
from pypdf import PdfReader
from starlette.applications import Starlette

from tests.conftest import Actors, Clinic
from tests.factories.pharmacy import ear_drops, make_draft, make_ear_drops, make_product, make_signed, tablets
from tht_app.web import acting, documents

pytestmark = pytest.mark.integration


@pytest.fixture
async def http(actors: Actors, monkeypatch: pytest.MonkeyPatch):
    """The routes of documents alone; the header `who` stands for the session cookie."""

    async def signed_in(request):
        who = request.headers.get("who")
        return SimpleNamespace(actor=actors[who]) if who else None

    monkeypatch.setattr(acting, "signed_in", signed_in)
    transport = httpx.ASGITransport(Starlette(routes=documents.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://clinic") as client:
        yield client


@pytest.fixture
async def signed(actors: Actors) -> UUID:
    pharmacist = actors["apoteker"]
    return await make_signed(
        actors, tablets(await make_product(pharmacist)), ear_drops(await make_ear_drops(pharmacist))
    )


def prints(clinic: Clinic) -> list[dict]:
    return clinic.admin_fetch("select * from audit.event where action = 'print' order by at")


@pytest.mark.parametrize("who", ["admin", "dokter", "apoteker"])
async def test_a_prescription_is_printed_and_the_print_is_audited(http, clinic, signed, who):
    before = len(prints(clinic))
    answer = await http.get(f"/files/prescriptions/{signed}.pdf", headers={"who": who})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    assert "Siti" not in answer.headers["content-disposition"]
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "Siti Rahmawati" in text
    assert "auric. dext." in text
    [entry] = prints(clinic)[before:]
    assert (entry["person_id"], len(entry["patient_ids"])) == (clinic.person_id(who), 1)


async def test_labels_come_one_a_line(http, signed):
    answer = await http.get(f"/files/labels/{signed}.pdf", headers={"who": "apoteker"})
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 2


@pytest.mark.parametrize("who", ["perawat", "kasir", "auditor", "pemilik"])
@pytest.mark.parametrize("kind", ["prescriptions", "labels"])
async def test_whoever_may_not_print_gets_no_byte_and_an_audited_refusal(http, clinic, signed, who, kind):
    before = clinic.admin_fetch("select count(*) as n from audit.event where action = 'deny'")[0]["n"]
    answer = await http.get(f"/files/{kind}/{signed}.pdf", headers={"who": who})
    assert answer.status_code == 403
    assert b"Siti" not in answer.content
    assert clinic.admin_fetch("select count(*) as n from audit.event where action = 'deny'")[0]["n"] == before + 1


async def test_without_a_session_there_is_nothing(http, signed):
    assert (await http.get(f"/files/prescriptions/{signed}.pdf")).status_code == 401


NOBODYS = "01900000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("name", [f"{NOBODYS}.pdf", "x.pdf", NOBODYS, "..%2f..%2fetc%2fpasswd.pdf", "%00.pdf"])
async def test_what_is_not_there_is_not_found(http, name):
    assert (await http.get(f"/files/prescriptions/{name}", headers={"who": "dokter"})).status_code == 404


async def test_a_draft_is_printed_for_its_doctor_only_and_has_no_labels(http, actors):
    draft = await make_draft(actors, tablets(await make_product(actors["apoteker"])))
    for who, kind, status in (
        ("dokter", "prescriptions", 200),
        ("admin", "prescriptions", 404),
        ("apoteker", "prescriptions", 404),
        ("dokter", "labels", 409),
    ):
        assert (await http.get(f"/files/{kind}/{draft}.pdf", headers={"who": who})).status_code == status
