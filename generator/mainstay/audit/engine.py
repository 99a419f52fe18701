"""Runs checks: gives each the facts it asks for, and keeps one broken check or fact from hiding another."""

from __future__ import annotations

import dataclasses
import functools
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast, get_type_hints

from mainstay.audit.model import Check, Finding, NotApplicable, NotAsked, Outcome, Result, Unavailable
from mainstay.errors import MainstayError
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
            except MainstayError as error:  # an edge that refuses: expected, and no bug of ours
                hint = f" ({error.hint})" if error.hint else ""
                self._failures[kind] = Unavailable(f"{error.message}{hint}")
                raise self._failures[kind] from error
            except Exception as error:  # the same failure for every check that asks
                self._failures[kind] = error
                raise
        return cast("Fact", self._values[kind])

    def give(self, kind: type[Fact], value: Fact) -> None:
        """Add a fact that is known only now."""
        self._values[kind] = value

    def refuse(self, kind: type[Any], why: Exception) -> None:
        """Let everyone who asks for a fact be told why there is none."""
        self._failures[kind] = why

    def call(self, function: Callable[..., Any]) -> Any:  # noqa: ANN401 - returns what the function returns
        """Return what `function` returns when each parameter is the fact of its type."""
        return function(**{name: self.get(kind) for name, kind in parameters(function).items()})


def needs(function: Callable[..., object], providers: Iterable[Provider]) -> frozenset[type[Any]]:
    """Return every fact that a check or a provider rests on, through other facts too."""
    by_kind = {get_type_hints(provider)["return"]: provider for provider in providers}
    found: set[type[Any]] = set()
    pending = list(parameters(function).values())
    while pending:
        if (kind := pending.pop()) not in found:
            found.add(kind)
            pending += parameters(by_kind[kind]).values() if kind in by_kind else ()
    return frozenset(found)


def evaluate_all(
    checks: Iterable[Check], facts: Facts, known: Mapping[str, Check] | None = None
) -> dict[str, Result]:
    """Return the results of the checks and of those that they require, by id.

    Args:
        checks: What to evaluate.
        facts: What they judge.
        known: All checks by id; what is required is looked up here.
    """
    checks = list(checks)
    by_id = {**(known or {}), **{check.id: check for check in checks}}
    results: dict[str, Result] = {}

    def judge(check: Check) -> Result:
        if check.id not in results:
            blocked = next(filter(None, (_blocked(judge(by_id[name])) for name in check.requires)), None)
            results[check.id] = (
                dataclasses.replace(blocked, check=check) if blocked else evaluate(check, facts)
            )
        return results[check.id]

    for check in checks:
        judge(check)
    return results


def _blocked(required: Result) -> Result | None:
    """Return the result of a check that requires this one; nothing when it can be judged."""
    match required.outcome:
        case Outcome.PASS:
            return None
        case Outcome.UNKNOWN | Outcome.ERROR:
            outcome, reason = Outcome.UNKNOWN, required.reason
        case Outcome.NOT_APPLICABLE:
            outcome, reason = Outcome.NOT_APPLICABLE, required.reason
        case _:
            outcome, reason = Outcome.NOT_APPLICABLE, f"{required.check.id} has to pass first"
    return Result(required.check, outcome, reason, not_asked=required.not_asked)


def evaluate(check: Check, facts: Facts) -> Result:
    """Return what the check says. Findings from before something went wrong are kept."""
    findings: list[Finding] = []
    outcome, reason, not_asked = Outcome.PASS, "", False
    try:
        for finding in facts.call(check.run):
            findings.append(_redacted(finding))
            if len(findings) == _FINDINGS_KEPT:
                reason = f"only the first {_FINDINGS_KEPT} findings are kept"
                break
    except NotApplicable as error:
        outcome, reason = Outcome.NOT_APPLICABLE, str(error)
    except Unavailable as error:
        outcome, reason, not_asked = Outcome.UNKNOWN, str(error), isinstance(error, NotAsked)
    except Exception as error:  # noqa: BLE001 - one broken check must not hide the others
        outcome, reason = Outcome.ERROR, _describe(error)
    outcome = Outcome.FAIL if findings else outcome
    return Result(check, outcome, redact(reason), tuple(findings), not_asked=not_asked)


def _redacted(finding: Finding) -> Finding:
    evidence = {name: redact(value) for name, value in finding.evidence.items()}
    return dataclasses.replace(
        finding, message=redact(finding.message), fix=redact(finding.fix), evidence=evidence
    )


def _describe(error: Exception) -> str:
    """Return the error and the line of the check or fact that it came from: what a bug report needs."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({frame.name}, line {frame.lineno})"
