"""Numbers as people read them."""

from __future__ import annotations

import pytest

from mainstay.report.quantities import count_text, size_text, span_text


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KiB"),
        (9_856_000, "9.4 MiB"),
        (500 << 20, "500 MiB"),
        (3 << 40, "3.0 TiB"),
        (9999 << 40, "9999 TiB"),
    ],
)
def test_a_size_has_few_figures(size_bytes: int, text: str) -> None:
    """Three figures are enough to judge a size."""
    assert text == size_text(size_bytes)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (59.94, "59.9 s"),
        (60, "1 min"),
        (125.2, "2 min 5 s"),
        (14_400, "4 h"),
        (93_784, "26 h 3 min"),
    ],
)
def test_a_span_has_two_units(seconds: float, text: str) -> None:
    """Seconds do not matter to somebody who waits for hours."""
    assert text == span_text(seconds)


@pytest.mark.parametrize(("count", "text"), [(0, "0 rows"), (1, "1 row"), (20_000, "20,000 rows")])
def test_a_count_agrees_with_its_noun(count: int, text: str) -> None:
    """One is singular, everything else plural, thousands are separated."""
    assert text == count_text(count, "row")
