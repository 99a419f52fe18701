"""What every test gets: no secrets, no colours, no settings of whoever runs the tests."""

from __future__ import annotations

import os
import signal

import pytest

from mainstay.platform import redact

# A shell starts what runs in its background with Ctrl-C ignored, nohup ignores a hang-up, and every child inherits
# that: tests that stop a process of their own in these ways would wait for ever.
for ignorable, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(ignorable) is signal.SIG_IGN:
        signal.signal(ignorable, handler)

pytest_plugins = [
    "helpers.debian",
    "helpers.faulty_store",
    "helpers.listener",
    "helpers.postgres",
    "helpers.s3",
    "helpers.servers",
    "helpers.subjects",
    "helpers.google",
]

_FOREIGN = (
    "AWS_",
    "AZURE_",
    "GOOGLE_",
    "GITHUB_",
    "ACTIONS_",
    "INPUT_",
    "MAINSTAY_",
    "PG",
    "COPIER_",
    "DATABASE_URL",
    "GH_TOKEN",
)
_COLOURS = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLUMNS"}
_KEPT = {"MAINSTAY_PYTHON", "MAINSTAY_REQUIRE", "MAINSTAY_TEST_SERVERS", "AWS_CA_BUNDLE"}


@pytest.fixture(autouse=True)
def _isolated_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in set(os.environ) - _KEPT:
        if name.startswith(_FOREIGN) or name in _COLOURS:
            monkeypatch.delenv(name)
    settings = tmp_path_factory.getbasetemp() / "gitconfig"
    settings.write_text(
        "[user]\n\tname = Test\n\temail = test@example.invalid\n[init]\n\tdefaultBranch = main\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture(autouse=True)
def _forgotten_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test's secret mask a word in another test's message."""
    monkeypatch.setattr(redact, "_known", set())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how long each workflow took, run by run. Only this conftest is there when workers run the tests."""
    reports = [report for kind in ("", "failed") for report in terminalreporter.stats.get(kind, [])]
    rows = [
        (report.location[2], workflow, seconds)
        for report in reports
        for name, took in report.user_properties
        if name == "workflows" and report.when == "teardown"
        for workflow, seconds in took
    ]
    if rows:
        terminalreporter.section("workflows, from their event to the end of their last job")
        for test, workflow, seconds in rows:
            terminalreporter.line(f"{seconds:6.1f} s  {workflow:20} {test}")
