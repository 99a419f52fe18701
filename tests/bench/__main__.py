"""`script/bench backup`: measures backups and restores against the usual tools, interleaved, on this machine."""

from __future__ import annotations

import argparse
import json
import sys

from bench.backup import Request, measured
from bench.measure import Run
from bench.results import results, table


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("what", choices=["backup"])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--size", type=int, default=1400, metavar="MIB", help="database on disk (default: 1400)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of each contestant (default: 3)")
    parser.add_argument(
        "--large", action="store_true", help="also a database with four times as many rows (memory)"
    )
    options = parser.parse_args()
    runs, size_bytes = measured(Request(options.size, options.rounds, options.large, _report, _say))
    found = results(runs, size_bytes)
    sys.stdout.write(json.dumps(found, indent=2) + "\n" if options.json else table(found))


def _report(run: Run) -> None:
    _say(f"{run.scene:8} {run.contestant:40} {run.wall_seconds:7.2f} s  load {run.load:.2f}")


def _say(text: str) -> None:
    sys.stderr.write(f"bench: {text}\n")


if __name__ == "__main__":
    main()
