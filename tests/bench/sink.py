"""An S3-shaped server for measurements: it costs next to nothing itself, and can be slow like a far-away store.

Run as `python -m bench.sink FOLDER MB_PER_SECOND LATENCY_SECONDS`; the port is then in `FOLDER/port`. An object is a
folder of its parts: completing an upload is a rename, emptying the store is removing `FOLDER/objects`. No signature is
looked at, no digest is calculated.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, quote, urlsplit

_BLOCK_BYTES = 1 << 20
_PACED_BYTES = 64 << 10


class Sink(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rbufsize = _BLOCK_BYTES
    folder: ClassVar[Path]
    bytes_per_second: ClassVar[float]
    latency_seconds: ClassVar[float]

    def do_PUT(self) -> None:
        """Store an object or a part of one."""
        self._wait()
        if upload := self._query.get("uploadId"):
            part = self.folder / "uploads" / upload[0] / self._query["partNumber"][0].zfill(6)
            self._receive(part)
        elif self.headers.get("If-None-Match") == "*" and self._object.exists():
            self._receive(Path(os.devnull))
            self._answer(412)
            return
        else:
            self._object.mkdir(parents=True, exist_ok=True)
            self._receive(self._object / "000001")
        self._answer(200, headers={"ETag": f'"{secrets.token_hex(16)}"'})

    def do_POST(self) -> None:
        """Begin or complete a multipart upload."""
        self._wait()
        self._receive(Path(os.devnull))
        key = "<Bucket>b</Bucket><Key>k</Key>"
        if upload := self._query.get("uploadId"):
            self._object.parent.mkdir(exist_ok=True)
            shutil.rmtree(self._object, ignore_errors=True)
            (self.folder / "uploads" / upload[0]).rename(self._object)
            tag = secrets.token_hex(16)
            self._answer_xml("CompleteMultipartUpload", f'{key}<Location>x</Location><ETag>"{tag}"</ETag>')
        else:
            name = secrets.token_hex(8)
            (self.folder / "uploads" / name).mkdir(parents=True)
            self._answer_xml("InitiateMultipartUpload", f"{key}<UploadId>{name}</UploadId>")

    def do_DELETE(self) -> None:
        """Remove an object or abort an upload."""
        upload = self._query.get("uploadId")
        shutil.rmtree(self.folder / "uploads" / upload[0] if upload else self._object, ignore_errors=True)
        self._answer(204)

    def do_HEAD(self) -> None:
        """Tell the size of an object."""
        self.do_GET()

    def do_GET(self) -> None:
        """Send an object or a range of it, or say that the bucket is empty."""
        self._wait()
        if "list-type" in self._query:
            self._answer_xml(
                "ListBucket", "<Name>b</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated>"
            )
            return
        if not self._object.exists():
            self._answer(404)
            return
        parts = sorted(self._object.iterdir())
        size = sum(part.stat().st_size for part in parts)
        first, last, status, headers = 0, size - 1, 200, {}
        if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last, status = int(asked[1]), min(int(asked[2] or size), size - 1), 206
            headers = {"Content-Range": f"bytes {first}-{last}/{size}"}
        headers |= {"ETag": '"0"', "Last-Modified": "Mon, 23 Nov 2026 03:00:00 GMT"}
        self._answer(status, headers=headers, size_bytes=last - first + 1)
        if self.command == "GET":
            self._send(parts, first, last + 1)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    @property
    def _query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.path).query, keep_blank_values=True)

    @property
    def _object(self) -> Path:
        return self.folder / "objects" / quote(urlsplit(self.path).path.strip("/"), safe="")

    def _wait(self) -> None:
        time.sleep(self.latency_seconds)

    def _receive(self, path: Path) -> None:
        begun, received = time.monotonic(), 0
        buffer = memoryview(bytearray(_PACED_BYTES if self.bytes_per_second else _BLOCK_BYTES))
        with path.open("wb", buffering=0) as file:
            for length in self._lengths():
                left = length
                while left and (count := self.rfile.readinto(buffer[: min(len(buffer), left)])):
                    file.write(buffer[:count])
                    left -= count
                    received += count
                    self._pace(begun, received)

    def _lengths(self) -> Iterator[int]:
        if self.headers.get("Transfer-Encoding") != "chunked":
            yield int(self.headers.get("Content-Length", 0))
            return
        while length := int(self.rfile.readline().split(b";")[0], 16):
            yield length
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def _send(self, parts: list[Path], first: int, end: int) -> None:
        begun, sent, at = time.monotonic(), 0, 0
        for part in parts:
            size = part.stat().st_size
            offset, stop = max(first - at, 0), min(end - at, size)
            with part.open("rb") as file:
                while offset < stop:
                    step = min(stop - offset, _PACED_BYTES if self.bytes_per_second else _BLOCK_BYTES)
                    count = os.sendfile(self.connection.fileno(), file.fileno(), offset, step)
                    offset += count
                    sent += count
                    self._pace(begun, sent)
            at += size

    def _pace(self, begun: float, moved: int) -> None:
        if self.bytes_per_second:
            time.sleep(max(0.0, moved / self.bytes_per_second - (time.monotonic() - begun)))

    def _answer_xml(self, name: str, content: str) -> None:
        space = "http://s3.amazonaws.com/doc/2006-03-01/"
        self._answer(
            200, f'<?xml version="1.0"?><{name}Result xmlns="{space}">{content}</{name}Result>'.encode()
        )

    def _answer(
        self,
        status: int,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        size_bytes: int | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if size_bytes is None else size_bytes))
        self.end_headers()
        self.wfile.write(body)


def main(folder: Path, megabytes_per_second: float, latency_seconds: float) -> None:
    """Serve until killed."""
    Sink.folder, Sink.latency_seconds = folder, latency_seconds
    Sink.bytes_per_second = megabytes_per_second * 1e6
    with ThreadingHTTPServer(("127.0.0.1", 0), Sink) as server:
        unfinished = folder / "port.new"
        unfinished.write_text(str(server.server_port))
        unfinished.rename(folder / "port")
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
