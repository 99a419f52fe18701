"""Real object stores for tests: versitygw for S3, Azurite for Azure. `script/test-servers` brings them."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import shutil
import socket
import subprocess  # noqa: TID251 - a server lives beside the test, not in a call
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from helpers.required import missing

ACCESS_KEY, SECRET_KEY = "test", "test-secret"
_ACCOUNT = "devstoreaccount1"
_ACCOUNT_KEY = base64.b64encode(b"a key that only this emulator knows").decode()


@dataclass(frozen=True)
class S3Server:
    """A running S3 server, and boto3's client for what the code under test cannot do."""

    endpoint: str
    client: Any

    def make_bucket(self, *, locked: bool = False) -> str:
        """Make an empty bucket and return its name."""
        name = f"test-{secrets.token_hex(6)}"
        self.client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked)
        return name

    def environ(self) -> dict[str, str]:
        """Return what a client finds in its environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3 server: versitygw over a folder, with versions and object lock."""
    program = _program("s3", "versitygw", "versitygw-*/versitygw")
    folder = tmp_path_factory.mktemp("versitygw")
    for name in ("data", "versions"):
        (folder / name).mkdir()
    port = _free_port()
    words = [
        "--port",
        f"127.0.0.1:{port}",
        "--access",
        ACCESS_KEY,
        "--secret",
        SECRET_KEY,
        "--quiet",
        "posix",
    ]
    with _running([program, *words, "--versioning-dir", folder / "versions", folder / "data"], port, folder):
        yield S3Server(f"http://127.0.0.1:{port}", _client(f"http://127.0.0.1:{port}"))


@pytest.fixture
def real_bucket(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty bucket on the real S3 server that this process can reach."""
    for variable, value in s3_server.environ().items():
        monkeypatch.setenv(variable, value)
    return s3_server.make_bucket()


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an account on Azure's own emulator."""
    program = _program("azurite", "azurite-blob", "azurite-*/node_modules/.bin/azurite-blob")
    folder, port = tmp_path_factory.mktemp("azurite"), _free_port()
    words = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--silent", "--disableTelemetry"]
    accounts = {"AZURITE_ACCOUNTS": f"{_ACCOUNT}:{_ACCOUNT_KEY}"}
    with _running([program, *words, "--inMemoryPersistence"], port, folder, accounts):
        yield f"http://127.0.0.1:{port}/{_ACCOUNT}"


@pytest.fixture
def container(azurite: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an empty container that this process can reach."""
    for variable, value in {
        "AZURE_STORAGE_ENDPOINT": azurite,
        "AZURE_ALLOW_HTTP": "true",
        "AZURE_STORAGE_ACCOUNT_NAME": _ACCOUNT,
        "AZURE_STORAGE_ACCOUNT_KEY": _ACCOUNT_KEY,
    }.items():
        monkeypatch.setenv(variable, value)
    name = f"test-{secrets.token_hex(6)}"
    _make_container(azurite, name)
    return name


def _make_container(endpoint: str, name: str) -> None:
    """Ask for a container, signed with the account's key: obstore makes none."""
    date, version = formatdate(usegmt=True), "2021-12-02"
    signed = "\n".join(
        ["PUT", *[""] * 11, f"x-ms-date:{date}", f"x-ms-version:{version}", f"/{_ACCOUNT}/{_ACCOUNT}/{name}"]
    )
    key = base64.b64decode(_ACCOUNT_KEY)
    digest = hmac.new(key, f"{signed}\nrestype:container".encode(), hashlib.sha256).digest()
    headers = {
        "x-ms-date": date,
        "x-ms-version": version,
        "Authorization": f"SharedKey {_ACCOUNT}:{base64.b64encode(digest).decode()}",
    }
    request = urllib.request.Request(f"{endpoint}/{name}?restype=container", method="PUT", headers=headers)
    urllib.request.urlopen(request, timeout=10).close()


def _client(endpoint: str) -> Any:
    import boto3  # noqa: PLC0415 - heavy, and only here with moto

    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    )


def _program(what: str, name: str, pattern: str) -> str:
    """Return the program on PATH or in the cache; skip the test, or fail it where it is required."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = Path(os.environ.get("MAINSTAY_TEST_SERVERS") or home / "mainstay-test-servers")
    cached = sorted(cache.glob(pattern)) if cache.is_dir() else []
    found = shutil.which(name) or (str(cached[-1]) if cached else None)
    return found or missing(what, f"{name} is neither on PATH nor in {cache}: script/test-servers {what}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def _running(
    words: Sequence[str | Path], port: int, folder: Path, env: dict[str, str] | None = None
) -> Iterator[None]:
    """Run a server until the block ends; it has a minute to listen."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(word) for word in words], cwd=folder, stdout=log, stderr=log, env=os.environ | (env or {})
        )
        try:
            _wait(port, process, folder / "log")
            yield
        finally:
            process.terminate()
            process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"the server did not start: {log.read_text(errors='replace')}")
