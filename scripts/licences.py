"""The licence of every package that the clinic needs to run, into docs/licences.md: `make licences`."""

import json
import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# Licences of dependencies

Made by `make licences` from requirements.lock and reflex.lock. THT Klinik itself is under Apache-2.0. Nothing here is
changed or copied into our sources; each package is installed as its authors publish it.

| Package | Version | Licence |
|---|---|---|
"""


def licence_of(name: str) -> tuple[str, str]:
    """Version and licence as the package declares them."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return "", "only on other systems"
    classified = [
        line.rsplit(" :: ", 1)[-1] for line in about.get_all("Classifier") or [] if line.startswith("License")
    ]
    text = about["License-Expression"] or "; ".join(classified) or (about["License"] or "").split("\n")[0]
    return str(about["Version"]), text[:80] or "see the package"


def script_rows() -> list[str]:
    """The JavaScript packages inside the compiled screens, as their lock file declares them."""
    lock = json.loads((ROOT / "reflex.lock" / "package-lock.json").read_text(encoding="utf-8"))
    found = {
        name.rsplit("node_modules/", 1)[1]: f"{about['version']} | {about.get('license', 'see the package')}"
        for name, about in lock["packages"].items()
        if name and not about.get("dev")
    }
    return [f"| {name} | {about} |" for name, about in sorted(found.items())]


def main() -> None:
    """Write the list."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", lock, flags=re.MULTILINE)
    rows = [f"| {name} | {' | '.join(licence_of(name))} |" for name in sorted(names, key=str.lower)]
    screens = ["", "## Inside the screens", "", "| Package | Version | Licence |", "|---|---|---|", *script_rows()]
    (ROOT / "docs" / "licences.md").write_text(HEAD + "\n".join(rows + screens) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
