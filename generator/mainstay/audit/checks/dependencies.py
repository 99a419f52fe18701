"""DEP: dependency updates (SOP-603 section 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from mainstay.audit.facts.cron import longest_gap
from mainstay.audit.facts.dependabot import DependabotConfig, dependabot_config
from mainstay.audit.facts.files import RepositoryFiles
from mainstay.audit.facts.trees import mapping, sequence
from mainstay.audit.model import Finding, Location, NotApplicable, Severity, Unavailable
from mainstay.audit.registry import check
from mainstay.dependabot.ecosystems import UNGROUPED
from mainstay.dependabot.entries import DEPENDABOT, UpdateEntry, idle, overlapping, uncovered
from mainstay.dependabot.wanted import COOLDOWN_DAYS
from mainstay.stack import Stack

_OFTEN_ENOUGH = {"daily", "weekly"}
_WEEK = timedelta(days=7)


def _finding(entry: UpdateEntry, message: str, fix: str) -> Finding:
    at = Location(entry.path, entry.line)
    return Finding(message=f"{entry.name}: {message}", at=at, key=entry.name, fix=fix)


@check("DEP101", "Dependabot is configured", Severity.HIGH, sop="2")
def is_configured(files: RepositoryFiles) -> Iterator[Finding]:
    """Without `.github/dependabot.yml` nobody proposes updates, and known holes stay open.

    GitHub ignores a file that it cannot read and says so only in a tab that few people open.

    Fix: `mainstay init` writes the file for everything it finds in the repository.
    """
    at, fix = Location(DEPENDABOT), "write it with `mainstay init`, or repair it by hand"
    try:
        config = dependabot_config(files)
    except (NotApplicable, Unavailable) as error:
        yield Finding(message=str(error), at=at, key="file", fix=fix)
        return
    if config.tree.get("version") != 2:  # noqa: PLR2004 - the only version there is
        yield Finding(
            message="`version: 2` is missing", at=Location(config.path), key="version", fix="add `version: 2`"
        )
    if not config.entries:
        yield Finding(
            message="it updates nothing: `updates` is empty", at=Location(config.path), key="updates", fix=fix
        )


@check("DEP102", "Every manifest is covered by Dependabot", Severity.HIGH, sop="2")
def every_manifest_is_covered(files: RepositoryFiles, stack: Stack) -> Iterator[Finding]:
    """A manifest that no entry covers gets no updates, and nothing tells you.

    Each folder with a manifest needs an entry of its ecosystem. Members of a workspace are updated from its root.

    Fix: add an entry with the ecosystem and the folder that the finding names; `directories` takes globs.
    """
    if not stack.ecosystems:
        raise NotApplicable("no manifest was found")
    try:
        entries = dependabot_config(files).entries
    except NotApplicable:
        entries = ()
    for ecosystem, directory in uncovered(stack, entries):
        yield Finding(
            message=f"no entry updates {ecosystem.name} in {directory}",
            at=Location(DEPENDABOT),
            key=f"{ecosystem.name} {directory}",
            fix=f"add an entry for package-ecosystem {ecosystem.name}, directory {directory}: "
            "`mainstay dependabot apply`",
            evidence={"manifests": ", ".join(proof.path for proof in ecosystem.evidence[:5])},
        )


@check("DEP103", "Every Dependabot entry has a manifest", Severity.LOW, sop="2")
def every_entry_has_a_manifest(
    config: DependabotConfig, stack: Stack, files: RepositoryFiles
) -> Iterator[Finding]:
    """An entry for something that is not there fails on every run, and hides real failures in its noise.

    Fix: remove the entry, or correct its folder.
    """
    for entry in idle(config.entries, stack, files.listed):
        yield _finding(entry, "nothing there to update", "remove the entry or correct its folder")


@check("DEP104", "Every Dependabot entry looks for updates each week", Severity.MEDIUM, sop="2")
def every_entry_is_awake(config: DependabotConfig) -> Iterator[Finding]:
    """An entry that looks once a month, opens no pull requests or ignores every dependency is an entry on paper.

    Fix: `schedule.interval: weekly` (or daily), `open-pull-requests-limit` above 0, and no `ignore` of `*`.
    """
    for entry in config.entries:
        if not _is_weekly(entry, mapping(config.tree.get("multi-ecosystem-groups"))):
            yield _finding(
                entry, "looks for updates less than once a week", "set `schedule.interval: weekly`"
            )
        if entry.tree.get("open-pull-requests-limit") == 0:
            yield _finding(entry, "`open-pull-requests-limit: 0` switches updates off", "set it to 5 or more")
        if any(_ignores_everything(mapping(rule)) for rule in sequence(entry.tree.get("ignore"))):
            yield _finding(
                entry, "it ignores every dependency", "ignore single dependencies, each with a reason"
            )


def _is_weekly(entry: UpdateEntry, shared: Mapping[str, Any]) -> bool:
    group = mapping(shared.get(str(entry.tree.get("multi-ecosystem-group"))))
    schedule = mapping(entry.tree.get("schedule") or group.get("schedule"))
    if schedule.get("interval") != "cron":
        return schedule.get("interval") in _OFTEN_ENOUGH
    try:
        return longest_gap([str(schedule.get("cronjob"))]) <= _WEEK
    except ValueError:
        return False


def _ignores_everything(rule: Mapping[str, Any]) -> bool:
    return rule.get("dependency-name") == "*" and not rule.get("versions") and not rule.get("update-types")


@check("DEP105", "No two Dependabot entries look at the same folder", Severity.HIGH, sop="2")
def no_entry_overlaps(config: DependabotConfig) -> Iterator[Finding]:
    """GitHub rejects the whole file when two entries of one ecosystem and target branch share a folder.

    Fix: join the two entries, or correct the folder of one.
    """
    for entry, other in overlapping(config.entries):
        yield _finding(
            entry, f"the entry in line {other.line} covers the same folder", "join the two entries"
        )


@check("DEP301", "Every Dependabot entry waits a week before it takes a release", Severity.MEDIUM, sop="2")
def every_entry_has_a_cooldown(config: DependabotConfig) -> Iterator[Finding]:
    """Broken and hostile releases are mostly found within days. A cooldown lets others find them first.

    It never delays security updates. Every entry needs its own: nothing is inherited.

    Fix: `cooldown: {default-days: 7}` in each entry, and no shorter `semver-*-days` beside it.
    """
    for entry in config.entries:
        cooldown = mapping(entry.tree.get("cooldown"))
        spans = [
            cooldown.get("default-days"),
            *(v for k, v in cooldown.items() if str(k).startswith("semver-")),
        ]
        if not all(
            type(days) is not bool and isinstance(days, int) and days >= COOLDOWN_DAYS for days in spans
        ):
            yield _finding(
                entry, f"no cooldown of at least {COOLDOWN_DAYS} days", "set `cooldown.default-days: 7`"
            )
        elif "include" in cooldown and "*" not in sequence(cooldown["include"]):
            yield _finding(
                entry, "the cooldown holds for some dependencies only", "remove `cooldown.include`"
            )


@check("DEP302", "Every Dependabot entry groups its updates", Severity.LOW, sop="2")
def every_entry_groups(config: DependabotConfig) -> Iterator[Finding]:
    """Twenty pull requests each Monday are closed unread. Small updates belong together in one that is tested once.

    Fix: `groups` with `update-types: [minor, patch]`; the file that `mainstay init` writes has them.
    """
    for entry in config.entries:
        grouped = mapping(entry.tree.get("groups")) or entry.tree.get("multi-ecosystem-group")
        if not grouped and entry.ecosystem not in UNGROUPED:
            yield _finding(
                entry, "each update comes alone", "add `groups` with `update-types: [minor, patch]`"
            )


@check("DEP303", "Major updates come one at a time", Severity.MEDIUM, sop="2")
def majors_stay_alone(config: DependabotConfig) -> Iterator[Finding]:
    """The SOP updates major versions one at a time: they break, and in a group nobody knows which one did.

    A group without `update-types` takes majors too.

    Fix: `update-types: [minor, patch]` in each group of version updates.
    """
    for entry in config.entries:
        for name, group in mapping(entry.tree.get("groups")).items():
            kinds = sequence(mapping(group).get("update-types")) or ["major", "minor", "patch"]
            security = mapping(group).get("applies-to") == "security-updates"
            if not security and "major" in kinds and len(kinds) > 1:
                yield Finding(
                    message=f"{entry.name}: the group {name} mixes major updates with others",
                    at=Location(entry.path, entry.line),
                    key=f"{entry.name} {name}",
                    fix="set `update-types: [minor, patch]` in the group",
                )
