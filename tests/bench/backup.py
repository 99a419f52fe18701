"""What is measured: backups on a fast and on a limited link, backups of a large database, restores."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyrage

from bench.measure import Command, Run, measure
from bench.stage import BUCKET, Server, Store, memory_folder, server, store

OURS, ENCRYPTED = "mainstay, plain", "mainstay, encrypted"
FLOOR = "pg_dump -Fc -Z0 > /dev/null"
SOP = "SOP-603: plain dump to a file, one put"
SHELL = "pg_dump -Fc | aws s3 cp -"
FOLDER = "pg_dump -Fd -j2, aws s3 cp --recursive"
RESTORE_FLOOR = "createdb, pg_restore -j2 from a local file"
RESTORE_UNPACKED = f"{RESTORE_FLOOR}, uncompressed"
LIMITED_MB_PER_SECOND, LIMITED_LATENCY_SECONDS = 10, 0.05
LARGE_FACTOR = 4
_DATABASE = "bench"
_RESTORED = "restored"

Report = Callable[[Run], None]


@dataclass(frozen=True)
class Request:
    """How much to measure."""

    size_mib: int
    rounds: int
    large: bool
    report: Report
    say: Callable[[str], None]


def measured(request: Request) -> tuple[list[Run], int]:
    """Run every scene; return all runs and the size of the database in bytes."""
    identity = pyrage.x25519.Identity.generate()
    with server() as postgres:
        request.say(f"filling a database of about {request.size_mib} MiB")
        size_bytes = postgres.fill(_DATABASE, request.size_mib)
        bench = _Bench(request, postgres, str(identity.to_public()), str(identity))
        runs = [*bench.backups(), *bench.restores(), *bench.limited()]
        if request.large:
            request.say(f"filling a database with {LARGE_FACTOR} times as many rows")
            postgres.multiply("large", _DATABASE, LARGE_FACTOR)
            runs += bench.large()
    return runs, size_bytes


@dataclass(frozen=True)
class _Bench:
    request: Request
    server: Server
    recipient: str
    identity: str

    def backups(self) -> list[Run]:
        with store() as target:
            commands = self._backup_commands(target, _DATABASE)
            return self._rounds("backup", commands, target)

    def limited(self) -> list[Run]:
        with store(LIMITED_MB_PER_SECOND, LIMITED_LATENCY_SECONDS) as target:
            commands = self._backup_commands(target, _DATABASE)
            return self._rounds("limited", [c for c in commands if c.name in {SOP, OURS, ENCRYPTED}], target)

    def large(self) -> list[Run]:
        with store() as target:
            commands = self._backup_commands(target, "large")
            return self._rounds("large", [c for c in commands if c.name == ENCRYPTED], target)

    def restores(self) -> list[Run]:
        with store() as target, memory_folder() as folder:
            commands = [
                self._restore_floor(RESTORE_FLOOR, folder / "dump"),
                self._restore_floor(RESTORE_UNPACKED, folder / "unpacked", "-Z0"),
                *self._restore_commands(target),
            ]
            return self._rounds("restore", commands, target, around=self._fresh_database)

    def _rounds(
        self,
        scene: str,
        commands: Sequence[Command],
        target: Store,
        around: Callable[[Command], contextlib.AbstractContextManager[None]] | None = None,
    ) -> list[Run]:
        """Run all commands in turn, again and again: what else the machine does then falls on all of them alike."""
        runs = []
        for number in range(self.request.rounds):
            turn = number % len(commands)
            for command in [*commands[turn:], *commands[:turn]]:
                with (around or self._empty_store(target))(command):
                    run, _ = measure(scene, command, self.server.pid, target.objects)
                self.request.report(run)
                runs.append(run)
        return runs

    def _empty_store(self, target: Store) -> Callable[[Command], contextlib.AbstractContextManager[None]]:
        @contextlib.contextmanager
        def emptied(_: Command) -> Iterator[None]:
            target.clear()
            yield

        return emptied

    @contextlib.contextmanager
    def _fresh_database(self, _: Command) -> Iterator[None]:
        yield
        self.server.drop(_RESTORED)

    def _backup_commands(self, target: Store, database: str) -> list[Command]:
        pg_dump = self.server.program("pg_dump")
        env = {
            **self.server.environment(database),
            **target.environment(),
            "BENCH_PG_DUMP": pg_dump,
            "BENCH_URL": self.server.postgres.url(database),
            "BENCH_RECIPIENT": "",
            "BENCH_AWS": os.environ["BENCH_AWS"],
            "BENCH_TO": f"s3://{BUCKET}/dump",
        }
        return [
            _shell(FLOOR, '"$BENCH_PG_DUMP" -Fc -Z0 > /dev/null', env),
            _client(OURS, "take", env),
            _client(ENCRYPTED, "take", {**env, "BENCH_RECIPIENT": self.recipient}),
            _client(SOP, "sop", env),
            _shell(SHELL, '"$BENCH_PG_DUMP" -Fc | "$BENCH_AWS" s3 cp --quiet - "$BENCH_TO"', env),
            _shell(
                FOLDER,
                '"$BENCH_PG_DUMP" -Fd -j2 -f "$TMPDIR/dump" && '
                '"$BENCH_AWS" s3 cp --quiet --recursive "$TMPDIR/dump" "$BENCH_TO"',
                env,
            ),
        ]

    def _restore_floor(self, name: str, file: os.PathLike[str], *options: str) -> Command:
        """Write a dump as `pg_dump` does by default, and return what restores it."""
        env = self.server.environment(_DATABASE)
        words = [self.server.program("pg_dump"), "-Fc", *options, f"--file={file}"]
        measure("setup", Command("dump", words, env), self.server.pid, self.server.postgres.socket_dir)
        target = {**self.server.environment(_DATABASE), "RESTORED": _RESTORED}
        script = (
            '"$0" -c "CREATE DATABASE $RESTORED" > /dev/null && '
            'exec "$1" -j2 --exit-on-error --no-owner --no-acl -d "$RESTORED" "$2"'
        )
        programs = [self.server.program(program) for program in ("psql", "pg_restore")]
        return _shell(name, script, target, *programs, str(file))

    def _restore_commands(self, target: Store) -> Iterator[Command]:
        taking = {command.name: command for command in self._backup_commands(target, _DATABASE)}
        for name in (OURS, ENCRYPTED):
            _, manifest = measure("setup", taking[name], self.server.pid, target.objects)
            env = {
                **target.environment(),
                "BENCH_URL": self.server.postgres.url(),
                "BENCH_INTO": _RESTORED,
                "BENCH_MANIFEST": manifest,
                "MAINSTAY_AGE_IDENTITY": self.identity,
            }
            yield _client(name, "restore", env)


def _shell(name: str, script: str, env: Mapping[str, str], *arguments: str) -> Command:
    return Command(name, ["/bin/sh", "-c", script, *arguments], env)


def _client(name: str, what: str, env: Mapping[str, str]) -> Command:
    return Command(name, [sys.executable, "-m", "bench.clients", what], env)
