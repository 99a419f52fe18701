"""A real S3 endpoint for tests, in process: moto on a free port of the loopback interface."""

from __future__ import annotations

import contextlib
import secrets
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from moto.server import ThreadedMotoServer


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The address of a running S3 endpoint."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an empty bucket that this process can reach."""
    name = f"test-{secrets.token_hex(6)}"
    for variable, value in {
        "AWS_ENDPOINT_URL": s3_endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test-secret",
    }.items():
        monkeypatch.setenv(variable, value)
    make = urllib.request.Request(f"{s3_endpoint}/{name}", method="PUT")
    urllib.request.urlopen(make, timeout=10).close()
    return name


@contextlib.contextmanager
def refusing_server(code: str) -> Iterator[str]:
    """Run an S3 endpoint that forbids everything with an error code; its address.

    As S3 does it: 403, but for deleting in bulk, which answers 200 and names the keys that it did not delete.
    """

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            wanted = self.rfile.read(int(self.headers["Content-Length"])).decode()
            key = wanted.partition("<Key>")[2].partition("</Key>")[0]
            error = f"<Error><Key>{key}</Key><Code>{code}</Code><Message>Access Denied</Message></Error>"
            self._answer(200, f"<DeleteResult>{error}</DeleteResult>")

        def do_DELETE(self) -> None:
            self._answer(403, f"<Error><Code>{code}</Code><Message>Access Denied</Message></Error>")

        def _answer(self, status: int, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_DELETE  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
