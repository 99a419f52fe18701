"""What every engine has to do, over every kind of database, on real servers."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from helpers.contrib import contrib_server
from helpers.subjects import Subject
from mainstay.backup import (
    Level,
    Source,
    compare_content,
    engine_named,
    find_backup,
    read_catalog,
    restore_backup,
    take_backup,
    verify_backup,
)
from mainstay.backup.content import Content
from mainstay.backup.stores import open_store
from mainstay.errors import BackupError, EngineError, VerificationError
from mainstay.platform import process


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """An empty store in a folder."""
    folder = tmp_path / "store"
    folder.mkdir()
    return folder.as_uri()


def content_of(subject: Subject, url: str | None = None) -> Content:
    return engine_named(subject.engine).read_content(url or subject.url)


def needs_content(subject: Subject) -> None:
    if not subject.holds:
        pytest.skip(f"{subject.engine} cannot look into a database")


def test_a_destroyed_database_comes_back_equal(subject: Subject, store_url: str) -> None:
    """Back up, drop, restore: rows, checksums, positions and objects are what they were."""
    before, engine = content_of(subject), engine_named(subject.engine)

    take_backup(subject.source, store_url)
    subject.drop()
    assert subject.name not in subject.names()
    restored = restore_backup(
        find_backup(store_url, "app"), store_url, server_url=subject.server_url, into="test_back"
    )
    after = content_of(subject, restored.url)
    engine.drop_database(subject.server_url, restored.database)

    assert before == after
    assert compare_content(before, after) == ()
    assert subject.holds <= set(before.objects)
    assert before.rows > 6000 or not before.known


def test_the_manifest_tells_one_instant_while_writes_go_on(subject: Subject, store_url: str) -> None:
    """What is written during the backup is in neither the manifest nor the dump: both are of one instant."""
    needs_content(subject)
    stop, written = threading.Event(), threading.Event()

    def write() -> None:
        while not stop.is_set():
            subject.write()
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        written.wait(10)
        manifests = [take_backup(subject.source, store_url) for _ in range(3)]
    finally:
        stop.set()
        writer.join()

    for manifest in manifests:
        found = verify_backup(manifest, store_url, level=Level.RESTORED, server_url=subject.server_url)
        assert found.differences == ()
        assert any("instant" in caveat for caveat in manifest.caveats) == (subject.engine == "mongodb")
    assert len({manifest.content.model_dump_json() for manifest in manifests}) > 1
    assert content_of(subject) != manifests[-1].content


def proving(subject: Subject, level: Level) -> contextlib.AbstractContextManager[object]:
    """PostgreSQL looks for damage with an extension that not every server has."""
    needed = subject.engine == "postgresql" and level is Level.PROVED
    return contrib_server(16) if needed else contextlib.nullcontext()


@pytest.mark.parametrize("level", list(Level))
def test_a_good_backup_verifies_on_every_level(subject: Subject, store_url: str, level: Level) -> None:
    """And the verification leaves no database behind."""
    manifest = take_backup(subject.source, store_url)
    databases = subject.names()
    scratch = subject.server_url if subject.engine in {"command", "mongodb"} else None

    with proving(subject, level):
        found = verify_backup(
            manifest,
            store_url,
            level=level,
            server_url=scratch,
            assertions=[subject.true] if subject.true else [],
        )

    assert (found.level, found.differences) == (level, ())
    assert (found.restore_seconds is not None) == (level in {Level.RESTORED, Level.PROVED})
    assert subject.names() == databases


def test_a_restore_that_lost_rows_is_noticed(subject: Subject, store_url: str) -> None:
    """A manifest that claims more than the dump holds fails level `restored`, and only that."""
    needs_content(subject)
    manifest = take_backup(subject.source, store_url)
    tables = dict(manifest.content.tables)
    (child,) = [name for name in tables if name.endswith("child")]
    tables[child] = tables[child].model_copy(update={"rows": 3001})
    lying = manifest.model_copy(update={"content": manifest.content.model_copy(update={"tables": tables})})

    found = verify_backup(lying, store_url, level=Level.RESTORED, server_url=subject.server_url)

    assert found.differences == (f"table {child}: 3000 rows instead of 3001",)


def test_a_changed_value_is_noticed(subject: Subject) -> None:
    """The same number of rows is not the same content: checksums tell."""
    needs_content(subject)
    before = content_of(subject)

    subject.write()

    assert any("the rows differ" in line for line in compare_content(before, content_of(subject)))


def test_an_assertion_that_is_not_true_fails_the_proof(subject: Subject) -> None:
    """And one that would write is refused."""
    if not subject.true:
        pytest.skip(f"{subject.engine} answers no queries")
    engine = engine_named(subject.engine)

    assert engine.ask(subject.url, subject.true)
    assert not engine.ask(subject.url, subject.true.replace("> 0", "< 0"))
    assert not engine.ask(subject.url, "SELECT 1 FROM parent WHERE 1 = 0")
    before = content_of(subject)
    for write in ("DELETE FROM child", "DROP TABLE child"):
        with pytest.raises(EngineError, match="refuses an assertion"):
            engine.ask(subject.url, write)
    assert content_of(subject) == before


def damage(store_url: str, key: str, how: str) -> None:
    path = Path(store_url.removeprefix("file://")) / key
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(
        {
            "truncated": content[:-100],
            "flipped": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            "extended": content + b"more",
            "empty": b"",
        }[how]
    )


@pytest.mark.parametrize("how", ["truncated", "flipped", "extended", "empty"])
def test_a_damaged_artifact_is_never_restored(subject: Subject, store_url: str, how: str) -> None:
    """Every level notices, and a restore drops what it began."""
    manifest = take_backup(subject.source, store_url)
    damage(store_url, manifest.artifact.key, how)
    databases = subject.names()

    for level in Level:
        with pytest.raises(VerificationError):
            verify_backup(manifest, store_url, level=level, server_url=subject.server_url)
    with pytest.raises(VerificationError):
        restore_backup(manifest, store_url, server_url=subject.server_url, into="test_never")

    assert subject.names() == databases


def test_a_restore_never_touches_a_database_that_exists(subject: Subject, store_url: str) -> None:
    """Not even an empty one: the name must be new."""
    manifest = take_backup(subject.source, store_url)
    before = content_of(subject)

    with pytest.raises(EngineError, match="exists"):
        restore_backup(manifest, store_url, server_url=subject.server_url, into=subject.name)

    assert subject.name in subject.names()
    assert content_of(subject) == before


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("head -c 3000000 /dev/urandom; echo 'disk full' >&2; exit 1", "exited with status 1: disk full"),
        ("head -c 3000000 /dev/urandom; kill -9 $$", "was killed by signal 9"),
        ("exit 0", "the dump is empty"),
    ],
)
def test_a_failing_dump_leaves_nothing_and_says_why(
    subject: Subject,
    store_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    message: str,
) -> None:
    """A dump that fails, dies or says nothing is no backup."""
    source = broken(subject, monkeypatch, tmp_path / "bin", script)

    with pytest.raises(BackupError, match=message):
        take_backup(source, store_url)

    assert open_store(store_url).keys("") == []


def broken(subject: Subject, monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> Source:
    if subject.broken is None:
        pytest.skip(f"{subject.engine} is dumped by no program")
    return Source("app", subject.engine, subject.broken(monkeypatch, folder, script))


def test_no_secret_stands_in_the_arguments_of_a_program(
    subject: Subject, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arguments can be read by every user of the machine, and other users cannot read the file that holds it."""
    if not subject.secret:
        pytest.skip(f"{subject.engine} has no secret")
    seen = tmp_path / "seen"
    look = 'for word in "$@"; do case $word in *=/*) ls -l "${word#*=}" >>'
    source = broken(
        subject,
        monkeypatch,
        tmp_path / "bin",
        f'echo "$@" > {seen}; {look} {seen}.files;; esac; done; echo x; exit 3',
    )

    with pytest.raises(EngineError, match="exited with status 3"):
        take_backup(source, store_url)

    assert "--" in seen.read_text()
    assert subject.secret not in seen.read_text()
    assert "://" not in seen.read_text()
    files = Path(f"{seen}.files")
    assert not files.exists() or files.read_text().startswith("-rw------- ")


def test_a_wrong_password_is_told_but_never_printed(subject: Subject, store_url: str) -> None:
    """The server's own words come through, without the secret."""
    if not subject.wrong_password:
        pytest.skip(f"{subject.engine} has no password")

    with pytest.raises(EngineError, match=r"(?i)password") as caught:
        take_backup(Source("app", subject.engine, subject.wrong_password), store_url)

    assert "very-wrong-pw" not in f"{caught.value!r}{caught.value.hint}"
    assert open_store(store_url).keys("") == []


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_leaves_no_manifest_and_no_files(
    subject: Subject, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: int
) -> None:
    """A run that dies in the middle of its dump is no backup, and a later one is not disturbed."""
    slow = f"head -c 3000000 /dev/urandom; touch {tmp_path}/dumping; sleep 30"
    with monkeypatch.context() as patched:
        source = broken(subject, patched, tmp_path / "bin", slow)
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        code = (
            "import os, pathlib, sys; from mainstay.backup import Source, take_backup;"
            f"pathlib.Path({str(tmp_path)!r}, 'pid').write_text(str(os.getpid()));"
            "take_backup(Source('app', sys.argv[2], sys.stdin.read()), sys.argv[1])"
        )
        watcher = threading.Thread(target=_kill_once, args=(tmp_path, end))
        watcher.start()
        done = process.run(
            [sys.executable, "-c", code, store_url, subject.engine],
            stdin=source.url,
            env={"TMPDIR": str(scratch)},
            check=False,
            timeout_seconds=60,
        )
        watcher.join()

    assert done.returncode != 0
    assert read_catalog(store_url).backups == ()
    assert _soon_empty(scratch)
    assert take_backup(subject.source, store_url) == find_backup(store_url, "app")


def _kill_once(folder: Path, end: int) -> None:
    for _ in range(600):
        if (folder / "dumping").exists():
            os.kill(int((folder / "pid").read_text()), end)
            return
        time.sleep(0.05)


def _soon_empty(folder: Path) -> bool:
    """Return whether the guardian removes what the run had there, which takes it a moment."""
    for _ in range(200):
        if not list(folder.iterdir()):
            return True
        time.sleep(0.05)
    return False
