from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mainstay.audit.model import Check, Finding, Location, Outcome, Result, Severity
from mainstay.audit.waivers import WaiverState, apply_waivers, judge_waivers
from mainstay.policy.model import Waiver

TODAY = date(2026, 11, 23)
CHECK = Check("BK101", "x", Severity.HIGH, "4", list)


def found(*paths: str, reason: str = "") -> Result:
    findings = tuple(Finding(message="m", at=Location(path), key="k", fix="f") for path in paths)
    return Result(CHECK, Outcome.FAIL if findings else Outcome.PASS, reason, findings)


def waiver(check: str = "BK101", expires: date = TODAY, path: str | None = None) -> Waiver:
    return Waiver.model_validate(
        {"check": check, "reason": "Moving to snapshots", "expires": expires, "path": path}
    )


def test_a_waived_finding_stays_visible() -> None:
    """It is set apart with its reason and its end, and a waiver holds through its last day."""
    (result,) = apply_waivers([found("a")], [waiver()], TODAY)

    assert (result.outcome, result.findings) == (Outcome.WAIVED, ())
    assert [(each.reason, each.expires) for each in result.waived] == [("Moving to snapshots", TODAY)]


def test_a_waiver_for_a_path_covers_nothing_else() -> None:
    """The other finding stands, and the check fails."""
    (result,) = apply_waivers([found("docs/a.md", "src/b.py")], [waiver(path="docs/*")], TODAY)

    assert result.outcome is Outcome.FAIL
    assert [finding.at.path for finding in result.findings] == ["src/b.py"]
    assert [each.finding.at.path for each in result.waived] == ["docs/a.md"]


def test_an_expired_waiver_gives_the_finding_back_and_is_quoted() -> None:
    """The reader sees that the exception was known, and that its time is over."""
    (result,) = apply_waivers([found("a")], [waiver(expires=date(2026, 11, 22))], TODAY)

    assert result.outcome is Outcome.FAIL
    assert result.findings[0].note == "the waiver 'Moving to snapshots' expired on 2026-11-22"


def test_what_could_not_be_read_cannot_be_waived() -> None:
    """A waiver accepts findings; a check that was not completed stays incomplete."""
    unknown = Result(CHECK, Outcome.UNKNOWN, "fog")

    assert apply_waivers([unknown], [waiver()], TODAY) == [unknown]
    assert apply_waivers([found("a", reason="fog")], [waiver()], TODAY)[0].incomplete


def test_each_waiver_is_judged() -> None:
    """Used, unused, expired and unknown waivers are told apart; what did not run is not judged."""
    waivers = [
        waiver(path="a"),
        waiver(path="b"),
        waiver(expires=date(2026, 1, 1)),
        waiver("ZZ999"),
        waiver("RB101"),
    ]

    use = judge_waivers(waivers, [found("a")], {"BK101", "RB101"}, TODAY)

    assert [state for _, _, state in use] == [
        WaiverState.USED,
        WaiverState.UNUSED,
        WaiverState.EXPIRED,
        WaiverState.UNKNOWN_CHECK,
        WaiverState.NOT_JUDGED,
    ]


def test_a_waiver_of_a_check_that_was_not_completed_is_not_called_unused() -> None:
    """What it covers may be in the part that was not read."""
    use = judge_waivers([waiver()], [Result(CHECK, Outcome.UNKNOWN, "fog")], {"BK101"}, TODAY)

    assert [state for _, _, state in use] == [WaiverState.NOT_JUDGED]


@given(
    st.permutations([waiver(path="a"), waiver(path="b"), waiver(expires=date(2026, 1, 1)), waiver("RB101")])
)
def test_the_order_of_waivers_changes_nothing(waivers: list[Waiver]) -> None:
    """An expired waiver never wins over a current one."""
    (result,) = apply_waivers([found("a", "b", "c")], waivers, TODAY)

    assert [each.finding.at.path for each in result.waived] == ["a", "b"]
    assert [(finding.at.path, bool(finding.note)) for finding in result.findings] == [("c", True)]
