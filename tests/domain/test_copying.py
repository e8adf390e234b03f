"""What is copied from an earlier visit says so, and is known again."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.domain.encounter.copying import copies_in, marked, new_copies

DAY = date(2026, 11, 12)
OTHER = date(2026, 10, 1)


@pytest.mark.parametrize("lang", ["id", "en", "jv"])
@given(text=st.text(), doctor=st.text(st.characters(exclude_characters="\n\r"), max_size=40))
def test_a_copied_text_names_its_visit_in_whatever_language_and_by_whomever(lang: str, text: str, doctor: str):
    block = marked(text, DAY, doctor, lang)
    assert copies_in(block)[0] == DAY
    assert text.strip() in block
    assert block.splitlines()[0].startswith("[Copied from" if lang == "en" else "[Disalin dari")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Disalin dari kunjungan 12-11-2026",
        "kata [Disalin dari kunjungan 12-11-2026, dr. Sari]",
        "[Disalin dari kunjungan 99-11-2026, dr. Sari]",
        "[Disalin dari kunjungan 12-11-26]",
        "[Akhir salinan]",
    ],
)
def test_what_only_looks_like_a_mark_is_none(text: str):
    assert copies_in(text) == ()


def test_a_mark_that_became_an_item_of_a_list_is_still_one():
    assert copies_in("- [Disalin dari kunjungan 12-11-2026, dr. Sari]\n3. [Copied from the visit of 01-10-2026]") == (
        DAY,
        OTHER,
    )


def test_only_what_a_version_adds_is_new_and_a_second_copy_counts_again():
    one, two = marked("a", DAY, "dr. Sari", "id"), marked("b", OTHER, "dr. Sari", "en")
    assert new_copies("", f"{one}\n{two}") == (OTHER, DAY)
    assert new_copies(one, f"{one}\nkata") == ()
    assert new_copies(one, f"{one}\n{one}") == (DAY,)
    assert new_copies(f"{one}\n{two}", two) == ()
