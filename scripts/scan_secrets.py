"""Secrets in the tracked files: part of `make security-scan`. Known harmless ones carry `pragma: allowlist secret`."""

import subprocess
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings

ROOT = Path(__file__).resolve().parents[1]
UNREAD = (".lock", ".svg", ".woff2", ".png", ".ttf", ".csv", ".json")


def main() -> None:
    """Print each finding and end with 1 when there is any."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = SecretsCollection(root=str(ROOT))
    with default_settings():
        for name in listed.splitlines():
            if not name.endswith(UNREAD) and not name.startswith("tests/"):
                found.scan_file(name)
    for name, secret in found:
        print(f"{name}:{secret.line_number}: {secret.type}")
    raise SystemExit(1 if list(found) else 0)


if __name__ == "__main__":
    main()
