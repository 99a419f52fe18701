from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from mainstay.audit.engine import Facts, evaluate, evaluate_all, needs
from mainstay.audit.model import Check, Finding, Location, NotApplicable, Outcome, Severity, Unavailable
from mainstay.audit.registry import check, choose, find, gather
from mainstay.errors import UsageError
from mainstay.platform import redact


class Weather:
    """A fact of these tests."""

    def __init__(self, sky: str) -> None:
        self.sky = sky


class Umbrella:
    """A fact that rests on another."""

    def __init__(self, weather: Weather) -> None:
        self.needed = weather.sky == "grey"


def umbrella(weather: Weather) -> Umbrella:
    return Umbrella(weather)


def wet(message: str = "no umbrella") -> Finding:
    return Finding(message=message, at=Location("door"), key="umbrella", fix="take one")


@check("AA101", "Nobody gets wet", Severity.HIGH, sop="1")
def stays_dry(umbrella: Umbrella) -> Iterator[Finding]:
    """Rain is wet."""
    if umbrella.needed:
        yield wet()


def test_no_finding_is_a_pass_and_a_finding_is_a_failure() -> None:
    """A check returns no verdict; facts reach it by type, also through other facts."""
    dry = evaluate(stays_dry, Facts({Weather: Weather("blue")}, [umbrella]))
    rain = evaluate(stays_dry, Facts({Weather: Weather("grey")}, [umbrella]))

    assert (dry.outcome, dry.findings) == (Outcome.PASS, ())
    assert (rain.outcome, rain.findings) == (Outcome.FAIL, (wet(),))


def test_a_fact_is_computed_once_and_only_when_it_is_asked_for() -> None:
    """Selecting one family costs nothing of another; two checks share one reading."""
    asked: list[str] = []

    def weather() -> Weather:
        asked.append("weather")
        return Weather("blue")

    facts = Facts({}, [weather, umbrella])
    assert asked == []

    evaluate(stays_dry, facts)
    evaluate(stays_dry, facts)

    assert asked == ["weather"]


def test_a_fact_that_cannot_be_read_is_unknown_for_everyone_who_asks() -> None:
    """The failure is kept: the fact is not tried again, and no check passes on it."""
    tried: list[str] = []

    def weather() -> Weather:
        tried.append("weather")
        raise Unavailable("fog")

    facts = Facts({}, [weather, umbrella])
    results = [evaluate(stays_dry, facts), evaluate(stays_dry, facts)]

    assert [(each.outcome, each.reason) for each in results] == [(Outcome.UNKNOWN, "fog")] * 2
    assert tried == ["weather"]
    assert all(each.incomplete for each in results)


@pytest.mark.parametrize("broken", ["check", "fact"])
def test_a_crash_is_an_error_that_hides_nothing(broken: str) -> None:
    """Whatever escapes a check or a fact becomes the outcome of that check only."""

    @check("AA102", "Crashes", Severity.LOW, sop="1")
    def crashes(weather: Weather) -> Iterator[Finding]:
        """Crash."""
        yield wet(weather.sky[99])

    def weather() -> Weather:
        if broken == "fact":
            raise TypeError("steps is null")
        return Weather("blue")

    facts = Facts({}, [weather])
    result = evaluate(crashes, facts)

    assert result.outcome is Outcome.ERROR
    assert result.incomplete
    assert ("TypeError: steps is null" if broken == "fact" else "IndexError") in result.reason


def test_findings_from_before_something_went_wrong_are_kept() -> None:
    """What was found is told, and that the rest was not looked at."""

    @check("AA103", "Half", Severity.LOW, sop="1")
    def half() -> Iterator[Finding]:
        """Read half."""
        yield wet()
        raise Unavailable("the other half is in fog")

    result = evaluate(half, Facts({}))

    assert (result.outcome, result.findings) == (Outcome.FAIL, (wet(),))
    assert result.incomplete


def test_a_check_that_has_nothing_to_judge_says_why() -> None:
    """Not applicable is an outcome of its own, and complete."""
    rooms: list[str] = []

    @check("AA104", "Roof", Severity.LOW, sop="1")
    def roof() -> Iterator[Finding]:
        """Look up."""
        if not rooms:
            raise NotApplicable("there is no roof")
        yield wet()

    result = evaluate(roof, Facts({}))

    assert (result.outcome, result.reason, result.incomplete) == (
        Outcome.NOT_APPLICABLE,
        "there is no roof",
        False,
    )


def test_an_endless_check_is_cut_off_and_is_not_complete() -> None:
    """A repository cannot flood the report."""

    @check("AA105", "Endless", Severity.LOW, sop="1")
    def endless() -> Iterator[Finding]:
        """Never stop."""
        while True:
            yield wet()

    result = evaluate(endless, Facts({}))

    assert len(result.findings) == 1000
    assert result.incomplete


def test_secrets_in_findings_are_masked() -> None:
    """Findings quote files; what this process knows to be secret does not get out."""
    redact.remember("hunter2-hunter2")

    @check("AA106", "Leak", Severity.LOW, sop="1")
    def leak() -> Iterator[Finding]:
        """Leak."""
        yield Finding(
            message="is hunter2-hunter2",
            at=Location("x"),
            key="x",
            fix="y",
            evidence={"v": "hunter2-hunter2"},
        )

    finding = evaluate(leak, Facts({})).findings[0]

    assert (finding.message, finding.evidence) == ("is ***", {"v": "***"})


def test_checks_are_chosen_by_id_and_by_family() -> None:
    """Names may be joined by commas and written in any case."""
    other = check("BB101", "Other", Severity.LOW, sop="2")(stays_dry.run)
    checks = [stays_dry, other]

    assert choose(checks) == (stays_dry, other)
    assert choose(checks, ["aa"]) == (stays_dry,)
    assert choose(checks, ["AA101,BB"], ["AA101"]) == (other,)


@pytest.mark.parametrize(("select", "ignore"), [(["AA109"], []), ([], ["CC"]), ([""], []), ([], ["AA"])])
def test_a_choice_that_makes_no_sense_is_refused(select: list[str], ignore: list[str]) -> None:
    """A mistyped id must not run nothing and pass."""
    with pytest.raises(UsageError):
        choose([stays_dry], select, ignore)


def test_a_mistyped_id_is_answered_with_the_nearest() -> None:
    """The hint is a name that exists."""
    with pytest.raises(UsageError) as caught:
        find([stays_dry], "AA110")

    assert caught.value.hint is not None
    assert "AA101" in caught.value.hint


@pytest.mark.parametrize(("check_id", "sop"), [("aa101", "1"), ("AA1", "1"), ("AA401", "1"), ("AA101", "11")])
def test_a_check_without_a_proper_id_or_section_cannot_be_declared(check_id: str, sop: str) -> None:
    """Ids sort, and every check belongs to a section of the SOP."""
    with pytest.raises(ValueError, match="is no check id or no section"):
        check(check_id, "x", Severity.LOW, sop=sop)


def asked(check_id: str, sky: str, *requires: str) -> Check:
    """Return a check that finds something under a grey sky, cannot see in fog, and judges nothing at night."""

    def body() -> Iterator[Finding]:
        if sky == "fog":
            raise Unavailable("fog")
        if sky == "night":
            raise NotApplicable("night")
        if sky == "grey":
            yield wet()

    return Check(check_id, "x", Severity.LOW, "1", body, requires)


@pytest.mark.parametrize(
    ("sky", "outcome", "reason"),
    [
        ("blue", Outcome.FAIL, ""),
        ("grey", Outcome.NOT_APPLICABLE, "AA101 has to pass first"),
        ("fog", Outcome.UNKNOWN, "fog"),
        ("night", Outcome.NOT_APPLICABLE, "night"),
    ],
)
def test_a_check_waits_for_what_it_requires(sky: str, outcome: Outcome, reason: str) -> None:
    """It is judged once the other passes; where that is unknown it is unknown too, and never a pass."""
    required, waiting = asked("AA101", sky), asked("AA102", "grey", "AA101")

    results = evaluate_all([waiting], Facts({}), {"AA101": required})

    assert (results["AA102"].outcome, results["AA102"].reason) == (outcome, reason)
    assert results["AA102"].check is waiting


@pytest.mark.parametrize(
    ("severity", "requires"),
    [(Severity.LOW, ["ZZ101"]), (Severity.HIGH, ["AA101"]), (Severity.LOW, ["AA102"])],
)
def test_a_finding_must_not_hide_behind_a_milder_one(severity: Severity, requires: list[str]) -> None:
    """What is required exists, is no milder, and requires nothing itself."""
    module = ModuleType("module")
    module.first = check("AA101", "x", Severity.LOW, sop="1")(list)  # type: ignore[attr-defined]
    module.second = check("AA102", "x", Severity.LOW, sop="1", requires=["AA101"])(list)  # type: ignore[attr-defined]
    module.third = check("AA103", "x", severity, sop="1", requires=requires)(list)  # type: ignore[attr-defined]

    with pytest.raises(ValueError, match="AA103 must not require"):
        gather([module])


def test_checks_are_chosen_by_section_and_by_what_they_ask() -> None:
    """Sections of the SOP, and whether a check looks beyond the repository, are names too."""
    other = check("BB101", "Other", Severity.LOW, sop="outputs")(stays_dry.run)
    checks = [stays_dry, other]

    assert choose(checks, ["section:1"]) == (stays_dry,)
    assert choose(checks, ["section:outputs"]) == (other,)
    assert choose(checks, ["online"], online={"BB101"}) == (other,)
    assert choose(checks, [], ["offline"], online={"BB101"}) == (other,)


def test_an_edge_that_refuses_is_unavailable_with_its_hint() -> None:
    """An expected error of GitHub, a store or a program is no bug of ours, and no pass."""

    def weather() -> Weather:
        raise UsageError("the station does not answer", hint="switch it on")

    result = evaluate(stays_dry, Facts({}, [weather, umbrella]))

    assert (result.outcome, result.reason) == (
        Outcome.UNKNOWN,
        "the station does not answer (switch it on)",
    )


def test_what_a_check_rests_on_is_known_through_other_facts() -> None:
    """So an audit can say beforehand which checks need the network."""

    def weather() -> Weather:
        return Weather("blue")

    assert needs(stays_dry.run, [weather, umbrella]) == {Umbrella, Weather}
