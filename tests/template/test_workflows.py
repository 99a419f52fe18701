from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from helpers.lint import schema_errors, zizmor
from helpers.rendering import REPOSITORY, rendered
from mainstay.policy import POLICY_PATH, parse_policy
from mainstay.policy.databases import ServerDatabase

ECOSYSTEMS: list[str] = YAML(typ="safe").load(REPOSITORY / "copier.yml")["ecosystems"]["choices"]
ANSWERS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "keys and every ecosystem": {
        "backup_store": "s3://acme-backups/shop",
        "backup_credentials": "keys",
        "timezone": "America/Argentina/Buenos_Aires",
        "ecosystems": ECOSYSTEMS,
        "ecosystem_directories": {
            "npm": ["/", "/apps/web"],
            "docker": ["/images/*"],
            "gomod": ["/it's: a #1"],
        },
    },
    "folder as store": {"backup_store": "file:///srv/backups"},
    "MySQL to Google": {"database": "mysql", "backup_store": "gs://b/p"},
    "MariaDB to Azure": {"database": "mariadb", "backup_store": "az://c/p"},
    "SQLite to Google, by key": {
        "database": "sqlite",
        "backup_store": "gs://b",
        "backup_credentials": "keys",
    },
    "MongoDB to Azure, by token": {
        "database": "mongodb",
        "backup_store": "az://c",
        "backup_credentials": "keys",
    },
    "programs of one's own": {"database": "command"},
    "no database, no ecosystem": {"database": "none", "ecosystems": []},
}
COMPANION = "OWNER/REPO"
"""What a copy from a local folder names: there is no owner to derive."""
PINS = dict(
    line.split("@", 1)
    for line in (REPOSITORY / "requirements/actions.txt").read_text().splitlines()
    if not line.startswith("#")
)
_USES = re.compile(r"^\s*(?:- )?uses: ([^@\s]+)@(.*)$", re.MULTILINE)

every_answer_set = pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)


def workflows(target: Path) -> dict[str, Any]:
    """Return the workflows of a repository, by file name."""
    folder = target / ".github/workflows"
    return {path.name: YAML(typ="safe").load(path) for path in sorted(folder.glob("*.yml"))}


def jobs(target: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each job with a name to find it by."""
    for file, workflow in workflows(target).items():
        for name, job in workflow["jobs"].items():
            yield f"{file}:{name}", job


def companion_step(target: Path, file: str) -> dict[str, Any]:
    """Return the step that does the work of a workflow."""
    job, *_ = workflows(target)[file]["jobs"].values()
    (step,) = [step for step in job["steps"] if step["uses"].startswith(f"{COMPANION}@")]
    return dict(step)


@every_answer_set
def test_the_strictest_linter_finds_nothing(answers: dict[str, Any]) -> None:
    """Zizmor as an auditor, over everything that GitHub reads."""
    assert zizmor(rendered(**answers)) == ""


@every_answer_set
def test_the_schemas_are_met(answers: dict[str, Any]) -> None:
    """Workflows and dependabot.yml have the shape that GitHub accepts, and every job ends by itself."""
    github = rendered(**answers) / ".github"
    files = list((github / "workflows").glob("*.yml"))

    assert schema_errors("vendor.github-workflows", files) == ""
    assert schema_errors("custom.github-workflows-require-timeout", files) == ""
    assert schema_errors("vendor.dependabot", [github / "dependabot.yml"]) == ""


def test_the_projects_own_files_pass_too() -> None:
    """What we ask of others holds for action.yml and for our own workflows."""
    github = REPOSITORY / ".github"

    assert zizmor(REPOSITORY / "action.yml", github) == ""
    assert schema_errors("vendor.github-actions", [REPOSITORY / "action.yml"]) == ""
    assert schema_errors("vendor.github-workflows", (github / "workflows").glob("*.yml")) == ""
    assert schema_errors("vendor.dependabot", [github / "dependabot.yml"]) == ""


def test_a_linter_that_reads_nothing_is_a_failure(tmp_path: Path) -> None:
    """The tests above cannot pass over an empty folder."""
    assert "3" in zizmor(tmp_path)


def test_every_third_party_action_is_the_one_in_the_table() -> None:
    """One table says which commit is run, in the template and in our own workflows alike."""
    sources = [*(REPOSITORY / "template").rglob("*.yml.jinja"), *(REPOSITORY / ".github").rglob("*.yml")]
    used = [
        (name, pin) for path in sources for name, pin in _USES.findall(path.read_text()) if "[=" not in name
    ]

    assert {name for name, _ in used} == PINS.keys()
    assert all(PINS[name] == pin for name, pin in used)
    assert all(re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin) for pin in PINS.values())


@every_answer_set
def test_each_workflow_is_a_checkout_and_one_step_that_works(answers: dict[str, Any]) -> None:
    """No shell in YAML: what a workflow does is tested where it lives."""
    inputs = YAML(typ="safe").load(REPOSITORY / "action.yml")["inputs"]
    for name, job in jobs(rendered(**answers)):
        assert all("run" not in step for step in job["steps"]), name
        (own,) = [step for step in job["steps"] if step["uses"].startswith(f"{COMPANION}@")]
        assert own["with"].keys() <= inputs.keys(), name
        # The job that may write to the repository has nothing of the repository in its folder.
        checks_out = job["steps"][0]["uses"].startswith("actions/checkout@")
        assert checks_out == (job["permissions"].get("contents") == "read"), name


@every_answer_set
def test_rights_are_granted_job_by_job(answers: dict[str, Any]) -> None:
    """Nothing at the top, and to each job what it uses; only the job that records may write to a branch."""
    target = rendered(**answers)

    assert all(workflow["permissions"] == {} for workflow in workflows(target).values())
    granted = {name: job["permissions"] for name, job in jobs(target)}
    writing = {
        name: {right for right, level in rights.items() if level == "write"} - {"id-token"}
        for name, rights in granted.items()
    }
    wanted = {
        "audit.yml:alive": {"security-events"},
        "audit.yml:audit": {"security-events"},
        "audit.yml:evidence": {"contents"},
        "backup.yml:backup": {"issues"},
        "backup.yml:evidence": {"contents"},
        "restore-drill.yml:drill": {"issues"},
        "restore-drill.yml:evidence": {"contents"},
        "sop-update.yml:update": {"issues"},
    }
    assert {name: rights for name, rights in writing.items() if rights} == {
        name: rights for name, rights in wanted.items() if name in granted
    }
    assert all(level in {"read", "write"} for rights in granted.values() for level in rights.values())


def test_a_repository_without_a_database_gets_no_backup_workflows() -> None:
    """Nothing is emitted that does nothing."""
    assert sorted(workflows(rendered(database="none"))) == ["audit.yml", "sop-update.yml"]


@pytest.mark.parametrize("file", ["backup.yml", "backup-prune.yml", "restore-drill.yml"])
@pytest.mark.parametrize(
    ("store", "credentials", "signs_in", "secrets", "runner"),
    [
        ("s3://b/p", "oidc", "aws-actions/configure-aws-credentials", set(), "ubuntu-24.04"),
        ("gs://b/p", "oidc", "google-github-actions/auth", set(), "ubuntu-24.04"),
        ("az://c/p", "oidc", "azure/login", set(), "ubuntu-24.04"),
        ("s3://b/p", "keys", None, {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}, "ubuntu-24.04"),
        ("gs://b/p", "keys", None, {"GOOGLE_SERVICE_ACCOUNT_KEY"}, "ubuntu-24.04"),
        ("az://c/p", "keys", None, {"AZURE_STORAGE_SAS_TOKEN"}, "ubuntu-24.04"),
        ("file:///srv/backups", "oidc", None, set(), "self-hosted"),
    ],
)
def test_the_store_is_reached_with_the_credentials_that_were_chosen(
    *,
    file: str,
    store: str,
    credentials: str,
    signs_in: str | None,
    secrets: set[str],
    runner: str,
) -> None:
    """A key is stored only when asked for; only the backup sees the database, only the drill the private key."""
    target = rendered(backup_store=store, backup_credentials=credentials)
    job, *_ = workflows(target)[file]["jobs"].values()
    own = {
        "backup.yml": {"DATABASE_URL", "BACKUP_HEARTBEAT_URL", "BACKUP_NOTIFY_URL"},
        "backup-prune.yml": set[str](),
        "restore-drill.yml": {"MAINSTAY_AGE_IDENTITY", "BACKUP_NOTIFY_URL"},
    }
    wanted = {*secrets, *own[file]}

    read = set(re.findall(r"secrets\.(\w+)", str(job)))

    assert read == wanted
    assert (job.get("permissions", {}).get("id-token") == "write") == bool(signs_in)
    assert [step["uses"].partition("@")[0] for step in job["steps"][1:-1]] == [signs_in] * bool(signs_in)
    assert job["runs-on"] == runner
    assert job["environment"] == file.removesuffix(".yml")


def test_a_file_is_backed_up_where_it_lies() -> None:
    """Only the machine of a SQLite database can read it; its backups are restored and pruned anywhere."""
    target = rendered(database="sqlite")

    assert {
        name: job["runs-on"] for name, job in jobs(target) if name.endswith((":backup", ":prune", ":drill"))
    } == {
        "backup.yml:backup": "self-hosted",
        "backup-prune.yml:prune": "ubuntu-24.04",
        "restore-drill.yml:drill": "ubuntu-24.04",
    }


@pytest.mark.parametrize(
    ("database", "variable"),
    [
        ("postgresql", "POSTGRESQL_MAJOR"),
        ("mysql", "MYSQL_SERIES"),
        ("mariadb", "MARIADB_SERIES"),
        ("mongodb", "MONGODB_SERIES"),
    ],
)
def test_the_programs_of_the_server_are_brought(database: str, variable: str) -> None:
    """An input of the Action, and a repository variable that the page on backups says how to set."""
    target = rendered(database=database)

    for file in ("backup.yml", "restore-drill.yml"):
        assert companion_step(target, file)["with"][database] == f"${{{{ vars.{variable} }}}}"
    page = (target / "docs/maintenance/backups.md").read_text(encoding="utf-8")
    assert f"gh variable set {variable} " in page


@pytest.mark.parametrize(
    ("database", "named"),
    {
        "postgresql": False,
        "mysql": False,
        "mariadb": False,
        "sqlite": False,
        "mongodb": True,
        "command": True,
    }.items(),
)
def test_a_drill_is_given_a_server_where_mainstay_brings_none(database: str, *, named: bool) -> None:
    """The secret belongs to the drill's own environment; the database's URL never reaches it."""
    read = set(
        re.findall(r"secrets\.(\w+)", str(workflows(rendered(database=database))["restore-drill.yml"]))
    )

    assert ("MAINSTAY_SCRATCH_URL" in read) == named
    assert "DATABASE_URL" not in read


@pytest.mark.parametrize("file", ["backup.yml", "restore-drill.yml"])
def test_a_step_gets_every_secret_that_the_policy_names(file: str) -> None:
    """A `$NAME` in the policy is a name in the environment of the step, also once its comment mark is gone."""
    target = rendered()
    environment = companion_step(target, file)["env"]
    text = re.sub(
        r"(?m)^  # (heartbeat|notify):", r"  \1:", (target / POLICY_PATH).read_text(encoding="utf-8")
    )
    policy = parse_policy(text)
    assert policy.backups is not None

    named = list(policy.backups.notify)
    if file == "backup.yml":
        named.append(str(policy.backups.heartbeat))
        named += [each.url for each in policy.databases.values() if isinstance(each, ServerDatabase)]

    assert named
    for name in (reference.removeprefix("$") for reference in named):
        assert environment[name] == f"${{{{ secrets.{name} }}}}"
    assert environment["GITHUB_TOKEN"] == "${{ github.token }}"


def test_dependabot_covers_what_was_answered() -> None:
    """Each ecosystem once, with its folders, weekly in the team's morning, ten at a time."""
    target = rendered(**ANSWERS["keys and every ecosystem"])
    updates = YAML(typ="safe").load(target / ".github/dependabot.yml")["updates"]
    by_name = {update["package-ecosystem"]: update for update in updates}

    assert sorted(by_name) == sorted(ECOSYSTEMS)
    assert len(updates) == len(ECOSYSTEMS)
    assert by_name["npm"]["directories"] == ["/", "/apps/web"]
    assert by_name["docker"]["directories"] == ["/images/*"]
    assert by_name["gomod"]["directory"] == "/it's: a #1"
    assert by_name["pip"]["directory"] == "/"
    for update in updates:
        assert update["schedule"] == {
            "interval": "weekly",
            "day": "monday",
            "time": "09:00",
            "timezone": "America/Argentina/Buenos_Aires",
        }
        assert update["open-pull-requests-limit"] == 10
        assert update["labels"] == ["dependencies", "automated"]
        assert update["cooldown"]["default-days"] == 7
        assert all(group["update-types"] == ["minor", "patch"] for group in update.get("groups", {}).values())


def test_dependabot_is_told_only_what_an_ecosystem_knows() -> None:
    """GitHub documents which ecosystems have versions by SemVer, and which tell development from production."""
    target = rendered(**ANSWERS["keys and every ecosystem"])
    updates = YAML(typ="safe").load(target / ".github/dependabot.yml")["updates"]

    by_semver = {
        update["package-ecosystem"] for update in updates if "semver-major-days" in update["cooldown"]
    }
    typed = {
        update["package-ecosystem"]
        for update in updates
        if "development-dependencies" in update.get("groups", {})
    }

    unversioned = {
        "bazel",
        "devcontainers",
        "docker",
        "docker-compose",
        "github-actions",
        "gitsubmodule",
        "helm",
    }
    assert not by_semver & {*unversioned, "terraform"}
    assert {"npm", "pip", "uv", "gomod", "cargo"} <= by_semver
    assert typed == {"bundler", "composer", "maven", "mix", "npm", "pip"}


def test_dependabot_leaves_the_companion_action_to_copier() -> None:
    """Bumped alone, the Action and the files around it would be of two revisions."""
    text = (rendered() / ".github/dependabot.yml").read_text()
    (update,) = YAML(typ="safe").load(text)["updates"]

    assert update["ignore"] == [{"dependency-name": COMPANION}]
    assert "`copier update` moves both together" in text


def test_only_an_app_s_token_may_change_workflows() -> None:
    """Asked for no more than the update needs, from an environment of its own; without an app there is none."""
    (job,) = workflows(rendered())["sop-update.yml"]["jobs"].values()
    (app,) = [step for step in job["steps"] if step["uses"].startswith("actions/create-github-app-token@")]
    step = companion_step(rendered(), "sop-update.yml")

    assert app["if"] == "vars.SOP_UPDATE_CLIENT_ID != ''"
    rights = {name: right for name, right in app["with"].items() if name.startswith("permission-")}
    assert rights == dict.fromkeys(
        ("permission-contents", "permission-pull-requests", "permission-workflows"), "write"
    )
    assert job["environment"] == "sop-update"
    assert job["permissions"] == {"contents": "read", "issues": "write"}
    assert step["env"] == {
        "GITHUB_TOKEN": "${{ github.token }}",
        "MAINSTAY_UPDATE_TOKEN": "${{ steps.app.outputs.token }}",
    }


def test_nothing_is_deleted_unasked() -> None:
    """The job does not run without its variable, and only one word of it deletes."""
    target = rendered()
    (job,) = workflows(target)["backup-prune.yml"]["jobs"].values()
    step = companion_step(target, "backup-prune.yml")

    assert job["if"] == "vars.BACKUP_PRUNE != '' || github.event_name == 'workflow_dispatch'"
    assert step["with"] == {"command": "prune"}
    assert step["env"]["BACKUP_PRUNE"] == "${{ vars.BACKUP_PRUNE }}"
