"""A sabotage that no longer fits the code proves nothing."""

from pathlib import Path

from tests.mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[2]


def test_every_sabotage_fits_the_code_exactly_once():
    stray = [one.name for one in MUTANTS if (ROOT / one.file).read_text(encoding="utf-8").count(one.old) != 1]
    assert stray == []


def test_no_two_have_the_same_name():
    assert len({one.name for one in MUTANTS}) == len(MUTANTS)


def test_their_tests_are_there():
    assert [one.name for one in MUTANTS for path in one.tests if not (ROOT / path.partition("::")[0]).exists()] == []
