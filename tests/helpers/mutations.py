"""One way to break each check that looks beyond the files: check, words of its finding, and what breaks it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from helpers.alive import (
    DAY,
    DYNAMIC,
    Mutation,
    World,
    alert_of,
    encrypted,
    events,
    files,
    git,
    issue_of,
    ledger_text,
    night,
    pull_of,
    put_encrypted,
    run_of,
)
from helpers.audits import NOW, POLICY, both, change, edit, write
from helpers.backups import put_record, record_of
from helpers.scanner import RECORD, found_in, replaying
from mainstay.backup import Manifest
from mainstay.errors import GitHubFeatureOffError
from mainstay.evidence import BRANCH, PATH, Event
from mainstay.platform.github import Issue, Rule, Run

HOUR = timedelta(hours=1)
AUDIT = ".github/workflows/audit.yml"
SITE_DOWN = "docs/runbooks/rb-01-site-down.md"
ROLLBACK = "docs/runbooks/rb-04-roll-back-deployment.md"
POST_MORTEM = "docs/incidents/2026-10-01-checkout-down.md"
LONG = (
    "The pool of connections was smaller than the number of workers, and nothing said so until the day of the sale. "
    * 3
)


def folder_of(world: World, manifest: Manifest) -> Any:
    """Return where the objects of a backup are."""
    return world.store / manifest.database / manifest.id


def without_backups(since_days: int, until_days: int = 0) -> Mutation:
    """Delete the backups of these nights, whole."""

    def broken(world: World) -> None:
        for days in range(until_days, since_days):
            for path in sorted(folder_of(world, night(days)).iterdir()):
                path.unlink()

    return broken


def newest_replaced(manifest: Callable[[], Manifest]) -> Mutation:
    """Put another backup in the place of last night's."""

    def broken(world: World) -> None:
        without_backups(1)(world)
        put_encrypted(world.store_url, manifest())

    return broken


def all_of(*mutations: Mutation) -> Mutation:
    """Break a world in several places."""

    def broken(world: World) -> None:
        for each in mutations:
            each(world)

    return broken


def without_records(world: World) -> None:
    """Delete what verifications found."""
    for path in world.store.rglob("verified-*"):
        path.unlink()


def slow_restore(world: World) -> None:
    """Let the last drill have taken six hours."""
    found = record_of(night(0), NOW - HOUR, "proved")
    put_record(world.store_url, found.model_copy(update={"restore_seconds": 6 * 3600.0}))


def failed_drill(world: World) -> None:
    """Let the newest backup have failed its drill."""
    put_record(
        world.store_url, record_of(night(0), NOW - HOUR, "restored", "public.words: 3 rows are missing")
    )


def changed_manifest(world: World) -> None:
    """Change a manifest after it was written."""
    place = folder_of(world, night(3)) / "manifest.json"
    place.write_text(place.read_text().replace("pg_dump 16.14", "pg_dump 16.13"))


def recorded(change: Callable[[list[Event]], list[Event]]) -> Mutation:
    """Let the ledger record something else; its chain holds."""

    def broken(world: World) -> None:
        world.github.files[BRANCH, PATH] = ledger_text(change(events()))

    return broken


def forged(world: World) -> None:
    """Change a line of the ledger."""
    text = world.github.files[BRANCH, PATH]
    world.github.files[BRANCH, PATH] = text.replace(b'"restore_seconds":4.0', b'"restore_seconds":1.0')


def github(**values: object) -> Mutation:
    """Set fields of what GitHub knows."""

    def broken(world: World) -> None:
        for name, value in values.items():
            setattr(world.github, name, value)

    return broken


def added(field: str, *items: object) -> Mutation:
    """Add to a list of what GitHub knows."""
    return lambda world: getattr(world.github, field).extend(items)


def issue(number: int, **changes: object) -> Mutation:
    """Change an issue."""

    def broken(world: World) -> None:
        issues: list[Issue] = world.github.issues
        issues[number - 1] = dataclasses.replace(issues[number - 1], **changes)  # type: ignore[arg-type]

    return broken


def runs(key: str, *new: Run) -> Mutation:
    """Replace the runs of a workflow."""
    return lambda world: world.github.runs.update({key: list(new)})


def dependabot_runs(*new: Run) -> Mutation:
    """Replace the runs of Dependabot."""

    def broken(world: World) -> None:
        number = next(each.id for each in world.github.workflows if each.path == DYNAMIC)
        world.github.runs[number] = list(new)

    return broken


def disabled(path: str, state: str) -> Mutation:
    """Switch a workflow off on GitHub."""

    def broken(world: World) -> None:
        flows = world.github.workflows
        flows[:] = [dataclasses.replace(each, state=state) if each.path == path else each for each in flows]

    return broken


def forgotten(path: str) -> Mutation:
    """Let GitHub not know a workflow."""

    def broken(world: World) -> None:
        flows = world.github.workflows
        flows[:] = [each for each in flows if each.path != path]

    return broken


def exposed_store(world: World) -> None:
    """Let others of the machine look into the store."""
    world.store.chmod(0o755)


def commit(world: World, *paths: str, at: str = "2026-11-20T09:00:00Z") -> None:
    """Commit files of the repository."""
    git(world.root, "add", "--", *paths)
    git(world.root, "commit", "--quiet", "--message", "Change", at=at)


def bulk_review(world: World) -> None:
    """Set the review dates of every runbook in one commit that changes nothing else."""
    pages = [str(path.relative_to(world.root)) for path in (world.root / "docs/runbooks").glob("rb-*.md")]
    for page in pages:
        change(world.root, page, "last_reviewed: 2026-11-02", "last_reviewed: 2026-11-20")
    commit(world, *pages)


def second_post_mortem(world: World) -> None:
    """Write a second post-mortem with the cause of the first, word for word."""
    for path in (POST_MORTEM, "docs/incidents/2026-11-10-checkout-down-again.md"):
        text = (world.root / POST_MORTEM).read_text()
        write(world.root, path, text.replace("The pool was too small.", LONG))


def late_post_mortem(world: World) -> None:
    """Close the incident four days before its post-mortem was first committed."""
    closed = datetime(2026, 9, 28, 9, tzinfo=UTC)
    issue(1, created_at=closed - HOUR, closed_at=closed, updated_at=closed)(world)


def newer_release(world: World) -> None:
    """Adopt a revision before the newest."""
    change(world.root, ".copier-answers.mainstay.yml", "_commit: v1.2.0", "_commit: v1.1.0")


def closed_by(actor: str) -> Mutation:
    """Let somebody else have closed the checklist."""

    def broken(world: World) -> None:
        world.github.events[3] = tuple(
            dataclasses.replace(each, actor=actor) for each in world.github.events[3]
        )

    return broken


def vulnerable(score: str) -> Mutation:
    """Let both osv-scanner and Dependabot, just now, know a vulnerability of this CVSS score."""

    def broken(world: World) -> None:
        replaying(world.root.parent, found_in(world.root, score), 1)
        alert = alert_of(9, "low", HOUR, package="leftish-pad", advisory=RECORD["id"])
        world.github.alerts.append(alert)

    return broken


def without(name: str) -> Mutation:
    """Let a secret of the environment `backup` not be set."""
    return lambda world: world.github.secrets["backup"].discard(name)


def gone() -> Event:
    """Return the record of a backup that the store does not hold."""
    return Event(
        kind="backup", subject="app", passed=True, at=NOW - HOUR, facts={"id": "20261123T080000Z-00000000"}
    )


def paused(world: World, *, enabled: bool, is_paused: bool) -> None:
    """Let Dependabot's security updates be off, or asleep."""
    world.github.updates = dataclasses.replace(world.github.updates, enabled=enabled, paused=is_paused)


def quiet(world: World) -> None:
    """Let the last incident and the last exercise be long past; its post-mortem was in time then."""
    for number in (1, 2):
        long_ago = datetime(2026, 2, number, 9, tzinfo=UTC)
        issue(number, created_at=long_ago, closed_at=long_ago + HOUR)(world)


def reweek(world: World) -> None:
    """Let neither this week's nor last week's checklist be there."""
    for number in (3, 6):
        issue(number, title="Weekly maintenance 2026-W45")(world)


def alerts_off(world: World) -> None:
    """Turn Dependabot alerts off."""
    world.github.faults["alerts.dependabot"] = GitHubFeatureOffError("Dependabot alerts are turned off")


MISSING = datetime(2026, 11, 10, 9, tzinfo=UTC)
DISMISSED = {"state": "dismissed", "dismissed_by": "bo", "dismissed_at": NOW - DAY}

ALIVE: list[tuple[str, str, Mutation]] = [
    (
        "BK201",
        "there is no backup",
        all_of(without_backups(14), recorded(lambda old: [e for e in old if e.kind != "backup"])),
    ),
    (
        "BK201",
        "older than the recovery point objective",
        all_of(without_backups(2), recorded(lambda old: old[:12] + old[14:])),
    ),
    ("BK202", "of the usual size", newest_replaced(lambda: night(0, dump_bytes=4_000_000))),
    ("BK202", "of the usual size", newest_replaced(lambda: night(0, dump_bytes=400_000_000))),
    ("BK203", "no backup was ever restored and compared", without_records),
    ("BK203", "failed its verification: public.words: 3 rows are missing", failed_drill),
    ("BK204", "longer than 4 hours", slow_restore),
    ("BK205", "no backup from", without_backups(4, 2)),
    (
        "BK206",
        "encrypted for other keys",
        newest_replaced(lambda: encrypted(night(0), "age1" + "z" * 58)),
    ),
    ("BK207", "others of this machine may look in", exposed_store),
    ("BK208", "was changed after it was written", changed_manifest),
    ("BK209", "was recorded and is not in the store", recorded(lambda old: [*old, gone()])),
    ("BK209", "were recorded by no run", recorded(lambda old: old[:5] + old[14:])),
    ("BK210", "no passed drill is recorded", recorded(lambda old: [e for e in old if e.kind != "drill"])),
    (
        "BK210",
        "no passed drill is recorded",
        recorded(lambda old: [dataclasses.replace(e, passed=e.kind != "drill") for e in old]),
    ),
    ("DEP201", "not run for more than 8 days", dependabot_runs()),
    (
        "DEP201",
        "not run for more than 8 days",
        dependabot_runs(run_of(DYNAMIC, NOW - 9 * DAY, event="dynamic", name="npm in /. - Update #1")),
    ),
    (
        "DEP201",
        "the last run failed: pip in /api",
        dependabot_runs(
            run_of(DYNAMIC, NOW - HOUR, event="dynamic", name="npm in /. - Update #3"),
            run_of(DYNAMIC, NOW - DAY, event="dynamic", name="pip in /api - Update #2", conclusion="failure"),
            run_of(DYNAMIC, NOW - 2 * DAY, event="dynamic", name="pip in /api - Update #1"),
        ),
    ),
    (
        "DEP202",
        "security updates are turned off",
        lambda world: paused(world, enabled=False, is_paused=False),
    ),
    ("DEP202", "has paused itself", lambda world: paused(world, enabled=True, is_paused=True)),
    ("DEP203", "open for more than 30 days", added("pulls", pull_of(12, "dependabot[bot]", 31 * DAY))),
    ("DEP204", "there is no label automated", lambda world: world.github.labels.pop(0)),
    (
        "INC201",
        "has no post-mortem after 48 hours",
        added("issues", issue_of(7, "P1: Gone", "incident", MISSING, MISSING + HOUR)),
    ),
    ("INC201", "incident 1 (P2)", files(edit(POST_MORTEM, "incident: 1", "incident: 99"))),
    ("INC202", "merged later than 48 hours", late_post_mortem),
    ("INC203", "was due on 2026-11-01", files(edit(POST_MORTEM, "2026-12-01", "2026-11-01"))),
    ("INC204", "no severity in its title", issue(2, title="Roll back does not work")),
    ("INC205", "was closed within 180 days", quiet),
    (
        "INC206",
        "is open for more than 4 hours",
        added("issues", issue_of(7, "P1: Gone", "incident", NOW - 5 * HOUR)),
    ),
    ("INC313", "is word for word that of", second_post_mortem),
    ("MNT201", "no weekly checklist for 2026-W48", reweek),
    ("MNT201", "no quarterly checklist", issue(5, title="Quarterly maintenance 2026-Q3")),
    ("MNT202", "still open more than a month", issue(4, created_at=NOW - 90 * DAY)),
    ("MNT203", "closed with 1 lines not ticked", issue(3, body="- [x] Looked\n- [ ] Not looked")),
    ("MNT203", "closed by a bot", closed_by("github-actions[bot]")),
    ("MNT203", "done within a minute", issue(3, created_at=datetime(2026, 11, 20, 7, 59, 30, tzinfo=UTC))),
    ("MNT203", "long after its period", issue(3, created_at=NOW - 30 * DAY)),
    ("ONC201", "there is no account bo", lambda world: world.github.roles.pop("bo")),
    (
        "ONC201",
        "bo may not write to the repository (read)",
        lambda world: world.github.roles.update(bo="read"),
    ),
    ("ONC202", "bo has no training record", lambda world: world.github.commits[POLICY].pop()),
    ("ONC203", "there is no user or team @acme/dev", lambda world: world.github.teams.clear()),
    ("RB211", "set together with those of other pages", bulk_review),
    (
        "RB212",
        "was used in",
        files(
            both(
                edit(
                    POST_MORTEM,
                    "The pool was enlarged.",
                    "The pool was enlarged, by [RB-01](../runbooks/rb-01-site-down.md).",
                ),
                edit(SITE_DOWN, "last_reviewed: 2026-11-02", "last_reviewed: 2026-09-25"),
            )
        ),
    ),
    (
        "ROLL201",
        "is more than 92 days ago",
        files(edit(ROLLBACK, "last_exercised: 2026-11-02", "last_exercised: 2026-08-01")),
    ),
    ("SEC201", "turned off", alerts_off),
    ("SEC202", "is open for more than 4 hours", added("alerts", alert_of(7, "critical", 8 * HOUR))),
    ("SEC202", "is open for more than 24 hours", added("alerts", alert_of(7, "high", 25 * HOUR))),
    ("SEC202", "is open for more than 7 days", added("alerts", alert_of(7, "medium", 8 * DAY))),
    (
        "SEC203",
        "nobody else approved it",
        added("alerts", alert_of(7, "low", DAY, **DISMISSED, dismissed_reason="tolerable_risk")),
    ),
    (
        "SEC203",
        "nobody else approved it",
        added(
            "alerts",
            alert_of(7, "low", DAY, **DISMISSED, dismissed_reason="no_bandwidth", dismissed_comment="@bo"),
        ),
    ),
    ("SEC211", "leftish-pad 1.0.0: Prototype pollution", vulnerable("9.8")),
    ("SEC212", "leftish-pad 1.0.0: Prototype pollution", vulnerable("7.0")),
    ("SEC212", "leftish-pad 1.0.0: Prototype pollution", vulnerable("")),
    ("SEC213", "leftish-pad 1.0.0: Prototype pollution", vulnerable("4.0")),
    ("SEC214", "leftish-pad 1.0.0: Prototype pollution", vulnerable("3.9")),
    ("SEC215", "osv-scanner does not find", added("alerts", alert_of(7, "critical", HOUR))),
    ("SOP201", "v1.2.0 is released, v1.1.0 is adopted", newer_release),
    ("SOP203", "changed after it was written", forged),
    ("SOP204", "no audit of the last 8 days", recorded(lambda old: old[:-1])),
    (
        "WF104",
        "its condition is never true",
        files(edit(AUDIT, "      - name: Audit\n", "      - if: false\n        name: Audit\n")),
    ),
    (
        "WF104",
        "continue-on-error",
        files(edit(AUDIT, "    steps:", "    continue-on-error: true\n    steps:")),
    ),
    ("WF201", "disabled_inactivity", disabled(AUDIT, "disabled_inactivity")),
    ("WF201", "GitHub does not know it", forgotten(AUDIT)),
    ("WF202", "its schedule never started it", runs("audit.yml")),
    (
        "WF202",
        "its schedule never started it",
        runs("audit.yml", run_of(AUDIT, NOW - HOUR, event="workflow_dispatch")),
    ),
    (
        "WF202",
        "no scheduled run succeeded",
        runs("sop-update.yml", run_of("x", NOW - HOUR, conclusion="failure")),
    ),
    (
        "WF202",
        "no scheduled run succeeded",
        runs("audit.yml", run_of(AUDIT, NOW - HOUR, conclusion="startup_failure")),
    ),
    ("WF202", "no scheduled run succeeded", runs("backup.yml", run_of("x", NOW - 31 * HOUR))),
    ("WF203", "the secret DATABASE_URL is not set in the environment backup", without("DATABASE_URL")),
    ("WF204", "without a review", github(rules=(Rule(type="deletion", parameters={}, source="x"),))),
]
