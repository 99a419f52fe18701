"""Runs checks: gives each the facts it asks for, and keeps one broken check or fact from hiding another."""

from __future__ import annotations

import dataclasses
import functools
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast, get_type_hints

from mainstay.audit.model import Check, Finding, NotApplicable, Outcome, Result, Unavailable
from mainstay.platform.redact import redact

Fact = TypeVar("Fact")
Provider = Callable[..., object]

_FINDINGS_KEPT = 1000
"""Per check. A repository that floods the report is told that the result is not complete."""


@functools.cache
def parameters(function: Callable[..., object]) -> dict[str, type[Any]]:
    """Return the facts that a check or a provider asks for, by parameter name."""
    return {name: kind for name, kind in get_type_hints(function).items() if name != "return"}


class Facts:
    """The facts of one run: computed when first asked for, then kept, failures included.

    Args:
        given: Facts that are known from the start, by type.
        providers: Functions that compute the others; the return annotation says which.
    """

    def __init__(self, given: Mapping[type[Any], object], providers: Iterable[Provider] = ()) -> None:
        self._values: dict[type[Any], object] = dict(given)
        self._failures: dict[type[Any], Exception] = {}
        self._providers = {get_type_hints(provider)["return"]: provider for provider in providers}

    def get(self, kind: type[Fact]) -> Fact:
        """Return the fact of this type.

        Raises:
            Unavailable: It cannot be read.
        """
        if kind in self._failures:
            raise self._failures[kind]
        if kind not in self._values:
            try:
                self._values[kind] = self.call(self._providers[kind])
            except Exception as error:  # the same failure for every check that asks
                self._failures[kind] = error
                raise
        return cast("Fact", self._values[kind])

    def give(self, kind: type[Fact], value: Fact) -> None:
        """Add a fact that is known only now."""
        self._values[kind] = value

    def call(self, function: Callable[..., Any]) -> Any:  # noqa: ANN401 - returns what the function returns
        """Return what `function` returns when each parameter is the fact of its type."""
        return function(**{name: self.get(kind) for name, kind in parameters(function).items()})


def evaluate(check: Check, facts: Facts) -> Result:
    """Return what the check says. Findings from before something went wrong are kept."""
    findings: list[Finding] = []
    outcome, reason = Outcome.PASS, ""
    try:
        for finding in facts.call(check.run):
            findings.append(_redacted(finding))
            if len(findings) == _FINDINGS_KEPT:
                reason = f"only the first {_FINDINGS_KEPT} findings are kept"
                break
    except NotApplicable as error:
        outcome, reason = Outcome.NOT_APPLICABLE, str(error)
    except Unavailable as error:
        outcome, reason = Outcome.UNKNOWN, str(error)
    except Exception as error:  # noqa: BLE001 - one broken check must not hide the others
        outcome, reason = Outcome.ERROR, _describe(error)
    return Result(check, Outcome.FAIL if findings else outcome, redact(reason), tuple(findings))


def _redacted(finding: Finding) -> Finding:
    evidence = {name: redact(value) for name, value in finding.evidence.items()}
    return dataclasses.replace(
        finding, message=redact(finding.message), fix=redact(finding.fix), evidence=evidence
    )


def _describe(error: Exception) -> str:
    """Return the error and the line of the check or fact that it came from: what a bug report needs."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({frame.name}, line {frame.lineno})"
