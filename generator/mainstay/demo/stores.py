"""Where the demo keeps its backup: a folder, or an S3 endpoint that runs in this process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from mainstay.demo.isolation import environment
from mainstay.errors import StoreError

OpenStore = Callable[[Path], AbstractContextManager[str]]
"""Makes an empty store below a folder and yields its URL while it lasts."""

_BUCKET = "mainstay-demo"
_REGION = "us-east-1"


@contextmanager
def folder_store(folder: Path) -> Iterator[str]:
    """Yield the URL of a store in a new folder."""
    root = folder / "store"
    root.mkdir()
    yield root.as_uri()


@contextmanager
def s3_store(_folder: Path) -> Iterator[str]:
    """Yield the URL of an empty bucket on an S3 endpoint in this process, with the credentials in the environment.

    Raises:
        StoreError: The endpoint is not installed, or gives no bucket.
    """
    try:
        from moto.server import ThreadedMotoServer  # noqa: PLC0415 - heavy, and a development dependency
    except ImportError as error:
        raise StoreError(
            "the S3 endpoint of the demo (moto) is not installed", hint="use script/demo"
        ) from error
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        _make_bucket(host, port)
        with environment(_credentials(f"http://{host}:{port}"), without=("AWS_",)):
            yield f"s3://{_BUCKET}/bookshop"
    finally:
        server.stop()


def _credentials(endpoint: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo-secret-of-this-process",
        "AWS_REGION": _REGION,
        # A proxy for the internet must not see, or break, what goes to this machine.
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def _make_bucket(host: str, port: int) -> None:
    connection = HTTPConnection(host, port, timeout=10)
    try:
        connection.request("PUT", f"/{_BUCKET}")
        status = connection.getresponse().status
    finally:
        connection.close()
    if status != 200:  # noqa: PLR2004 - the one status that means "made"
        raise StoreError(f"the S3 endpoint of the demo gives no bucket: status {status}")
