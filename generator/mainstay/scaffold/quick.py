"""Lets Copier render twice in less time. What is rendered is the same; a test compares."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def rendering_quickly() -> Iterator[None]:
    """Compile equal templates once for all renders in the block, and leave out a probe that finds nothing.

    An update renders two revisions that are mostly equal, and Copier compiles each template, each part of each path
    and each question every time: half of the time. It also asks git, in a process of its own for every file, about
    the executable bit in the index of the folder that is written to; a scratch folder has none.
    Where a Copier to come has these things elsewhere, it renders as it would anyway.
    """
    gc.disable()  # everything that is made here lives until the end of the block anyway
    import copier._main  # noqa: PLC0415 - takes 0.6 s
    from jinja2.lexer import get_lexer  # noqa: PLC0415 - comes with copier
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415 - comes with copier

    compiled: dict[tuple[object, ...], Any] = {}
    compile_anew = SandboxedEnvironment.compile

    def compile_once(
        self: SandboxedEnvironment,
        source: Any,  # noqa: ANN401 - Jinja's own signature
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

    worker = getattr(copier._main, "Worker", None)  # noqa: SLF001 - looked for, never needed
    swaps = [
        (owner, name, getattr(owner, name), replacement)
        for owner, name, replacement in (
            (SandboxedEnvironment, "compile", compile_once),
            (worker, "_sync_git_index_executable_bit", lambda *_: None),
        )
        if hasattr(owner, name)
    ]
    for owner, name, _, replacement in swaps:
        setattr(owner, name, replacement)
    try:
        yield
    finally:
        for owner, name, original, _ in swaps:
            setattr(owner, name, original)
        gc.enable()
