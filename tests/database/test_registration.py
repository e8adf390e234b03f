"""What PostgreSQL itself keeps about patients: the words of names, the search functions, the constraints."""

import asyncio
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Actors, Clinic
from tests.factories.registration import a_patient, nik_for
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.domain.registration.names import near_spellings
from tht_app.domain.registration.patient import form_of
from tht_app.domain.registration.records import SearchResult
from tht_app.use_cases.door import execute
from tht_app.use_cases.registration import CorrectPatient, GetPatient, SearchPatients

NAMES = (
    "Siti Rahmawati",
    "Siti Rahayu Ningsih",
    "Muhammad Rizki Pratama",
    "Moch. Rizqy Hidayat",
    "Djoko Soesilo",
    "I Gede Arya Wibawa",
    "Suharto",
    "O'Brien Tjahjono",
    "Maria Magdalena Theresia",
)


@pytest.fixture(scope="module")
async def patients(actors: Actors) -> dict[str, PatientId]:
    """One patient for each name, all distinct in number and day."""
    made: dict[str, PatientId] = {}
    for place, name in enumerate(NAMES):
        born = f"19{70 + place}-0{place + 1}-1{place}"
        phone = f"0813-0000-10{place:02d}"
        made[name] = await a_patient(
            actors["admin"], name=name, birth_date=born, nik=nik_for(born), phone=phone, bpjs=f"{place:013d}"
        )
    return made


async def _found(actors: Actors, text: str, who: str = "admin") -> list[str]:
    result: SearchResult = await execute(actors[who], SearchPatients(text))
    return [hit.banner.name for hit in result.hits]


class TestSearch:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("rahmaw", "Siti Rahmawati"),
            ("siti rahma", "Siti Rahmawati"),
            ("rahmawati siti", "Siti Rahmawati"),
            ("SITI   RAHMAWATI", "Siti Rahmawati"),
            ("magdal", "Maria Magdalena Theresia"),
            ("gdalen", "Maria Magdalena Theresia"),
            ("obrien", "O'Brien Tjahjono"),
            ("o'brien", "O'Brien Tjahjono"),
            ("cahyono", "O'Brien Tjahjono"),
            ("joko susilo", "Djoko Soesilo"),
            ("mohammad rizki", "Muhammad Rizki Pratama"),
            ("muhammad rizki hidayat", "Moch. Rizqy Hidayat"),
            ("teresia", "Maria Magdalena Theresia"),
            ("i gede", "I Gede Arya Wibawa"),
            ("wib ge", "I Gede Arya Wibawa"),
            ("mar gdal ther", "Maria Magdalena Theresia"),
        ],
    )
    async def test_finds_fragments_other_orders_and_other_spellings(
        self, actors: Actors, patients: dict[str, PatientId], text: str, name: str
    ) -> None:
        assert name in await _found(actors, text)

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("rahmwati", "Siti Rahmawati"),
            ("rahmawtai", "Siti Rahmawati"),
            ("rahnawati", "Siti Rahmawati"),
            ("rahmaawati", "Siti Rahmawati"),
            ("stii rahmawati", "Siti Rahmawati"),
            ("siti rahmwti", "Siti Rahmawati"),
            ("suhrato", "Suharto"),
            ("pratma rizki", "Muhammad Rizki Pratama"),
            ("wibwaa", "I Gede Arya Wibawa"),
            ("magdlenna", "Maria Magdalena Theresia"),
        ],
    )
    async def test_forgives_typing_mistakes(
        self, actors: Actors, patients: dict[str, PatientId], text: str, name: str
    ) -> None:
        assert name in await _found(actors, text)

    async def test_finds_by_every_number_and_date(self, actors: Actors, patients: dict[str, PatientId]) -> None:
        for name, patient_id in patients.items():
            record = await execute(actors["admin"], GetPatient(patient_id))
            form = form_of(record.details)
            for text in (form["nik"], form["phone"], form["bpjs"], shown_record_number(record.banner.record_number)):
                assert await _found(actors, text) == [name]
            assert name in await _found(actors, record.details.birth_date.strftime("%d-%m-%Y"))
            assert await _found(actors, f"{name} {record.details.birth_date:%d/%m/%Y}") == [name]

    async def test_same_name_comes_before_longer_and_similar_ones(self, actors: Actors) -> None:
        for name in ("Aminah", "Aminahtun", "Siti Aminah", "Amina"):
            await a_patient(actors["admin"], name=name)
        assert await _found(actors, "aminah") == ["Aminah", "Siti Aminah", "Amina", "Aminahtun"]

    @pytest.mark.parametrize(
        "text", ["", "x", "zzzzqq", "%", "_", "'; drop table patient; --", "\\", "🙂🙂", "9" * 10_000]
    )
    async def test_finds_nobody_for_what_names_nobody(
        self, actors: Actors, patients: dict[str, PatientId], text: str
    ) -> None:
        assert await _found(actors, text) == []

    async def test_shows_twenty_in_a_stable_order_and_says_that_there_are_more(self, actors: Actors) -> None:
        names = [f"Ratusan {chr(97 + n)}nton" for n in range(23)]
        await asyncio.gather(*(a_patient(actors["admin"], name=name) for name in reversed(names)))
        result = await execute(actors["admin"], SearchPatients("ratusan"))
        assert [hit.banner.name for hit in result.hits] == names[:20]
        assert result.more

    async def test_a_corrected_name_is_found_and_the_old_one_is_not(self, clinic: Clinic, actors: Actors) -> None:
        patient_id = await a_patient(actors["admin"], name="Kliwon Paing")
        record = await execute(actors["admin"], GetPatient(patient_id))
        await execute(
            actors["admin"], CorrectPatient(patient_id, 1, {**form_of(record.details), "name": "Kliwon Pahing"})
        )
        assert await _found(actors, "kliwon pahing") == ["Kliwon Pahing"]
        words = clinic.admin_fetch(
            "select w.word from clinic.patient_name n join clinic.name_word w on w.id = n.word_id "
            "where n.patient_id = %s order by 1",
            patient_id,
        )
        assert [row["word"] for row in words] == ["kliwon", "pahing"]

    async def test_roles_that_look_patients_up_find_the_same(
        self, actors: Actors, patients: dict[str, PatientId]
    ) -> None:
        assert await _found(actors, "rahmawati", "perawat") == await _found(actors, "rahmawati")


class TestNearSpellings:
    @settings(max_examples=50)
    @given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=15))
    def test_database_and_program_make_the_same(self, clinic: Clinic, sound: str) -> None:
        rows = clinic.admin_fetch("select sec.near_spellings(%s) as near", sound)
        assert set(rows[0]["near"]) == set(near_spellings(sound))


class TestConstraints:
    @pytest.mark.parametrize(
        ("change", "broken"),
        [
            ("sex = 'm'", psycopg.errors.CheckViolation),
            ("birth_date = '1800-01-01'", psycopg.errors.CheckViolation),
            ("nik_sealed = null", psycopg.errors.CheckViolation),
            ("nik_missing = 'newborn'", psycopg.errors.CheckViolation),
            ("merged_into = id", psycopg.errors.InsufficientPrivilege),
            (
                "record_number = (select max(record_number) from clinic.patient where id <> p.id)",
                psycopg.errors.InsufficientPrivilege,
            ),
            (
                "nik_index = (select nik_index from clinic.patient where id <> p.id limit 1)",
                psycopg.errors.UniqueViolation,
            ),
        ],
    )
    async def test_a_row_that_makes_no_sense_is_refused(
        self, clinic: Clinic, actors: Actors, change: str, broken: type[Exception]
    ) -> None:
        await a_patient(actors["admin"])
        patient_id = await a_patient(actors["admin"])
        with clinic.as_app(actors["admin"].token) as connection, pytest.raises(broken):
            connection.execute(f"update clinic.patient p set {change} where id = %s", (patient_id,))

    async def test_a_sealed_number_moved_to_another_patient_does_not_open(self, clinic: Clinic, actors: Actors) -> None:
        from tht_app.database.crypto import SealBroken

        one, other = await a_patient(actors["admin"]), await a_patient(actors["admin"])
        clinic.admin_fetch(
            "update clinic.patient set phone_sealed = (select phone_sealed from clinic.patient where id = %s) "
            "where id = %s",
            one,
            other,
        )
        with pytest.raises(SealBroken):
            await execute(actors["admin"], GetPatient(other))

    @pytest.mark.parametrize("who", ["dokter", "perawat", "kasir", "auditor", None])
    async def test_raw_sql_of_another_role_writes_nothing(
        self, clinic: Clinic, actors: Actors, who: str | None
    ) -> None:
        patient_id = await a_patient(actors["admin"])
        token = actors[who].token if who else None
        with clinic.as_app(token) as connection:
            assert (
                connection.execute("update clinic.patient set deceased = true where id = %s", (patient_id,)).rowcount
                == 0
            )
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(
                    "insert into clinic.consent (id, patient_id, purpose, text_version, given, giver, "
                    "giver_name_sealed, at, recorded_by) "
                    "values (%s, %s, 'reminders', '1', true, 'patient', '', now(), sec.me())",
                    (uuid4(), patient_id),
                )
