"""Registering, correcting, finding and consenting: what must hold whoever asks and however fast."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from tests.conftest import Actors, Clinic
from tests.factories.registration import a_patient, nik_for, patient_form
from tht_app.domain.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.consent import (
    ConsentAlreadyWithdrawn,
    ConsentGiver,
    ConsentPurpose,
    GuardianMustConsent,
)
from tht_app.domain.registration.duplicates import Likeness
from tht_app.domain.registration.patient import form_of
from tht_app.use_cases.door import execute
from tht_app.use_cases.registration import (
    CorrectPatient,
    FindDuplicates,
    GetPatient,
    GetPatientBanner,
    ListConsents,
    PrintConsent,
    RecordConsent,
    RegisterPatient,
    SearchPatients,
    WithdrawConsent,
)

OUTSIDERS = ("apoteker", "kasir", "auditor", "pemilik")


def _count(clinic: Clinic) -> int:
    return clinic.admin_fetch("select count(*) as n from clinic.patient")[0]["n"]


class TestRegisterPatient:
    async def test_keeps_everything_and_gives_it_back(self, actors: Actors) -> None:
        nik = nik_for()
        form = patient_form(
            nik=nik, bpjs="0001234567890", email="siti@example.org", payer="bpjs", religion="Islam", rt="5", rw="12"
        )
        patient_id = await execute(actors["admin"], RegisterPatient(form, (ConsentPurpose.DATA_PROCESSING,)))
        record = await execute(actors["perawat"], GetPatient(patient_id))
        assert record.details.nik == nik
        assert record.details.bpjs == "0001234567890"
        assert record.details.phone == "+6281234567890"
        assert record.details.address.line.startswith("Jl. Melati No. 5, RT 5/RW 12, Menteng")
        assert record.details.social.religion == "Islam"
        assert record.version == 1
        assert [one.purpose for one in await execute(actors["admin"], ListConsents(patient_id))] == ["data_processing"]

    async def test_stores_no_number_address_or_guardian_in_clear(self, clinic: Clinic, actors: Actors) -> None:
        nik = nik_for("2020-02-03")
        patient_id = await a_patient(
            actors["admin"],
            birth_date="2020-02-03",
            nik=nik,
            street="Jalan Rahasia 77",
            email="rahasia@example.org",
            guardian_name="Ibu Rahasia",
            guardian_relation="mother",
            guardian_phone="081311112222",
        )
        stored = clinic.admin_fetch("select p::text as row from clinic.patient p where id = %s", patient_id)[0]["row"]
        as_hex = [text.encode().hex() for text in (nik, "Rahasia", "rahasia", "81311112222")]
        assert not [text for text in (nik, "Rahasia", "rahasia", "81311112222", *as_hex) if text in stored]

    async def test_leaves_one_audit_entry_with_the_patient_and_nothing_readable(
        self, clinic: Clinic, actors: Actors
    ) -> None:
        patient_id = await a_patient(actors["admin"])
        entries = clinic.admin_fetch("select * from audit.event where %s = any(patient_ids)", patient_id)
        assert [(entry["action"], entry["outcome"]) for entry in entries] == [("create", "done")]

    @pytest.mark.parametrize("who", ["dokter", "perawat", *OUTSIDERS])
    async def test_is_refused_to_every_other_role(self, clinic: Clinic, actors: Actors, who: str) -> None:
        before = _count(clinic)
        with pytest.raises(PermissionDenied):
            await execute(actors[who], RegisterPatient(patient_form()))
        assert _count(clinic) == before

    async def test_has_one_effect_for_one_key(self, clinic: Clinic, actors: Actors) -> None:
        form, key = patient_form(), uuid4().hex
        before = _count(clinic)
        first = await execute(actors["admin"], RegisterPatient(form), key=key)
        assert await execute(actors["admin"], RegisterPatient(form), key=key) == first
        assert _count(clinic) == before + 1

    async def test_two_desks_with_one_nik_make_one_patient(self, clinic: Clinic, actors: Actors) -> None:
        nik, before = nik_for(), _count(clinic)
        tries = [
            execute(actors["admin"], RegisterPatient(patient_form(nik=nik, name=f"Desk {n} Orang"))) for n in range(8)
        ]
        results = await asyncio.gather(*tries, return_exceptions=True)
        won = [result for result in results if not isinstance(result, BaseException)]
        lost = [result for result in results if isinstance(result, ValidationFailed)]
        assert (len(won), len(lost), _count(clinic)) == (1, 7, before + 1)
        assert all(refusal.fields["nik"].code == "nik_taken" for refusal in lost)
        assert not any(refusal.fields["nik"].params for refusal in lost), (
            "a refusal leaves no audit entry: it names nobody"
        )

    async def test_new_words_at_many_desks_at_once_never_fail(self, actors: Actors) -> None:
        names = ["Zulaeha Wirabuana", "Wirabuana Zulaeha", "Zulaeha Xaverius", "Xaverius Wirabuana"] * 4
        made = await asyncio.gather(*(a_patient(actors["admin"], name=name) for name in names))
        assert len(set(made)) == len(names)

    async def test_record_numbers_rise_and_are_unique(self, clinic: Clinic, actors: Actors) -> None:
        ids = [await a_patient(actors["admin"]) for _ in range(3)]
        numbers = [(await execute(actors["admin"], GetPatientBanner(one))).record_number for one in ids]
        assert numbers == sorted(set(numbers))

    @pytest.mark.parametrize(
        ("field", "text", "code"),
        [
            ("nik", "31740154078500", "nik_length"),
            ("nik", "317401540785000x", "nik_digits_only"),
            ("birth_date", "2999-01-01", "date_future"),
            ("birth_date", "31-02-1990", "date_shape"),
            ("name", "O'Brien <script>", "name_sign"),
            ("name", "Siti 🙂", "name_sign"),
            ("name", "x" * 10_000, "too_long"),
            ("street", "x" * 10_000, "too_long"),
            ("phone", "12", "phone_prefix"),
            ("email", "tanpa-at", "email_shape"),
            ("sex", "laki", "choice"),
            ("street", "a\x00b", "control_sign"),
        ],
    )
    async def test_says_beside_the_field_what_is_wrong(
        self, clinic: Clinic, actors: Actors, field: str, text: str, code: str
    ) -> None:
        before = _count(clinic)
        with pytest.raises(ValidationFailed) as refused:
            await execute(actors["admin"], RegisterPatient(patient_form(**{field: text})))
        assert {name: problem.code for name, problem in refused.value.fields.items()} == {field: code}
        assert _count(clinic) == before

    @pytest.mark.parametrize("name", ["Suharto", "O'Brien", "Nguyễn Văn-Anh", "Muḥammad ʿAlī", "Ny", "李小龍"])
    async def test_takes_names_as_people_have_them(self, actors: Actors, name: str) -> None:
        patient_id = await a_patient(actors["admin"], name=name)
        found = await execute(actors["admin"], SearchPatients(name))
        assert patient_id in [hit.banner.id for hit in found.hits]

    async def test_a_minor_needs_a_guardian_and_the_guardian_consents(self, actors: Actors) -> None:
        with pytest.raises(ValidationFailed) as refused:
            await execute(actors["admin"], RegisterPatient(patient_form(birth_date="2020-02-03")))
        assert refused.value.fields["guardian_name"].code == "guardian_for_minor"
        patient_id = await a_patient(
            actors["admin"],
            consents=(ConsentPurpose.DATA_PROCESSING,),
            birth_date="2020-02-03",
            guardian_name="Dewi Anggraini",
            guardian_relation="mother",
        )
        consent = (await execute(actors["admin"], ListConsents(patient_id)))[0]
        assert (consent.giver, consent.giver_name) == (ConsentGiver.GUARDIAN, "Dewi Anggraini")

    async def test_without_nik_a_reason_is_asked(self, actors: Actors) -> None:
        with pytest.raises(ValidationFailed) as refused:
            await execute(actors["admin"], RegisterPatient(patient_form(nik="")))
        assert refused.value.fields["nik_missing"].code == "nik_or_reason"
        assert await a_patient(
            actors["admin"], nik="", nik_missing="foreigner", other_id_kind="passport", other_id="X1234567"
        )


class TestCorrectPatient:
    async def test_changes_what_was_wrong_and_is_found_by_the_new_name_only(self, actors: Actors) -> None:
        patient_id = await a_patient(actors["admin"], name="Kartiko Bimantoro")
        record = await execute(actors["admin"], GetPatient(patient_id))
        form = {**form_of(record.details), "name": "Kartika Bimasakti"}
        await execute(actors["admin"], CorrectPatient(patient_id, record.version, form))
        assert (await execute(actors["admin"], GetPatient(patient_id))).details.nik == record.details.nik
        assert [hit.banner.id for hit in (await execute(actors["admin"], SearchPatients("bimasakti"))).hits] == [
            patient_id
        ]
        assert not (await execute(actors["admin"], SearchPatients("bimantoro"))).hits

    async def test_refuses_a_form_that_was_opened_before_somebody_elses_change(self, actors: Actors) -> None:
        patient_id = await a_patient(actors["admin"])
        record = await execute(actors["admin"], GetPatient(patient_id))
        form = {**form_of(record.details), "city": "Bogor"}
        await execute(actors["admin"], CorrectPatient(patient_id, record.version, form))
        with pytest.raises(Conflict):
            await execute(actors["admin"], CorrectPatient(patient_id, record.version, {**form, "city": "Depok"}))
        assert (await execute(actors["admin"], GetPatient(patient_id))).details.address.city == "Bogor"

    async def test_does_not_take_over_anothers_nik(self, actors: Actors) -> None:
        nik = nik_for()
        await a_patient(actors["admin"], nik=nik)
        other = await a_patient(actors["admin"])
        record = await execute(actors["admin"], GetPatient(other))
        with pytest.raises(ValidationFailed) as refused:
            await execute(actors["admin"], CorrectPatient(other, 1, {**form_of(record.details), "nik": nik}))
        assert refused.value.fields["nik"].code == "nik_taken"

    async def test_one_nik_given_to_two_patients_at_once_goes_to_one(self, clinic: Clinic, actors: Actors) -> None:
        nik = nik_for()
        ids = [await a_patient(actors["admin"], nik="", nik_missing="not_brought") for _ in range(5)]
        forms = [{**form_of((await execute(actors["admin"], GetPatient(one))).details), "nik": nik} for one in ids]
        tries = [CorrectPatient(one, 1, form) for one, form in zip(ids, forms, strict=True)]
        newcomer = RegisterPatient(patient_form(nik=nik))
        results = await asyncio.gather(
            *(execute(actors["admin"], request) for request in (*tries, newcomer)), return_exceptions=True
        )
        lost = [result for result in results if isinstance(result, BaseException)]
        assert len(lost) == 5
        assert all(isinstance(result, ValidationFailed) for result in lost)
        held = clinic.admin_fetch(
            "select count(*) as n from clinic.patient where nik_index = %s",
            clinic.database.vault.blind("patient.nik", nik),
        )
        assert held[0]["n"] == 1

    async def test_is_refused_to_a_doctor_and_for_an_unknown_patient(self, actors: Actors) -> None:
        with pytest.raises(PermissionDenied):
            await execute(actors["dokter"], CorrectPatient(PatientId(uuid4()), 1, patient_form()))
        with pytest.raises(NotFound):
            await execute(actors["admin"], CorrectPatient(PatientId(uuid4()), 1, patient_form()))


class TestReading:
    @pytest.mark.parametrize("who", OUTSIDERS)
    async def test_demographics_and_search_are_refused_to_who_does_not_register_or_treat(
        self, actors: Actors, who: str
    ) -> None:
        patient_id = await a_patient(actors["admin"])
        for request in (GetPatient(patient_id), SearchPatients("siti"), ListConsents(patient_id)):
            with pytest.raises(PermissionDenied):
                await execute(actors[who], request)

    async def test_who_a_patient_is_does_not_show_to_counters_where_they_are_not_expected(self, actors: Actors) -> None:
        patient_id = await a_patient(actors["admin"])
        assert (await execute(actors["perawat"], GetPatientBanner(patient_id))).name == "Siti Rahmawati"
        for who in ("kasir", "apoteker", "dokter"):
            with pytest.raises(NotFound):
                await execute(actors[who], GetPatientBanner(patient_id))
        with pytest.raises(PermissionDenied):
            await execute(actors["auditor"], GetPatientBanner(patient_id))

    async def test_every_patient_of_a_result_is_in_the_audit_entry(self, clinic: Clinic, actors: Actors) -> None:
        await a_patient(actors["admin"], name="Auditia Terlihat")
        found = await execute(actors["perawat"], SearchPatients("auditia"))
        entry = clinic.admin_fetch("select * from audit.event where action = 'search' order by at desc limit 1")[0]
        assert set(entry["patient_ids"]) == {hit.banner.id for hit in found.hits}
        assert entry["person_id"] == clinic.person_id("perawat")

    @pytest.mark.parametrize("who", [None, "apoteker", "auditor"])
    @pytest.mark.parametrize(
        "statement",
        [
            "select * from clinic.name_word",
            "select * from clinic.patient_name",
            "select * from sec.name_words(array['siti'], array['siti'], false, false)",
            "select * from sec.patients_named(array[1], null, null, null, null, 20)",
            "insert into clinic.patient_name values (1, 'x', gen_random_uuid(), array[1])",
            "delete from clinic.patient",
        ],
    )
    async def test_raw_sql_around_the_door_is_refused(
        self, clinic: Clinic, actors: Actors, who: str | None, statement: str
    ) -> None:
        with (
            clinic.as_app(actors[who].token if who else None) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)

    @pytest.mark.parametrize("table", ["patient", "consent", "patient_import", "patient_import_line"])
    async def test_without_a_session_there_are_no_rows(self, clinic: Clinic, actors: Actors, table: str) -> None:
        await a_patient(actors["admin"], consents=(ConsentPurpose.DATA_PROCESSING,))
        for token in (None, "forged", actors["auditor"].token):
            with clinic.as_app(token) as connection:
                assert connection.execute(f"select * from clinic.{table}").fetchall() == []


class TestFindDuplicates:
    async def test_knows_the_same_nik_whatever_the_name(self, actors: Actors) -> None:
        nik = nik_for()
        patient_id = await a_patient(actors["admin"], nik=nik, name="Endang Susilowati")
        check = await execute(actors["admin"], FindDuplicates({"name": "Orang Lain", "nik": nik}))
        assert [(one.hit.banner.id, one.likeness) for one in check.candidates] == [(patient_id, Likeness.CERTAIN)]

    @pytest.mark.parametrize(
        ("name", "birth_date", "likeness"),
        [
            ("Muhammad Fauzan Hakim", "1991-05-03", Likeness.LIKELY),
            ("Mohamad Fauzan", "03/05/1991", Likeness.LIKELY),
            ("Moch. Fausan Hakim", "3 Mei 1991", Likeness.LIKELY),
            ("Muhammad Fauzan Hakim", "1991-03-05", Likeness.POSSIBLE),
            ("Muhammad Fauzan Hakim", "1990-05-03", Likeness.POSSIBLE),
            ("Bambang Sudirman", "1991-05-03", None),
            ("Muhammad Fauzan Hakim", "1970-12-24", None),
        ],
    )
    async def test_weighs_name_and_birth_date(
        self, actors: Actors, name: str, birth_date: str, likeness: Likeness | None
    ) -> None:
        known = await a_patient(
            actors["admin"], name="Muhammad Fauzan Hakim", birth_date="1991-05-03", sex="male", phone=""
        )
        check = await execute(actors["admin"], FindDuplicates({"name": name, "birth_date": birth_date}))
        found = {one.hit.banner.id: one.likeness for one in check.candidates}
        assert found.get(known) == likeness or (likeness is not None and known not in found and len(found) == 5)

    async def test_warns_when_the_nik_says_something_else_and_never_blocks(self, actors: Actors) -> None:
        nik = nik_for("1985-07-14", female=True)
        form = patient_form(nik=nik, birth_date="1986-07-14", sex="male")
        check = await execute(actors["admin"], FindDuplicates(form))
        assert check.doubts == ("nik_birth_date_differs", "nik_sex_differs")
        assert await execute(actors["admin"], RegisterPatient(form))


class TestConsent:
    async def test_is_recorded_withdrawn_once_and_stays_readable(self, actors: Actors) -> None:
        patient_id = await a_patient(actors["admin"])
        consent_id = await execute(
            actors["admin"], RecordConsent(patient_id, ConsentPurpose.REMINDERS, True, ConsentGiver.PATIENT)
        )
        await execute(actors["admin"], WithdrawConsent(consent_id))
        with pytest.raises(ConsentAlreadyWithdrawn):
            await execute(actors["admin"], WithdrawConsent(consent_id))
        consent = (await execute(actors["perawat"], ListConsents(patient_id)))[0]
        assert consent.given
        assert consent.withdrawn_at is not None

    async def test_cannot_be_rewritten_or_removed_by_sql(self, clinic: Clinic, actors: Actors) -> None:
        await a_patient(actors["admin"], consents=(ConsentPurpose.DATA_PROCESSING,))
        for statement in ("update clinic.consent set given = false", "delete from clinic.consent"):
            with (
                clinic.as_app(actors["admin"].token) as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute(statement)

    async def test_a_minor_does_not_consent_alone(self, actors: Actors) -> None:
        patient_id = await a_patient(
            actors["admin"], birth_date="2019-01-01", guardian_name="Wati", guardian_relation="mother"
        )
        with pytest.raises(GuardianMustConsent):
            await execute(
                actors["admin"], RecordConsent(patient_id, ConsentPurpose.TEACHING, True, ConsentGiver.PATIENT)
            )

    @pytest.mark.parametrize("who", ["dokter", "perawat", *OUTSIDERS])
    async def test_is_the_front_desks_to_record_and_print(self, actors: Actors, who: str) -> None:
        patient_id = await a_patient(actors["admin"], consents=(ConsentPurpose.DATA_PROCESSING,))
        consent = (await execute(actors["admin"], ListConsents(patient_id)))[0]
        for request in (
            RecordConsent(patient_id, ConsentPurpose.REMINDERS, True, ConsentGiver.PATIENT),
            WithdrawConsent(consent.id),
            PrintConsent(patient_id, consent.id),
        ):
            with pytest.raises(PermissionDenied):
                await execute(actors[who], request)

    async def test_prints_one_patients_consent_and_no_others(self, clinic: Clinic, actors: Actors) -> None:
        patient_id = await a_patient(actors["admin"], consents=(ConsentPurpose.DATA_PROCESSING,))
        consent = (await execute(actors["admin"], ListConsents(patient_id)))[0]
        assert (await execute(actors["admin"], PrintConsent(patient_id, consent.id))).startswith(b"%PDF")
        other = await a_patient(actors["admin"])
        with pytest.raises(NotFound):
            await execute(actors["admin"], PrintConsent(other, consent.id))
