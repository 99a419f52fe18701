"""Waivers: findings that the policy accepts, with a reason and an end. Waived findings stay visible."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase

from mainstay.audit.model import Finding, Outcome, Result, Waived
from mainstay.policy.model import Waiver


class WaiverState(StrEnum):
    """What became of one waiver in one run."""

    USED = "used"
    UNUSED = "unused"
    EXPIRED = "expired"
    UNKNOWN_CHECK = "unknown check"
    NOT_JUDGED = "not judged"
    """Its check was not selected, or did not come to an end."""


@dataclass(frozen=True, slots=True)
class WaiverUse:
    """What became of the waivers of the policy, in their order there."""

    states: tuple[tuple[Waiver, WaiverState], ...]

    def __iter__(self) -> Iterator[tuple[int, Waiver, WaiverState]]:
        return ((position, waiver, state) for position, (waiver, state) in enumerate(self.states))


def covers(waiver: Waiver, check_id: str, finding: Finding) -> bool:
    """Return whether the waiver is about this finding; its path may hold `*`."""
    return waiver.check == check_id and (waiver.path is None or fnmatchcase(finding.at.path, waiver.path))


def is_expired(waiver: Waiver, today: date) -> bool:
    """Return whether the waiver has ended; it holds through its last day."""
    return today > waiver.expires


def apply_waivers(results: Iterable[Result], waivers: Sequence[Waiver], today: date) -> list[Result]:
    """Return the results with every accepted finding set apart; an expired waiver is quoted beside its finding."""
    return [_waive(result, waivers, today) if result.findings else result for result in results]


def judge_waivers(
    waivers: Sequence[Waiver], results: Sequence[Result], waivable: Collection[str], today: date
) -> WaiverUse:
    """Return what became of each waiver, given the results before any waiver was applied."""
    by_id = {result.check.id: result for result in results}
    return WaiverUse(tuple((waiver, _state(waiver, by_id, waivable, today)) for waiver in waivers))


def _state(waiver: Waiver, by_id: dict[str, Result], waivable: Collection[str], today: date) -> WaiverState:
    if waiver.check not in waivable:
        return WaiverState.UNKNOWN_CHECK
    if is_expired(waiver, today):
        return WaiverState.EXPIRED
    result = by_id.get(waiver.check)
    if result and any(covers(waiver, waiver.check, finding) for finding in result.findings):
        return WaiverState.USED
    return WaiverState.NOT_JUDGED if result is None or result.incomplete else WaiverState.UNUSED


def _waive(result: Result, waivers: Sequence[Waiver], today: date) -> Result:
    standing: list[Finding] = []
    waived: list[Waived] = []
    for finding in result.findings:
        about = [waiver for waiver in waivers if covers(waiver, result.check.id, finding)]
        current = [waiver for waiver in about if not is_expired(waiver, today)]
        if current:
            waived.append(Waived(finding, current[0].reason, current[0].expires, current[0].approved_by))
        else:
            standing.append(_quoting(finding, about))
    outcome = result.outcome if standing else Outcome.WAIVED
    return dataclasses.replace(result, outcome=outcome, findings=tuple(standing), waived=tuple(waived))


def _quoting(finding: Finding, expired: Sequence[Waiver]) -> Finding:
    quotes = [f"the waiver {waiver.reason!r} expired on {waiver.expires}" for waiver in expired]
    return dataclasses.replace(finding, note="; ".join(quotes)) if quotes else finding
