"""Which function answers which request. Each group of requests has a module that fills the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from fakes.github.repository import FakeRepository
    from fakes.github.state import FakeGitHub

INTEGRATION = "Resource not accessible by integration"


@dataclass(frozen=True)
class Request:
    """One request, taken apart.

    Attributes:
        names: What stands for the names of the path.
        query: The last value of each.
        data: The body.
    """

    github: FakeGitHub
    verb: str
    path: str
    names: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def repository(self) -> FakeRepository:
        """The repository that the path names."""
        return self.github.repositories[f"{self.names['owner']}/{self.names['repo']}"]


@dataclass(frozen=True)
class Rows:
    """A list that is given out in pages.

    Attributes:
        key: Where in the reply it is, beside `total_count`.
        total: How many there are, when GitHub gives fewer.
        cursor: Whether pages are asked for by where the last one ended, not by number.
    """

    rows: list[Any]
    key: str | None = None
    cursor: bool = False
    total: int | None = None


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """What GitHub will not do, and what it says."""

    def __init__(self, status: int, message: str, *errors: dict[str, str]) -> None:
        self.status, self.message, self.errors = status, message, errors
        super().__init__(message)


NOT_FOUND = Refused(404, "Not Found")
Handler = Callable[[Request], Any]
H = TypeVar("H", bound=Handler)
ROUTES: dict[tuple[str, str], tuple[int, Handler]] = {}
"""Verb and path -> the status of success, and what carries it out."""


def route(request: str, status: int = 200) -> Callable[[H], H]:
    """Say what a function answers; `…` is `/repos/{owner}/{repo}`."""
    verb, _, path = request.partition(" ")

    def register(handler: H) -> H:
        ROUTES[verb, path.replace("…", "/repos/{owner}/{repo}")] = (status, handler)
        return handler

    return register
