from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.backups import manifest_at, put_backup
from helpers.postgres import Database, database_names
from mainstay.backup import (
    Level,
    Source,
    Verification,
    carry_out,
    engine_named,
    plan_restore,
    read_catalog,
    take_backup,
    verify_backup,
)
from mainstay.backup.drill import Drill, exit_code_of, run_drill
from mainstay.errors import (
    BackupError,
    DamageUncheckedError,
    EngineError,
    MainstayError,
    NoBackupError,
    StoreError,
    UsageError,
    VerificationError,
)
from mainstay.platform.clock import FixedClock
from mainstay.platform.postgres_installs import BIN_VARIABLE, find_bin
from mainstay.policy.backups import Backups

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROMISED = Backups(store="file:///srv/backups", rpo=timedelta(hours=26), rto=timedelta(hours=4))


@pytest.mark.parametrize(
    ("age", "restore_seconds", "differences", "broken", "passed"),
    [
        (timedelta(hours=26), 4 * 3600, (), [], True),
        (
            timedelta(hours=26, seconds=1),
            10,
            (),
            ["older than the recovery point objective of 26 hours"],
            False,
        ),
        (timedelta(hours=1), 4 * 3600 + 1, (), ["longer than the recovery time objective of 4 hours"], False),
        (timedelta(hours=1), 10, ("table a is missing",), [], False),
    ],
)
def test_a_drill_is_held_against_what_the_policy_promises(
    monkeypatch: pytest.MonkeyPatch,
    age: timedelta,
    restore_seconds: float,
    differences: tuple[str, ...],
    broken: list[str],
    passed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Exactly at the objective is still within it; one second more is not."""
    backup = manifest_at(NOW - age)
    verification = Verification(
        backup.id, "app", Level.RESTORED, differences, restore_seconds + 1, restore_seconds
    )
    monkeypatch.setattr("mainstay.backup.drill.find_backup", lambda *_: backup)
    monkeypatch.setattr("mainstay.backup.drill.verify_backup", lambda *_, **__: verification)

    drill: Drill = run_drill("app", PROMISED, clock=FixedClock(NOW))

    assert drill.passed == passed
    assert len(drill.broken_promises) == len(broken)
    assert all(expected in said for expected, said in zip(broken, drill.broken_promises, strict=True))


def test_a_drill_is_recorded_beside_its_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is how retention knows what to keep, and `backup status` when the next drill is due."""
    store_url = tmp_path.as_uri()
    backup = put_backup(store_url, manifest_at(NOW - timedelta(hours=9)))
    verification = Verification(backup.id, "app", Level.RESTORED, (), 5.0, 4.0)
    monkeypatch.setattr("mainstay.backup.drill.verify_backup", lambda *_, **__: verification)

    run_drill(
        "app", Backups(store=store_url), clock=FixedClock(NOW), warn=pytest.fail, run_url="https://ci/1"
    )

    proof = read_catalog(store_url).standing(backup).proof
    assert proof
    assert (proof.level, proof.verified_at, proof.restore_seconds) == ("restored", NOW, 4.0)
    assert proof.run_url == "https://ci/1"


def test_a_drill_whose_record_is_refused_still_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The identity of the drill may only be let to read: it warns."""
    warnings: list[str] = []
    backup = manifest_at(NOW - timedelta(hours=9))
    verification = Verification(backup.id, "app", Level.RESTORED, (), 5.0, 4.0)
    monkeypatch.setattr("mainstay.backup.drill.find_backup", lambda *_: backup)
    monkeypatch.setattr("mainstay.backup.drill.verify_backup", lambda *_, **__: verification)

    drill = run_drill("app", PROMISED, clock=FixedClock(NOW), warn=warnings.append)

    assert drill.passed
    assert len(warnings) == 1


def test_what_the_engine_could_not_look_for_is_said_and_recorded(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without amcheck a drill claims no more than a restore; a verification that was asked for more fails."""
    database.execute("CREATE TABLE words AS SELECT 1 AS i")
    manifest = take_backup(Source("app", "postgresql", database.url), tmp_path.as_uri())
    warnings: list[str] = []

    def lacking(*_: object) -> tuple[str, ...]:
        raise DamageUncheckedError("its server lacks the extension amcheck")

    monkeypatch.setattr("mainstay.backup.engines.postgresql.PostgreSQL.check_integrity", lacking)
    promised = Backups(store=tmp_path.as_uri())

    passed = run_drill("app", promised, server_url=database.server_url, warn=warnings.append)
    failed = run_drill(
        "app", promised, server_url=database.server_url, assertions=["SELECT 1 = 2", "SELECT true"]
    )

    assert (passed.passed, passed.verification.level) == (True, Level.RESTORED)
    assert warnings == ["nothing looked for damage: its server lacks the extension amcheck"]
    assert (failed.passed, failed.verification.differences) == (
        False,
        ("assertion is not true: SELECT 1 = 2",),
    )
    records = sorted(
        read_catalog(tmp_path.as_uri()).records_of(manifest), key=lambda record: record.verified_at
    )
    assert [(record.level, record.verified) for record in records] == [
        ("restored", True),
        ("restored", False),
    ]
    assert records[0].caveats == tuple(warnings)
    with pytest.raises(DamageUncheckedError):
        verify_backup(
            manifest, tmp_path.as_uri(), level=Level.PROVED, server_url=database.server_url, may_settle=False
        )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        *[(StoreError("x"), 3), (VerificationError("x"), 4), (BackupError("x"), 1), (EngineError("x"), 1)],
        *[(NoBackupError("x"), 1), (UsageError("x"), 2)],
    ],
)
def test_a_drill_ends_with_what_it_may_claim(error: MainstayError, code: int) -> None:
    """A store that cannot be read says nothing about the backup in it; that there is none is a result."""
    assert exit_code_of(error) == code


def test_a_warning_fails_a_drill_and_no_restore(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drill takes nothing for harmless that nobody has looked at; who needs the data back takes what there is."""
    database.execute("CREATE TABLE words AS SELECT 1 AS i; CREATE PUBLICATION everything FOR ALL TABLES")
    store_url = (tmp_path / "store").as_uri()
    (tmp_path / "store").mkdir()
    manifest = take_backup(Source("app", "postgresql", database.url), store_url)
    quiet = verify_backup(manifest, store_url, level=Level.RESTORED, server_url=database.server_url)
    warning = tmp_path / "pg_restore"
    warning.write_text(
        f"#!/bin/sh\necho 'pg_restore: warning: odd' >&2\nexec {find_bin(16, 'pg_restore')} \"$@\"\n"
    )
    warning.chmod(0o755)
    monkeypatch.setenv(BIN_VARIABLE, str(tmp_path))

    with pytest.raises(EngineError, match="pg_restore ended well, but warned: pg_restore: warning: odd"):
        verify_backup(manifest, store_url, level=Level.RESTORED, server_url=database.server_url)
    into = f"{database.name}_b"
    carry_out(plan_restore(manifest, store_url, server_url=database.url, into=into))

    assert quiet.differences == ()
    assert into in database_names(database.server_url)
    engine_named("postgresql").drop_database(database.server_url, into)
