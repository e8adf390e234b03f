"""Patients in from a file and out again."""

import asyncio

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.registration import a_patient, nik_for
from tht_app.domain.errors import NotFound, PermissionDenied
from tht_app.domain.registration import PatientImportId
from tht_app.domain.registration.sheet import ColumnsMissing, FileNotReadable, read_sheet
from tht_app.use_cases.door import execute
from tht_app.use_cases.registration import ExportPatients, GetImport, PreviewImport, RunImport, SearchPatients
from tht_app.use_cases.registration.transfer import ImportReport

HEAD = "Nama;Tgl Lahir;JK;NIK;No HP;Penjamin\n"


def _count(clinic: Clinic) -> int:
    return clinic.admin_fetch("select count(*) as n from clinic.patient")[0]["n"]


async def _preview(actors: Actors, text: str) -> ImportReport:
    return await execute(actors["admin"], PreviewImport("pasien.csv", text.encode()))


class TestPreviewImport:
    async def test_judges_every_line_and_registers_nobody(self, clinic: Clinic, actors: Actors) -> None:
        known = nik_for()
        await a_patient(actors["admin"], nik=known, name="Sudah Ada")
        twice = nik_for()
        before = _count(clinic)
        report = await _preview(
            actors,
            HEAD
            + f"Baru Satu;14-7-1985;P;{nik_for()};0812-1111-2222;umum\n"
            + f"Nama Lain;1-1-1990;L;{known};;umum\n"
            + f"Kembar;1-1-1990;L;{twice};;umum\nKembar Dua;1-1-1990;L;{twice};;umum\n"
            + "Salah Tanggal;31-2-1990;L;;;umum\n"
            + "Kurang Kolom;1-1-1990\n"
            + '"Kutip;1-1-1990;L;;;umum\n'
            + "sudah ada;14-7-1985;P;;;umum\n",
        )
        assert _count(clinic) == before
        assert (report.total, report.ready, report.duplicate, report.bad, report.added) == (8, 2, 3, 3, 0)
        told = {
            line.line: {field: problem.code for field, problem in line.problems.items()} for line in report.problems
        }
        assert told == {
            3: {"name": "already_registered"},
            5: {"nik": "nik_twice"},
            6: {"birth_date": "date_shape"},
            7: {"": "line_cells"},
            8: {"": "line_quotes"},
            9: {"name": "already_registered"},
        }

    async def test_keeps_no_line_in_clear(self, clinic: Clinic, actors: Actors) -> None:
        nik = nik_for()
        report = await _preview(actors, HEAD + f"Rahasia Benar;14-7-1985;P;{nik};;umum\nRahasia Salah;x;P;;;umum\n")
        rows = clinic.admin_fetch(
            "select l::text as row from clinic.patient_import_line l where import_id = %s", report.id
        )
        assert len(rows) == 2
        for secret in (nik, "Rahasia"):
            assert not [row for row in rows if secret in row["row"] or secret.encode().hex() in row["row"]]

    async def test_refuses_a_file_that_is_no_table(self, clinic: Clinic, actors: Actors) -> None:
        for content, refusal in ((b"\x00\x01", FileNotReadable), (b"nama;alamat\na;b\n", ColumnsMissing)):
            with pytest.raises(refusal):
                await execute(actors["admin"], PreviewImport("x.csv", content))


class TestRunImport:
    async def test_registers_the_good_lines_once_even_from_two_screens(self, clinic: Clinic, actors: Actors) -> None:
        lines = "".join(
            f"Impor {chr(97 + n % 26)}{chr(97 + n // 26)} Massal;14-7-1985;P;{nik_for()};;umum\n" for n in range(60)
        )
        report = await _preview(actors, HEAD + lines)
        before = _count(clinic)
        await asyncio.gather(*(execute(actors["admin"], RunImport(report.id, 25)) for _ in range(4)))
        for _ in range(10):
            report = await execute(actors["admin"], RunImport(report.id, 25))
            if report.state == "done":
                break
        assert (report.state, report.added, report.ready, _count(clinic)) == ("done", 60, 0, before + 60)
        assert (await execute(actors["admin"], SearchPatients("impor aa massal"))).hits

    async def test_shows_its_progress_and_goes_on_after_a_break(self, actors: Actors) -> None:
        report = await _preview(
            actors, HEAD + "".join(f"Jeda {chr(97 + n)};1-1-19{10 + n};P;{nik_for()};;umum\n" for n in range(6))
        )
        assert (await execute(actors["admin"], RunImport(report.id, 4))).state == "running"
        seen = await execute(actors["admin"], GetImport(report.id))
        assert (seen.added, seen.ready) == (4, 2)
        assert (await execute(actors["admin"], RunImport(report.id, 4))).state == "done"

    async def test_passes_over_somebody_registered_since_the_check(self, clinic: Clinic, actors: Actors) -> None:
        nik = nik_for()
        report = await _preview(actors, HEAD + f"Lambat;14-7-1985;P;{nik};;umum\n")
        await a_patient(actors["admin"], nik=nik)
        report = await execute(actors["admin"], RunImport(report.id))
        assert (report.state, report.added, report.duplicate) == ("done", 0, 1)

    async def test_forgets_what_a_line_held_once_it_is_settled(self, clinic: Clinic, actors: Actors) -> None:
        report = await _preview(actors, HEAD + f"Selesai;14-7-1985;P;{nik_for()};;umum\n")
        await execute(actors["admin"], RunImport(report.id))
        rows = clinic.admin_fetch("select form_sealed from clinic.patient_import_line where import_id = %s", report.id)
        assert [row["form_sealed"] for row in rows] == [None]

    @pytest.mark.parametrize("who", ["dokter", "perawat", "apoteker", "kasir", "auditor", "pemilik"])
    async def test_is_the_front_desks(self, clinic: Clinic, actors: Actors, who: str) -> None:
        report = await _preview(actors, HEAD + f"Bukan Anda;14-7-1985;P;{nik_for()};;umum\n")
        before = _count(clinic)
        requests = (
            PreviewImport("x.csv", (HEAD + "a;b;c;d;e;f\n").encode()),
            GetImport(report.id),
            RunImport(report.id),
            ExportPatients(),
        )
        for request in requests:
            with pytest.raises(PermissionDenied):
                await execute(actors[who], request)
        assert _count(clinic) == before

    async def test_an_unknown_import_is_not_found(self, actors: Actors) -> None:
        from uuid import uuid4

        with pytest.raises(NotFound):
            await execute(actors["admin"], GetImport(PatientImportId(uuid4())))


class TestExportPatients:
    async def test_what_goes_out_can_come_in_elsewhere_and_is_audited(self, clinic: Clinic, actors: Actors) -> None:
        nik = nik_for()
        await a_patient(actors["admin"], nik=nik, name="Ekspor Kembali", phone="+65 6123 4567")
        text, after = "", 0
        while True:
            page = await execute(actors["admin"], ExportPatients(after))
            text, after = text + page.text, page.last
            if not after:
                break
        lines = [line for line in read_sheet(text.encode()) if line.form.get("nik") == nik]
        assert [(line.form["name"], line.form["phone"]) for line in lines] == [("Ekspor Kembali", "+6561234567")]
        entry = clinic.admin_fetch("select * from audit.event where action = 'export' order by at desc limit 1")[0]
        assert len(entry["patient_ids"]) == _count(clinic)
