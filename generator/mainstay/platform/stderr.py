"""What a program says on standard error, kept while it runs."""

from __future__ import annotations

import os
import threading
from typing import IO, Self

_KEPT_BYTES = 64 << 10


class Stderr:
    """Drains a process's standard error in a thread and keeps its last 64 KiB."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._drain, name="stderr", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._stream.close()

    def text(self) -> str:
        """Return what was kept, once the program has closed its standard error."""
        self._thread.join()
        return self._kept.decode(errors="replace")

    def _drain(self) -> None:
        while block := os.read(self._stream.fileno(), 1 << 16):
            self._kept += block
            del self._kept[:-_KEPT_BYTES]
