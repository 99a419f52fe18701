"""`docs/performance.md`: what recorded runs of `script/bench backup` found, in tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.grouping import grouped


@dataclass(frozen=True)
class Target:
    """A promise: a figure of the results, and the most that it may be."""

    text: str
    keys: tuple[str, ...]
    most: float
    form: str


TARGETS = (
    Target("Backup with encryption, to `pg_dump > /dev/null`", ("ratios", "wall_vs_floor"), 1.25, "{:.2f} x"),
    Target(
        "The same, to `pg_dump -Fc \\| aws s3 cp -`", ("ratios", "wall_vs_shell_pipeline"), 1 / 3, "{:.2f} x"
    ),
    Target(
        "The same on a limited link, to the SOP's way", ("ratios", "limited_link_vs_sop"), 1 / 8, "{:.3f} x"
    ),
    Target(
        "Restore, to `pg_restore -j2` from a local file",
        ("ratios", "restore_vs_pg_restore_j2"),
        1.1,
        "{:.2f} x",
    ),
    Target("Memory at most, MiB", ("peak_rss_mib",), 160, "{:.0f}"),
    Target("Memory at most, four times as many rows, MiB", ("peak_rss_mib_large",), 160, "{:.0f}"),
    Target("Temporary bytes of a backup", ("temp_bytes",), 0, "{:,.0f}"),
)
SCENES = {
    "backup": "Backup, the store on the same machine",
    "limited": "Backup, each connection limited to 10 MB/s, 50 ms per request",
    "large": "Backup of a database with four times as many rows",
    "restore": "Restore into a new database",
}
_INTRODUCTION = """# Performance

What a backup and a restore cost, measured by `script/bench backup --large` against the tools that others use.
This page is made from [the record of that run](examples/bench-backup.json) by `script/docs`.

![Wall time of backups and restores](performance.svg)
"""
_METHOD = """## How it was measured

- **Database**: PostgreSQL 16 from the wheel that the tests use, with customers, events (numbers, times, JSON),
  articles and files of random bytes, their indexes and foreign keys. Seven tenths of the dump are events; all of it
  compresses to less than a third. Durability is off, as in a restore drill.
- **Store**: speaks S3 on the loopback interface and writes to memory (`tests/bench/sink.py`). It checks no
  signature.
- **Rounds**: all contestants run in turn, beginning with another one each time; what else the machine does falls on
  all. Ratios are between the fastest runs. The median stands beside them.
- **mainstay** runs in a process of its own, start of Python included. It reads and hashes the content of every
  table in the dump's snapshot at the same time; no other contestant does.
- **CPU** of the client is that of all its processes; of the server, of PostgreSQL and all its backends. Both are of
  the fastest run.
- **Memory** is what no file stands behind (`RssAnon`), summed over all processes of the client, fifty times a
  second.
- **Temporary bytes** are the most that stood in `TMPDIR` at once, looked at as often.
- **Restores**: local dumps are files in memory. The target is what `pg_dump -Fc` writes by default; an uncompressed one
  stands beside it. mainstay fetches, decrypts, checks and unpacks the artifact while it loads it; its temporary bytes
  are the archive's table of contents. Creating the database counts for all.

## What it does not show

- On a shared machine times are upper bounds, and ratios lean towards those of all processor time spent. The load when
  each run began is in the record.
- No disk and no network: a real server reads from disks, a real store is far away. The limited link models the
  latter.
- One shape of data. More random bytes make compression useless, more text makes it better; JSON costs the server
  more.
- The client and the server share the cores here. With a server of its own, reading the content costs the client
  nothing.
"""


def performance_page(found: Mapping[str, Any], smaller: Mapping[str, Any]) -> str:
    """Return the page about a run, and a second one with a smaller database."""
    parts = [_INTRODUCTION, _targets(found), *_scenes(found), _smaller(smaller), _METHOD]
    return "\n".join(parts)


def _targets(found: Mapping[str, Any]) -> str:
    machine = found["machine"]
    loads = [run["load"] for run in found["runs"]]
    lines = [
        "## Targets",
        "",
        *_verdicts(found),
        "",
        f"Machine: {machine['cores']} cores ({machine['cpu']}), {machine['memory_gib']:.0f} GiB,",
        f"{machine['system']}, Python {machine['python']}.",
        f"The database takes {found['database_bytes'] / 1e6:,.0f} MB on disk. When the runs began, the load average",
        f"of the machine was {min(loads):.1f} to {max(loads):.1f}, its median {median(loads):.1f}.",
        "",
    ]
    return "\n".join(lines)


def _smaller(found: Mapping[str, Any]) -> str:
    lines = [
        "## A smaller database",
        "",
        "Starting Python and connecting take as long for a small database as for a large one. With",
        f"{found['database_bytes'] / 1e6:,.0f} MB on disk `script/bench backup --size 800` found",
        "([record](examples/bench-backup-smaller.json)):",
        "",
        *_verdicts(found),
        "",
    ]
    return "\n".join(lines)


def _verdicts(found: Mapping[str, Any]) -> Iterator[str]:
    yield "| What | Target | Measured | |"
    yield "| --- | --- | --- | --- |"
    yield from (_target(target, found) for target in TARGETS)


def _target(target: Target, found: Mapping[str, Any]) -> str:
    value: Any = found
    for key in target.keys:
        value = value[key]
    if value is None:
        return f"| {target.text} | {target.form.format(target.most)} | not measured | |"
    verdict = "met" if value <= target.most else "**missed**"
    return f"| {target.text} | {target.form.format(target.most)} | {target.form.format(value)} | {verdict} |"


def _scenes(found: Mapping[str, Any]) -> Iterator[str]:
    groups = grouped(found["runs"])
    for scene, title in SCENES.items():
        rows = [_row(name, runs) for (of, name), runs in groups.items() if of == scene]
        if rows:
            yield "\n".join([f"## {title}", "", *_HEADER, *rows, ""])


_HEADER = (
    "| | Wall, min / median s | Client CPU s | Server CPU s | Memory MiB | Stored MB | Temporary MB |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


def _row(name: str, runs: list[dict[str, Any]]) -> str:
    walls = [run["wall_seconds"] for run in runs]
    best = min(runs, key=lambda run: run["wall_seconds"])
    stored = "" if best["scene"] == "restore" else f"{best['stored_bytes'] / 1e6:,.0f}"
    name = name.replace("|", "\\|")
    return (
        f"| {name} | {min(walls):.2f} / {median(walls):.2f} | {best['client_cpu_seconds']:.1f} "
        f"| {best['server_cpu_seconds']:.1f} | {max(run['peak_rss_mib'] for run in runs):.0f} | {stored} "
        f"| {max(run['temp_bytes'] for run in runs) / 1e6:,.0f} |"
    )
