"""What may be written in a visit, by whom, and what two writers do to each other."""

import asyncio
from uuid import UUID

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.encounter import make_patient, make_visit, write_section
from tests.factories.pharmacy import make_product, make_signed, tablets
from tht_app.database.ids import new_id
from tht_app.domain.encounter.allergies import AllergiesOnRecord, AllergyState
from tht_app.domain.encounter.diagnosis import DiagnosisTwice, UnknownDiagnosisCode
from tht_app.domain.encounter.note import NoteConflict
from tht_app.domain.encounter.visit import NotYourEncounter
from tht_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import (
    AddDiagnosis,
    AddHistory,
    AddMedicine,
    AnswerHistory,
    ImportIcd10,
    MakePrimary,
    ReadDoctorDay,
    ReadEncounter,
    ReadNote,
    ReadNurseDay,
    ReadSafetySlice,
    RecordAllergy,
    RecordVitals,
    RemoveDiagnosis,
    RestoreDiagnosis,
    SaveSection,
    SearchIcd10,
    SetMedicineStatus,
    StartEncounter,
    StateAllergies,
    VerifyAllergy,
)

pytestmark = pytest.mark.integration

ODD_TEXTS = [
    "x" * 10_000,
    "nyeri 👂🏽‍♂️ hebat",
    "שלום עולם العربية",
    "O'Brien <script>alert(1)</script>",
    "\u0000nol",
    "",
]


@pytest.fixture
async def visit(actors: Actors) -> UUID:
    return await make_visit(actors, await make_patient(actors["admin"]))


async def _text(actors: Actors, visit: UUID, section: str) -> str:
    note = await execute(actors["dokter"], ReadNote(visit))
    return next(s.text for s in note.sections if s.section == section)


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_a_section_gives_back_exactly_what_was_typed(actors: Actors, visit: UUID, text: str):
    await execute(actors["dokter"], SaveSection(visit, "plan", text, 0))
    assert await _text(actors, visit, "plan") == text


async def test_note_text_lies_encrypted_in_the_database(actors: Actors, visit: UUID, clinic: Clinic):
    await execute(actors["dokter"], SaveSection(visit, "plan", "rahasia-perut", 0))
    rows = clinic.admin_fetch("select body_sealed from clinic.note_section_version where encounter_id = %s", visit)
    assert len(rows) == 1
    assert b"rahasia" not in bytes(rows[0]["body_sealed"])


async def test_every_save_keeps_the_former_version(actors: Actors, visit: UUID, clinic: Clinic):
    for number in range(3):
        await execute(actors["dokter"], SaveSection(visit, "plan", f"versi {number}", number))
    rows = clinic.admin_fetch("select version from clinic.note_section_version where encounter_id = %s", visit)
    assert sorted(row["version"] for row in rows) == [1, 2, 3]
    assert await _text(actors, visit, "plan") == "versi 2"


async def test_a_save_on_an_old_version_is_refused_and_changes_nothing(actors: Actors, visit: UUID):
    await execute(actors["dokter"], SaveSection(visit, "subjective", "dokter", 0))
    with pytest.raises(NoteConflict) as refused:
        await execute(actors["perawat"], SaveSection(visit, "subjective", "perawat", 0))
    assert refused.value.params["version"] == 1
    assert await _text(actors, visit, "subjective") == "dokter"


async def test_a_save_from_the_future_is_refused(actors: Actors, visit: UUID):
    with pytest.raises(NoteConflict):
        await execute(actors["dokter"], SaveSection(visit, "plan", "terlalu jauh", 7))


async def test_of_many_writers_at_once_exactly_one_wins_each_version(actors: Actors, visit: UUID, clinic: Clinic):
    async def write(number: int) -> bool:
        who = actors["dokter"] if number % 2 else actors["perawat"]
        try:
            await execute(who, SaveSection(visit, "objective", f"penulis {number}", 0))
        except NoteConflict:
            return False
        return True

    won = await asyncio.gather(*(write(number) for number in range(16)))
    assert sum(won) == 1
    count = clinic.admin_fetch("select count(*) from clinic.note_section_version where encounter_id = %s", visit)
    assert count[0]["count"] == 1


async def test_a_repeat_with_the_same_key_has_one_effect(actors: Actors, visit: UUID):
    key = str(new_id())
    first = await execute(actors["dokter"], SaveSection(visit, "plan", "sekali", 0), key=key)
    again = await execute(actors["dokter"], SaveSection(visit, "plan", "sekali", 0), key=key)
    assert (first.version, again) == (1, first)


async def test_a_nurse_writes_complaint_and_findings(actors: Actors, visit: UUID):
    assert await write_section(actors["perawat"], visit, "subjective", "keluhan") == 1
    assert await write_section(actors["perawat"], visit, "objective", "tampak baik") == 1


@pytest.mark.parametrize("section", ["assessment", "plan"])
async def test_a_nurse_cannot_write_assessment_and_plan(actors: Actors, visit: UUID, clinic: Clinic, section: str):
    with pytest.raises(PermissionDenied):
        await execute(actors["perawat"], SaveSection(visit, section, "bukan saya", 0))
    assert clinic.admin_fetch("select 1 from clinic.note_section_version where encounter_id = %s", visit) == []


async def test_the_database_itself_refuses_a_nurse_in_the_plan(actors: Actors, visit: UUID, clinic: Clinic):
    patient = clinic.admin_fetch("select patient_id from clinic.encounter where id = %s", visit)[0]["patient_id"]
    insert = "insert into clinic.note_section_version values (%s, %s, %s, 'plan', 1, 'x', (select sec.me()), now())"
    with clinic.as_app(actors["perawat"].token) as raw, pytest.raises(Exception, match="row-level security"):
        raw.execute(insert, (new_id(), visit, patient))
    with clinic.as_app(actors["dokter"].token) as raw:
        assert raw.execute(insert, (new_id(), visit, patient)).rowcount == 1
        raw.rollback()


@pytest.mark.parametrize("username", ["admin", "apoteker", "kasir", "auditor", "pemilik"])
async def test_who_is_not_clinical_neither_reads_nor_writes_a_note(actors: Actors, visit: UUID, username: str):
    with pytest.raises(PermissionDenied):
        await execute(actors[username], ReadNote(visit))
    with pytest.raises(PermissionDenied):
        await execute(actors[username], SaveSection(visit, "subjective", "x", 0))


async def test_a_doctor_does_not_write_in_a_colleagues_encounter(actors: Actors, visit: UUID):
    patient = (await execute(actors["dokter"], ReadEncounter(visit))).patient.id
    await make_visit(actors, patient, "dokter2")
    for request in (SaveSection(visit, "plan", "x", 0), StartEncounter(visit), AddDiagnosis(visit, "R42")):
        with pytest.raises(NotYourEncounter):
            await execute(actors["dokter2"], request)


async def test_reading_a_note_leaves_an_entry_that_names_the_patient(actors: Actors, visit: UUID, clinic: Clinic):
    patient = clinic.admin_fetch("select patient_id from clinic.encounter where id = %s", visit)[0]["patient_id"]
    before = clinic.admin_fetch("select count(*) from audit.event where %s = any (patient_ids)", patient)[0]["count"]
    await execute(actors["dokter"], ReadNote(visit))
    after = clinic.admin_fetch("select count(*) from audit.event where %s = any (patient_ids)", patient)[0]["count"]
    assert after == before + 1


async def test_too_long_a_text_is_refused_beside_its_field(actors: Actors, visit: UUID):
    with pytest.raises(ValidationFailed) as refused:
        await execute(actors["dokter"], SaveSection(visit, "plan", "x" * 50_001, 0))
    assert refused.value.fields["text"].code == "too_long"


async def test_an_unknown_section_and_an_unknown_encounter_do_not_exist(actors: Actors, visit: UUID):
    for request in (SaveSection(visit, "resume", "x", 0), SaveSection(new_id(), "plan", "x", 0)):
        with pytest.raises(NotFound):
            await execute(actors["dokter"], request)


async def _allergy(actors: Actors, visit: UUID):
    return (await execute(actors["dokter"], ReadEncounter(visit))).allergy


async def test_allergies_have_four_states_and_begin_unasked(actors: Actors, visit: UUID, clinic: Clinic):
    patient = (await execute(actors["dokter"], ReadEncounter(visit))).patient.id
    assert (await _allergy(actors, visit)).state is AllergyState.UNASKED
    await execute(actors["perawat"], StateAllergies(patient, "unavailable"))
    assert (await _allergy(actors, visit)).state is AllergyState.UNAVAILABLE
    await execute(actors["perawat"], StateAllergies(patient, "none_known"))
    line = await _allergy(actors, visit)
    assert (line.state, line.recorded_by) == (AllergyState.NONE_KNOWN, "Dewi Lestari")
    allergy = await execute(actors["perawat"], RecordAllergy(patient, "Penisilin", "biduran", severity="severe"))
    line = await _allergy(actors, visit)
    assert line.state is AllergyState.PRESENT
    assert [(a.substance, a.reaction) for a in line.allergies] == [("Penisilin", "biduran")]
    with pytest.raises(AllergiesOnRecord):
        await execute(actors["perawat"], StateAllergies(patient, "none_known"))
    assert (await _allergy(actors, visit)).state is AllergyState.PRESENT
    await execute(actors["dokter"], VerifyAllergy(allergy, "entered-in-error"))
    line = await _allergy(actors, visit)
    assert (line.state, line.allergies) == (AllergyState.UNASKED, ())
    assert clinic.admin_fetch("select verification from clinic.allergy_intolerance where id = %s", allergy) == [
        {"verification": "entered-in-error"}
    ]


async def test_present_cannot_be_claimed_without_an_allergy(actors: Actors, visit: UUID):
    patient = (await execute(actors["dokter"], ReadEncounter(visit))).patient.id
    with pytest.raises(ValidationFailed):
        await execute(actors["perawat"], StateAllergies(patient, "present"))


async def test_none_known_and_a_new_allergy_at_once_never_end_in_none_known(actors: Actors):
    for _ in range(5):
        patient = await make_patient(actors["admin"])
        visit = await make_visit(actors, patient)
        await asyncio.gather(
            execute(actors["perawat"], StateAllergies(patient, "none_known")),
            execute(actors["dokter"], RecordAllergy(patient, "Amoksisilin")),
            return_exceptions=True,
        )
        assert (await _allergy(actors, visit)).state is AllergyState.PRESENT


async def test_vitals_take_comma_or_point_and_a_later_figure_counts(actors: Actors, visit: UUID):
    await execute(actors["perawat"], RecordVitals(visit, {"weight_kg": "61,5", "temperature_c": "36.8"}))
    await execute(actors["perawat"], RecordVitals(visit, {"weight_kg": "61,0", "systolic": "120", "diastolic": "80"}))
    record = await execute(actors["dokter"], ReadEncounter(visit))
    values = {reading.field: (str(reading.value), reading.unit) for reading in record.readings}
    assert values == {
        "weight_kg": ("61.000", "kg"),
        "temperature_c": ("36.800", "Cel"),
        "systolic": ("120.000", "mm[Hg]"),
        "diastolic": ("80.000", "mm[Hg]"),
    }


async def test_a_weight_that_jumps_is_stored_only_after_a_second_look(actors: Actors, visit: UUID):
    await execute(actors["perawat"], RecordVitals(visit, {"weight_kg": "70"}))
    patient = (await execute(actors["dokter"], ReadEncounter(visit))).patient.id
    later = await make_visit(actors, patient)
    with pytest.raises(ValidationFailed) as refused:
        await execute(actors["perawat"], RecordVitals(later, {"weight_kg": "7"}))
    assert refused.value.fields["weight_kg"].code == "encounter.weight_jumps"
    assert await execute(actors["perawat"], RecordVitals(later, {"weight_kg": "7"}, confirmed=True)) == 1


async def test_the_pharmacist_sees_allergies_weight_and_medicines_and_nothing_else(
    actors: Actors, visit: UUID, clinic: Clinic
):
    patient = (await execute(actors["dokter"], ReadEncounter(visit))).patient.id
    await execute(actors["perawat"], RecordVitals(visit, {"weight_kg": "61", "temperature_c": "38"}))
    await execute(actors["perawat"], RecordAllergy(patient, "Penisilin"))
    await execute(actors["perawat"], AddMedicine(patient, "Amlodipin", "5 mg pagi"))
    stopped = await execute(actors["perawat"], AddMedicine(patient, "Cetirizine", ""))
    await execute(actors["perawat"], SetMedicineStatus(stopped, "ended"))
    await execute(actors["dokter"], AddHistory(patient, "problem", "Hipertensi"))
    with pytest.raises(NotFound):
        await execute(actors["apoteker"], ReadSafetySlice(patient))
    await make_signed(actors, tablets(await make_product(actors["apoteker"])), visit=visit)
    seen = await execute(actors["apoteker"], ReadSafetySlice(patient))
    assert [a.substance for a in seen.allergy.allergies] == ["Penisilin"]
    assert seen.weight_kg == 61
    assert [m.medicine for m in seen.medicines] == ["Amlodipin"]
    with pytest.raises(PermissionDenied):
        await execute(actors["apoteker"], ReadEncounter(visit))
    with clinic.as_app(actors["apoteker"].token) as raw:
        for table in ("note_section_version", "patient_history", "condition", "ent_finding", "note_addendum"):
            assert raw.execute(f"select count(*) as n from clinic.{table}").fetchone() == {"n": 0}
        codes = raw.execute("select distinct code from clinic.observation").fetchall()
        assert codes == [{"code": "29463-7"}]


async def _answers(actors: Actors, visit: UUID) -> dict[str, tuple[str, str]]:
    record = await execute(actors["dokter"], ReadEncounter(visit))
    return {entry.question: (entry.value, entry.text) for entry in record.history if entry.question}


async def test_of_each_question_one_answer_counts_and_the_former_stays(actors: Actors, visit: UUID, clinic: Clinic):
    patient = (await execute(actors["dokter"], ReadEncounter(visit))).patient.id
    first = {"smoking": ("current", "12 batang"), "atopy": ("yes", "ibu asma"), "occupation": ("", "penyelam")}
    assert await execute(actors["perawat"], AnswerHistory(patient, first)) == 3
    assert await execute(actors["dokter"], AnswerHistory(patient, first)) == 0
    assert await execute(actors["dokter"], AnswerHistory(patient, {**first, "smoking": ("former", "")})) == 1
    assert await execute(actors["dokter"], AnswerHistory(patient, {"atopy": ("", "")})) == 1
    assert await _answers(actors, visit) == {"smoking": ("former", ""), "occupation": ("", "penyelam")}
    rows = clinic.admin_fetch(
        "select status, value, body_sealed from clinic.patient_history "
        "where patient_id = %s and question = 'smoking' order by recorded_at",
        patient,
    )
    assert [(row["status"], row["value"]) for row in rows] == [("ended", "current"), ("active", "former")]
    assert b"batang" not in bytes(rows[0]["body_sealed"])


@pytest.mark.parametrize(
    "answers",
    [
        {"smoking": ("sering", "")},
        {"smoking": ("", "satu bungkus")},
        {"occupation": ("yes", "guru")},
        {"golf": ("yes", "")},
        {"cancer": ("unknown", "x" * 201)},
    ],
)
async def test_an_answer_that_is_not_offered_is_refused_beside_its_question(
    actors: Actors, visit: UUID, answers: dict[str, tuple[str, str]]
):
    patient = (await execute(actors["dokter"], ReadEncounter(visit))).patient.id
    with pytest.raises(ValidationFailed) as refused:
        await execute(actors["perawat"], AnswerHistory(patient, answers))
    assert refused.value.fields.keys() == answers.keys()


async def test_two_who_answer_at_once_leave_one_answer(actors: Actors, visit: UUID):
    patient = (await execute(actors["dokter"], ReadEncounter(visit))).patient.id
    await asyncio.gather(
        *(
            execute(actors[who], AnswerHistory(patient, {"noise": (value, "")}))
            for who, value in (("dokter", "none"), ("perawat", "current"), ("dokter", "former"))
        )
    )
    assert len(await _answers(actors, visit)) == 1


async def test_the_first_diagnosis_is_primary_and_another_can_take_over(actors: Actors, visit: UUID):
    doctor = actors["dokter"]
    first = await execute(doctor, AddDiagnosis(visit, "H66.1", "right", "confirmed"))
    second = await execute(doctor, AddDiagnosis(visit, "J30.4", None, "provisional"))
    diagnoses = (await execute(doctor, ReadEncounter(visit))).diagnoses
    assert [(d.id, d.is_primary) for d in diagnoses] == [(first, True), (second, False)]
    await execute(doctor, MakePrimary(second))
    diagnoses = (await execute(doctor, ReadEncounter(visit))).diagnoses
    assert [(d.id, d.is_primary) for d in diagnoses] == [(second, True), (first, False)]
    await execute(doctor, RemoveDiagnosis(second))
    await execute(doctor, RestoreDiagnosis(second))
    assert {d.id for d in (await execute(doctor, ReadEncounter(visit))).diagnoses} == {first, second}


async def test_an_ear_diagnosis_asks_for_the_side_and_never_stands_twice(actors: Actors, visit: UUID):
    doctor = actors["dokter"]
    with pytest.raises(ValidationFailed) as refused:
        await execute(doctor, AddDiagnosis(visit, "H66.1"))
    assert refused.value.fields["laterality"].code == "encounter.side_needed"
    await execute(doctor, AddDiagnosis(visit, "H66.1", "left"))
    with pytest.raises(DiagnosisTwice):
        await execute(doctor, AddDiagnosis(visit, "H66.1", "left"))
    await execute(doctor, AddDiagnosis(visit, "H66.1", "right"))


@pytest.mark.parametrize("code", ["H66", "A97", "Z99.99", "'; drop table"])
async def test_headings_other_editions_and_nonsense_are_no_diagnosis(actors: Actors, visit: UUID, code: str):
    with pytest.raises(UnknownDiagnosisCode):
        await execute(actors["dokter"], AddDiagnosis(visit, code, "none"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("congek", "H66.1"),
        ("serumen", "H61.2"),
        ("impacted cerumen", "H61.2"),
        ("h66.1", "H66.1"),
        ("H661", "H66.1"),
        ("tonsilitis kron", "J35.0"),
        ("vertigo posisi", "H81.1"),
        ("chronic tonsil", "J35.0"),
        ("tonsiltis kronik", "J35.0"),
        ("dengue fever", "A90"),
    ],
)
async def test_codes_are_found_in_both_languages_by_code_and_with_a_typo(actors: Actors, typed: str, code: str):
    hits = await execute(actors["dokter"], SearchIcd10(typed))
    assert code in [hit.code for hit in hits[:5]]


@pytest.mark.parametrize("typed", ["", "x", "%%", "&|!", "zzzzzzzz", "'; --", "(:*"])
async def test_odd_searches_find_nothing_and_break_nothing(actors: Actors, typed: str):
    assert isinstance(await execute(actors["dokter"], SearchIcd10(typed)), tuple)


async def test_an_official_list_replaces_titles_and_may_close_codes(actors: Actors, visit: UUID, clinic: Clinic):
    text = "code;title_en;title_id\nH66.1;Official title;Judul resmi\nQ99.77;Nothing else;\n"
    with pytest.raises(PermissionDenied):
        await execute(actors["dokter"], ImportIcd10(text))
    assert await execute(actors["pemilik"], ImportIcd10(text)) == 2
    assert await execute(actors["pemilik"], ImportIcd10(text)) == 0
    hit = (await execute(actors["dokter"], SearchIcd10("judul resmi")))[0]
    assert (hit.code, hit.title_en) == ("H66.1", "Official title")
    with pytest.raises(ValidationFailed):
        await execute(actors["pemilik"], ImportIcd10("code,title_en\nnope,x\n"))


async def test_the_doctor_sees_the_own_day_and_the_nurse_everybodys(actors: Actors, visit: UUID):
    own = await execute(actors["dokter"], ReadDoctorDay())
    assert visit in [line.id for line in own.day]
    other = await execute(actors["dokter2"], ReadDoctorDay())
    assert visit not in [line.id for line in other.day]
    assert visit in [line.id for line in await execute(actors["perawat"], ReadNurseDay())]
    await execute(actors["dokter"], StartEncounter(visit))
    assert (await execute(actors["dokter"], ReadDoctorDay())).next.id == visit
