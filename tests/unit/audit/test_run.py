from __future__ import annotations

from pathlib import Path

import pytest

from helpers.audits import (
    NOW,
    POLICY,
    Break,
    add,
    audit,
    change,
    edit,
    findings,
    having,
    healthy,
    policy,
    remove,
    result,
    write,
)
from helpers.rendering import render
from mainstay.audit import Outcome, Severity, exit_code, run_audit
from mainstay.audit.checks import CHECKS
from mainstay.audit.engine import parameters
from mainstay.errors import ExitCode, UsageError
from mainstay.platform.clock import FixedClock
from mainstay.policy import Policy

BOMB = "a: &a [x, x]\n" + "".join(
    f"b{n}: &b{n} [{', '.join(['*a' if n == 0 else f'*b{n - 1}'] * 9)}]\n" for n in range(10)
)
HOSTILE: dict[str, bytes] = {
    "not UTF-8": b"\xff\xfe\x00on: push",
    "a YAML bomb": BOMB.encode(),
    "duplicate keys": b"on: push\non: push\n",
    "deep nesting": b"[" * 50_000,
    "20 MB": b"# x\n" * (5 << 20),
    "a NUL": b"a\0b",
    "a list": b"- a\n- b\n",
    "empty": b"",
}
READ = {
    # Who reads the file, and must therefore not pass when it is hostile.
    POLICY: {"SOP101", "ONC101", "SEC101", "BK301", "MNT101"},
    ".github/dependabot.yml": {"DEP101", "DEP301", "DEP302"},
    ".github/workflows/backup.yml": {"BK101", "WF101"},
    ".github/ISSUE_TEMPLATE/incident.yml": {"INC103"},
    ".copier-answers.mainstay.yml": {"SOP102"},
    "docs/incidents/response.md": {"INC101"},
    "docs/incidents/severity.md": {"INC102"},
    "docs/runbooks/rb-01-site-down.md": {"RB102", "RB103", "RB203"},
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("paths", [[POLICY], sorted(READ.keys() - {POLICY})], ids=["policy", "others"])
def test_no_check_passes_on_a_file_that_it_cannot_read(
    tmp_path: Path, paths: list[str], content: bytes
) -> None:
    """Hostile files neither crash a check nor make it pass, and the run does not end with 0."""
    root = healthy(tmp_path / "r")
    for path in paths:
        write(root, path, content)

    report = audit(root)

    assert having(report, Outcome.ERROR) == set()
    assert having(report, Outcome.PASS) & {check for path in paths for check in READ[path]} == set()
    assert exit_code(report) != ExitCode.OK


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    """What stands elsewhere on the machine is nobody's business, and no evidence."""
    root = healthy(tmp_path / "r")
    (tmp_path / "policy.yml").write_text((root / POLICY).read_text())
    (root / POLICY).unlink()
    (root / POLICY).symlink_to(tmp_path / "policy.yml")

    report = audit(root)

    assert "SOP101" in having(report, Outcome.FAIL)
    assert "ONC101" in having(report, Outcome.UNKNOWN, Outcome.FAIL)


def test_without_a_policy_nothing_that_needs_it_passes(tmp_path: Path) -> None:
    """Each check that asks for the policy is unknown, and the policy itself is the finding."""
    root = healthy(tmp_path / "r")
    change(root, POLICY, "version: 1", "version: 9")

    report = audit(root)

    needs_policy = {check.id for check in CHECKS if Policy in parameters(check.run).values()}
    assert needs_policy <= having(report, Outcome.UNKNOWN)
    assert (
        "the policy cannot be used: .github/mainstay.yml: version: Input should be 1"
        in result(report, "ONC101").reason
    )
    assert exit_code(report) == ExitCode.FAILED


def test_without_a_database_backups_are_not_applicable(tmp_path: Path) -> None:
    """A repository without a database owes no backup, and says so."""
    root = render(tmp_path / "r", database="none")

    report = audit(root, "BK")

    assert having(report, Outcome.NOT_APPLICABLE) == {"BK101", "BK102", "BK103", "BK104", "BK301"}
    assert having(report, Outcome.PASS) == {"BK105"}
    assert exit_code(report) == ExitCode.OK


def test_a_database_that_the_policy_forgot_is_found(tmp_path: Path) -> None:
    """To delete the database from the policy is no way to a green audit."""
    root = render(tmp_path / "r", database="none")
    write(root, "package.json", '{"dependencies": {"pg": "8"}}')

    report = audit(root, "BK")

    assert having(report, Outcome.FAIL) == {"BK105"}


def test_a_fresh_copy_has_only_what_a_human_must_still_do(tmp_path: Path) -> None:
    """Owners, roster, reviews, and where the Action lives; each with its fix, nothing unknown."""
    report = audit(render(tmp_path / "r"))

    assert having(report, Outcome.FAIL) == {"ONC101", "ONC102", "RB203", "SOP103"}
    assert {finding.message for finding in result(report, "RB203").findings} == {"it was never reviewed"}
    assert report.incomplete == ()
    assert all(finding.fix for finding in findings(report))


@pytest.mark.parametrize(
    "answers",
    [{"database": "none"}, {"platform": "vercel", "migrations": "prisma"}, {"platform": "kubernetes"}],
)
def test_other_answers_give_no_other_findings(tmp_path: Path, answers: dict[str, object]) -> None:
    """What the template emits keeps the SOP, whatever it was told."""
    report = audit(render(tmp_path / "r", **answers))

    assert having(report, Outcome.FAIL) == {"ONC101", "ONC102", "RB203", "SOP103"}
    assert report.incomplete == ()


def test_an_expired_waiver_returns_the_finding_and_is_one_itself(tmp_path: Path) -> None:
    """The finding quotes the waiver; the waiver is to be decided again."""
    root = healthy(tmp_path / "r")
    policy("expires: 2027-01-31", "expires: 2026-11-22")(root)

    report = audit(root)

    assert having(report, Outcome.FAIL) == {"WF102", "SOP304"}
    assert "expired on 2026-11-22" in result(report, "WF102").findings[0].note
    assert "The platform team pins this one (OPS-7)" in result(report, "SOP304").findings[0].message


def test_an_unused_waiver_is_a_finding(tmp_path: Path) -> None:
    """What it covered is fixed: it goes, before it covers something else."""
    root = healthy(tmp_path / "r")
    remove(".github/workflows/ci.yml")(root)

    report = audit(root)

    assert [finding.key for finding in findings(report)] == ["WF102 .github/workflows/ci.yml unused"]
    assert result(report, "SOP304").findings[0].at.path == POLICY
    assert result(report, "SOP304").findings[0].at.line is not None


def test_a_waiver_is_not_judged_when_its_check_did_not_run(tmp_path: Path) -> None:
    """Selecting some checks does not call the waivers of the others unused."""
    report = audit(healthy(tmp_path / "r"), "SOP304")

    assert having(report, Outcome.PASS) == {"SOP304"}


@pytest.mark.parametrize(
    ("breaks", "fail_on", "expected"),
    [
        (policy('["@ana", "@bo"]', '["@ana"]'), None, ExitCode.OK),
        (policy('["@ana", "@bo"]', '["@ana"]'), Severity.LOW, ExitCode.FAILED),
        (policy("fail-on: high", "fail-on: medium"), None, ExitCode.OK),
        (remove("docs/maintenance/on-call.md"), None, ExitCode.OK),
        (remove("docs/maintenance/on-call.md"), Severity.MEDIUM, ExitCode.FAILED),
        (add("docs/incidents/response.md", b"\xff"), None, ExitCode.INCOMPLETE),
        (add("docs/runbooks/rb-99-x.md", b"\xff"), Severity.CRITICAL, ExitCode.INCOMPLETE),
        (remove(POLICY), None, ExitCode.FAILED),
    ],
    ids=range(8),
)
def test_exit_codes(tmp_path: Path, breaks: Break, fail_on: Severity | None, expected: ExitCode) -> None:
    """1 for findings that are grave enough, else 3 when something could not be read, else 0."""
    root = healthy(tmp_path / "r")
    breaks(root)

    report = run_audit(root, clock=FixedClock(NOW), fail_on=fail_on)

    assert exit_code(report) == expected


def test_the_policy_decides_what_fails(tmp_path: Path) -> None:
    """`audit.fail-on` is the threshold when the command line gives none."""
    root = healthy(tmp_path / "r")
    remove("docs/maintenance/on-call.md")(root)
    edit(POLICY, "fail-on: high", "fail-on: medium")(root)

    report = audit(root)

    assert (report.fail_on, exit_code(report)) == (Severity.MEDIUM, ExitCode.FAILED)


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    """It is not an empty repository."""
    with pytest.raises(UsageError, match="is not a folder"):
        audit(tmp_path / "absent")


def test_the_same_repository_gives_the_same_report(tmp_path: Path) -> None:
    """Two runs at one time are equal: nothing hangs on the order of files or on memory addresses."""
    root = healthy(tmp_path / "r")
    remove("docs/maintenance/on-call.md")(root)

    assert audit(root) == audit(root)
