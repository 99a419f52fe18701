"""Takes backups with `mainstay backup take` in forked children and stops them at given moments.

Run as `python doomed.py PLAN`, a JSON list of [signal, moment, [words after `mainstay`]]; a moment is a share of the
time that a whole run takes, which the first command is run to its end for. Prints a JSON list of exit statuses,
negative for a signal. A child is forked when everything is imported: its moments are those of the backup, not of
Python's start.
"""

from __future__ import annotations

import json
import os
import sys
import time

from mainstay.backup import engines
from mainstay.backup.stores import object_store, openers
from mainstay.cli import main
from mainstay.cli.backup import take

IMPORTED = (engines, object_store, openers, take)


def started(words: list[str]) -> int:
    """Fork a child that runs the command; return its process id when it is about to begin."""
    ready, go = os.pipe()
    if (child := os.fork()) == 0:
        sys.argv = ["mainstay", *words]
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.write(go, b".")
        main()
    os.close(go)
    os.read(ready, 1)
    os.close(ready)
    return child


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def carried_out(plan: list[tuple[int, float, list[str]]]) -> list[int]:
    """Run every command of the plan, stop it at its moment, and return how each ended."""
    began = time.monotonic()
    assert ended(started(plan[0][2])) == 0
    whole_seconds = time.monotonic() - began
    statuses = []
    for number, moment, words in plan:
        child = started(words)
        time.sleep(moment * whole_seconds)
        os.kill(child, number)  # a child that has ended is still there, as a zombie
        statuses.append(ended(child))
    return statuses


if __name__ == "__main__":
    engines.engine_named("postgresql")
    json.dump(carried_out(json.loads(sys.argv[1])), sys.stdout)
