"""An S3 endpoint that keeps objects in memory and fails on demand, in the ways in which real ones do."""

from __future__ import annotations

import contextlib
import io
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

import pytest

BUCKET = "bucket"
_XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


@dataclass(frozen=True)
class Fault:
    """What goes wrong.

    Attributes:
        how: A key of `FAULTS`.
        on: The calls it hits: begin, part, complete, abort, put, get, head, list, delete; all when empty.
        key: Only calls for keys that end so.
        times: How often; after that the store is well again.
        after: How many calls of these go well before.
    """

    how: str
    on: tuple[str, ...] = ()
    key: str = ""
    times: int = 1 << 30
    after: int = 0


@dataclass
class FaultyStore:
    """A running endpoint.

    Attributes:
        objects: What is stored, by key.
        uploads: Multipart uploads that are neither completed nor aborted, with their parts.
        calls: What was asked, in order: name of the call and key.
    """

    endpoint: str = ""
    fault: Fault | None = None
    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _hits: int = 0

    @property
    def url(self) -> str:
        """The URL to open the store with."""
        return f"s3://{BUCKET}"

    def break_down(self, fault: Fault | None) -> None:
        """Fail like this from now on."""
        self.fault, self._hits = fault, 0

    def strikes(self, call: str, key: str) -> str | None:
        """Note a call and return how it has to fail, if it has to."""
        with self.lock:
            self.calls.append((call, key))
            fault = self.fault
            if fault is None or (fault.on and call not in fault.on) or not key.endswith(fault.key):
                return None
            self._hits += 1
            return fault.how if fault.after < self._hits <= fault.after + fault.times else None


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: FaultyStore

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.key = unquote(parts.path).removeprefix(f"/{BUCKET}").strip("/")
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = self._call()
        if (how := self.store.strikes(call, self.key)) is None or FAULTS[how](self):
            getattr(self, f"on_{call}")()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any  # noqa: N815 - the base class wants these names

    def _call(self) -> str:
        multipart = "uploadId" in self.query
        if self.command == "POST":
            return "complete" if multipart else "begin" if "uploads" in self.query else "delete"
        if self.command == "GET":
            return "list" if not self.key else "get"
        return {
            "PUT": "part" if multipart else "put",
            "DELETE": "abort",
            "HEAD": "head",
        }[self.command]

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: int, code: str) -> None:
        self.answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def on_begin(self) -> None:
        upload = f"upload-{len(self.store.calls)}"
        self.store.uploads[upload] = {}
        body = f"<InitiateMultipartUploadResult {_XMLNS}><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
        self.answer(200, body.encode())

    def on_part(self) -> None:
        self.store.uploads[self.query["uploadId"]][int(self.query["partNumber"])] = self.body
        self.answer(200, ETag='"part"')

    def on_complete(self) -> None:
        upload = self.store.uploads.pop(self.query["uploadId"])
        self.store.objects[self.key] = b"".join(upload[number] for number in sorted(upload))
        body = f"<CompleteMultipartUploadResult {_XMLNS}><ETag>whole</ETag></CompleteMultipartUploadResult>"
        self.answer(200, body.encode())

    def on_abort(self) -> None:
        self.store.uploads.pop(self.query["uploadId"], None)
        self.answer(204)

    def on_put(self) -> None:
        if self.headers.get("If-None-Match") == "*" and self.key in self.store.objects:
            return self.refuse(412, "PreconditionFailed")
        self.store.objects[self.key] = self.body
        return self.answer(200, ETag='"whole"')

    def on_get(self) -> None:
        if (body := self.store.objects.get(self.key)) is None:
            return self.refuse(404, "NoSuchKey")
        return self.answer(200, body, **_METADATA)

    on_head = on_get

    def on_delete(self) -> None:
        keys = re.findall(r"<Key>(.*?)</Key>", self.body.decode())
        for key in keys:
            self.store.objects.pop(unescape(key), None)
        gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self.answer(200, f"<DeleteResult {_XMLNS}>{gone}</DeleteResult>".encode())

    def on_list(self) -> None:
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size><ETag>whole</ETag>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key, body in sorted(self.store.objects.items())
            if key.startswith(self.query.get("prefix", ""))
        )
        body = f"<ListBucketResult {_XMLNS}><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"
        self.answer(200, body.encode())

    def hang(self) -> bool:
        self.store.closing.wait(60)
        return self.drop()

    def drop(self) -> bool:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        return False

    def deaf(self) -> bool:
        """Do what was asked, and lose the answer."""
        self.wfile = io.BytesIO()
        getattr(self, f"on_{self._call()}")()
        return self.drop()

    def slow(self) -> bool:
        time.sleep(0.3)
        return True

    def lose(self) -> bool:
        """Say that the part is kept, and keep nothing."""
        self.body = b""
        return True

    def cut(self) -> bool:
        """Announce the whole object and send half of it."""
        body = self.store.objects[self.key]
        self.send_response(200)
        for name, value in {"Content-Length": str(len(body)), **_METADATA}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        return self.drop()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


_METADATA = {"ETag": '"whole"', "Last_Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}


def _refusing(status: int, code: str) -> Callable[[_Request], bool]:
    def refuse(request: _Request) -> bool:
        request.refuse(status, code)
        return False

    return refuse


FAULTS: dict[str, Callable[[_Request], bool]] = {
    "500": _refusing(500, "InternalError"),
    "503": _refusing(503, "SlowDown"),
    "forbidden": _refusing(403, "AccessDenied"),
    "full": _refusing(507, "XMinioStorageFull"),
    "quota": _refusing(403, "QuotaExceeded"),
    "hang": _Request.hang,
    "drop": _Request.drop,
    "deaf": _Request.deaf,
    "slow": _Request.slow,
    "lose": _Request.lose,
    "cut": _Request.cut,
}
"""Kind of fault -> what it does to a request; true when the request is served all the same."""


@pytest.fixture
def faulty_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyStore]:
    """A store that this process can reach, in good health so far; a request may take it half a second."""
    store = FaultyStore()

    class Request(_Request):
        pass

    Request.store = store

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Clients that go away are the subject of the tests."""

    with Server(("127.0.0.1", 0), Request) as server:
        store.endpoint = f"http://127.0.0.1:{server.server_port}"
        for variable, value in {
            "AWS_ENDPOINT_URL": store.endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test-secret",
        }.items():
            monkeypatch.setenv(variable, value)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield store
        finally:
            store.closing.set()
            server.shutdown()
            thread.join()
