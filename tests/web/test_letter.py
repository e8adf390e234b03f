"""Letters over HTTP: the PDF, its headers, and what a stranger with the code is told."""

import io
from uuid import UUID

import pytest
from pypdf import PdfReader

from tests.conftest import Actors, Clinic
from tests.factories.encounter import make_patient, make_visit
from tests.web.conftest import RunningServer
from tht_app.domain.letter import LetterKind
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import StartEncounter
from tht_app.use_cases.letter import IssueLetter, WithdrawLetter

pytestmark = pytest.mark.integration


@pytest.fixture
async def letter(actors: Actors) -> UUID:
    visit = await make_visit(actors, await make_patient(actors["admin"]))
    await execute(actors["dokter"], StartEncounter(visit))
    form = {"facility": "RSUD", "diagnosis": "OMSK", "findings": "perforasi", "reason": "operasi"}
    return await execute(actors["dokter"], IssueLetter(visit, LetterKind.REFERRAL, form))


async def test_the_front_desk_prints_and_the_second_print_is_a_copy(server: RunningServer, letter: UUID):
    desk = await server.signed_in("admin", address="203.0.113.51")
    pages = [await desk.http.get(f"/letters/{letter}.pdf") for _ in range(2)]
    for answer in pages:
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["cache-control"] == "private, no-store"
        assert "RJK-" in answer.headers["content-disposition"]
        assert "Siti" not in answer.headers["content-disposition"]
    first, second = (PdfReader(io.BytesIO(answer.content)).pages[0].extract_text() for answer in pages)
    assert "SALINAN" not in first
    assert "SALINAN ke-1" in second
    assert (await desk.http.get("/letters/x.pdf")).status_code == 404
    await desk.close()


async def test_a_stranger_with_the_code_learns_what_is_genuine_and_nothing_of_the_patient(
    server: RunningServer, clinic: Clinic, actors: Actors, letter: UUID
):
    (row,) = clinic.admin_fetch("select number, verify_code from clinic.letter where id = %s", letter)
    stranger = server.browser(address="203.0.113.52")
    page = await stranger.http.get(f"/verify/{row['verify_code']}")
    assert page.status_code == 200
    for said in ("Surat rujukan", row["number"], "dr. Sari Kusuma"):
        assert said in page.text
    for kept in ("Siti", "Rahmawati", "OMSK", "RSUD", "1985"):
        assert kept not in page.text
    await execute(actors["dokter"], WithdrawLetter(letter, "salah orang"))
    page = await stranger.http.get(f"/verify/{row['verify_code']}")
    assert "plain-error" in page.text
    assert "salah orang" not in page.text
    assert (await stranger.http.get("/verify/AAAABBBBCCCCDDDD")).status_code == 404
    await stranger.close()
