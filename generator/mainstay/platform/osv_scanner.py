"""osv-scanner, called and never rewritten: brings the program, runs it over a folder, returns what it says."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mainstay.errors import HttpError, MainstayError
from mainstay.platform import process
from mainstay.platform.download import download

VERSION = "2.5.1"
"""The release that the Action brings, and that the tests run against."""
RELEASE = f"https://github.com/google/osv-scanner/releases/download/v{VERSION}/"
ASSETS = {
    ("Linux", "x86_64"): (
        "osv-scanner_linux_amd64",
        "f9f25499a2c8cc367b3af45df2ea7eeca7fbccceab9c35079968f4b3652194be",
    ),
    ("Linux", "aarch64"): (
        "osv-scanner_linux_arm64",
        "3d0f5aa5a6baa8eb32bcef247388e149ef6030a6634ccae6fa0d62681fb27a6d",
    ),
    ("Darwin", "x86_64"): (
        "osv-scanner_darwin_amd64",
        "9f89beb6c3d784893cb1cae0a3d56c529bfe91075418c2f9440c45b79654198b",
    ),
    ("Darwin", "arm64"): (
        "osv-scanner_darwin_arm64",
        "75c44d6332f892a1e56286f4105a98ed751ae28d215ca0a8b65cc00d84103054",
    ),
    ("Windows", "AMD64"): (
        "osv-scanner_windows_amd64.exe",
        "25e42f5ef6711fd8c0fb45390972205891dd44c6bd02ac93f0f63e8e98d9bfb6",
    ),
    ("Windows", "ARM64"): (
        "osv-scanner_windows_arm64.exe",
        "33feb0b210a3e5ea7b338c719defc899f8833d990cdd297bcad4ff1a2586ec8b",
    ),
}
"""System and machine, as Python names them -> file of the release, and its SHA-256.

The digests are those that several unrelated public projects pin; docs/audit.md says what that is worth. A new version
means a new table.
"""
_SIZE_AT_MOST_BYTES = 200 << 20
VARIABLE = "MAINSTAY_OSV_SCANNER"
"""Environment variable: where the program is, when it is not on PATH."""
HOME = "MAINSTAY_HOME"
"""Environment variable of the Action: a private folder, removed after the run, that the program is brought into."""
DATABASE = "OSV_SCALIBR_LOCAL_DB_CACHE_DIRECTORY"
"""Environment variable of the scanner: a folder with databases; with it nothing is sent anywhere."""
_CLEAN, _FOUND, _NO_PACKAGES = 0, 1, 128
_TIMEOUT_SECONDS = 600
_UNREAD = "Error during extraction: "
"""How the scanner begins a line about a file that it could not read. It goes on, and may end with 0, 1 or 128."""


class ScannerError(MainstayError):
    """The scanner is not here, or it failed: nothing is known about vulnerabilities."""


class NothingToScanError(ScannerError):
    """The folder holds no file that lists packages with their versions."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scanner says.

    Attributes:
        results: Its results, one per file that lists packages.
        unread: What it could not read, in its own words.
    """

    results: Sequence[Any]
    unread: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OsvScanner:
    """An installed osv-scanner.

    Attributes:
        program: Where it is.
        database: A folder with databases of OSV; with it nothing is sent anywhere.
    """

    program: str
    database: str | None = None

    @classmethod
    def found(cls, environ: Mapping[str, str]) -> OsvScanner:
        """Return the scanner of this machine; in the Action it is brought where there is none.

        Raises:
            ScannerError: There is none, and it cannot be brought.
        """
        program = environ.get(VARIABLE) or shutil.which("osv-scanner", path=environ.get("PATH", os.defpath))
        if not program and environ.get(HOME):
            program = str(brought(Path(environ[HOME])))
        if not program:
            raise ScannerError(
                "osv-scanner is not installed", hint=f"put it on PATH, or its path into {VARIABLE}"
            )
        return cls(program, environ.get(DATABASE))

    def scan(self, root: Path) -> Scan:
        """Return what the scanner says about the packages that files below `root` name.

        What the repository tells the scanner to ignore is not ignored: exceptions stand in the policy, with a reason
        and an end.

        Raises:
            NothingToScanError: No file names packages.
            ScannerError: It failed, or said nothing that can be understood.
        """
        with tempfile.TemporaryDirectory(prefix="mainstay-osv-") as folder:
            nothing_ignored = Path(folder) / "osv-scanner.toml"
            nothing_ignored.touch()
            done = self._run(
                "--recursive", "--format=json", f"--config={nothing_ignored}", str(root.resolve())
            )
        unread = tuple(
            line.removeprefix(_UNREAD) for line in done.stderr.splitlines() if line.startswith(_UNREAD)
        )
        if done.returncode == _NO_PACKAGES and not unread:
            raise NothingToScanError("osv-scanner found no file that lists packages with their versions")
        if done.returncode not in {_CLEAN, _FOUND}:
            why = "; ".join(unread) or process.failure(done.argv, done.returncode, done.stderr).message
            raise ScannerError(f"osv-scanner could not read everything: {why}")
        return Scan(_results(done.stdout, found=done.returncode == _FOUND), unread)

    def _run(self, *words: str) -> process.Completed:
        environment = {} if self.database is None else {DATABASE: self.database}
        offline = [] if self.database is None else ["--offline"]
        return process.run(
            [self.program, "scan", "source", *offline, *words],
            env=environment,
            timeout_seconds=_TIMEOUT_SECONDS,
            check=False,
        )


def brought(folder: Path) -> Path:
    """Return the program of the pinned release, downloaded into a folder.

    Raises:
        ScannerError: There is none for this machine, it cannot be had, or it is another file.
    """
    machine = (platform.system(), platform.machine())
    if machine not in ASSETS:
        raise ScannerError(f"osv-scanner is not released for {' '.join(machine)}")
    name, sha256 = ASSETS[machine]
    try:
        program = download(RELEASE + name, folder / name, sha256=sha256, at_most_bytes=_SIZE_AT_MOST_BYTES)
        program.chmod(0o700)
    except (HttpError, OSError) as error:
        raise ScannerError(f"osv-scanner could not be brought: {error}") from error
    return program


def _results(text: str, *, found: bool) -> Sequence[Any]:
    """Return the results; a report that says something else than the exit status is not believed."""
    try:
        report = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ScannerError("osv-scanner wrote no JSON") from error
    results = report.get("results") if isinstance(report, dict) else None
    if not isinstance(results, list) or bool(results) is not found:
        raise ScannerError("osv-scanner wrote a report that does not fit its exit status")
    return results
