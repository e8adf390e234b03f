"""The catalogue, and `t` as a Var that chooses in the browser."""

import pytest
import reflex as rx

from tht_app.i18n import UnknownKey, as_language, t, text_of
from tht_app.i18n.catalog import TwiceInCatalogue, catalogue
from tht_app.i18n.check import catalogue_problems
from tht_app.i18n.words import WrongParameters


def fragment(folder, name, **texts):
    lines = [f'msgid "{key.replace("__", ".")}"\nmsgstr "{text}"\n' for key, text in texts.items()]
    (folder / name).write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
def locales(tmp_path):
    catalogue.cache_clear()
    (tmp_path / "same.txt").write_text("", encoding="utf-8")
    yield tmp_path
    catalogue.cache_clear()


class TestTextOf:
    def test_says_a_key_in_the_receivers_language(self):
        assert (text_of("common.save", "id"), text_of("common.save", "en")) == ("Simpan", "Save")

    def test_fills_the_places_of_a_text(self):
        assert text_of("shell.save.saved", "id", time="14.03.21") == "Tersimpan 14.03.21"

    def test_leaves_a_place_that_got_no_value(self):
        assert text_of("shell.save.saved", "en") == "Saved {time}"

    def test_does_not_fill_places_inside_values(self):
        assert text_of("ui.error_state.incident", "en", incident="{incident}") == "Incident number: {incident}"

    def test_refuses_a_key_that_nobody_wrote(self):
        with pytest.raises(UnknownKey):
            text_of("common.nonsense", "id")

    @pytest.mark.parametrize("strange", [None, "", "fr", "EN", "en; path=/"])
    def test_any_other_language_is_indonesian(self, strange):
        assert as_language(strange) == "id"


class TestT:
    def test_carries_both_languages_and_follows_the_switch(self):
        var = t("common.save")
        assert str(var) == '(thtLang === "en" ? "Save" : "Simpan")'
        assert "const thtLang = useLang();" in var._get_all_var_data().hooks

    def test_fills_vars_in_the_browser(self):
        name = rx.Var("state.name").to(str)
        expression = str(t("shell.lock.body", name=name))
        assert expression.startswith("(fill(")
        assert '["name"] : state.name' in expression

    def test_fails_the_compile_for_an_unknown_key(self):
        with pytest.raises(UnknownKey):
            t("common.nonsense")

    @pytest.mark.parametrize("params", [{}, {"names": "x"}, {"name": "x", "more": "y"}])
    def test_fails_the_compile_for_other_parameters_than_the_text_wants(self, params):
        with pytest.raises(WrongParameters):
            t("shell.lock.body", **params)

    def test_cannot_leave_its_string_in_the_script(self):
        assert all('"' not in text.replace('\\"', "") or text for text in catalogue("id").values())
        assert "</script" not in "".join([*catalogue("id").values(), *catalogue("en").values()])


class TestCatalogueProblems:
    def test_finds_a_text_that_one_language_lacks(self, locales):
        fragment(locales, "queue.id.po", queue__call="Panggil")
        fragment(locales, "queue.en.po")
        assert catalogue_problems(locales) == ["queue.call: no text in en"]

    def test_finds_english_that_was_never_translated(self, locales):
        fragment(locales, "queue.id.po", queue__call="Panggil")
        fragment(locales, "queue.en.po", queue__call="Panggil")
        assert "equals the Indonesian" in catalogue_problems(locales)[0]
        (locales / "same.txt").write_text("queue.call  # a reason\n", encoding="utf-8")
        assert catalogue_problems(locales) == []

    def test_finds_an_exception_that_is_none_any_more(self, locales):
        fragment(locales, "queue.id.po", queue__call="Panggil")
        fragment(locales, "queue.en.po", queue__call="Call")
        (locales / "same.txt").write_text("queue.call\n", encoding="utf-8")
        assert "no longer equals" in catalogue_problems(locales)[0]

    def test_finds_other_places_in_the_other_language(self, locales):
        fragment(locales, "queue.id.po", queue__call="Panggil {ticket}")
        fragment(locales, "queue.en.po", queue__call="Call {number}")
        assert catalogue_problems(locales) == ["queue.call: the languages have different placeholders"]

    def test_finds_a_text_in_the_fragment_of_another_context(self, locales):
        for lang, word in (("id", "Panggil"), ("en", "Call")):
            fragment(locales, f"queue.{lang}.po", billing__call=word)
        assert len(catalogue_problems(locales)) == 2

    def test_refuses_a_key_in_two_fragments(self, locales):
        fragment(locales, "queue.id.po", errors__taken="a")
        fragment(locales, "billing.id.po", errors__taken="b")
        with pytest.raises(TwiceInCatalogue):
            catalogue("id", locales)
