"""What engines share that let another program dump and load."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from mainstay.errors import EngineError, ProcessError


@contextlib.contextmanager
def as_engine_error(hint: str | None = None) -> Iterator[None]:
    """Turn a program's errors into an engine's; `hint` stands with one that comes without."""
    try:
        yield
    except ProcessError as error:
        raise EngineError(error.message, hint=error.hint or hint) from error
