"""What the clinic's program is made of, for other programs to read: docs/sbom.cdx.json (CycloneDX 1.6), by `make sbom`.

Made from the lock files alone, so that the same locks give the same file on every machine; `--check` says whether the
committed one is that file.
"""

import base64
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "sbom.cdx.json"
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


def python_components() -> list[dict[str, Any]]:
    """Every package of requirements.lock."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return [
        _component(name.lower(), version, f"pkg:pypi/{name.lower()}@{version}")
        for name, version in PINNED.findall(lock)
    ]


def script_components() -> list[dict[str, Any]]:
    """Every JavaScript package that is compiled into the screens, with its hash and its licence."""
    lock = json.loads((ROOT / "reflex.lock" / "package-lock.json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, Any]] = {}
    for path, about in lock["packages"].items():
        if not path or about.get("dev"):
            continue
        name = path.rsplit("node_modules/", 1)[1]
        purl = f"pkg:npm/{name.replace('@', '%40', 1)}@{about['version']}"
        one = _component(name, about["version"], purl)
        if about.get("integrity", "").startswith("sha512-"):
            digest = base64.b64decode(about["integrity"].removeprefix("sha512-")).hex()
            one["hashes"] = [{"alg": "SHA-512", "content": digest}]
        if licence := about.get("license"):
            one["licenses"] = [{"expression": licence} if " " in licence else {"license": {"name": licence}}]
        found[purl] = one
    return list(found.values())


def _component(name: str, version: str, purl: str) -> dict[str, Any]:
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def bill() -> str:
    """The whole document; its serial number follows from its content."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    components = sorted([*python_components(), *script_components()], key=lambda one: one["purl"])
    us = {"type": "application", "name": project["name"], "version": project["version"], "bom-ref": project["name"]}
    content = json.dumps(components, sort_keys=True)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {"component": us},
        "components": components,
        "dependencies": [{"ref": project["name"], "dependsOn": [one["bom-ref"] for one in components]}],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file, or with `--check` compare it; the exit status is then 1 when it is another one."""
    made = bill()
    if "--check" in sys.argv[1:]:
        same = TARGET.exists() and TARGET.read_text(encoding="utf-8") == made
        print("docs/sbom.cdx.json is up to date" if same else "docs/sbom.cdx.json is older than the locks: make sbom")
        raise SystemExit(0 if same else 1)
    TARGET.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
