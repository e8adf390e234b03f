"""Two records of one person: what is kept, what is asked, what comes back."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.merging import (
    Doubt,
    Part,
    Standing,
    combined,
    differing,
    doubts,
    ensure_confirmed,
    separated,
    stands_first,
    suggested,
    value_of,
)
from tht_app.domain.registration.patient import PatientDetails, parse_patient
from tht_app.domain.registration.records import PatientBanner, PatientRecord
from tht_app.domain.registration.sex import Sex

TODAY = date(2026, 11, 25)
OLD, NEW = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
FORM = {"name": "Siti Rahmawati", "birth_date": "1985-07-14", "sex": "female", "nik_missing": "not_brought"}
NIK = {"nik": "3174015407850001"}


def details(**fields: str) -> PatientDetails:
    return parse_patient({**FORM, **fields}, TODAY)


def record(updated_at: datetime = OLD, **fields: str) -> PatientRecord:
    known = details(**fields)
    banner = PatientBanner(
        PatientId(UUID(int=1)), 1, known.name, known.sex, known.birth_date, birth_date_estimated=False, deceased=False
    )
    return PatientRecord(banner, known, 1, OLD, updated_at)


@pytest.mark.parametrize(
    ("ours", "theirs", "taken"),
    [
        ({}, {}, set()),
        ({}, NIK, {Part.NIK}),
        (NIK, {}, set()),
        ({"phone": "081234567890"}, {"phone": "081234567899"}, {Part.PHONE}),
        ({"name": "Siti R."}, {}, {Part.NAME}),
        ({"name": "Siti Rahmawati Dewi"}, {}, set()),
        ({"name": "Siti Rahmawati Dewi"}, NIK, {Part.NAME, Part.NIK}),
        ({"birth_date": "1985-01-01", "birth_date_estimated": "on"}, {}, {Part.BIRTH_DATE}),
        ({}, {"birth_date": "1985-01-01", "birth_date_estimated": "on"}, set()),
        ({"street": "Jl. Melati 5"}, {"email": "siti@example.org"}, {Part.EMAIL}),
        (
            {"occupation": "Guru"},
            {"occupation": "Kepala sekolah", "religion": "Islam"},
            {Part.OCCUPATION, Part.RELIGION},
        ),
        ({"payer": "bpjs", "bpjs": "0001234567890"}, {}, set()),
        ({"sex": "unknown"}, {}, {Part.SEX}),
        ({"street": "Jl. Melati 5", "city": "Jakarta"}, {"street": "JL. MELATI 5"}, set()),
        ({"street": "Jl. Melati 5"}, {"street": "Jl. Melati 5", "city": "Jakarta"}, {Part.ADDRESS}),
        ({"street": "Jl. Melati 5", "city": "Jakarta"}, {"street": "Jl. Mawar 1"}, {Part.ADDRESS}),
    ],
)
def test_suggests_filled_proven_longer_newer(ours: dict[str, str], theirs: dict[str, str], taken: set[Part]):
    assert suggested(record(OLD, **ours), record(NEW, **theirs)) == taken


def test_an_older_contact_is_not_suggested():
    assert suggested(record(NEW, phone="081234567890"), record(OLD, phone="081234567899")) == frozenset()


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ({}, {}, ()),
        ({}, {"name": "SITI RACHMAWATI"}, ()),
        ({}, {"name": "Bambang Hartono"}, (Doubt.NAME,)),
        ({}, {"birth_date": "1985-07-15"}, (Doubt.BIRTH_DATE,)),
        ({}, {"sex": "male"}, (Doubt.SEX,)),
        ({}, {"sex": "unknown"}, ()),
        (NIK, {"nik": "3174015407850002"}, (Doubt.NIK,)),
        (NIK, {}, ()),
        ({}, {"deceased": "on"}, (Doubt.DECEASED,)),
    ],
)
def test_what_speaks_against_one_person(ours: dict[str, str], theirs: dict[str, str], expected: tuple[Doubt, ...]):
    assert doubts(details(**ours), details(**theirs)) == expected
    assert doubts(details(**theirs), details(**ours)) == expected


def test_a_doubt_asks_for_a_tick_and_a_reason():
    ensure_confirmed((), "", confirmed=False)
    ensure_confirmed((Doubt.SEX,), "salah ketik di loket", confirmed=True)
    for reason, confirmed, problems in (
        ("", False, {"confirmed", "reason"}),
        ("abcd", True, {"reason"}),
        ("salah ketik", False, {"confirmed"}),
    ):
        with pytest.raises(ValidationFailed) as refused:
            ensure_confirmed((Doubt.SEX,), reason, confirmed=confirmed)
        assert set(refused.value.fields) == problems
    with pytest.raises(ValidationFailed):
        ensure_confirmed((), "x" * 301, confirmed=True)


def test_parts_that_belong_together_come_together():
    ours = details(other_id_kind="passport", other_id="A1234567")
    theirs = details(**NIK, payer="insurance", insurer="Sehat", payer_number="77")
    result = combined(ours, theirs, {Part.NIK, Part.PAYER}, TODAY)
    assert (result.nik, result.nik_missing) == (NIK["nik"], None)
    assert (result.insurer, result.payer_number, result.other_id) == ("Sehat", "77", "A1234567")


def test_values_that_do_not_fit_are_named():
    bpjs = details(payer="bpjs", bpjs="0001234567890")
    with pytest.raises(ValidationFailed) as refused:
        combined(details(), bpjs, {Part.PAYER}, TODAY)
    assert set(refused.value.fields) == {"bpjs"}
    child = {"birth_date": "2020-02-03", "guardian_name": "Ibu", "guardian_relation": "mother", "phone": "081234567890"}
    with pytest.raises(ValidationFailed) as refused:
        combined(details(**child), details(), {Part.GUARDIAN}, TODAY)
    assert set(refused.value.fields) == {"guardian"}


def test_who_died_in_one_record_is_dead_and_lives_again_after_parting():
    ours, theirs = details(), details(deceased="on")
    after = combined(ours, theirs, frozenset(), TODAY)
    assert after.deceased
    assert separated(after, ours, theirs, frozenset()) == ours


FIELDS = st.fixed_dictionaries(
    {"name": st.sampled_from(["Siti", "Siti Rahmawati"])},
    optional={
        "birth_date": st.sampled_from(["1985-07-14", "1985-07-15"]),
        "nik": st.sampled_from(["3174015407850001", "3174015407850002"]),
        "phone": st.sampled_from(["081234567890", "081234567899"]),
        "insurer": st.sampled_from(["", "Sehat"]),
        "occupation": st.sampled_from(["", "Guru"]),
        "street": st.sampled_from(["", "Jl. Melati 5"]),
        "guardian_name": st.just("Ibu Ani"),
        "deceased": st.sampled_from(["", "on"]),
    },
).map(lambda form: {**form, **({"guardian_relation": "mother"} if "guardian_name" in form else {})})


@given(FIELDS, FIELDS, st.sets(st.sampled_from(Part)))
def test_parting_gives_back_exactly_what_was(one: dict[str, str], other: dict[str, str], taken: set[Part]):
    ours, theirs = details(**one), details(**other)
    after = combined(ours, theirs, taken, TODAY)
    for part in Part:
        assert value_of(after, part) == value_of(theirs if part in taken else ours, part)
    assert separated(after, ours, theirs, taken) == ours
    assert differing(ours, theirs) == differing(theirs, ours)


def test_what_was_corrected_since_stays():
    ours, theirs = details(phone="081234567890"), details(phone="081234567899", name="Siti Rahmawati Dewi")
    after = combined(ours, theirs, {Part.PHONE, Part.NAME}, TODAY)
    corrected = replace(after, phone="+6281111111111", sex=Sex.OTHER)
    parted = separated(corrected, ours, theirs, {Part.PHONE, Part.NAME})
    assert (parted.name, parted.phone, parted.sex) == (ours.name, "+6281111111111", Sex.OTHER)


@pytest.mark.parametrize(
    ("one", "other", "first"),
    [
        (Standing(2, 0, in_progress=True), Standing(1, 9, in_progress=False), True),
        (Standing(2, 3, in_progress=False), Standing(1, 2, in_progress=False), True),
        (Standing(2, 3, in_progress=False), Standing(1, 3, in_progress=False), False),
    ],
)
def test_which_record_should_stand(one: Standing, other: Standing, first: bool):
    assert stands_first(one, other) is first
    assert stands_first(other, one) is not first
