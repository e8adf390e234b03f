"""Secrets in the tracked files: part of `make security-scan`. Known harmless ones carry `pragma: allowlist secret`."""

import subprocess
from pathlib import Path

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).resolve().parents[1]
DETECTORS = (
    "ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "GitHubTokenDetector",
    "GitLabTokenDetector", "JwtTokenDetector", "NpmDetector", "OpenAIDetector", "PrivateKeyDetector",
    "PypiTokenDetector", "SendGridDetector", "SlackDetector", "StripeDetector", "TwilioKeyDetector",
)  # fmt: skip
"""Forms of real keys, and long random strings; the guess by the word "password" finds field names only."""
RANDOM = (
    {"name": "Base64HighEntropyString", "limit": 5.0},
    {"name": "HexHighEntropyString", "limit": 3.2},
)
UNREAD = (".lock", ".svg", ".woff2", ".png", ".ttf", ".csv", ".json")


def main() -> None:
    """Print each finding and end with 1 when there is any."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = SecretsCollection(root=str(ROOT))
    plugins = [{"name": name} for name in DETECTORS] + [dict(chosen) for chosen in RANDOM]
    with transient_settings({"plugins_used": plugins}):
        for name in listed.splitlines():
            if not name.endswith(UNREAD) and not name.startswith("tests/"):
                found.scan_file(name)
    for name, secret in found:
        print(f"{name}:{secret.line_number}: {secret.type}")
    raise SystemExit(1 if list(found) else 0)


if __name__ == "__main__":
    main()
