from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.policy.durations import format_duration, parse_duration, spell_duration


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("15m", timedelta(minutes=15)),
        ("26h", timedelta(hours=26)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
        ("90s", timedelta(seconds=90)),
    ],
)
def test_a_whole_number_and_a_unit_is_a_duration(text: str, span: timedelta) -> None:
    """Seconds, minutes, hours, days and weeks are understood."""
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    "text", ["", "15", "0m", "-3h", "1.5h", "15 m", "15M", "1h30m", "h", "\u0661\u0665m", "99999999d"]
)
def test_anything_else_is_refused(text: str) -> None:
    """Nothing is guessed: a mistyped figure must not become another one."""
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration(text)


@given(st.integers(min_value=1, max_value=10**6), st.sampled_from("smhd"))
def test_what_is_formatted_parses_back(count: int, unit: str) -> None:
    """A duration survives being written and read."""
    span = parse_duration(f"{count}{unit}")

    assert parse_duration(format_duration(span)) == span


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(minutes=15), "15 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=24), "24 hours"),
        (timedelta(hours=48), "48 hours"),
        (timedelta(days=7), "7 days"),
        (timedelta(seconds=90), "90 seconds"),
    ],
)
def test_words_are_the_ones_the_sop_uses(span: timedelta, words: str) -> None:
    """The SOP says 24 hours and 48 hours, not 1 day and 2 days."""
    assert spell_duration(span) == words
