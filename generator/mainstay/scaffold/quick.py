"""Lets Copier render twice in less time. What is rendered is the same; a test compares."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mainstay.scaffold.checkout import checking_out_less
from mainstay.scaffold.unprompted import import_copier

Function = Callable[..., Any]


@contextmanager
def rendering_quickly() -> Iterator[None]:
    """Compile equal templates once for all renders in the block, and leave out what finds nothing.

    An update renders two revisions that are mostly equal, and Copier compiles each template, each part of each path
    and each question every time: half of the time. Most parts of paths and most choices are no templates at all, and
    the path of the answers file is made anew for each of them. It also asks git, in a process of its own for every
    file, about the executable bit in the index of the folder that is written to; a scratch folder has none. Of the
    template's repository only what is rendered is checked out.
    Where a Copier to come has these things elsewhere, it renders as it would anyway.
    """
    gc.disable()  # everything that is made here lives until the end of the block anyway
    import_copier()
    import copier._main  # noqa: PLC0415 - takes 0.4 s
    import copier._template  # noqa: PLC0415 - loaded by now
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415 - comes with copier

    # Looked for, never needed.
    worker, question = (getattr(copier._main, name, None) for name in ("Worker", "Question"))  # noqa: SLF001
    swaps = [
        (owner, name, found, quicker(found))
        for owner, name, quicker in (
            (SandboxedEnvironment, "compile", _compiling_once),
            (worker, "_render_string", _rendering_what_is_marked),
            (question, "render_value", _rendering_what_is_marked),
            (worker, "answers_relpath", _making_what_is_marked),
            (worker, "_sync_git_index_executable_bit", lambda _: lambda *_: None),
            (copier._template, "clone", checking_out_less),  # noqa: SLF001
        )
        if (found := getattr(owner, name, None)) is not None
    ]
    for owner, name, _, replacement in swaps:
        setattr(owner, name, replacement)
    try:
        yield
    finally:
        for owner, name, original, _ in swaps:
            setattr(owner, name, original)
        gc.enable()


def _compiling_once(compile_anew: Function) -> Function:
    from jinja2.lexer import get_lexer  # noqa: PLC0415 - comes with copier

    compiled: dict[tuple[object, ...], Any] = {}

    def compile_once(
        self: Any,  # noqa: ANN401 - Jinja's own signature
        source: Any,  # noqa: ANN401
        name: Any = None,  # noqa: ANN401
        filename: Any = None,  # noqa: ANN401
        *rest: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        if rest or not isinstance(source, str):
            return compile_anew(self, source, name, filename, *rest)
        # Equal settings share one lexer, so it stands for the delimiters. The file only stands in tracebacks.
        key = (get_lexer(self), *self.extensions, source, name)
        if key not in compiled:
            compiled[key] = compile_anew(self, source, name, filename)
        return compiled[key]

    return compile_once


def _rendering_what_is_marked(render_anew: Function) -> Function:
    def render(self: Any, value: Any, *rest: Any, **more: Any) -> Any:  # noqa: ANN401 - Copier's own signature
        plain = isinstance(value, str) and _is_plain(value, self.jinja_env)
        return value if plain else render_anew(self, value, *rest, **more)

    return render


def _making_what_is_marked(relpath: property) -> property:
    def make(self: Any) -> Any:  # noqa: ANN401 - Copier's own signature
        path = str(self.answers_file or self.template.answers_relpath)
        return Path(path) if _is_plain(path, self.jinja_env) else relpath.__get__(self)

    return property(make)


def _is_plain(text: str, environment: Any) -> bool:  # noqa: ANN401 - Jinja comes later
    """Return whether rendering a text gives the same text: it has no mark of Jinja and no line end."""
    marks = (
        environment.variable_start_string,
        environment.block_start_string,
        environment.comment_start_string,
        "\n",
    )
    lines = environment.line_statement_prefix or environment.line_comment_prefix
    return not lines and not any(mark in text for mark in marks)
