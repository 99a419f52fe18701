"""The values that a policy is written with: spans, shares, days, names of people and of secrets."""

from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)

from mainstay.policy.durations import format_duration, parse_duration


def _to_duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return parse_duration(value)
    raise ValueError(f"{value!r} is no duration; write a whole number and a unit, such as 15m, 26h or 7d")


def _to_share(value: object) -> Fraction:
    if isinstance(value, Fraction):
        return value
    if isinstance(value, str) and (match := re.fullmatch(r"([1-9][0-9]?|100)%", value)):
        return Fraction(int(match[1]), 100)
    raise ValueError(f"{value!r} is no share; write 1% to 100%")


def _to_date(value: object) -> object:
    # ruamel gives a date for 2027-01-31; a datetime or a number is something else and is refused.
    if type(value) is date or isinstance(value, str):
        return value
    raise ValueError(f"{value!r} is no date; write YYYY-MM-DD")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no IANA time zone; write one such as Europe/Berlin") from error
    return name


Duration = Annotated[
    timedelta,
    BeforeValidator(_to_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": "^[1-9][0-9]{0,6}[smhdw]$", "examples": ["15m", "26h", "7d"]}
    ),
]
Share = Annotated[
    Fraction,
    PlainValidator(_to_share),
    PlainSerializer(lambda share: f"{int(share * 100)}%", return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^([1-9][0-9]?|100)%$", "examples": ["50%"]}),
]
Day = Annotated[date, BeforeValidator(_to_date), WithJsonSchema({"type": "string", "format": "date"})]
Zone = Annotated[str, AfterValidator(_known_zone)]
Handle = Annotated[str, StringConstraints(pattern=r"^(@[A-Za-z0-9-]+(/[A-Za-z0-9._-]+)?)?$")]
Person = Annotated[str, StringConstraints(pattern=r"^@[A-Za-z0-9-]+$")]
EnvironmentVariable = Annotated[str, StringConstraints(pattern=r"^\$[A-Z_][A-Z0-9_]*$")]
"""A reference such as `$DATABASE_URL`: the policy names secrets, it never holds them."""
Recipient = Annotated[str, StringConstraints(pattern=r"^age1[a-z0-9]{58}$")]
StoreUrl = Annotated[str, StringConstraints(pattern=r"^(s3|gs|az|file)://[^@?#\s]+$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\r\n|]+$")]
"""One line of text that can stand in a table cell."""
