"""What a real clinic refuses to start with, and that a well-made one is left alone."""

import os
import secrets
from pathlib import Path

import pytest

from tht_app.safety import UnsafeSetup, ensure_safe, file_problem, unsafe_reasons
from tht_app.settings import Settings

SERVED = {"REFLEX_ENV_MODE": "prod", "__REFLEX_SKIP_COMPILE": "true", "REFLEX_TELEMETRY_ENABLED": "false"}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A random key that only its owner reads."""
    path = tmp_path / "master.key"
    path.touch(mode=0o600)
    path.write_bytes(secrets.token_bytes(32))
    return path


def reasons(key: Path, environment: dict[str, str] | None = None, **changed: object) -> list[str]:
    values: dict[str, object] = {"data_dir": key.parent / "data", "master_key_file": key, **changed}
    return unsafe_reasons(Settings(**values), SERVED | (environment or {}))


@pytest.mark.parametrize(
    "well",
    [
        {},
        {"public_origin": "https://klinik.example", "proxy_hops": 1},
        {"host": "0.0.0.0", "public_origin": "https://klinik.example", "proxy_hops": 1},
        {"public_origin": "http://localhost:8000"},
        {"database_url": "postgresql://tht_app@/clinic?host=/run/postgresql"},
        {"database_url": "postgresql://tht_app:k8Zq4@127.0.0.1/clinic"},
        {"database_url": "postgresql://tht_app:k8Zq4@db.example/clinic?sslmode=verify-full"},
        {"smtp_host": "127.0.0.1", "smtp_security": "none", "smtp_from": "klinik@klinik.example"},
        {"smtp_host": "mail.example", "smtp_from": "klinik@klinik.example"},
    ],
)
def test_a_clinic_that_is_set_up_well_may_start(key: Path, well: dict[str, object]):
    assert reasons(key, **well) == []


@pytest.mark.parametrize(
    ("unsafe", "cause", "remedy"),
    [
        ({"host": "0.0.0.0"}, "plain HTTP on 0.0.0.0", "proxy with TLS"),
        ({"host": "192.168.1.10", "public_origin": "http://192.168.1.10:8000"}, "plain HTTP", "https"),
        ({"host": "0.0.0.0", "public_origin": "https://klinik.example"}, "without a proxy", "THT_PROXY_HOPS"),
        ({"public_origin": "http://klinik.example"}, "in the clear", "certificate"),
        ({"database_url": "postgresql://tht_app:k8Zq4@db.example/c"}, "without checking who", "verify-full"),
        ({"database_url": "postgresql://tht_app:k8Zq4@db.example/c?sslmode=require"}, "db.example", "verify-full"),
        ({"database_url": "postgresql://tht_app:tht_app@127.0.0.1/c"}, "tried first", "long random"),
        ({"database_gate_url": "postgresql://tht_gate:changeme@127.0.0.1/c"}, "tried first", "long random"),
        (
            {"smtp_host": "mail.example", "smtp_security": "none", "smtp_from": "a@b.example"},
            "in the clear",
            "starttls",
        ),
        ({"backup_s3_endpoint": "http://s3.example"}, "plain HTTP", "https address"),
        ({"database_backup_url": "postgresql://tht_backup:k8Zq4@db.example/c"}, "without checking who", "verify-full"),
        ({"master_key": "00" * 32}, "not random", "tht init"),
    ],
)
def test_each_unsafe_setting_is_one_sentence_with_cause_and_remedy(
    key: Path, unsafe: dict[str, object], cause: str, remedy: str
):
    found = reasons(key, **unsafe)
    assert len(found) == 1, found
    assert cause in found[0]
    assert remedy in found[0]
    assert "\n" not in found[0]
    assert "k8Zq4" not in found[0]


def test_one_password_for_two_roles_is_refused(key: Path):
    same = {"database_url": "postgresql://tht_app:k8Zq4@127.0.0.1/c"}
    both = {**same, "database_gate_url": "postgresql://tht_gate:k8Zq4@127.0.0.1/c"}
    assert reasons(key, **same) == []
    assert "same password" in reasons(key, **both)[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REFLEX_ENV_MODE", "dev"),
        ("REFLEX_STATE_MANAGER_MODE", "disk"),
        ("REFLEX_CORS_ALLOWED_ORIGINS", "*"),
        ("REFLEX_LOGLEVEL", "debug"),
        ("REFLEX_TELEMETRY_ENABLED", "true"),
        ("REFLEX_ADD_ALL_ROUTES_ENDPOINT", "true"),
        ("REFLEX_SOMETHING_OF_NEXT_YEAR", "1"),
        ("PYTHONDEVMODE", "1"),
        ("PYTHONASYNCIODEBUG", "1"),
    ],
)
def test_a_variable_that_weakens_the_framework_is_refused_by_name(key: Path, name: str, value: str):
    (found,) = reasons(key, {name: value})
    assert name in found


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o666, 0o602])
def test_a_key_that_others_can_read_or_change_is_refused(key: Path, mode: int):
    key.chmod(mode)
    (found,) = reasons(key)
    assert "chmod 600" in found


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o440])
def test_a_key_for_its_owner_and_its_group_to_read_is_well(key: Path, mode: int):
    key.chmod(mode)
    assert file_problem(key) == ""


def test_every_secret_that_comes_from_a_file_is_looked_at(key: Path, tmp_path: Path):
    password = tmp_path / "smtp"
    password.write_text("rahasia")
    password.chmod(0o644)
    (found,) = reasons(key, {"THT_SMTP_PASSWORD_FILE": str(password)})
    assert found.startswith("THT_SMTP_PASSWORD_FILE")


def test_a_key_in_the_data_folder_is_refused(key: Path):
    inside = key.parent / "data" / "keys" / "master.key"
    inside.parent.mkdir(parents=True)
    inside.touch(mode=0o600)
    inside.write_bytes(key.read_bytes())
    (found,) = reasons(inside, data_dir=key.parent / "data")
    assert "move it out" in found


def test_a_demo_is_excused():
    assert unsafe_reasons(Settings(demo=True), {"REFLEX_ENV_MODE": "dev"}) == []


def test_whatever_starts_leaves_no_core_dump(key: Path):
    resource = pytest.importorskip("resource")
    chosen = Settings(data_dir=key.parent / "data", master_key_file=key, host="0.0.0.0")
    with pytest.raises(UnsafeSetup, match="plain HTTP"):
        ensure_safe(chosen)
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


def test_secrets_named_in_the_file_of_settings_are_read_like_those_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in [name for name in os.environ if name.startswith("THT_")]:
        monkeypatch.delenv(name)
    (tmp_path / "password").write_text("rahasia-besar\n")
    (tmp_path / ".env").write_text(f"THT_SMTP_PASSWORD_FILE={tmp_path / 'password'}\n")
    monkeypatch.chdir(tmp_path)
    assert Settings().smtp_password == "rahasia-besar"
    monkeypatch.setenv("THT_SMTP_PASSWORD_FILE", "")
    assert Settings().smtp_password == ""
