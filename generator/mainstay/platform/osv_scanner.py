"""osv-scanner, called and never rewritten: finds the program, runs it over a folder, returns what it says as JSON."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mainstay.errors import MainstayError
from mainstay.platform import process

VERSION = "2.5.0"
"""The release that the tests run against."""
VARIABLE = "MAINSTAY_OSV_SCANNER"
"""Environment variable: where the program is, when it is not on PATH."""
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
        """Return the scanner of this machine.

        Raises:
            ScannerError: There is none.
        """
        program = environ.get(VARIABLE) or shutil.which("osv-scanner", path=environ.get("PATH", os.defpath))
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
