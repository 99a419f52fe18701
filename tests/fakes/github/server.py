"""The fake over loopback HTTP, so that PyGithub, the command line and the Action speak to it as they do to GitHub."""

from __future__ import annotations

import importlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from fakes.github.contract import contract
from fakes.github.faults import Fault
from fakes.github.filling import Filler
from fakes.github.routing import INTEGRATION, NOT_FOUND, ROUTES, Refused, Request, Rows
from fakes.github.state import FakeGitHub
from mainstay.platform.github.calls import CALLS

for _group in ("about", "actions", "alerts", "git", "issues", "pulls"):
    importlib.import_module(f"fakes.github.answers.{_group}")

_PERMISSIONS = {
    (call.verb, call.path.replace("{repository}", "{owner}/{repo}")): call.permission for call in CALLS
}
_PER_PAGE = 30


@dataclass
class Answer:
    """One answer, ready to be sent."""

    status: int
    payload: bytes
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


class Desk:
    """Answers requests: faults first, then GitHub's rules, then what the routes do."""

    def __init__(self, github: FakeGitHub) -> None:
        self._github = github
        self._contract = contract()
        self._filler = Filler(self._contract)
        self._lock = threading.Lock()

    def answer(self, verb: str, address: str, body: bytes) -> Answer:
        """Return the answer to a request."""
        parts = urlsplit(address)
        path = "/".join(unquote(part).replace("/", "%2F") for part in parts.path.split("/"))
        query = dict(parse_qsl(parts.query))
        fault = self._next_fault(f"{verb} {path}")
        if fault and fault.slow_seconds:
            time.sleep(fault.slow_seconds)
        with self._lock:
            true = (
                None if fault and fault.status and not fault.applied else self._serve(verb, path, query, body)
            )
        if fault is None or true is None:
            return true or _refusal(fault)
        if fault.status:
            return _refusal(fault)
        return Answer(
            true.status, fault.garbage or true.payload, {**true.headers, **fault.headers}, cut=fault.cut
        )

    def _next_fault(self, request: str) -> Fault | None:
        with self._lock:
            self._github.requests.append(request)
            for index, fault in enumerate(self._github.faults):
                if fault.fits(request):
                    return self._github.faults.pop(index)
        return None

    def _serve(self, verb: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        path, moved = self._current(path)
        if moved:
            status = 301 if verb == "GET" else 307
            location = f"{self._github.url}{path}" + (f"?{urlencode(query)}" if query else "")
            said = {"message": "Moved Permanently", "url": location, "documentation_url": "d"}
            return Answer(status, json.dumps(said).encode(), {"location": location})
        self._judge(self._contract.violation(verb, path, query, body))
        try:
            status, told, headers = self._carry_out(verb, path, query, json.loads(body or b"{}"))
        except Refused as refused:
            return self._refused(verb, path, query, body, refused)
        payload = b"" if told is None else json.dumps(self._whole(verb, path, status, told)).encode()
        self._judge(self._contract.violation(verb, path, query, body, (status, payload)))
        return Answer(status, payload, headers)

    def _refused(self, verb: str, path: str, query: dict[str, str], body: bytes, refused: Refused) -> Answer:
        errors = {"errors": [*refused.errors]} if refused.errors else {}
        said = {"message": refused.message, "documentation_url": "https://docs.github.com/rest", **errors}
        payload = json.dumps(said).encode()
        self._judge(self._contract.violation(verb, path, query, body, (refused.status, payload)))
        return Answer(refused.status, payload)

    def _carry_out(
        self, verb: str, path: str, query: dict[str, str], data: Any
    ) -> tuple[int, Any, dict[str, str]]:
        template = self._contract.path_of(path)
        if template is None or (verb, template) not in ROUTES:
            raise Refused(404, f"the fake has no {verb} {path}")
        status, handler = ROUTES[verb, template]
        found = self._contract.values_of(template, path)
        names = {name: value.replace("%2F", "/") for name, value in found.items()}
        if "repo" in names and f"{names['owner']}/{names['repo']}" not in self._github.repositories:
            raise NOT_FOUND
        if _PERMISSIONS.get((verb, template)) in self._github.denied:
            raise Refused(403, INTEGRATION)
        told = handler(Request(self._github, verb, path, names, query, data))
        return (status, *self._paged(path, query, told)) if isinstance(told, Rows) else (status, told, {})

    def _paged(self, path: str, query: dict[str, str], told: Rows) -> tuple[Any, dict[str, str]]:
        size = int(query.get("per_page", _PER_PAGE))
        start = int(query.get("after", 0)) if told.cursor else (int(query.get("page", 1)) - 1) * size
        page, end = told.rows[start : start + size], start + size
        following = {"after": str(end)} if told.cursor else {"page": str(end // size + 1)}
        link = f"{self._github.url}{path}?{urlencode({**query, **following})}"
        headers = {"link": f'<{link}>; rel="next"'} if end < len(told.rows) else {}
        return ({"total_count": told.total or len(told.rows), told.key: page} if told.key else page), headers

    def _whole(self, verb: str, path: str, status: int, told: Any) -> Any:
        return self._filler.complete(self._contract.schema(verb, path, status), told)

    def _current(self, path: str) -> tuple[str, bool]:
        """Return the path under the repository's present name, and whether the sender has to go there by itself."""
        for old, new in self._github.renamed.items():
            if path == f"/repos/{old}" or path.startswith(f"/repos/{old}/"):
                repo = self._github.repositories[new]
                return f"/repositories/{repo.id}" + path.removeprefix(f"/repos/{old}"), True
        for name, repo in self._github.repositories.items():
            if path == f"/repositories/{repo.id}" or path.startswith(f"/repositories/{repo.id}/"):
                return f"/repos/{name}" + path.removeprefix(f"/repositories/{repo.id}"), False
        return path, False

    def _judge(self, violation: str | None) -> None:
        if violation:
            self._github.violations.append(violation)


def _refusal(fault: Fault | None) -> Answer:
    assert fault is not None
    assert fault.status is not None
    return Answer(fault.status, json.dumps({"message": fault.said}).encode(), dict(fault.headers))


@contextmanager
def github_server() -> Iterator[FakeGitHub]:
    """Run the fake on a free port of this machine; whatever GitHub's description says against it fails the test."""
    fake = FakeGitHub()
    desk = Desk(fake)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            fake.headers.append(dict(self.headers.items()))
            answer = desk.answer(
                self.command, self.path, self.rfile.read(int(self.headers.get("Content-Length") or 0))
            )
            self.send_response(answer.status)
            if answer.status != 204:
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(answer.payload)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.cut:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            self.wfile.write(answer.payload[: len(answer.payload) // 2] if answer.cut else answer.payload)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - the library names them

        def handle(self) -> None:
            """Answer until the other side has gone; it may go first."""
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    if fake.violations:
        raise AssertionError("\n".join(["GitHub would not say or take this:", *fake.violations]))
