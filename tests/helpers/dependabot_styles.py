"""Dependabot files as people write them: any content, in any style, with comments wherever YAML allows them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st


@dataclass(frozen=True)
class Written:
    """A style; every field can be combined with every other.

    Attributes:
        dash: Columns between a key and the dashes below it; 0 is "not indented".
        gap: Columns between a dash and what follows.
        step: Columns of a nested mapping.
        quote: What strings stand in.
        flow: What is written in brackets: `none`, `values`, `entries` or `all` (JSON).
        newline: What ends a line.
        markers: Whether the document has a begin and an end.
        final_newline: Whether the last line ends.
        comments: How many of 10 places hold a comment; some with tabs, some long.
        anchors: Whether the first schedule is shared by the other entries.
        spaced: Whether entries are set apart.
        seed: What decides where the comments are.
    """

    dash: int = 2
    gap: int = 2
    step: int = 2
    quote: str = ""
    flow: str = "none"
    newline: str = "\n"
    markers: bool = False
    final_newline: bool = True
    comments: int = 0
    anchors: bool = False
    spaced: bool = False
    bom: bool = False
    seed: int = 0


NAMED = {
    "indented": Written(),
    "not indented": Written(dash=0),
    "wide": Written(dash=4, gap=4, step=4),
    "flow values": Written(flow="values"),
    "flow entries": Written(flow="entries", comments=5),
    "JSON": Written(flow="all"),
    "single quotes": Written(quote="'", spaced=True),
    "double quotes, not indented": Written(quote='"', dash=0),
    "anchors": Written(anchors=True, comments=3),
    "comments everywhere": Written(comments=9, spaced=True),
    "comments everywhere, not indented": Written(comments=9, dash=0),
    "CRLF": Written(newline="\r\n", comments=4),
    "document markers": Written(markers=True, comments=4),
    "no final newline": Written(final_newline=False),
    "byte order mark, CRLF, no final newline": Written(bom=True, newline="\r\n", final_newline=False),
}

STYLES = st.builds(
    Written,
    dash=st.sampled_from([0, 1, 2, 4]),
    gap=st.sampled_from([2, 2, 3, 4]),
    step=st.sampled_from([1, 2, 3, 4]),
    quote=st.sampled_from(["", "'", '"']),
    flow=st.sampled_from(["none", "none", "values", "entries", "all"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    markers=st.booleans(),
    final_newline=st.booleans(),
    comments=st.integers(0, 9),
    anchors=st.booleans(),
    spaced=st.booleans(),
    bom=st.booleans(),
    seed=st.integers(0, 2**32),
)

_OPTIONS: dict[str, Any] = {
    "open-pull-requests-limit": 3,
    "labels": ["deps", "type: chore", "x" * 90],
    "ignore": [{"dependency-name": "left-pad", "versions": [">=2"]}, {"dependency-name": "left*"}],
    "groups": {"all": {"patterns": ["*"], "exclude-patterns": ["b"]}},
    "cooldown": {"default-days": 3, "exclude": ["c"]},
    "assignees": ["ana"],
    "commit-message": {"prefix": "build(deps): "},
    "x-unknown": {"deep": [{"er": ["1", None, True]}]},
    "allow": [],
    "target-branch": "develop",
}
ECOSYSTEMS = ("npm", "pip", "docker", "github-actions", "gomod", "terraform")
FOLDERS = ("/", "/api", "/apps/web", "/apps/api", "/it's: a #1")


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, Any]:
    """A valid configuration, good or bad."""
    count = draw(st.integers(0, 4))
    tree: dict[str, Any] = {"version": 2, "updates": [draw(_entries()) for _ in range(count)]}
    if draw(st.booleans()):
        tree["registries"] = {"own": {"type": "npm-registry", "url": "https://npm.example.com"}}
    return tree


@st.composite
def _entries(draw: st.DrawFn) -> dict[str, Any]:
    folders = draw(st.lists(st.sampled_from(FOLDERS), min_size=1, max_size=3, unique=True))
    place = {"directory": folders[0]} if len(folders) == 1 else {"directories": folders}
    options = draw(st.lists(st.sampled_from(sorted(_OPTIONS)), max_size=5, unique=True))
    entry = {
        "package-ecosystem": draw(st.sampled_from(ECOSYSTEMS)),
        **place,
        "schedule": {"interval": "weekly", "time": "07:30"},
    }
    return entry | {name: _OPTIONS[name] for name in options}


def write(tree: dict[str, Any], style: Written) -> bytes:
    """Return a configuration as somebody with this style writes it."""
    text = json.dumps(tree) if style.flow == "all" else "\n".join(_Writer(style).document(tree))
    text += "\n" if style.final_newline else ""
    return ("\ufeff" * style.bom + text.replace("\n", style.newline)).encode()


class _Writer:
    def __init__(self, style: Written) -> None:
        self._style = style
        self._random = Random(style.seed)
        self._schedules = 0

    def document(self, tree: dict[str, Any]) -> list[str]:
        body = self._mapping(tree, 0)
        if not self._style.markers:
            return body
        return ["# before", "---", *body, "..."]

    def _mapping(self, tree: dict[str, Any], column: int) -> list[str]:
        lines: list[str] = []
        for key, value in tree.items():
            lines += [*self._comment(column), *self._pair(key, value, column)]
        return lines

    def _pair(self, key: str, value: Any, column: int) -> list[str]:
        pad = " " * column
        if key == "schedule" and self._style.anchors:
            self._schedules += 1
            if self._schedules > 1:
                return [f"{pad}schedule: *when{self._trailing()}"]
            return [
                f"{pad}schedule: &when{self._trailing()}",
                *self._mapping(value, column + self._style.step),
            ]
        in_brackets = self._style.flow != "none" and key != "updates"
        if in_brackets or not isinstance(value, dict | list) or not value:
            return [f"{pad}{key}: {self._flow(value)}{self._trailing()}"]
        if isinstance(value, dict):
            nested = self._mapping(value, column + self._style.step)
        else:
            nested = self._sequence(value, column + self._style.dash, spaced=key == "updates")
        return [f"{pad}{key}:{self._trailing()}", *nested]

    def _sequence(self, values: list[Any], column: int, *, spaced: bool = False) -> list[str]:
        lines: list[str] = []
        dash = " " * column + "-" + " " * (self._style.gap - 1)
        for value in values:
            lines += [""] if spaced and self._style.spaced and lines else []
            lines += self._comment(column)
            if isinstance(value, dict) and self._style.flow == "none":
                first, *rest = self._block_item(value, column + self._style.gap)
                lines += [dash + first.lstrip(" "), *rest]
            else:
                lines.append(dash + self._flow(value) + self._trailing())
        return lines

    def _block_item(self, value: dict[str, Any], column: int) -> list[str]:
        """Return the lines of a mapping without a comment before its first key: the dash stands there."""
        (key, first), *rest = value.items()
        return [*self._pair(key, first, column), *self._mapping(dict(rest), column)]

    def _flow(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {self._flow(item)}" for key, item in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self._flow, value)) + "]"
        if not isinstance(value, str):
            return json.dumps(value)
        if self._style.quote == "'":
            return "'" + value.replace("'", "''") + "'"
        plain = value.replace("-", "").replace("/", "").isalnum()
        return value if not self._style.quote and plain and value[0].isalpha() else json.dumps(value)

    def _comment(self, column: int) -> list[str]:
        if self._random.randrange(10) >= self._style.comments:
            return []
        indent = self._random.choice([column, column, 0, column + 2])
        kind = self._random.choice(["# {}", "#{}\twith tab", "# - {}: 'x", "# {} " + "long " * 40, "\n# {}"])
        text = kind.format(f"c{self._random.randrange(10**9)}")
        return (" " * indent + text.lstrip("\n")).split("\n") if "\n" not in text else ["", text.strip()]

    def _trailing(self) -> str:
        if self._random.randrange(10) >= self._style.comments:
            return ""
        return f"  # t{self._random.randrange(10**9)}\t."
