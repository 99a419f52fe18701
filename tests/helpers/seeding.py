"""Puts what a `MemoryGitHub` knows into the fake that answers over HTTP."""

from __future__ import annotations

from datetime import datetime

from fakes.github.repository import FakeRepository, stamp
from fakes.github.state import FakeGitHub
from helpers.memory_github import MemoryGitHub


def _stamp(at: datetime | None) -> str | None:
    return stamp(at) if at else None


def seed(fake: FakeGitHub, memory: MemoryGitHub) -> FakeRepository:
    """Return a repository of the fake that knows what `memory` knows."""
    told = memory.repository
    repo = fake.repository(
        told.full_name,
        private=told.private,
        default_branch=told.default_branch,
        pushed_at=_stamp(told.pushed_at),
    )
    fake.users |= set(memory.roles)
    fake.teams |= memory.teams
    repo.collaborators = dict(memory.roles)
    repo.security_updates = {"enabled": memory.updates.enabled, "paused": memory.updates.paused}
    repo.rules["main"] = [
        {"type": rule.type, "parameters": dict(rule.parameters), "ruleset_source": rule.source}
        for rule in memory.rules
    ]
    repo.secrets, repo.variables = (
        set(memory.secrets.get(None, ())),
        dict.fromkeys(memory.variables.get(None, ()), "x"),
    )
    for name in {*memory.secrets, *memory.variables} - {None}:
        secrets, variables = memory.secrets.get(name, set()), memory.variables.get(name, set())
        repo.environments[str(name)] = {"secrets": set(secrets), "variables": set(variables)}
    for (branch, path), content in memory.files.items():
        repo.commit({path: content}, branch)
    for path, commits in memory.commits.items():
        for number, commit in enumerate(reversed(commits)):
            repo.commit(
                {path: f"{number}"},
                author=commit.author,
                at=stamp(commit.committed_at),
                message=commit.message,
            )
    _seed_lists(repo, memory)
    return repo


def _seed_lists(repo: FakeRepository, memory: MemoryGitHub) -> None:
    repo.label(*(label.name for label in memory.labels))
    for issue in memory.issues:
        repo.issues[issue.number] = repo.issue(
            issue.title,
            issue.body,
            *issue.labels,
            author=issue.author,
            number=issue.number,
            state=issue.state,
            state_reason=issue.state_reason,
            created_at=stamp(issue.created_at),
            updated_at=stamp(issue.updated_at),
            closed_at=_stamp(issue.closed_at),
        )
    for number, happened in memory.events.items():
        for event in happened:
            repo.event(
                number, event.event, id=event.id, actor=event.actor, created_at=stamp(event.created_at)
            )
    for alert in memory.alerts:
        assert repo.dependabot is not None
        repo.dependabot_alert(
            alert.package,
            alert.severity,
            number=alert.number,
            state=alert.state,
            manifest_path=alert.manifest_path,
            created_at=stamp(alert.created_at),
            fixed_at=_stamp(alert.fixed_at),
            dismissed_at=_stamp(alert.dismissed_at),
            dismissed_by=alert.dismissed_by,
            dismissed_reason=alert.dismissed_reason,
            dismissed_comment=alert.dismissed_comment,
        )
    for flow in memory.workflows:
        repo.workflow(flow.path, id=flow.id, state=flow.state)
    known = {key for flow in memory.workflows for key in (flow.id, flow.path.rpartition("/")[2])}
    for key, runs in memory.runs.items():
        for run in reversed(runs if key in known else []):
            repo.run(
                next(
                    flow.path for flow in memory.workflows if key in {flow.id, flow.path.rpartition("/")[2]}
                ),
                id=run.id,
                name=run.name,
                run_number=run.number,
                event=run.event,
                status=run.status,
                conclusion=run.conclusion,
                created_at=stamp(run.created_at),
                updated_at=stamp(run.updated_at),
                actor=run.actor,
            )
    for pull in memory.pulls:
        made = repo.pull(
            pull.title,
            pull.body,
            *pull.labels,
            author=pull.author,
            number=pull.number,
            head=pull.head,
            created_at=stamp(pull.created_at),
            updated_at=stamp(pull.updated_at),
        )
        repo.pulls = {each["number"]: each for each in [*repo.pulls.values(), made]}
