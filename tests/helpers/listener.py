"""A web server on this machine that keeps what it is sent: a dead-man switch, or a service that takes messages."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass
class Listener:
    """What was sent, and how the next requests are answered.

    Attributes:
        address: `host:port`.
        heard: Path and body of every request, in order.
        statuses: What to answer with, in order; 200 when there is none left.
        delay_seconds: How long every answer takes.
    """

    address: str = ""
    heard: list[tuple[str, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    delay_seconds: float = 0.0

    @property
    def url(self) -> str:
        """The address of a check on it, with a secret in its path."""
        return f"http://{self.address}/ping/secret-uuid"

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for."""
        return [path for path, _ in self.heard]


@contextmanager
def listening() -> Iterator[Listener]:
    """Run a listener on a free port."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            listener.heard.append((self.path, body.decode()))
            time.sleep(listener.delay_seconds)
            self.send_response(listener.statuses.pop(0) if listener.statuses else 200)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - the base class wants this name

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that gave up is part of the test."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        listener.address = f"127.0.0.1:{server.server_port}"
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listener of this test's own."""
    with listening() as running:
        yield running
