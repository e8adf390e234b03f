"""Codes of authenticator apps and recovery codes, without a database."""

import base64
from datetime import UTC, datetime

import pytest

from tht_app.use_cases import one_time

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_of_rfc_6238_are_those_of_their_step(second: int, code: str):
    assert one_time.step_of(RFC_SECRET, code, datetime.fromtimestamp(second, UTC)) == second // 30


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_one_step_and_not_by_two(steps: int, *, accepted: bool):
    now = datetime.fromtimestamp(1234567890 + 30 * steps, UTC)
    assert (one_time.step_of(RFC_SECRET, "005924", now) is not None) == accepted


@pytest.mark.parametrize("typed", ["005 924", " 005924\n", "005-924"])
def test_a_code_may_be_pasted_as_apps_show_it(typed: str):
    assert one_time.step_of(RFC_SECRET, typed, datetime.fromtimestamp(1234567890, UTC)) is not None


@pytest.mark.parametrize("typed", ["", "5924", "0059240", "00592a", "٠٠٥٩٢٤", "005924;"])
def test_anything_but_six_plain_digits_is_no_code(typed: str):
    assert one_time.step_of(RFC_SECRET, typed, datetime.fromtimestamp(1234567890, UTC)) is None


def test_secrets_have_160_bits_and_recovery_codes_differ():
    assert len(base64.b32decode(one_time.new_secret())) == 20
    codes = one_time.new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(len(one_time.plain(code)) == 10 and not one_time.looks_like_code(code) for code in codes)
