"""The list of what an installed mainstay brings along, as CycloneDX: made from the lock, for the release."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def sbom() -> dict[str, Any]:
    """Return the bill of materials: every package of the runtime lock, with the hashes of its files."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (REPOSITORY / "requirements/runtime.txt").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
    components = [_component(block) for block in blocks if _PIN.match(block)]
    own = {
        **_named(project["name"], project["version"]),
        "licenses": [{"license": {"id": project["license"]}}],
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own},
        "components": components,
        "dependencies": [{"ref": own["bom-ref"], "dependsOn": [each["bom-ref"] for each in components]}],
    }


def _component(block: str) -> dict[str, Any]:
    name, version = _PIN.findall(block)[0]
    hashes = "".join(f"{digest}\n" for digest in _HASH.findall(block)).split()
    # CycloneDX has one set of hashes per component, and a lock one per file: each file is a reference of its own.
    files = [
        {"type": "distribution", "url": _named(name, version)["purl"], "hashes": [_hash(each)]}
        for each in hashes
    ]
    return {**_named(name, version), "externalReferences": files}


def _named(name: str, version: str) -> dict[str, str]:
    purl = f"pkg:pypi/{name.lower()}@{version}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def _hash(digest: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": digest}


if __name__ == "__main__":
    json.dump(sbom(), sys.stdout, indent=1, sort_keys=True)
