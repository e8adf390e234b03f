"""Merkle root and chain of the audit log, against RFC 6962 and against every single change."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.domain.audit.chain import (
    FIRST,
    Anchor,
    Fault,
    Seal,
    anchor_faults,
    chain_faults,
    leaf_hash,
    merkle_root,
    standing_anchors,
)


def by_the_rfc(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, as it is written there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + by_the_rfc(leaves[:split]) + by_the_rfc(leaves[split:])).digest()


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=70))
def test_the_root_is_that_of_rfc_6962(leaves: list[bytes]):
    assert merkle_root(leaves) == by_the_rfc(leaves)


def test_an_entry_cannot_pass_for_a_node():
    left, right = leaf_hash("a"), leaf_hash("b")
    assert leaf_hash("") != sha256(b"").digest()
    assert merkle_root([left, right]) == sha256(b"\x01" + left + right).digest()


def chain(length: int) -> list[Seal]:
    seals: list[Seal] = []
    for number in range(1, length + 1):
        last = seals[-1] if seals else None
        seals.append(
            Seal(
                number=number,
                epoch=1,
                lo=last.hi if last else 0,
                hi=number * 10,
                count=number,
                total=(last.total if last else 0) + number,
                root=sha256(str(number).encode()).digest(),
                previous=last.digest() if last else FIRST,
                at=number,
            )
        )
    return seals


def test_an_untouched_chain_has_no_fault():
    assert chain_faults(chain(5)) == []
    seals = chain(5)
    assert chain_faults(seals[3:], previous=seals[2]) == []


@pytest.mark.parametrize(
    "change", [{"root": FIRST}, {"count": 9}, {"at": 7}, {"lo": 1}, {"hi": 999}, {"total": 3}, {"number": 8}]
)
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_change_of_any_seal_but_the_last_breaks_the_chain(place: int, change: dict[str, object]):
    seals = chain(5)
    changed = replace(seals[place], **change)  # type: ignore[arg-type]
    if changed != seals[place]:
        seals[place] = changed
        assert chain_faults(seals)


@pytest.mark.parametrize("gone", [0, 1, 2, 3])
def test_a_removed_seal_breaks_the_chain(gone: int):
    seals = chain(5)
    del seals[gone]
    assert chain_faults(seals)


def test_a_later_epoch_begins_its_transactions_anew():
    seals = chain(2)
    after = Seal(3, 2, 0, 5, 1, seals[-1].total + 1, FIRST, seals[-1].digest(), 9)
    assert chain_faults([*seals, after]) == []
    assert chain_faults([*seals, replace(after, epoch=1)])
    assert chain_faults([*seals, replace(after, lo=1)])


def test_an_anchor_notices_a_cut_end_and_a_new_history():
    seals = chain(5)
    anchors = [Anchor(seal.number, seal.digest(), seal.total) for seal in seals]
    digests = {seal.number: seal.digest() for seal in seals}
    assert anchor_faults(digests, anchors) == []
    assert [one.fault for one in anchor_faults({1: digests[1]}, anchors[:2])] == [Fault.SEAL_MISSING]
    assert [one.fault for one in anchor_faults({**digests, 4: FIRST}, anchors)] == [Fault.ANCHOR_DIFFERS]


def test_a_restore_excuses_what_was_anchored_before_it_and_nothing_else():
    first, gone, later = Anchor(4, FIRST, 9), Anchor(7, FIRST, 30), Anchor(5, FIRST, 12)
    restore = Anchor(4, FIRST, 9, begins=2)
    assert standing_anchors([first, gone]) == ([first, gone], [], [])
    assert standing_anchors([first, gone, restore, later]) == ([first, restore, later], [restore], [])
    assert standing_anchors([gone, Anchor(0, b"", 0, begins=2)])[0] == []


@pytest.mark.parametrize("begins", [1, 2])
def test_an_epoch_that_has_begun_before_begins_no_more(begins: int):
    restore, gone = Anchor(4, FIRST, 9, begins=2), Anchor(7, FIRST, 30)
    standing, restores, forged = standing_anchors([restore, gone, Anchor(4, FIRST, 9, begins=begins)])
    assert (standing, restores, len(forged)) == ([restore, gone], [restore], 1)
