"""docs/detection.md: what is recognised, from the tables that detection goes by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mainstay.scaffold.answers import ANSWERED, FALLBACKS
from mainstay.stack.ecosystems import RULES
from mainstay.stack.packages import PACKAGES
from mainstay.stack.sign import Kind
from mainstay.stack.signs import SIGNS
from mainstay.stack.survey import LEFT_OUT

_TITLES: dict[str, str] = {
    "package_manager": "Package managers",
    "database": "Databases",
    "migrations": "Migration tools",
    "platform": "Platforms",
}
_SHOWN_FILES = 3


def detection_page() -> str:
    """Return the page."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield _HEAD.format(left_out=", ".join(f"`{name}`" for name in sorted(LEFT_OUT)))
    for question, title in _TITLES.items():
        kind, known = ANSWERED[question]
        names = dict.fromkeys(
            [sign.name for sign in SIGNS if sign.kind == kind]
            + [name for of, name in PACKAGES.values() if of == kind]
        )
        yield f"## {title}\n"
        yield _table(
            ("Name", f"Answer to `{question}`", "Proved by"),
            (
                (f"`{name}`", f"`{name if name in known else FALLBACKS[question]}`", _proofs(kind, name))
                for name in names
            ),
        )
        yield ""
    yield "## Ecosystems of Dependabot\n"
    yield _table(("Name", "Files"), ((f"`{rule.name}`", _files(rule.manifests)) for rule in RULES))


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, ("---",) * len(header), *rows))


def _proofs(kind: Kind, name: str) -> str:
    said: dict[str, list[str]] = {}
    for sign in SIGNS:
        if (sign.kind, sign.name) == (kind, name):
            said.setdefault(sign.because, []).extend(sign.globs)
    packages = [f"`{package}`" for package, proves in PACKAGES.items() if proves == (kind, name)]
    depends = [f"depends on {', '.join(packages)}"] if packages else []
    return "; ".join([*(f"{because} ({_files(globs)})" for because, globs in said.items()), *depends])


def _files(globs: Iterable[str]) -> str:
    listed = list(dict.fromkeys(globs))
    more = [f"{len(listed) - _SHOWN_FILES} more"] if len(listed) > _SHOWN_FILES else []
    return ", ".join([*(f"`{glob}`" for glob in listed[:_SHOWN_FILES]), *more])


_HEAD = """\
# Detection

<!-- Generated from generator/mainstay/stack/ by script/docs: change it there. -->

`mainstay detect` says what a repository is made of, each conclusion with the file that proves it; `mainstay init`
answers the template's questions by it. Nothing is executed and nothing is changed.

```sh
mainstay detect              # the files here: what git would commit, or all of them outside git
mainstay detect --ref v1.2   # a branch, a tag or a commit, without checking it out
mainstay detect --json       # the same for programs
```

- Several candidates are **said, not guessed**: the one nearest to the root counts, and of several there none. `init`
  then asks, or takes the answer that claims nothing.
- What the template has no text for is answered with `none` or `other`, and a note names the file.
- A file that cannot be read (larger than 1 MiB, a link, broken) proves nothing, and a note says so.
- Left out are folders of others: {left_out}; and folders with template marks in their names.
- Members of workspaces need no entry of their own in `dependabot.yml`: their root has one.
"""
