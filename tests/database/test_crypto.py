"""The vault: what is sealed for one place opens there and nowhere else, under this key and no other."""

import secrets
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.database.crypto import (
    MasterKeyMissing,
    Purpose,
    SealBroken,
    Vault,
    WrappedKey,
    create_master_key,
    new_data_key,
    read_master_key,
)
from tht_app.database.ids import new_id

MASTER = secrets.token_bytes(32)
KEYS = [new_data_key(MASTER, purpose, 1) for purpose in Purpose]
VAULT = Vault.unlock(MASTER, KEYS)
ROW = uuid4()


@given(st.text(max_size=2000))
def test_what_was_sealed_opens_again(words: str) -> None:
    sealed = VAULT.seal(Purpose.CLINICAL, "note.body", ROW, words)
    assert VAULT.open(Purpose.CLINICAL, "note.body", ROW, sealed) == words


def test_the_sealed_form_does_not_hold_the_words() -> None:
    assert b"polip" not in VAULT.seal(Purpose.CLINICAL, "note.body", ROW, "polip hidung")


def test_sealing_twice_gives_two_forms() -> None:
    assert len({VAULT.seal(Purpose.IDENTITY, "patient.nik", ROW, "3174") for _ in range(20)}) == 20


def test_nothing_stays_nothing() -> None:
    assert VAULT.seal(Purpose.IDENTITY, "patient.nik", ROW, None) is None
    assert VAULT.open(Purpose.IDENTITY, "patient.nik", ROW, None) is None


@pytest.mark.parametrize(
    ("purpose", "column", "row"),
    [
        (Purpose.CLINICAL, "patient.nik", ROW),
        (Purpose.IDENTITY, "patient.phone", ROW),
        (Purpose.IDENTITY, "patient.nik", uuid4()),
    ],
)
def test_a_value_moved_to_another_place_does_not_open(purpose: Purpose, column: str, row: object) -> None:
    sealed = VAULT.seal(Purpose.IDENTITY, "patient.nik", ROW, "3174012345678901")
    with pytest.raises(SealBroken):
        VAULT.open(purpose, column, row, sealed)  # type: ignore[arg-type]


def test_every_flipped_bit_is_noticed() -> None:
    sealed = VAULT.seal(Purpose.IDENTITY, "patient.nik", ROW, "3174012345678901")
    for position in range(len(sealed) * 8):
        damaged = bytearray(sealed)
        damaged[position // 8] ^= 1 << position % 8
        with pytest.raises(SealBroken):
            VAULT.open(Purpose.IDENTITY, "patient.nik", ROW, bytes(damaged))


def test_an_older_key_version_still_opens_after_a_new_one_seals() -> None:
    old = VAULT.seal(Purpose.CLINICAL, "note.body", ROW, "lama")
    renewed = Vault.unlock(MASTER, [*KEYS, new_data_key(MASTER, Purpose.CLINICAL, 2)])
    assert renewed.open(Purpose.CLINICAL, "note.body", ROW, old) == "lama"
    new = renewed.seal(Purpose.CLINICAL, "note.body", ROW, "baru")
    assert int.from_bytes(new[1:3], "big") == 2
    with pytest.raises(SealBroken):
        VAULT.open(Purpose.CLINICAL, "note.body", ROW, new)


def test_another_master_key_opens_nothing() -> None:
    with pytest.raises(MasterKeyMissing):
        Vault.unlock(secrets.token_bytes(32), KEYS)


def test_a_data_key_cannot_pose_as_one_of_another_purpose() -> None:
    posing = [WrappedKey(Purpose.AUDIT, 1, KEYS[0].wrapped), *KEYS]
    with pytest.raises(MasterKeyMissing):
        Vault.unlock(MASTER, posing)


def test_a_missing_purpose_is_said_at_once() -> None:
    with pytest.raises(MasterKeyMissing, match="audit"):
        Vault.unlock(MASTER, [key for key in KEYS if key.purpose is not Purpose.AUDIT])


def test_the_fingerprint_is_stable_and_tells_columns_apart() -> None:
    assert VAULT.blind("patient.nik", "1") == VAULT.blind("patient.nik", "1")
    assert VAULT.blind("patient.nik", "1") != VAULT.blind("patient.phone", "1")
    assert Vault.unlock(MASTER, KEYS).blind("patient.nik", "1") == VAULT.blind("patient.nik", "1")


def test_a_master_key_file_is_private_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    key = create_master_key(path)
    assert path.stat().st_mode & 0o077 == 0
    assert read_master_key(path) == key
    with pytest.raises(FileExistsError):
        create_master_key(path)


def test_a_key_of_the_wrong_length_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(b"short")
    with pytest.raises(MasterKeyMissing):
        read_master_key(path)
    with pytest.raises(MasterKeyMissing):
        read_master_key(tmp_path / "absent")


def test_ids_are_version_7_and_rise_with_time() -> None:
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(one.version == 7 and one.variant == "specified in RFC 4122" for one in ids)
    assert [one.int >> 80 for one in ids] == sorted(one.int >> 80 for one in ids)
