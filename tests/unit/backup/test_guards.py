from __future__ import annotations

import pytest

from helpers.backups import manifest_at
from mainstay.backup.content import Content, TableContent
from mainstay.backup.guards import require_plausible, suspicions
from mainstay.backup.manifest import Manifest
from mainstay.errors import BackupError
from mainstay.policy.backups import Guards

YESTERDAY = manifest_at("2026-11-22T02:17:00", rows=1000, dump_bytes=1_000_000)


def today(*, tables: int = 1, rows: int = 1000, dump_bytes: int = 1_000_000, known: bool = True) -> Manifest:
    held = {
        f"t{number}": TableContent(rows=rows if number == 0 else 0, checksum="1") for number in range(tables)
    }
    return manifest_at("2026-11-23T02:17:00", dump_bytes=dump_bytes).model_copy(
        update={"content": Content(known=known, tables=held)}
    )


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (today(tables=0), "it holds no table"),
        (today(tables=3, rows=0), "it holds 3 tables and no row"),
        (today(rows=499), "499 rows instead of 1,000 in 20261122T021700Z-"),
        (today(dump_bytes=400_000), "400,000 bytes of dump instead of 1,000,000"),
    ],
)
def test_what_looks_wrong_is_refused_and_named(new: Manifest, message: str) -> None:
    """An empty database, or far less in it than last time, is no backup to keep."""
    with pytest.raises(BackupError, match="looks wrong and was not kept") as caught:
        require_plausible(new, YESTERDAY, Guards())

    assert message in caught.value.message
    assert "--accept-drop" in str(caught.value.hint)


@pytest.mark.parametrize(
    "new", [today(), today(rows=500, dump_bytes=500_000), today(rows=10**9, dump_bytes=10**12)]
)
def test_growth_and_small_drops_are_fine(new: Manifest) -> None:
    """Half as much is still accepted; exactly the share that the policy allows."""
    assert require_plausible(new, YESTERDAY, Guards()) == ()


def test_the_first_backup_has_nothing_to_be_compared_with() -> None:
    """Only emptiness can be seen in it."""
    assert suspicions(today(rows=1), None, Guards()) == ()
    assert [suspicion.message for suspicion in suspicions(today(tables=0), None, Guards())] == [
        "it holds no table"
    ]


def test_the_policy_may_keep_it_with_a_warning() -> None:
    """What was seen is then recorded in the manifest."""
    tolerant = Guards.model_validate({"on-empty": "warn", "on-drop": "warn", "largest-drop": "10%"})

    (seen,) = require_plausible(today(rows=899), YESTERDAY, tolerant)

    assert seen.startswith("899 rows instead of 1,000")


def test_unknown_content_is_judged_by_its_bytes_alone() -> None:
    """An engine that cannot look inside claims nothing, and is held to nothing it cannot know."""
    assert suspicions(today(tables=0, known=False), YESTERDAY, Guards()) == ()
    assert len(suspicions(today(tables=0, known=False, dump_bytes=1), YESTERDAY, Guards())) == 1
