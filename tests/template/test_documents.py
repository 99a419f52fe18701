from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from helpers.markdown import Markdown
from helpers.rendering import REPOSITORY, rendered
from mainstay.audit import Outcome, run_audit
from mainstay.cli import COMMANDS, cli
from mainstay.platform.clock import FixedClock
from mainstay.platform.process import run
from mainstay.policy import load_policy
from mainstay.policy.durations import format_duration, spell_duration
from mainstay.policy.tables import TABLES

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANSWERS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "everything": {
        "project_name": 'Söhne & "Co": #1',
        "default_branch": "release/live",
        "timezone": "Europe/Berlin",
        "ecosystems": ["npm", "github-actions", "docker"],
        "package_manager": "pnpm",
        "migrations": "prisma",
        "platform": "kubernetes",
        "backup_store": "s3://acme-backups/shop",
        "backup_credentials": "keys",
        "dev_team": "@acme/dev",
        "devops": "@acme/devops",
        "tech_lead": "@ana",
        "security_team": "@acme/security",
        "on_call": ["@ana", "@bo"],
        "production_url": "https://shop.example.com",
        "status_page": "https://status.example.com",
    },
    "no database": {"database": "none", "package_manager": "uv", "platform": "ecs"},
    "folder as store": {"backup_store": "file:///srv/backups", "package_manager": "bun", "platform": "fly"},
    "MySQL": {"database": "mysql", "backup_store": "gs://acme-backups/shop"},
    "MariaDB": {"database": "mariadb", "backup_store": "az://backups/shop"},
    "SQLite": {"database": "sqlite", "backup_store": "gs://b", "backup_credentials": "keys"},
    "MongoDB": {"database": "mongodb", "backup_store": "az://b", "backup_credentials": "keys"},
    "command": {"database": "command"},
}
TABLES_AT = {
    "backup-objectives": "docs/maintenance/backups.md",
    "checklist": "docs/maintenance/weekly-checklist.md",
    "maintenance-schedule": "docs/maintenance/schedule.md",
    "patch-deadlines": "docs/maintenance/security-patches.md",
    "roster": "docs/maintenance/on-call.md",
    "severity-examples": "docs/incidents/severity.md",
    "severity-matrix": "docs/incidents/severity.md",
}
POST_MORTEM_TEMPLATE = "docs/incidents/template.md"
SENTENCES_WITH_A_FIGURE_OF_THEIR_OWN = ("within 72 hours after you became aware",)

every_answer_set = pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)


def documents(target: Path) -> list[Markdown]:
    """Return the documents on incidents and maintenance of a rendered repository."""
    folders = ("docs/incidents", "docs/maintenance")
    return [Markdown(path) for folder in folders for path in sorted((target / folder).glob("*.md"))]


def choices(question: str) -> list[str]:
    """Return what may be answered to a question of the template."""
    found: list[str] = YAML(typ="safe").load(REPOSITORY / "copier.yml")[question]["choices"]
    return found


PAIRS = list(zip(choices("package_manager"), cycle(choices("platform")), strict=False))
"""Every package manager and every platform at least once."""


def shell_errors(target: Path) -> list[str]:
    """Return what bash finds wrong with the shell blocks of a rendered repository."""
    return [
        f"{document.path.name}: {checked.stderr}"
        for document in documents(target)
        for code in document.code("bash")
        if (checked := run(["bash", "-n"], stdin=code, check=False)).returncode
    ]


@every_answer_set
def test_tables_say_what_the_policy_says(answers: dict[str, Any]) -> None:
    """In a fresh copy every table between markers is the one that the policy of that copy gives."""
    target = rendered(**answers)
    policy = load_policy(target)

    shown = {
        (name, str(document.path.relative_to(target))): text
        for document in documents(target)
        for name, text in document.blocks.items()
    }

    assert shown == {(name, TABLES_AT[name]): f"\n{table(policy)}\n\n" for name, table in TABLES.items()}


@every_answer_set
def test_links_and_anchors_resolve(answers: dict[str, Any]) -> None:
    """Every relative link leads to a file of the copy, and its anchor to a heading there."""
    broken = []
    for document in documents(rendered(**answers)):
        for link, path, anchor in document.links():
            found = path.exists() and (not anchor or anchor in Markdown(path).anchors)
            broken += [] if found else [f"{document.path.name}: {link}"]

    assert broken == []


@every_answer_set
def test_nothing_is_left_to_fill_in(answers: dict[str, Any]) -> None:
    """No placeholder reaches a user; only the post-mortem template asks for answers, as TODO."""
    pattern = re.compile(
        r"your-(?:org|team|app)|\bTODO\b|\bFIXME\b|OWNER/REPO|<[a-z][\w -]*>|\[=|=\]|\[%|%\]", re.IGNORECASE
    )
    target = rendered(**answers)

    left = [
        f"{document.path.name}: {found}"
        for document in documents(target)
        if document.path != target / POST_MORTEM_TEMPLATE
        for found in pattern.findall(document.text)
    ]

    mentions_of_the_word = ["response.md: TODO", "review-checklist.md: TODO", "review-checklist.md: TODO"]
    assert left == mentions_of_the_word


@every_answer_set
def test_shell_blocks_are_shell(answers: dict[str, Any]) -> None:
    """Bash can parse every block that is marked as bash."""
    assert shell_errors(rendered(**answers)) == []


@pytest.mark.parametrize(("manager", "platform"), PAIRS)
def test_every_package_manager_and_platform_has_its_text(manager: str, platform: str) -> None:
    """The five steps of the SOP's update process are there, in its order, and how to look after the logs."""
    target = rendered(package_manager=manager, platform=platform)

    headings = Markdown(target / "docs/maintenance/dependency-updates.md").headings

    first = headings.index("By hand") + 1
    assert headings[first : first + 5] == [
        "Check for updates",
        "Patch updates",
        "Vulnerabilities",
        "Minor updates",
        "Major updates, one at a time",
    ]
    schedule = Markdown(target / "docs/maintenance/schedule.md").text
    logs = schedule.partition("## Log rotation\n")[2].partition("\n## ")[0]
    assert len(logs.strip().split("\n\n")) >= 2
    assert shell_errors(target) == []


@every_answer_set
def test_prose_repeats_no_figure_of_the_policy(answers: dict[str, Any]) -> None:
    """A deadline stands in its table only: prose that repeats it would be wrong after the first change."""
    target = rendered(**answers)
    policy = load_policy(target)
    sections = [
        *policy.incidents.severities.values(),
        policy.security.respond_within,
        policy.security.patch_within,
    ]
    sections += [policy.backups] if policy.backups else []
    spans = {value for section in sections for _, value in section if isinstance(value, timedelta)}
    figures = sorted({write(span) for span in spans for write in (spell_duration, format_duration)})
    assert "4 hours" in figures

    repeated = []
    for document in documents(target):
        prose = document.prose
        for sentence in SENTENCES_WITH_A_FIGURE_OF_THEIR_OWN:
            prose = prose.replace(sentence, "")
        repeated += [
            f"{document.path.name}: {figure}" for figure in figures if re.search(rf"\b{figure}\b", prose)
        ]

    assert repeated == []


@every_answer_set
def test_commands_that_documents_name_exist(answers: dict[str, Any]) -> None:
    """Every `mainstay ...` in the documents is a command of this version."""
    target = rendered(**answers)
    known = set(COMMANDS)
    with click.Context(cli) as context:
        for name in ("backup", "policy"):
            group = cli.get_command(context, name)
            assert isinstance(group, click.Group)
            known |= {f"{name} {command}" for command in group.list_commands(context)}

    named = {
        " ".join(words[1 : 3 if words[1] in {"backup", "policy"} else 2])
        for document in documents(target)
        for command in document.commands()
        if (words := command.split())[0] == "mainstay"
    }

    assert {"sync", "audit", "policy check"} <= named
    assert named <= known


@every_answer_set
def test_workflows_that_documents_name_exist(answers: dict[str, Any]) -> None:
    """Every workflow in a `gh` command or in the text is one of the copy: without a database none about backups."""
    target = rendered(**answers)
    workflows = {path.name for path in (target / ".github/workflows").iterdir()}

    named = {
        name
        for document in documents(target)
        for name in re.findall(r"\b([a-z-]+\.yml)\b", document.text)
        if name not in {"mainstay.yml", "dependabot.yml", "incident.yml"}
    }

    assert named <= workflows


def test_without_a_database_documents_say_so() -> None:
    """Without a database the page on backups says that there are none and how to change that."""
    backups = Markdown(rendered(database="none") / "docs/maintenance/backups.md")

    assert "**Nothing is backed up here.**" in backups.text
    assert backups.headings == ["Backups", "Objectives", "Back up a database", "Restore"]


def test_without_a_database_nothing_about_backups_is_owed() -> None:
    """No task, no checklist line and no drill: what nobody can do is not asked for; and the audit agrees."""
    target = rendered(database="none")
    maintenance = load_policy(target).maintenance
    lists = maintenance.checklists
    asked = [task.name for task in maintenance.tasks]
    asked += [line.item for line in (*lists.weekly.wednesday, *lists.monthly, *lists.quarterly)]

    assert [name for name in asked if re.search("backup|slow quer", name, re.IGNORECASE)] == []
    assert {task.evidence for task in maintenance.tasks} == {"dependabot", "security-alerts", "checklist"}

    checks = ["BK101", "BK102", "BK103", "BK104", "BK105", "BK301", "MNT101"]
    report = run_audit(target, clock=FixedClock(NOW), select=checks)

    assert {result.check.id: result.outcome for result in report.results} == {
        **dict.fromkeys(("BK101", "BK102", "BK103", "BK104", "BK301"), Outcome.NOT_APPLICABLE),
        "BK105": Outcome.PASS,
        "MNT101": Outcome.PASS,
    }


def test_post_mortem_template_asks_for_everything() -> None:
    """The template has the SOP's sections and what the SOP forgot, and its front matter is YAML."""
    template = Markdown(rendered() / POST_MORTEM_TEMPLATE)

    assert template.headings[1:] == [
        "Summary",
        "Durations",
        "Impact",
        "Detection",
        "Timeline (all times UTC)",
        "Severity history",
        "Trigger",
        "Root Cause",
        "Contributing Factors",
        "Resolution",
        "Communication",
        "Lessons Learned",
        "What went well",
        "What could be improved",
        "Where we got lucky",
        "Action Items",
        "Review",
    ]
    fields = YAML(typ="safe").load(template.front_matter)
    assert list(fields)[-7:] == [
        "impact-started",
        "detected",
        "declared",
        "acknowledged",
        "first-update",
        "mitigated",
        "resolved",
    ]
    assert {"incident", "severity", "status", "service", "detected-by", "owner", "commander"} <= set(fields)
    assert "| Action | Type | Priority | Owner | Due Date | Issue | Status |" in template.text


def test_checklist_commands_open_an_issue_per_period(tmp_path: Path) -> None:
    """The commands of the page cut the lists out of it: one issue each for week, month and quarter."""
    target = rendered()
    document = Markdown(target / "docs/maintenance/weekly-checklist.md")
    fake = tmp_path / "gh"
    fake.write_text('#!/bin/sh\necho "== $*"\ncat\n', encoding="utf-8")
    fake.chmod(0o755)
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}

    said = run(["bash", "-euc", document.code("bash")[0]], cwd=target, env=environment).stdout

    issues = [issue.strip().partition("\n") for issue in said.split("== ")[1:]]
    periods = [
        re.sub(r".*--title (\w+ maintenance) \d{4}-\w+ .*", r"\1", command) for command, _, _ in issues
    ]
    assert periods == ["Weekly maintenance", "Monthly maintenance", "Quarterly maintenance"]
    lists = load_policy(target).maintenance.checklists
    expected = [
        [*lists.weekly.monday, *lists.weekly.wednesday, *lists.weekly.friday],
        lists.monthly,
        lists.quarterly,
    ]
    for (_, _, body), entries in zip(issues, expected, strict=True):
        ticks = [
            line.removeprefix("- [ ] ").rpartition(" (")[0]
            for line in body.splitlines()
            if line.startswith("- ")
        ]
        assert ticks == [entry.item for entry in entries]
        assert not re.search(r"<!--|## (Monthly|Quarterly|How)", body)
