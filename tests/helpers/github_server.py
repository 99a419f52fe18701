"""GitHub's issues over loopback HTTP, in this process: state, labels, authors, and faults on demand."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPOSITORY = "acme/shop"


@dataclass
class FakeGitHub:
    """The state of one repository, and what goes wrong next.

    Attributes:
        login: Who the token belongs to; nothing makes it a workflow's own token.
        faults: `METHOD path-pattern` -> statuses to answer with, in order, before it works again. A negative status
            is answered after the request was carried out: the answer is lost, the deed is done.
        labels: The names of its labels.
        requests: `METHOD path` of everything that was asked.
    """

    url: str = ""
    login: str | None = None
    issues: list[dict[str, Any]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    comments: list[tuple[int, str]] = field(default_factory=list)
    faults: dict[str, list[int]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def environ(self) -> dict[str, str]:
        """Return what a workflow finds in its environment."""
        token = "ghs_0123456789abcdefghij"
        return {"GITHUB_API_URL": self.url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": token}

    def add(self, title: str, body: str, label: str, author: str, **more: object) -> dict[str, Any]:
        """Put an issue in place."""
        number = len(self.issues) + 1
        issue = {
            "number": number,
            "title": title,
            "body": body,
            "state": "open",
            "labels": [{"name": label}],
            "user": {"login": author},
            "html_url": f"https://github.com/{REPOSITORY}/issues/{number}",
            "created_at": "2026-11-23T08:00:00Z",
            "url": f"{self.url}/repos/{REPOSITORY}/issues/{number}",
            **more,
        }
        self.issues.append(issue)
        return issue

    def open(self) -> list[dict[str, Any]]:
        """Return the open issues."""
        return [issue for issue in self.issues if issue["state"] == "open"]

    def answer(
        self, method: str, path: str, query: dict[str, list[str]], data: dict[str, Any]
    ) -> tuple[int, object]:
        """Return status and body for a request."""
        self.requests.append(f"{method} {path}")
        status = self._fault(f"{method} {path}")
        if status > 0:
            return status, {"message": "Resource not accessible by integration"}
        result = self._carry_out(method, path, query, data)
        return (-status, {"message": "lost"}) if status else result

    def _fault(self, request: str) -> int:
        for pattern, statuses in self.faults.items():
            if re.fullmatch(pattern, request) and statuses:
                return statuses.pop(0)
        return 0

    def _carry_out(
        self, method: str, path: str, query: dict[str, list[str]], data: dict[str, Any]
    ) -> tuple[int, object]:
        user = (200, {"login": self.login}) if self.login else (403, {"message": "Resource not accessible"})
        labels = [{"name": name, "color": "ededed"} for name in self.labels]
        fixed: dict[str, tuple[int, object]] = {
            "/user": user,
            f"/repos/{REPOSITORY}/labels": (200, labels),
        }
        if path in fixed:
            return fixed[path]
        if path == f"/repos/{REPOSITORY}/issues" and method == "GET":
            wanted = query["labels"][0]
            return 200, [
                issue for issue in self.open() if wanted in [label["name"] for label in issue["labels"]]
            ]
        if path == f"/repos/{REPOSITORY}/issues" and method == "POST":
            return 201, self.add(
                data["title"], data["body"], data["labels"][0], self.login or "github-actions[bot]"
            )
        if match := re.fullmatch(rf"/repos/{REPOSITORY}/issues/(\d+)(/comments)?", path):
            issue = self.issues[int(match[1]) - 1]
            if match[2]:
                self.comments.append((issue["number"], data["body"]))
                return 201, {"id": len(self.comments), "body": data["body"]}
            issue.update(data)
            return 200, issue
        return 404, {"message": "Not Found"}


@contextmanager
def github_server() -> Iterator[FakeGitHub]:
    """Run the fake on a free port of this machine."""
    fake = FakeGitHub()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            address = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            data = json.loads(self.rfile.read(length) or b"{}")
            status, body = fake.answer(self.command, address.path, parse_qs(address.query), data)
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815 - the library names them

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
