"""Bringing osv-scanner: the pinned file or none; nothing else is ever left to be run."""

from __future__ import annotations

import hashlib
import platform
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mainstay.platform import osv_scanner
from mainstay.platform.osv_scanner import ASSETS, HOME, VARIABLE, OsvScanner, ScannerError

PROGRAM = b"#!/bin/sh\necho '{\"results\": []}'\n"
MACHINE = (platform.system(), platform.machine())
NAME = "osv-scanner_for_tests"


class Releases(BaseHTTPRequestHandler):
    """A release page that redirects to where the files are, as GitHub's does."""

    def do_GET(self) -> None:
        """Answer with a redirect, the file, half of it, or a refusal."""
        if self.path.startswith("/release/"):
            self.send_response(302)
            self.send_header("Location", f"/files/{self.path.removeprefix('/release/')}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200 if self.path.endswith(NAME) else 404)
        self.send_header("Content-Length", str(len(PROGRAM)))
        self.end_headers()
        self.wfile.write(PROGRAM[: len(PROGRAM) // 2] if "/half/" in self.path else PROGRAM)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def releases(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of releases that holds the pinned program for this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Releases)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(osv_scanner, "RELEASE", f"{address}/release/")
    monkeypatch.setitem(ASSETS, MACHINE, (NAME, hashlib.sha256(PROGRAM).hexdigest()))
    yield address
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("releases")
def test_the_pinned_program_is_brought_and_can_be_run(tmp_path: Path) -> None:
    """Into the private folder of the Action, for its owner alone."""
    scanner = OsvScanner.found({"PATH": "", HOME: str(tmp_path)})

    assert scanner.program == str(tmp_path / NAME)
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o700
    assert scanner.scan(tmp_path).results == []


@pytest.mark.usefixtures("releases")
def test_what_is_there_already_is_used(tmp_path: Path) -> None:
    """Named by the variable, or found on PATH; outside the Action nothing is ever downloaded."""
    (tmp_path / "osv-scanner").write_bytes(PROGRAM)
    (tmp_path / "osv-scanner").chmod(0o755)

    named = OsvScanner.found({VARIABLE: "/opt/osv-scanner", HOME: str(tmp_path)})
    on_path = OsvScanner.found({"PATH": str(tmp_path), HOME: str(tmp_path)})

    assert (named.program, on_path.program) == ("/opt/osv-scanner", str(tmp_path / "osv-scanner"))
    with pytest.raises(ScannerError, match="is not installed"):
        OsvScanner.found({"PATH": ""})


def test_another_file_is_thrown_away(releases: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever holds the server: not the bytes that were pinned, not a program."""
    monkeypatch.setitem(ASSETS, MACHINE, (NAME, "0" * 64))

    with pytest.raises(ScannerError, match="is not the file whose SHA-256 is pinned"):
        OsvScanner.found({"PATH": "", HOME: str(tmp_path)})

    assert list(tmp_path.iterdir()) == []
    assert releases


@pytest.mark.parametrize("place", ["/release/half/", "/nowhere/absent-", "http://127.0.0.1:1/"])
def test_a_download_that_fails_leaves_nothing(
    releases: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str
) -> None:
    """Half a file, no file, no server."""
    monkeypatch.setattr(osv_scanner, "RELEASE", place if place.startswith("http") else releases + place)
    if "absent" in place:
        monkeypatch.setitem(ASSETS, MACHINE, ("other", "0" * 64))

    with pytest.raises(ScannerError, match="could not be brought"):
        OsvScanner.found({"PATH": "", HOME: str(tmp_path)})

    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("releases")
def test_a_file_that_never_ends_is_cut_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The disk of the runner is not filled."""
    monkeypatch.setattr(osv_scanner, "_SIZE_AT_MOST_BYTES", 10)

    with pytest.raises(ScannerError, match="is larger than"):
        OsvScanner.found({"PATH": "", HOME: str(tmp_path)})

    assert list(tmp_path.iterdir()) == []


def test_every_platform_has_a_digest_of_its_own() -> None:
    """Six files, six digests, none of them by accident that of another."""
    digests = [sha256 for _, sha256 in ASSETS.values()]

    assert len(set(digests)) == len(ASSETS) == 6
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in digests)


def test_a_machine_without_a_release_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is unknown there, until somebody installs the program."""
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")

    with pytest.raises(ScannerError, match="is not released for"):
        OsvScanner.found({"PATH": "", HOME: str(tmp_path)})
