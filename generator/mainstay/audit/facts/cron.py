"""How long a schedule can be silent: the longest gap between two runs of one or more cron expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

_MONTHS = {
    name: n
    for n, name in enumerate(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1
    )
}
_DAYS = {name: n for n, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])}
_PART = re.compile(r"(\*|\w+(?:-\w+)?)(?:/(\d+))?", re.ASCII)
_FIRST_DAY = date(2024, 1, 1)
_WATCHED_DAYS = 5 * 366
"""Long enough to see a 29th of February twice."""


class _Cron(NamedTuple):
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    def runs_on(self, day: date) -> bool:
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        # cron(5): when both day fields are restricted, either is enough.
        on_day = in_month or in_week if self.either_day else in_month and in_week
        return day.month in self.months and on_day


def longest_gap(expressions: Iterable[str]) -> timedelta:
    """Return the longest time between two runs, all expressions taken together.

    Raises:
        ValueError: An expression is no cron expression, or there are hardly any runs.
    """
    crons = [_parse(expression) for expression in expressions]
    last: int | None = None
    longest = 0
    for number in range(_WATCHED_DAYS):
        day = _FIRST_DAY + timedelta(days=number)
        if not (times := _times(frozenset(cron for cron in crons if cron.runs_on(day)))):
            continue
        first, midnight = times[0], number * 1440
        overnight = midnight + first - last if last is not None else 0
        longest = max(longest, overnight, _widest(times))
        last = midnight + times[-1]
    if not longest:
        raise ValueError("the schedule has hardly any runs")
    return timedelta(minutes=longest)


@lru_cache(maxsize=256)
def _times(crons: frozenset[_Cron]) -> tuple[int, ...]:
    """Return the minutes of a day on which any of them runs, sorted."""
    return tuple(
        sorted({hour * 60 + minute for cron in crons for hour in cron.hours for minute in cron.minutes})
    )


@lru_cache(maxsize=256)
def _widest(times: tuple[int, ...]) -> int:
    return max((after - before for before, after in pairwise(times)), default=0)


def _parse(expression: str) -> _Cron:
    fields = expression.upper().split()
    if len(fields) != 5:  # noqa: PLR2004 - minute, hour, day, month, weekday
        raise ValueError(f"{expression!r} is no cron expression of five fields")
    minutes, hours, days, months, weekdays = fields
    return _Cron(
        _values(minutes, 0, 59, {}),
        _values(hours, 0, 23, {}),
        _values(days, 1, 31, {}),
        _values(months, 1, 12, _MONTHS),
        frozenset(day % 7 for day in _values(weekdays, 0, 7, _DAYS)),
        either_day=not days.startswith("*") and not weekdays.startswith("*"),
    )


def _values(field: str, low: int, high: int, names: dict[str, int]) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        if not (match := _PART.fullmatch(part)):
            raise ValueError(f"{field!r} is no field of a cron expression")
        span, step = match.groups()
        first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
        start = _number(first, names)
        stop = _number(last, names) if last else high if step else start
        if not low <= start <= stop <= high or step == "0":
            raise ValueError(f"{field!r} is outside {low}-{high}")
        found.update(range(start, stop + 1, min(int(step or 1), high + 1)))
    return frozenset(found)


def _number(text: str, names: dict[str, int]) -> int:
    return names[text] if text in names else int(text)
