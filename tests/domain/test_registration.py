"""Numbers, names, dates and forms of patients."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.registration.consent import ConsentGiver, GuardianMustConsent, ensure_may_consent
from tht_app.domain.registration.dates import Age, age_on, is_minor, parse_date
from tht_app.domain.registration.duplicates import Likeness, Traits, birth_dates_to_compare, likeness
from tht_app.domain.registration.identifiers import (
    BadIdentifier,
    masked_nik,
    nik_doubts,
    parse_bpjs,
    parse_nik,
    parse_phone,
    parse_record_number,
    read_nik,
    shown_nik,
    shown_phone,
    shown_record_number,
)
from tht_app.domain.registration.names import (
    alikeness,
    clean_name,
    mistakes_within_reason,
    name_cost,
    name_problem,
    near_spellings,
    plain_words,
    sound_of,
    typing_distance,
    typos_allowed,
    word_cost,
)
from tht_app.domain.registration.patient import form_of, parse_patient
from tht_app.domain.registration.query import SearchPlan, highlight, read_search
from tht_app.domain.registration.sex import Sex

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(1900, 1, 1), TODAY)
WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)


class TestNik:
    @given(born=DAYS, female=st.booleans(), region=st.integers(110101, 929999), serial=st.integers(1, 9999))
    def test_says_birth_date_and_sex_of_its_holder(self, born: date, female: bool, region: int, serial: int) -> None:
        nik = f"{region:06d}{born.day + 40 * female:02d}{born:%m%y}{serial:04d}"
        says = read_nik(parse_nik(shown_nik(nik)))
        if says is not None:
            assert says.agrees_with(born)
            assert says.sex is (Sex.FEMALE if female else Sex.MALE)
            assert nik_doubts(nik, born, says.sex) == ()

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "nik_digits_only"),
            ("317401540785000", "nik_length"),
            ("31740154078500011", "nik_length"),
            ("317401540785000O", "nik_digits_only"),
            ("３１７４０１５４０７８５０００１", "nik_digits_only"),
            ("1111111111111111", "nik_impossible"),
            ("3174015407850000", "nik_impossible"),
        ],
    )
    def test_refuses_what_is_no_nik(self, text: str, code: str) -> None:
        with pytest.raises(BadIdentifier) as refused:
            parse_nik(text)
        assert refused.value.problem.code == code

    def test_an_unusual_one_is_a_doubt_and_no_error(self) -> None:
        nik = parse_nik("9999993302990001")
        assert nik_doubts(nik, date(1999, 2, 1), Sex.MALE) == ("nik_unusual",)

    def test_sex_that_is_not_recorded_is_not_compared(self) -> None:
        assert nik_doubts("3174015407850001", date(1985, 7, 14), Sex.UNKNOWN) == ()

    def test_hides_its_middle(self) -> None:
        assert masked_nik("3174015407850001") == "3174********0001"


class TestPhone:
    @pytest.mark.parametrize(
        ("text", "stored"),
        [
            ("0812-3456-7890", "+6281234567890"),
            ("+62 812 3456 7890", "+6281234567890"),
            ("6281234567890", "+6281234567890"),
            ("81234567890", "+6281234567890"),
            ("+62 0812 3456 7890", "+6281234567890"),
            ("(021) 555-1234", "+62215551234"),
            ("+65 6123 4567", "+6561234567"),
            ("0065 6123 4567", "+6561234567"),
        ],
    )
    def test_one_number_has_one_form(self, text: str, stored: str) -> None:
        assert parse_phone(text) == stored

    @given(st.integers(10**8, 10**11 - 1))
    def test_what_is_shown_is_read_back(self, tail: int) -> None:
        stored = parse_phone(f"08{tail}")
        assert parse_phone(shown_phone(stored)) == stored

    @pytest.mark.parametrize("text", ["", "12", "0812", "telepon", "00", "+", "0012345678901234567", "5551234"])
    def test_refuses_what_nobody_can_call(self, text: str) -> None:
        with pytest.raises(BadIdentifier):
            parse_phone(text)


class TestRecordNumber:
    @given(st.integers(1, 99_999_999))
    def test_what_is_printed_is_read_back(self, number: int) -> None:
        assert parse_record_number(shown_record_number(number)) == number
        assert parse_record_number(f"RM {shown_record_number(number)}") == number

    def test_is_printed_in_pairs(self) -> None:
        assert (shown_record_number(1234), shown_record_number(1_234_567)) == ("00-12-34", "01-23-45-67")

    @pytest.mark.parametrize("text", ["", "0", "siti", "123456789", "RM"])
    def test_is_nothing_else(self, text: str) -> None:
        assert parse_record_number(text) is None

    def test_bpjs_keeps_its_leading_zeros(self) -> None:
        assert parse_bpjs("0001 2345 67890") == "0001234567890"


class TestDates:
    @pytest.mark.parametrize(
        "text",
        [
            "14-07-1985",
            "14/7/85",
            "14.7.1985",
            "14 Juli 1985",
            "14 jul 1985",
            "1985-07-14",
            "14071985",
            "140785",
            "19850714",
        ],
    )
    def test_reads_every_usual_way_of_writing(self, text: str) -> None:
        assert parse_date(text, TODAY) == date(1985, 7, 14)

    @pytest.mark.parametrize("text", ["", "31-02-1990", "99-99-9999", "juli", "14 Julember 1985", "1985"])
    def test_refuses_what_is_no_day(self, text: str) -> None:
        assert parse_date(text, TODAY) is None

    @given(DAYS)
    def test_iso_is_itself(self, day: date) -> None:
        assert parse_date(day.isoformat(), TODAY) == day

    @given(DAYS, st.integers(0, 40_000))
    def test_an_age_never_shrinks_and_adds_up(self, born: date, later: int) -> None:
        day = min(born + timedelta(days=later), date(2100, 1, 1))
        age, next_day = age_on(born, day), age_on(born, day + timedelta(days=1))
        assert (next_day.years, next_day.months, next_day.days) > (age.years, age.months, age.days)
        assert 0 <= age.months <= 11
        assert 0 <= age.days <= 30

    def test_counts_completed_years(self) -> None:
        assert age_on(date(2008, 11, 23), TODAY) == Age(17, 11, 30)
        assert is_minor(date(2008, 11, 23), TODAY)
        assert not is_minor(date(2008, 11, 22), TODAY)


class TestSounds:
    @pytest.mark.parametrize(
        "spellings",
        [
            ("muhammad", "mohamad", "moehamad", "mochammad", "muhamad", "moh", "muhammed"),
            ("achmad", "akhmad", "ahmad"),
            ("djoko", "joko"),
            ("tjahjo", "cahyo"),
            ("sjarifuddin", "syarifudin", "sarifudin"),
            ("soerjo", "suryo"),
            ("joesoef", "yusuf"),
            ("fatimah", "fatima"),
            ("evy", "evi"),
            ("taufiq", "taufik"),
            ("phillip", "filip"),
        ],
    )
    def test_spellings_of_one_name_sound_the_same(self, spellings: tuple[str, ...]) -> None:
        assert len({sound_of(word) for word in spellings}) == 1

    def test_different_names_stay_apart(self) -> None:
        names = ["siti", "sari", "dewi", "dian", "budi", "bambang", "agus", "andi", "rina", "rini"]
        assert len({sound_of(name) for name in names}) == len(names)

    @given(WORDS)
    def test_a_sound_sounds_like_itself_and_is_never_empty(self, word: str) -> None:
        sound = sound_of(word)
        assert sound
        assert sound_of(sound) == sound

    @given(WORDS.filter(lambda word: len(word) > 3), st.data())
    def test_one_mistake_always_shares_a_near_spelling(self, word: str, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(word) - 2))
        letter = data.draw(st.sampled_from("aeiounrst"))
        for wrong in (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ):
            assert typing_distance(word, wrong) <= 1
            assert set(near_spellings(word)) & set(near_spellings(wrong))

    @given(WORDS, WORDS)
    def test_what_is_seen_cheaply_is_what_counting_says(self, typed: str, word: str) -> None:
        mistakes = typing_distance(typed, word)
        assert mistakes_within_reason(typed, word) == (mistakes if mistakes <= typos_allowed(typed) else None)

    @given(WORDS, WORDS)
    def test_distance_is_symmetric_and_zero_only_for_the_same(self, left: str, right: str) -> None:
        assert typing_distance(left, right) == typing_distance(right, left)
        assert (typing_distance(left, right) == 0) == (left == right)


class TestNames:
    def test_words_are_plain_and_without_honorifics(self) -> None:
        assert plain_words("H. Muḥammad O'Brien, S.H.") == ("muhammad", "obrien", "s")
        assert plain_words("Ny. Dra. Siti") == ("siti",)
        assert plain_words("Ir") == ("ir",)

    @given(st.text(max_size=300))
    def test_any_text_is_cut_without_failing(self, text: str) -> None:
        assert len(plain_words(text)) <= 12
        name_problem(clean_name(text))
        highlight(text, plain_words(text))

    @pytest.mark.parametrize(
        "name", ["Suharto", "O'Brien", "O’Brien", "Siti Nur-Aini", "Nguyễn Văn A", "李小龍", "R.A. Kartini (alm.)"]
    )
    def test_takes_names_as_people_have_them(self, name: str) -> None:
        assert name_problem(clean_name(name)) is None

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("", "required"),
            ("   ", "required"),
            ("O'Brien <script>", "name_sign"),
            ("Siti 🙂", "name_sign"),
            ("123", "name_letters"),
            ("a" * 201, "too_long"),
        ],
    )
    def test_says_what_is_wrong(self, name: str, code: str) -> None:
        problem = name_problem(clean_name(name))
        assert problem is not None
        assert problem.code == code

    def test_ranks_same_before_sound_before_beginning_before_inside_before_mistakes(self) -> None:
        costs = [word_cost("rahma", word) for word in ("rahma", "rahmah", "rahmawati", "nurahma", "rakma", "budi")]
        assert costs == [0, 1, 2, 4, 5, None]
        assert name_cost(("siti", "rahmwati"), ("siti", "rahmawati")) == 5

    def test_names_with_words_left_out_are_alike(self) -> None:
        assert alikeness(plain_words("Siti Rahmawati"), plain_words("Rahmawatie")) == 1.0
        assert alikeness(plain_words("Siti Rahmawati"), plain_words("Siti Aminah")) == 0.5
        assert alikeness((), ("siti",)) == 0.0

    def test_marks_what_was_typed(self) -> None:
        assert highlight("Siti Rahmawati", ("rahma",)) == (("Siti ", False), ("Rahma", True), ("wati", False))


class TestSearch:
    @pytest.mark.parametrize(
        ("text", "plan"),
        [
            ("s", SearchPlan()),
            ("siti rahma", SearchPlan(words=("siti", "rahma"))),
            ("3174 0154 0785 0001", SearchPlan(nik="3174015407850001")),
            ("00-12-34", SearchPlan(record_number=1234)),
            ("RM 1234", SearchPlan(record_number=1234)),
            ("0812-3456-7890", SearchPlan(phone="+6281234567890")),
            ("0001234567890", SearchPlan(bpjs="0001234567890")),
            ("14-07-1985", SearchPlan(record_number=14071985, birth_date=date(1985, 7, 14))),
            ("14 juli 1985", SearchPlan(birth_date=date(1985, 7, 14))),
            ("siti 14-7-1985", SearchPlan(birth_date=date(1985, 7, 14), words=("siti",))),
            ("14 juli 1985 siti rahma", SearchPlan(birth_date=date(1985, 7, 14), words=("siti", "rahma"))),
        ],
    )
    def test_understands_what_was_typed(self, text: str, plan: SearchPlan) -> None:
        assert read_search(text, TODAY) == plan

    @given(st.text(max_size=400))
    def test_any_text_is_understood_or_empty(self, text: str) -> None:
        assert len(read_search(text, TODAY).words) <= 4


def _form(**fields: str) -> dict[str, str]:
    return {"name": "Siti Rahmawati", "birth_date": "14-7-1985", "sex": "female", "nik": "3174015407850001", **fields}


class TestForm:
    def test_names_every_bad_field_at_once(self) -> None:
        with pytest.raises(ValidationFailed) as refused:
            parse_patient(_form(name="", birth_date="1-1-2999", nik="1", phone="x", rt="abcd", payer="bpjs"), TODAY)
        assert {name: problem.code for name, problem in refused.value.fields.items()} == {
            "name": "required",
            "birth_date": "date_future",
            "nik": "nik_length",
            "phone": "phone_digits_only",
            "rt": "three_digits",
            "bpjs": "bpjs_for_payer",
        }

    @pytest.mark.parametrize(
        ("fields", "field", "code"),
        [
            ({"birth_date": "1-1-1899"}, "birth_date", "date_too_early"),
            ({"other_id": "A12345"}, "other_id_kind", "required"),
            ({"other_id_kind": "passport"}, "other_id", "required"),
            ({"payer": "insurance"}, "insurer", "required"),
            ({"nik": "", "nik_missing": ""}, "nik_missing", "nik_or_reason"),
            ({"birth_date": "1-1-2020"}, "guardian_name", "guardian_for_minor"),
            ({"guardian_phone": "0812-1111-2222"}, "guardian_name", "required"),
            ({"postal_code": "1234"}, "postal_code", "postal_code_shape"),
            ({"village": "a\ud800b"}, "village", "control_sign"),
        ],
    )
    def test_says_what_is_missing_or_does_not_fit(self, fields: dict[str, str], field: str, code: str) -> None:
        with pytest.raises(ValidationFailed) as refused:
            parse_patient(_form(**fields), TODAY)
        assert refused.value.fields[field].code == code

    @given(
        st.dictionaries(
            st.sampled_from(
                ["name", "birth_date", "nik", "phone", "street", "email", "sex", "payer", "guardian_name", "rt"]
            ),
            st.text(max_size=40),
        )
    )
    def test_anything_typed_is_accepted_or_explained(self, fields: dict[str, str]) -> None:
        try:
            details = parse_patient(_form(**fields), TODAY)
        except ValidationFailed as refusal:
            explained = bool(refusal.fields)
        else:
            explained = parse_patient(form_of(details), TODAY) == details
        assert explained

    def test_a_form_made_from_details_gives_the_same_details(self) -> None:
        form = _form(
            phone="0812-3456-7890",
            email="a@b.id",
            rt="5",
            rw="12",
            payer="insurance",
            insurer="Sehat Selalu",
            payer_number="X-1",
            guardian_name="Budi",
            guardian_relation="spouse",
            guardian_phone="021-5551234",
            other_id_kind="passport",
            other_id="x1234567",
            religion="Katolik",
            deceased="on",
            birth_date_estimated="on",
        )
        details = parse_patient(form, TODAY)
        assert parse_patient(form_of(details), TODAY) == details


class TestLikeness:
    def test_a_shared_nik_is_certain_and_a_shared_phone_alone_is_nothing(self) -> None:
        one = Traits(("siti",), date(1985, 7, 14), nik=b"1", phone=b"2")
        assert likeness(one, Traits(("budi",), date(1950, 1, 1), nik=b"1")) is Likeness.CERTAIN
        assert likeness(one, Traits(("budi",), date(1950, 1, 1), phone=b"2")) is None

    def test_days_that_a_slip_makes_are_compared(self) -> None:
        assert set(birth_dates_to_compare(date(1985, 3, 2))) == {
            date(1985, 3, 1),
            date(1985, 3, 2),
            date(1985, 3, 3),
            date(1985, 2, 3),
            date(1984, 3, 2),
            date(1986, 3, 2),
        }
        assert date(2024, 2, 29) in birth_dates_to_compare(date(2024, 2, 29))

    def test_a_guardian_answers_for_a_minor(self) -> None:
        ensure_may_consent(ConsentGiver.GUARDIAN, minor=True)
        ensure_may_consent(ConsentGiver.PATIENT, minor=False)
        with pytest.raises(GuardianMustConsent):
            ensure_may_consent(ConsentGiver.PATIENT, minor=True)
