"""GitHub's own description of its API, as a referee: every request and every reply of the fake goes through it."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from typing import Any

from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from fakes.github.trim import TRIMMED

API = "https://api.github.com"


class Contract:
    """The description, and what it says about one request."""

    def __init__(self, description: dict[str, Any]) -> None:
        self.description = description
        self._referee = OpenAPI.from_dict(description, config=Config(spec_validator_cls=None))
        self._judged: dict[tuple[object, ...], str | None] = {}
        self._patterns = [
            (re.compile(_pattern(path)), path) for path in sorted(description["paths"], key=len)
        ]

    def path_of(self, path: str) -> str | None:
        """Return the path of the description that an address falls under: the one with the most fixed words."""
        found = [template for pattern, template in self._patterns if pattern.fullmatch(path)]
        return max(found, key=lambda template: len(re.sub(r"\{\w+\}", "", template)), default=None)

    def values_of(self, template: str, path: str) -> dict[str, str]:
        """Return what stands for the names of a path."""
        match = re.fullmatch(_pattern(template), path)
        return match.groupdict() if match else {}

    def violation(
        self, verb: str, path: str, query: dict[str, str], body: bytes, reply: tuple[int, bytes] | None = None
    ) -> str | None:
        """Return what is wrong with a request, or with the reply to it; None when it is as GitHub describes it."""
        case = (verb, path, tuple(sorted(query.items())), body, reply)
        if case not in self._judged:
            self._judged[case] = self._judge(verb, path, query, body, reply)
        return self._judged[case]

    def _judge(
        self, verb: str, path: str, query: dict[str, str], body: bytes, reply: tuple[int, bytes] | None
    ) -> str | None:
        request = MockRequest(
            API,
            verb.lower(),
            self._folded(path),
            args=query,
            data=body or None,
            content_type="application/json",
        )
        try:
            if reply is None:
                self._referee.validate_request(request)
            elif str(reply[0]) in self.replies(verb, path):
                response = MockResponse(reply[1], reply[0], content_type="application/json")
                self._referee.validate_response(request, response)
        except OpenAPIError as error:
            inner = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
            return f"{verb} {path}: " + "; ".join(
                str(each).partition("\n\nFailed")[0] for each in [*inner][:5]
            )
        return None

    def replies(self, verb: str, path: str) -> dict[str, Any]:
        """Return the replies that GitHub describes for a request, by status."""
        template = self.path_of(path)
        operation = self.description["paths"].get(template, {}).get(verb.lower(), {})
        return dict(operation.get("responses", {}))

    def schema(self, verb: str, path: str, status: int) -> dict[str, Any] | None:
        """Return the shape of a reply; None when it has no body, or is not described."""
        response = self.resolve(self.replies(verb, path).get(str(status), {}))
        content: dict[str, Any] = response.get("content", {}).get("application/json", {})
        return content.get("schema")

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """Return what a node stands for."""
        while "$ref" in node:
            _, _, kind, name = node["$ref"].split("/")
            node = self.description["components"][kind][name]
        return node

    def _folded(self, path: str) -> str:
        """Return an address whose last name holds no slash: the referee does not know names that may."""
        template = self.path_of(path)
        if template is None:
            return path
        values = {name: value.replace("/", "%2F") for name, value in self.values_of(template, path).items()}
        return template.format_map(values)


def _pattern(template: str) -> str:
    parts = re.split(r"\{(\w+)\}", template)
    names = {"path", "ref", "branch"}
    return "".join(
        re.escape(part) if index % 2 == 0 else f"(?P<{part}>{'.+' if part in names else '[^/]+'})"
        for index, part in enumerate(parts)
    )


@cache
def contract() -> Contract:
    """Return GitHub's contract; read once per process."""
    return Contract(json.loads(gzip.decompress(TRIMMED.read_bytes())))
