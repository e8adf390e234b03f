"""Files of patients over plain HTTP: in, out and on paper."""

import io
from types import SimpleNamespace
from uuid import uuid4

import httpx
import pytest
from pypdf import PdfReader
from starlette.applications import Starlette

from tests.conftest import Actors, Clinic
from tests.factories.registration import a_patient, nik_for
from tht_app.domain.registration.consent import ConsentPurpose
from tht_app.use_cases.door import execute
from tht_app.use_cases.registration import ListConsents
from tht_app.web import acting, registration

pytestmark = pytest.mark.integration
HEAD = "Nama;Tgl Lahir;JK;NIK\n"


@pytest.fixture
async def http(actors: Actors, monkeypatch: pytest.MonkeyPatch):
    """The routes of registration alone; the header `who` stands for the session cookie."""

    async def signed_in(request):
        who = request.headers.get("who")
        return SimpleNamespace(actor=actors[who]) if who else None

    monkeypatch.setattr(acting, "signed_in", signed_in)
    transport = httpx.ASGITransport(Starlette(routes=registration.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://clinic") as client:
        yield client


def _upload(http: httpx.AsyncClient, who: str, content: bytes):
    return http.post(
        "/import/patients", headers={"who": who}, files={"file": ("../../pasien.csv", content, "text/csv")}
    )


async def test_an_uploaded_file_is_checked_and_shown_on_its_screen(http, clinic: Clinic):
    content = HEAD + f"Unggah Satu;1-1-1990;P;{nik_for()}\nSalah;x;P;\n"
    answer = await _upload(http, "admin", content.encode("cp1252"))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/patients/import?id=")
    states = clinic.admin_fetch(
        "select state from clinic.patient_import_line where import_id = %s order by line",
        answer.headers["location"].rpartition("=")[2],
    )
    assert [row["state"] for row in states] == ["ready", "bad"]


@pytest.mark.parametrize(
    ("content", "query"),
    [
        (b"\x00\x01\x02", "?problem=file_not_readable"),
        (b"nama;alamat\na;b\n", "?columns=birth_date%2C+sex&problem=columns_missing"),
        (b"", "?problem=file_not_readable"),
    ],
)
async def test_a_file_that_is_no_table_is_explained(http, content: bytes, query: str):
    answer = await _upload(http, "admin", content)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/patients/import{query}")


async def test_a_form_without_a_file_is_explained(http):
    answer = await http.post("/import/patients", headers={"who": "admin"}, data={"file": "text"})
    assert answer.headers["location"] == "/patients/import?problem=file_not_readable"


async def test_everybody_leaves_as_csv_in_pages(http, actors: Actors, monkeypatch: pytest.MonkeyPatch):
    from tht_app.use_cases.registration import transfer

    monkeypatch.setattr(transfer, "EXPORT_PAGE", 2)
    niks = [nik_for() for _ in range(5)]
    for nik in niks:
        await a_patient(actors["admin"], nik=nik, name="=Rumus O'Brien".removeprefix("="))
    answer = await http.get("/export/patients.csv", headers={"who": "admin"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.startswith("\ufeffrecord_number;name;")
    assert answer.text.count("record_number;") == 1
    assert all(answer.text.count(nik) == 1 for nik in niks)


async def test_a_consent_is_printed_with_patient_wording_and_answer(http, actors: Actors):
    name = "Siti Rahmawati " + "Panjang Sekali " * 8
    patient_id = await a_patient(actors["admin"], name=name.strip(), consents=(ConsentPurpose.DATA_PROCESSING,))
    consent = (await execute(actors["admin"], ListConsents(patient_id)))[0]
    url = f"/documents/consents/{patient_id}/{consent.id}.pdf"
    for lang, words in (("id", "MENYETUJUI"), ("en", "AGREED")):
        answer = await http.get(url, headers={"who": "admin", "cookie": f"lang={lang}"})
        reader = PdfReader(io.BytesIO(answer.content))
        text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert words in text
        assert "Siti Rahmawati" in text
        assert "14 Juli 1985" in text or "14 July 1985" in text
        assert float(reader.pages[0].mediabox.width) == pytest.approx(419.5, abs=1)


@pytest.mark.parametrize("who", ["dokter", "perawat", "apoteker", "kasir", "auditor", "pemilik", None])
async def test_other_roles_and_nobody_get_no_byte_and_change_nothing(http, clinic: Clinic, actors: Actors, who):
    patient_id = await a_patient(actors["admin"], consents=(ConsentPurpose.DATA_PROCESSING,))
    consent = (await execute(actors["admin"], ListConsents(patient_id)))[0]
    headers = {"who": who} if who else {}
    before = clinic.admin_fetch("select count(*) as n from clinic.patient_import")[0]["n"]
    answers = [
        await http.get("/export/patients.csv", headers=headers),
        await http.get(f"/documents/consents/{patient_id}/{consent.id}.pdf", headers=headers),
        await http.post("/import/patients", headers=headers, files={"file": ("a.csv", HEAD + "A;1-1-1990;P;\n")}),
    ]
    assert {answer.status_code for answer in answers} == ({403} if who else {401})
    assert not [answer for answer in answers if "Siti" in answer.text or "%PDF" in answer.text]
    assert clinic.admin_fetch("select count(*) as n from clinic.patient_import")[0]["n"] == before


async def test_an_unknown_consent_is_not_found(http, actors: Actors):
    patient_id = await a_patient(actors["admin"])
    answer = await http.get(f"/documents/consents/{patient_id}/{uuid4()}.pdf", headers={"who": "admin"})
    assert answer.status_code == 404
    assert (await http.get("/documents/consents/x/y.pdf", headers={"who": "admin"})).status_code == 404
