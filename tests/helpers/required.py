"""Servers that a machine may lack: a test that needs one is skipped with a reason, or fails where it is required."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

REQUIRE_VARIABLE = "MAINSTAY_REQUIRE"
"""Environment variable: what this machine must have, such as `contrib,mariadb`. CI sets it: there, nothing skips."""


def missing(what: str, reason: str) -> NoReturn:
    """Skip the test because `what` is not here; fail it where `what` is required."""
    if what in os.environ.get(REQUIRE_VARIABLE, "").split(","):
        pytest.fail(f"{REQUIRE_VARIABLE} says that {what} is here, but {reason}")
    pytest.skip(f"{what}: {reason}")
