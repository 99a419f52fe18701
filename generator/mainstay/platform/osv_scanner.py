"""osv-scanner, called and never rewritten: finds the program, runs it over a folder, returns what it says as JSON."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mainstay.errors import MainstayError
from mainstay.platform import process

VERSION = "2.5.0"
"""The release that the tests run against."""
VARIABLE = "MAINSTAY_OSV_SCANNER"
"""Environment variable: where the program is, when it is not on PATH."""
_CLEAN, _FOUND, _NO_PACKAGES = 0, 1, 128
_TIMEOUT_SECONDS = 600


class ScannerError(MainstayError):
    """The scanner is not here, or it failed: nothing is known about vulnerabilities."""


class NothingToScanError(ScannerError):
    """The folder holds no file that lists packages with their versions."""


@dataclass(frozen=True, slots=True)
class OsvScanner:
    """An installed osv-scanner.

    Attributes:
        program: Where it is.
        database: A folder with the databases of OSV; with it nothing is sent anywhere.
    """

    program: str
    database: Path | None = None

    @classmethod
    def found(cls, environ: Mapping[str, str]) -> OsvScanner:
        """Return the scanner of this machine.

        Raises:
            ScannerError: There is none.
        """
        program = environ.get(VARIABLE) or shutil.which("osv-scanner", path=environ.get("PATH"))
        if not program:
            raise ScannerError(
                "osv-scanner is not installed", hint=f"put it on PATH, or its path into {VARIABLE}"
            )
        local = environ.get("OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY")
        return cls(program, Path(local) if local else None)

    def scan(self, root: Path) -> Mapping[str, Any]:
        """Return what the scanner says about the packages that files below `root` name.

        Raises:
            NothingToScanError: No file names packages.
            ScannerError: It failed, or said nothing that can be understood.
        """
        offline = ["--offline"] if self.database else []
        environment = {} if self.database is None else {_DATABASE: str(self.database)}
        words = [self.program, "scan", "source", "--recursive", "--format=json", *offline, str(root)]
        done = process.run(words, env=environment, timeout_seconds=_TIMEOUT_SECONDS, check=False)
        if done.returncode == _NO_PACKAGES:
            raise NothingToScanError("osv-scanner found no file that lists packages with their versions")
        if done.returncode not in {_CLEAN, _FOUND}:
            raise ScannerError(process.failure(words, done.returncode, done.stderr).message)
        return _report(done.stdout, found=done.returncode == _FOUND)


_DATABASE = "OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY"


def _report(text: str, *, found: bool) -> Mapping[str, Any]:
    """Return the report; one that says something else than the exit status is not believed."""
    try:
        report = json.loads(text)
    except ValueError as error:
        raise ScannerError("osv-scanner wrote no JSON") from error
    if not isinstance(report, dict) or not isinstance(report.get("results"), list):
        raise ScannerError("osv-scanner wrote no report")
    if found and not report["results"]:
        raise ScannerError("osv-scanner says that it found something, and its report is empty")
    return report
