"""What `mainstay backup list`, `show`, `prune` and `status` print, to the letter."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpers.backups import keys_in, manifest_at, put_backup, put_record, record_of
from helpers.policies import policy_text
from mainstay.cli import main
from mainstay.errors import StoreError
from mainstay.platform.clock import SystemClock

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STORED = b"x" * 9_856_614  # 9.4 MiB
NIGHTS = [
    manifest_at(NOW - timedelta(hours=9, days=days), stored=STORED, rows=1_234_567 - days * 1000)
    for days in (0, 1, 2, 3, 9, 10, 30)
]
"""Newest first."""


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, read as JSON."""
        return json.loads(self.out)


Run = Callable[..., Ended]


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A store with seven backups; the third newest was restored, the sixth only read."""
    folder = tmp_path / "store"
    folder.mkdir()
    for manifest in NIGHTS:
        # Only the newest is verified here: it alone needs the bytes that its manifest names.
        put_backup(folder.as_uri(), manifest, stored=STORED if manifest == NIGHTS[0] else b"an artifact")
    put_record(folder.as_uri(), record_of(NIGHTS[2], NOW - timedelta(days=2)))
    put_record(folder.as_uri(), record_of(NIGHTS[5], NOW - timedelta(days=2), "readable"))
    return folder.as_uri()


@pytest.fixture
def run(
    tmp_path: Path, store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs `mainstay backup` in this process, at noon of 23 November 2026, through its own error boundary."""
    text = re.sub(r"^  store: .*$", f"  store: {store}", policy_text(), flags=re.MULTILINE)
    text = re.sub(r"keep: {.*}", "keep: {last: 2, daily: 0, weekly: 3, monthly: 1, yearly: 0}", text)
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github/mainstay.yml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(SystemClock, "now", lambda _self: NOW)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["mainstay", "backup", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    return run


def test_the_list_says_what_was_proved_and_what_keeps_it(run: Run) -> None:
    """In 80 columns; what nothing keeps has a dash."""
    assert run("list") == Ended(
        0,
        """\
ID                         DATABASE  AGE  STORED   ROWS       VERIFIED  KEPT BY
20261123T030000Z-1af1fdcf  app       9h   9.4 MiB  1,234,567  -         newest
20261122T030000Z-3222170c  app       1d   9.4 MiB  1,233,567  -         last
20261121T030000Z-59f27c43  app       2d   9.4 MiB  1,232,567  restored  proved
20261120T030000Z-5c4122af  app       3d   9.4 MiB  1,231,567  -         -
20261114T030000Z-81c86b70  app       9d   9.4 MiB  1,225,567  -         weekly
20261113T030000Z-4ce97c4c  app       10d  9.4 MiB  1,224,567  readable  -
20261024T030000Z-e17d52a9  app       30d  9.4 MiB  1,204,567  -         -
""",
        "",
    )


def test_without_a_policy_nothing_is_said_about_keeping(run: Run, store: str) -> None:
    """`--store` asks the store alone."""
    put_record(store, record_of(NIGHTS[0], NOW, "digest", "the manifest says 11 bytes"))

    listed = run("list", "--store", store)

    assert listed.out.splitlines()[:2] == [
        "ID                         DATABASE  AGE  STORED   ROWS       VERIFIED",
        "20261123T030000Z-1af1fdcf  app       9h   9.4 MiB  1,234,567  failed",
    ]
    assert {backup["kept_by"] for backup in run("list", "--store", store, "--json").json} == {None}


def test_a_database_that_the_policy_does_not_name_has_no_rule(run: Run, store: str) -> None:
    """No prune will ever touch it."""
    put_backup(store, manifest_at("2020-01-01T00:00:00", database="old-shop"))

    assert run("list").out.splitlines()[-1].endswith("no rule")
    assert run("prune", "--database", "old-shop").code == 2


def test_the_list_as_json_has_units_in_its_names(run: Run) -> None:
    """A contract: what a monitor reads."""
    third, fourth = run("list", "--json").json[2:4]

    assert (third["verified_level"], third["verified_at"]) == ("restored", "2026-11-21T12:00:00+00:00")
    assert (third["age_seconds"], third["stored_size_bytes"]) == (2 * 86_400 + 9 * 3600, 9_856_614)
    assert (third["kept_by"], fourth["kept_by"]) == (["proved"], [])
    assert (fourth["verified_level"], fourth["failed_level"]) == (None, None)


def test_show_tells_what_is_known_of_a_backup(run: Run, store: str) -> None:
    """Down to the line that a person restores it by: place and digest."""
    put_record(store, record_of(NIGHTS[2], NOW, "readable", "\x1b[2Jthe dump ends early"))
    digest = NIGHTS[2].artifact.sha256

    assert run("show", NIGHTS[2].id) == Ended(
        0,
        f"""\
backup     app 20261121T030000Z-59f27c43
taken      2026-11-21 03:00:00 UTC, 2d ago
took       12.3 s
by         mainstay 0.1.0, pg_dump 16.14
server     postgresql 16.14, UTF8
holds      1,232,567 rows in 1 table, 0 large objects
dump       38.1 MiB, custom
stored     9.4 MiB, zstd, not encrypted
in         {store}/app/20261121T030000Z-59f27c43/dump.zst
sha256     {digest}
kept by    nothing: the next prune deletes it
FAILED     readable, 2026-11-23 12:00 UTC, in 5.0 s
           \\x1b[2Jthe dump ends early
verified   restored, 2026-11-21 12:00 UTC, in 5.0 s
""",
        "",
    )


def test_show_as_json_has_the_whole_manifest(run: Run) -> None:
    """And every verification."""
    shown = run("show", NIGHTS[2].id, "--json").json

    assert shown["manifest"] == NIGHTS[2].model_dump(mode="json")
    assert [record["level"] for record in shown["verifications"]] == ["restored"]
    assert shown["kept_by"] == ["proved"]


def test_show_without_an_id_shows_the_newest(run: Run) -> None:
    """As `verify` and `restore` do."""
    assert run("show").out.startswith(f"backup     app {NIGHTS[0].id}\n")


def test_a_dry_run_says_what_would_go_and_why_the_rest_stays(run: Run, store: str) -> None:
    """Nothing is deleted without `--apply`."""
    before = keys_in(store)

    assert run("prune") == Ended(
        0,
        """\
ID                         DECISION  KEPT BY
20261123T030000Z-1af1fdcf  keep      newest, last, weekly, monthly
20261122T030000Z-3222170c  keep      last, weekly
20261121T030000Z-59f27c43  keep      proved
20261120T030000Z-5c4122af  delete
20261114T030000Z-81c86b70  keep      weekly
20261113T030000Z-4ce97c4c  delete
20261024T030000Z-e17d52a9  delete
dry run  app: would delete 3 backups (28.2 MiB), keep 4; --apply deletes
""",
        "",
    )
    assert keys_in(store) == before


def test_apply_deletes(run: Run, store: str) -> None:
    """And a leftover of a run that was killed goes too, by name."""
    rest = manifest_at(NOW - timedelta(days=5))
    put_backup(store, rest)
    manifest = Path(store.removeprefix("file://")) / "app" / rest.id / "manifest.json"
    manifest.unlink()

    pruned = run("prune", "--apply")

    assert pruned.code == 0
    assert pruned.out.splitlines()[-2:] == [
        f"removed 2 objects of {rest.id}, which has no manifest",
        "pruned  app: deleted 3 backups (28.2 MiB), kept 4",
    ]
    assert {key.split("/")[1] for key in keys_in(store)} == {NIGHTS[number].id for number in (0, 1, 2, 4)}
    assert run("prune", "--apply", "--json").json == [
        {
            "database": "app",
            "applied": True,
            "decisions": [
                {
                    "id": NIGHTS[number].id,
                    "taken_at": NIGHTS[number].taken_at.isoformat(),
                    "kept": True,
                    "kept_by": reasons,
                }
                for number, reasons in (
                    (0, ["newest", "last", "weekly", "monthly"]),
                    (1, ["last", "weekly"]),
                    (2, ["proved"]),
                    (4, ["weekly"]),
                )
            ],
            "deleted": [],
            "retained": [],
            "leftovers": [],
            "freed_bytes": 0,
        }
    ]


def test_a_refused_prune_ends_with_1_and_says_why(run: Run, store: str) -> None:
    """For each database by name; the JSON stays JSON."""
    broken = Path(store.removeprefix("file://")) / "app" / NIGHTS[6].id / "manifest.json"
    broken.write_text("{}")

    refused = run("prune", "--apply", "--json")

    assert (refused.code, refused.json) == (1, [])
    assert refused.err.startswith("error: app: nothing was pruned: 1 of the store's records cannot be read")
    assert "\nhint: " in refused.err
    assert NIGHTS[5].artifact.key in keys_in(store)


def test_status_ends_with_0_when_all_is_well(run: Run) -> None:
    """One word, then the figures that it follows from."""
    assert run("status") == Ended(
        0,
        """\
ok  app
  newest   20261123T030000Z-1af1fdcf
  age      9 h, at most 26 hours
  dump     38.1 MiB, usually 38.1 MiB
  restored 20261121T030000Z-59f27c43
  drill    2026-11-21 12:00 UTC, restored in 4.0 s; every 7 days
  due      backup by 2026-11-24 05:00 UTC, drill by 2026-11-28 12:00 UTC
""",
        "",
    )


def test_status_ends_with_1_when_a_promise_is_broken(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gravest word first, every finding below it; a drill may be late by a quarter of its span."""
    monkeypatch.setattr(SystemClock, "now", lambda _self: NOW + timedelta(days=8))

    found = run("status")

    assert found.code == 1
    assert found.out.splitlines()[:3] == [
        "stale  app",
        "  ! the newest backup is older than the recovery point objective of 26 hours",
        "  ! the last verified restore is longer ago than 7 days and a quarter of it",
    ]


def test_status_ends_with_3_when_something_cannot_be_read(run: Run, store: str) -> None:
    """Whatever else is true."""
    (Path(store.removeprefix("file://")) / "app" / NIGHTS[0].id / "manifest.json").write_text("{}")

    found = run("status", "--json")

    assert (found.code, found.json[0]["state"]) == (3, "unknown")
    assert found.json[0]["newest_id"] == NIGHTS[1].id


def test_status_as_json_has_units_in_its_names(run: Run) -> None:
    """A contract: what a monitor reads."""
    assert run("status", "--json").json == [
        {
            "database": "app",
            "state": "ok",
            "findings": [],
            "newest_id": NIGHTS[0].id,
            "age_seconds": 9 * 3600,
            "dump_size_bytes": 40_000_000,
            "usual_dump_size_bytes": 40_000_000,
            "restored_id": NIGHTS[2].id,
            "restored_level": "restored",
            "restored_at": "2026-11-21T12:00:00+00:00",
            "restore_seconds": 4.0,
            "backup_due_at": "2026-11-24T05:00:00+00:00",
            "drill_due_at": "2026-11-28T12:00:00+00:00",
        }
    ]


def test_an_empty_store_has_never_been_backed_up_to(run: Run, store: str) -> None:
    """Exit code 1: nothing is unreadable, there is just no backup."""
    for key in keys_in(store):
        (Path(store.removeprefix("file://")) / key).unlink()

    assert run("status") == Ended(1, "never  app\n  ! there is no backup\n", "")
    assert run("list").out == "no backups\n"
    assert run("prune").out == "dry run  app: would delete 0 backups (0 B), keep 0; --apply deletes\n"
    assert run("show").code == 2


def test_nothing_is_wider_than_80_columns(run: Run) -> None:
    """With ids in full, sizes in hundreds of mebibytes and rows in millions."""
    for words in (["list"], ["prune"], ["status"]):
        assert max(map(len, run(*words).out.splitlines())) <= 80


def test_verify_records_what_it_found(run: Run, store: str) -> None:
    """A damaged artifact ends with 4 and is on record; `--no-record` leaves the store as it is."""
    before = keys_in(store)

    assert run("verify", "--level", "digest", "--no-record").code == 0
    assert keys_in(store) == before
    assert run("verify", "--level", "digest").code == 0
    assert run("list").out.splitlines()[1].split()[-2] == "digest"

    artifact = Path(store.removeprefix("file://")) / NIGHTS[0].artifact.key
    artifact.write_bytes(STORED[:-1])
    assert run("verify", "--level", "digest").code == 4
    assert run("list").out.splitlines()[1].split()[-2] == "failed"
    assert run("status").out.startswith("unverified  app\n")


def test_a_store_that_may_only_be_read_gives_a_warning(
    run: Run, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verification counts, and its record is missed."""

    def refuse(_self: object, key: str, _data: bytes) -> None:
        raise StoreError(f"creating {key} failed: access denied")

    monkeypatch.setattr("mainstay.backup.stores.object_store.ObjectStore.create", refuse)
    done = run("verify", "--level", "digest")

    assert done.code == 0
    assert done.out.startswith(f"verified  app {NIGHTS[0].id}: digest in ")
    assert "warning: the verification could not be recorded: creating app/" in done.err
    assert not [key for key in keys_in(store) if "verified-digest" in key]
