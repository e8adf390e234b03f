"""The master key comes back from paper, whole or from two of three shares; a typing mistake is found in its line."""

import secrets
from datetime import UTC, datetime
from io import BytesIO
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from tht_app.database.recovery import NotReadable, assembled, key_from, lines_of, read_lines, shares_of
from tht_app.documents.recovery import RecoveryPage, recovery_pdf

KEY = bytes(range(32))


@given(st.binary(min_size=32, max_size=32))
def test_any_two_of_three_shares_give_the_key(key: bytes):
    shares = list(enumerate(shares_of(key), 1))
    for first, second in combinations(shares, 2):
        assert key_from(first, second) == key
        assert key_from(second, first) == key


def test_one_share_says_nothing_about_the_key():
    """Whatever share 1 is, every key fits it: a second share for any other key exists."""
    number, share = 1, shares_of(KEY)[0]
    other = secrets.token_bytes(32)
    slope = bytes(left ^ right for left, right in zip(share, other, strict=True))
    second = bytes(byte ^ (rise << 1 ^ (0x11B if rise & 0x80 else 0)) for byte, rise in zip(other, slope, strict=True))
    assert key_from((number, share), (2, second)) == other


@given(st.binary(min_size=32, max_size=32), st.booleans())
def test_what_is_typed_from_paper_is_the_key(key: bytes, lower: bool):
    typed = "\n".join(lines_of(0, key))
    assert assembled(read_lines((typed.lower() if lower else typed).splitlines())) == key


def test_shares_are_typed_one_after_the_other_in_any_order():
    shares = shares_of(KEY)
    assert assembled(read_lines([*lines_of(3, shares[2]), "", *lines_of(1, shares[0])])) == KEY


def test_every_single_mistyped_sign_is_found_in_its_line():
    lines = lines_of(0, KEY)
    for place in range(1, len(lines)):
        for position, sign in enumerate(lines[place]):
            if sign not in "0123456789ABCDEF" or position < 2:
                continue
            wrong = "0" if sign != "0" else "1"
            mistyped = [*lines]
            mistyped[place] = f"{lines[place][:position]}{wrong}{lines[place][position + 1 :]}"
            with pytest.raises(NotReadable, match=f"Line {place} "):
                read_lines(mistyped)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (lines_of(1, shares_of(KEY)[0]), "second one"),
        (lines_of(0, KEY)[:-1], "missing"),
        (lines_of(0, KEY)[1:], "first line"),
        ([*lines_of(2, KEY), *lines_of(2, KEY)], "different shares"),
        ([], "second one"),
    ],
)
def test_what_is_missing_is_said(lines: list[str], words: str):
    with pytest.raises(NotReadable, match=words):
        assembled(read_lines(lines))


def test_two_lines_that_changed_places_are_noticed():
    lines = lines_of(0, KEY)
    lines[1], lines[2] = lines[2], lines[1]
    with pytest.raises(NotReadable):
        read_lines(lines)


def test_the_page_for_the_safe_holds_the_lines_and_says_what_they_are():
    shares = shares_of(KEY)
    pages = tuple(
        RecoveryPage(tuple(lines_of(number, share)), number, "a1b2-c3d4-e5f6", datetime.now(UTC))
        for number, share in enumerate(shares, 1)
    )
    printed = PdfReader(BytesIO(recovery_pdf(pages))).pages
    assert len(printed) == 3
    text = printed[1].extract_text()
    assert "bagian 2 dari 3" in text
    assert "a1b2-c3d4-e5f6" in text
    assert read_lines([line for line in text.splitlines() if line in lines_of(2, shares[1])]) == [(2, shares[1])]
    assert lines_of(1, shares[0])[1] not in text
