"""Asks GitHub about one repository: patient within limits, complete, and strict about the answer."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast
from urllib.parse import quote

from mainstay.errors import GitHubAnswerLostError, GitHubError, UsageError
from mainstay.platform.clock import Clock, SystemClock
from mainstay.platform.github import calls
from mainstay.platform.github.calls import Call
from mainstay.platform.github.records import Repository
from mainstay.platform.github.refusals import refusal
from mainstay.platform.github.retrying import Reply, seconds_until_retry
from mainstay.platform.github.transport import Transport

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Record = TypeVar("Record")
Flatten = Callable[[Any], Mapping[str, Any]]
"""Picks what a record holds out of the JSON that GitHub answers with."""
REQUESTS_AT_MOST = 500
"""In one run: half of what a workflow's token has for an hour, which all workflows of a repository share."""
_PAGE_SIZE, _PAGES_AT_MOST = 100, 100
_OF_SEVERAL_PARTS = frozenset({"path", "ref", "branch"})
_NOWHERE = frozenset({403, 404})
_NAME = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_NEXT = re.compile(r'<([^<>]+)>\s*;\s*rel="next"')


class _Page(NamedTuple):
    data: Any
    next_url: str | None


class Client:
    """Asks GitHub about one repository. Every method raises GitHubError when there is no usable answer.

    Args:
        repository: `owner/name`.
        transport: What carries the requests.
        pause_seconds: How long to wait before the second try; doubled for each further one.
        requests_at_most: How many requests may be made; after that every call fails.
        clock: Tells when a rate limit ends.
        sleep: Waits.

    Raises:
        UsageError: `repository` is no name of a repository.
    """

    def __init__(  # noqa: PLR0913 - the last four say how patiently
        self,
        repository: str,
        transport: Transport,
        *,
        pause_seconds: float = 1.0,
        requests_at_most: int = REQUESTS_AT_MOST,
        clock: Clock | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not _NAME.fullmatch(repository) or {".", ".."} & set(repository.split("/")):
            raise UsageError(f"{repository!r} is no repository", hint="give it as OWNER/NAME")
        self.name, self.pause_seconds, self.sleep = repository, pause_seconds, sleep
        self._transport, self._clock = transport, clock or SystemClock()
        self._requests_at_most, self._requests = requests_at_most, 0
        self._repository: Repository | None = None

    def repository(self) -> Repository:
        """Return the repository, under the name it has now; asked once."""
        if self._repository is None:
            data = self._send(calls.REPOSITORY, f"/repos/{self.name}").data
            self._repository = self.build(calls.REPOSITORY, Repository, data, self._describe)
        return self._repository

    def ask(
        self,
        call: Call,
        *,
        query: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        **path: str | int,
    ) -> Any:  # noqa: ANN401 - JSON
        """Make a call and return what GitHub answers, as JSON; None when there is no such thing, and GitHub says so.

        Raises:
            GitHubAnswerLostError: It may or may not have been done.
            GitHubError: It was not done, or the answer makes no sense.
        """
        return self._send(call, self._address(call, path), query, data).data

    def find(self, call: Call, record: type[Record], flatten: Flatten, **path: str | int) -> Record | None:
        """Make a call that answers with one thing, and return it; None when there is no such thing."""
        data = self._send(call, self._address(call, path)).data
        return None if data is None else self.build(call, record, data, flatten)

    def one(
        self,
        call: Call,
        record: type[Record],
        flatten: Flatten,
        *,
        data: Mapping[str, Any] | None = None,
        **path: str | int,
    ) -> Record:
        """Make a call that answers with one thing, and return it."""
        answer = self._send(call, self._address(call, path), data=data)
        return self.build(call, record, answer.data, flatten)

    def all(  # noqa: PLR0913 - a list is asked for and cut in several ways
        self,
        call: Call,
        record: type[Record],
        flatten: Flatten,
        *,
        query: Mapping[str, Any] | None = None,
        key: str | None = None,
        at_most: int | None = None,
        **path: str | int,
    ) -> tuple[Record, ...]:
        """Make a call that answers with a list, and return all of it, or its first `at_most`.

        `key` is where the answer holds the list, when it is not a list itself.
        """
        rows = self._rows(call, self._address(call, path), query or {}, key, at_most)
        return tuple(self.build(call, record, row, flatten) for row in rows)

    def build(self, call: Call, record: type[Record], data: Any, flatten: Flatten) -> Record:  # noqa: ANN401 - JSON
        """Return the record that an answer describes; an answer that lacks something, or is of another kind, fails."""
        kind: Any = record
        try:
            built = _validator(kind).validate_python(dict(flatten(data)))
            _require_zones(built)
            return cast("Record", built)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise self._senseless(call, record.__name__) from error

    def _rows(
        self, call: Call, url: str, query: Mapping[str, Any], key: str | None, at_most: int | None
    ) -> list[Any]:
        rows: list[Any] = []
        wanted = {"per_page": min(at_most or _PAGE_SIZE, _PAGE_SIZE), **query}
        for _ in range(_PAGES_AT_MOST):
            page = self._send(call, url, wanted)
            rows += self._list(call, page.data, key)
            if at_most is not None and len(rows) >= at_most:
                return rows[:at_most]
            if page.next_url is None:
                self._check_count(call, page.data, len(rows))
                return rows
            url, wanted = page.next_url, {}
        raise GitHubError(f"cannot {call.what} in {self.name}: there are more than {len(rows)}")

    def _list(self, call: Call, data: Any, key: str | None) -> list[Any]:  # noqa: ANN401 - JSON
        rows = data.get(key) if key is not None and isinstance(data, dict) else data
        if not isinstance(rows, list):
            raise self._senseless(call, "list")
        return rows

    def _check_count(self, call: Call, data: Any, count: int) -> None:  # noqa: ANN401 - JSON
        total = data.get("total_count") if isinstance(data, dict) else None
        if isinstance(total, int) and total > count:
            raise GitHubError(f"cannot {call.what} in {self.name}: GitHub gave {count} of {total}")

    def _address(self, call: Call, path: Mapping[str, str | int]) -> str:
        """Return where to send a call. What is read follows a rename; what is written does not."""
        names = {name: self._quoted(call, name, str(value)) for name, value in path.items()}
        if "{repository}" in call.path:
            repository = self.repository()
            if repository.renamed_from and call.verb != "GET":
                raise GitHubError(
                    f"cannot {call.what} in {self.name}: it is {repository.full_name} now",
                    hint="use the new name where something is written",
                )
            names["repository"] = repository.full_name
        return call.path.format_map(names)

    def _quoted(self, call: Call, name: str, value: str) -> str:
        """Return a value for an address. `..` would ask for something else, so there is no such path."""
        if {"", ".", ".."} & set(value.split("/")):
            raise GitHubError(f"cannot {call.what} in {self.name}: {value!r} is no name and no path")
        return quote(value, safe="/" if name in _OF_SEVERAL_PARTS else "")

    def _send(
        self,
        call: Call,
        url: str,
        query: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> _Page:
        wanted = {name: value for name, value in (query or {}).items() if value is not None}
        tried = 0
        while True:
            self._spend(call)
            reply = self._transport.send(call.verb, url, wanted, data)
            tried += 1
            if 200 <= reply.status < 300:  # noqa: PLR2004 - success, in HTTP
                return self._page(call, reply)
            if _absent(call, reply):
                return _Page(None, None)
            now = self._clock.now().timestamp()
            wait = seconds_until_retry(
                reply, tried, repeatable=call.repeatable, now=now, pause_seconds=self.pause_seconds
            )
            if wait is None:
                raise refusal(call, self.name, reply)
            self.sleep(wait)

    def _spend(self, call: Call) -> None:
        if self._requests >= self._requests_at_most:
            raise GitHubError(
                f"cannot {call.what} in {self.name}: all {self._requests_at_most} requests of this run are made",
                hint="ask about fewer things in one run",
            )
        self._requests += 1

    def _page(self, call: Call, reply: Reply) -> _Page:
        try:
            data = json.loads(reply.text) if reply.text else None
        except (ValueError, RecursionError) as error:
            raise self._senseless(call, "JSON") from error
        following = _NEXT.search(reply.headers.get("link", ""))
        return _Page(data, following[1] if following else None)

    def _senseless(self, call: Call, wanted: str) -> GitHubError:
        kind = GitHubError if call.verb == "GET" else GitHubAnswerLostError
        return kind(f"cannot {call.what} in {self.name}: GitHub's answer makes no sense (no {wanted})")

    def _describe(self, data: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
        analysis = data.get("security_and_analysis")
        renamed = data["full_name"].lower() != self.name.lower()
        return {
            **data,
            "url": data["html_url"],
            "renamed_from": self.name if renamed else None,
            "security": analysis
            and {name: feature["status"] for name, feature in analysis.items() if feature},
        }


def _absent(call: Call, reply: Reply) -> bool:
    return bool(call.absent) and reply.status in _NOWHERE and call.absent in reply.message.lower()


def _require_zones(record: Any) -> None:  # noqa: ANN401 - a record, or what is in one
    """Refuse a time of nowhere: comparing it with another would break whoever asked."""
    if isinstance(record, datetime) and record.tzinfo is None:
        raise ValueError(record)
    if is_dataclass(record):
        for each in fields(record):
            _require_zones(getattr(record, each.name))


@cache
def _validator(record: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - a class is not hashable to mypy
    from pydantic import TypeAdapter  # noqa: PLC0415 - heavy

    return TypeAdapter(record)
