from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpers.composite import Runner
from helpers.rendering import REPOSITORY, render
from mainstay.action.startup import start_up_line

NOW = datetime(2026, 11, 23, 8, 0, 10, tzinfo=UTC)


def test_the_line_says_what_was_measured(tmp_path: Path) -> None:
    """Wall time since the first step began; the shell's and its children's processor time, and this process's."""
    (tmp_path / "times").write_text("0m0.100s 0m0.200s\n1m1.000s 0m0.700s\n")
    environ = {
        "MAINSTAY_HOME": str(tmp_path),
        "MAINSTAY_BEGAN": str(NOW.timestamp() - 90),
        "MAINSTAY_CACHE": "cold",
    }

    line = start_up_line(environ, NOW, cpu_seconds=1.0)

    assert line == "_Start-up: 1 min 30 s, 1 min 3 s of CPU; packages downloaded_"


@pytest.mark.parametrize("environ", [{}, {"MAINSTAY_BEGAN": "now", "MAINSTAY_HOME": "/nowhere"}])
def test_what_was_not_measured_is_not_said(environ: dict[str, str]) -> None:
    """Outside `action.yml` there is nothing to say."""
    assert start_up_line(environ, NOW, cpu_seconds=1.0) == ""


def test_a_cold_start_costs_less_than_five_seconds_of_cpu(tmp_path: Path) -> None:
    """On a machine that never ran it: all is downloaded, checked and unpacked, and the audit is ready to begin.

    The Python is that of a runner, which has pip. The project's own has none: making one takes two seconds more.
    Neighbours make a second of CPU do less, so a machine that is too busy may try again.
    """
    app = render(tmp_path / "app")
    folders = os.environ["PATH"].split(os.pathsep)
    path = os.pathsep.join(folder for folder in folders if folder != str(Path(sys.prefix, "bin")))
    costs: list[float] = []
    while len(costs) < 3 and min(costs, default=5.0) >= 5:
        folder = tmp_path / str(len(costs))
        for name in ("temp", "home"):
            (folder / name).mkdir(parents=True)
        runner = Runner(REPOSITORY, app, folder / "temp", {"HOME": str(folder / "home"), "PATH": path})

        run = runner.run(command="audit", fail_on="critical")

        cost = re.search(r"Start-up: .*, ([\d.]+) s of CPU; packages downloaded", run.summary)
        assert cost, run.log + run.summary
        costs.append(float(cost[1]))
    assert min(costs) < 5
