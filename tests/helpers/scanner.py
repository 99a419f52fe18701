"""osv-scanner for tests: the real program, and a stand-in that replays what the real one was seen to write."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from pathlib import Path
from typing import Any

from helpers.required import missing
from mainstay.platform.osv_scanner import VERSION

LOCK_FILE = "package-lock.json"
LOCK = {
    "name": "shop",
    "lockfileVersion": 3,
    "packages": {"": {"name": "shop"}, "node_modules/leftish-pad": {"version": "1.0.0"}},
}
RECORD: dict[str, Any] = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "aliases": ["CVE-2026-0001"],
    "modified": "2026-10-01T00:00:00Z",
    "published": "2026-09-30T00:00:00Z",
    "summary": "Prototype pollution",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "package": {"ecosystem": "npm", "name": "leftish-pad"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.1"}]}],
        }
    ],
}
CLEAN: dict[str, Any] = {"results": []}


def found_in(root: Path, max_severity: str = "9.8") -> dict[str, Any]:
    """Return what osv-scanner 2.5 wrote about the lock file when its database held the record."""
    group = {"ids": [RECORD["id"]], "aliases": ["CVE-2026-0001", RECORD["id"]], "max_severity": max_severity}
    package = {
        "package": {"name": "leftish-pad", "version": "1.0.0", "ecosystem": "npm"},
        "groups": [group],
        "vulnerabilities": [RECORD],
    }
    source = {"path": str(root.resolve() / LOCK_FILE), "type": "lockfile"}
    return {"results": [{"source": source, "packages": [package]}]}


def replaying(folder: Path, stdout: object, status: int = 0, stderr: str = "") -> str:
    """Return a program in `folder` that writes this; the one that was there is replaced."""
    text = stdout if isinstance(stdout, str) else json.dumps(stdout)
    (folder / "osv-stdout").write_text(text)
    (folder / "osv-stderr").write_text(stderr)
    program = folder / "osv-scanner"
    out, err = (shlex.quote(str(folder / name)) for name in ("osv-stdout", "osv-stderr"))
    program.write_text(f"#!/bin/sh\ncat {out}\ncat {err} >&2\nexit {status}\n")
    program.chmod(0o755)
    return str(program)


def osv_scanner() -> str:
    """Return the real program; skip the test, or fail it where it is required."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = Path(os.environ.get("MAINSTAY_TEST_SERVERS") or home / "mainstay-test-servers")
    built = cache / f"osv-scanner-{VERSION}/osv-scanner"
    found = shutil.which("osv-scanner") or (str(built) if built.exists() else None)
    return found or missing("osv-scanner", f"neither on PATH nor in {cache}: script/test-servers osv-scanner")
