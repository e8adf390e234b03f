"""`tht user` as its own process, over a database that is there already."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Clinic

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "tujuh-Sepeda-biru-9"


def tht(clinic: Clinic, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command; what somebody types arrives on standard input."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("THT_")},
        "THT_DATABASE_URL": clinic.server.dsn(user="tht_app", dbname=clinic.name),
        "THT_DATABASE_GATE_URL": clinic.server.dsn(user="tht_gate", dbname=clinic.name),
        "THT_MASTER_KEY": clinic.master_key.hex(),
    }
    return subprocess.run(
        [sys.executable, "-m", "tht_app.cli", "user", *arguments],
        cwd=ROOT,
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_an_account_is_made_changed_and_disabled_from_the_terminal(clinic: Clinic):
    made = tht(clinic, "create", "siti.baru", "--name", "Siti Baru", "--role", "nurse", "--json", typed=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["username"] == "siti.baru"
    assert tht(clinic, "roles", "siti.baru", "--role", "admin", "--role", "cashier").returncode == 0
    assert tht(clinic, "disable", "siti.baru").returncode == 0
    listed = json.loads(tht(clinic, "list", "--json").stdout)["people"]
    assert [person for person in listed if person["username"] == "siti.baru"] == [
        {"username": "siti.baru", "name": "Siti Baru", "roles": ["admin", "cashier"], "active": False}
    ]


def test_a_refusal_is_one_sentence_and_not_a_success(clinic: Clinic):
    short = tht(clinic, "create", "pendek", "--name", "Pendek", "--role", "nurse", typed="pendek\n")
    unknown = tht(clinic, "roles", "tidak.ada", "--role", "nurse")
    wrong = tht(clinic, "create", "x.y", "--name", "X", "--role", "king", typed=f"{PASSWORD}\n")
    for refused, words in ((short, "At least 12"), (unknown, "does not exist"), (wrong, "There is no role king")):
        assert refused.returncode == 1
        assert words in refused.stderr
        assert "Traceback" not in refused.stderr


def test_the_session_of_the_command_ends_with_it_and_the_deed_is_audited(clinic: Clinic):
    assert tht(clinic, "list").returncode == 0
    rows = clinic.admin_fetch(
        "select s.revoked_at from sec.session s join sec.person p on p.id = s.person_id where p.username = 'tht'"
    )
    assert rows
    assert all(row["revoked_at"] for row in rows)
    audited = clinic.admin_fetch(
        "select 1 from audit.event e join sec.person p on p.id = e.person_id "
        "where p.username = 'tht' and e.request = 'identity.ListPeople'"
    )
    assert audited
