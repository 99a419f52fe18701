from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.policies import changed, policy, policy_text
from mainstay.errors import ExitCode, PolicyError
from mainstay.policy import load_policy, parse_policy


def test_the_emitted_policy_holds_the_figures_of_the_sop() -> None:
    """A fresh copy is SOP-603 as data."""
    severities = policy().incidents.severities

    clocks = [(name, severities[name].acknowledge, severities[name].resolve) for name in ("P1", "P2", "P3")]

    assert clocks == [
        ("P1", timedelta(minutes=15), timedelta(hours=4)),
        ("P2", timedelta(minutes=30), timedelta(hours=8)),
        ("P3", timedelta(hours=4), timedelta(hours=24)),
    ]
    assert policy().security.patch_within.model_dump(mode="json") == {
        "critical": "4h",
        "high": "24h",
        "medium": "7d",
        "low": "next-release",
    }
    assert len(policy().maintenance.tasks) == 7


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("  rpo: 26h", "  rop: 26h"), "backups.rop: unknown key; did you mean 'rto'? (line 25)"),
        (("on-call: []", "on-cal: []"), "team.on-cal: unknown key; did you mean 'on-call'? (line 16)"),
        (("  rpo: 26h", "  rpo: 26"), "backups.rpo: 26 is no duration"),
        (("  rpo: 26h", "  rpo: 26 hours"), "backups.rpo: '26 hours' is no duration"),
        (
            ("    engine: postgresql", "    engine: oracle"),
            "databases.app.engine: there is no engine ",
        ),
        (
            ("url: $DATABASE_URL", "url: postgresql://u:p@h/d"),
            "databases.app.url: String should match pattern",
        ),
        (("timezone: UTC", "timezone: Europe/Berlim"), "timezone: 'Europe/Berlim' is no IANA time zone"),
        (("version: 1", "version: 2"), "version: Input should be 1 (line"),
        (("acknowledge: 15m", "acknowledge: 45m"), "a graver severity must not have a longer clock"),
        (("acknowledge: 15m", "acknowledge: 5h"), "acknowledge is longer than resolve"),
        (("largest-share: 50%", "largest-share: 50"), "backups.prune.largest-share: 50 is no share"),
        (("largest-share: 50%", "largest-share: 0%"), "backups.prune.largest-share: '0%' is no share"),
        (("largest-share: 50%", "largest-share: 101%"), "backups.prune.largest-share: '101%' is no share"),
        (("on-call: []", "on-call: [ana]"), "team.on-call.0: String should match pattern"),
        (("owner: devops, evidence: backup", "owner: nobody, evidence: backup"), "maintenance.tasks.2.owner"),
        (("incidents:", "incident:"), "incident: unknown key; did you mean 'incidents'?"),
    ],
)
def test_an_error_says_what_is_wrong_and_where(change: tuple[str, str], message: str) -> None:
    """Every error is `path: message (line N)`, and an unknown key comes with a suggestion."""
    with pytest.raises(PolicyError) as caught:
        policy(change)

    assert message in caught.value.message
    assert "(line " in caught.value.message
    assert caught.value.exit_code == ExitCode.USAGE


def test_all_errors_are_told_at_once() -> None:
    """Nobody has to run the check once per mistake."""
    text = changed(policy_text(), ("rpo: 26h", "rpo: soon"), ("rto: 4h", "rto: later"))

    with pytest.raises(PolicyError) as caught:
        parse_policy(text)

    assert len(caught.value.message.splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 1\nversion: 1\n", "found duplicate key"),
        ("version: [1\n", "(line "),
        ("- 1\n", "a mapping is expected at the top"),
        ("", "a mapping is expected at the top"),
        ("a: &a [*a, *a]\n", "unknown key"),
    ],
)
def test_what_is_no_policy_is_refused(text: str, message: str) -> None:
    """Broken YAML, doubled keys and other documents end in an error that names the file."""
    with pytest.raises(PolicyError, match=r"\.github/mainstay\.yml") as caught:
        parse_policy(text)

    assert message in caught.value.message


@pytest.mark.parametrize("expires", ["2027-01-31T00:00:00Z", "20270131", "tomorrow", "2027-13-01"])
def test_a_date_is_a_date(expires: str) -> None:
    """A waiver ends on a day, written YYYY-MM-DD."""
    waiver = f"waivers: [{{check: BK201, reason: moving to another region, expires: {expires}}}]"

    with pytest.raises(PolicyError, match=r"audit\.waivers\.0\.expires|month must be in 1\.\.12"):
        policy(("waivers: []", waiver))


@pytest.mark.parametrize("text", ["1%", "29%", "50%", "100%"])
def test_a_share_is_exact_and_reads_back(text: str) -> None:
    """No share is rounded on the way in or out."""
    backups = policy(("largest-share: 50%", f"largest-share: {text}")).backups

    assert backups
    assert backups.prune.largest_share * 100 == int(text[:-1])
    assert backups.model_dump(mode="json", by_alias=True)["prune"] == {"largest-share": text}


def test_a_missing_policy_says_how_to_get_one(tmp_path: Path) -> None:
    """The hint names the command that writes it."""
    with pytest.raises(PolicyError, match="does not exist") as caught:
        load_policy(tmp_path)

    assert caught.value.hint == "`mainstay init` writes one"


@given(st.text())
def test_no_text_crashes_the_reader(text: str) -> None:
    """Whatever stands in the file, it is a policy or a PolicyError."""
    with pytest.raises(PolicyError):
        parse_policy(text)
