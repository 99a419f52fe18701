"""Google Cloud Storage's XML API in front of an S3 server: what obstore speaks, translated request by request.

fake-gcs-server was tried: it answers the writes of the XML API with 400 (its issue 852). This is no proof about
Google's own servers; it proves that what obstore sends and reads is the documented API.
"""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

import pytest

BEARER_TOKEN = "ya29.test-bearer-token"


@pytest.fixture
def google_bucket(s3_endpoint: str, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an empty bucket that this process reaches as if it were Google's."""

    class Translating(_Translator):
        upstream = s3_endpoint

    with ThreadingHTTPServer(("127.0.0.1", 0), Translating) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setenv("GOOGLE_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("GOOGLE_ALLOW_HTTP", "true")
        monkeypatch.setenv("GOOGLE_BEARER_TOKEN", BEARER_TOKEN)
        yield bucket
        server.shutdown()
        thread.join()


class _Translator(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: str

    def _translate(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") != f"Bearer {BEARER_TOKEN}":
            self._answer(401, {}, b"<Error><Code>AuthenticationRequired</Code></Error>")
            return
        # Google takes a slash inside a key as %2F too; S3 wants it plain.
        path, _, query = self.path.partition("?")
        url = f"{self.upstream}{quote(unquote(path), safe='/')}?{query}"
        request = urllib.request.Request(url, data=body or None, method=self.command, headers=self._headers())
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                self._answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as refused:
            self._answer(refused.code, dict(refused.headers), refused.read())

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _translate  # noqa: N815 - the base class wants these names

    def _headers(self) -> dict[str, str]:
        kept = {"Content-Type": self.headers.get("Content-Type", "application/octet-stream")}
        kept |= {name: self.headers[name] for name in ("Range",) if name in self.headers}
        # Signed by nobody: moto asks for a name, not for a proof.
        kept["Authorization"] = (
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
        )
        if self.headers.get("x-goog-if-generation-match") == "0":
            kept["If-None-Match"] = "*"
        return kept

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in {"transfer-encoding", "connection", "content-length", "server", "date"}:
                self.send_header(name, value)
        self.send_header("x-goog-generation", "1")
        length = headers.get("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
