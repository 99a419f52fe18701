from __future__ import annotations

import pytest

from mainstay.errors import MainstayError
from mainstay.platform.redact import redact, remember, remember_url


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgresql://app:s3cr3t@db:5432/x", "postgresql://app:***@db:5432/x"),
        ("postgresql://app:p/w@db/x", "postgresql://app:***@db/x"),
        ("redis://:hunter2@cache", "redis://:***@cache"),
        ("https://user:tok@github.com/a/b.git", "https://user:***@github.com/a/b.git"),
        ("password=hunter2 host=x", "password=*** host=x"),
        ("token ghp_0123456789abcdefghijABCDEFGHIJ456789", "token ***"),
        ("AWS_SECRET_ACCESS_KEY=abc/def+123", "AWS_SECRET_ACCESS_KEY=***"),
        ("AGE-SECRET-KEY-1QQQQ", "***"),
        ("https://example.com/a:b@c", "https://example.com/a:b@c"),
        ("nothing secret here", "nothing secret here"),
    ],
)
def test_secret_shapes_are_masked_wherever_they_stand(text: str, masked: str) -> None:
    """What looks like a secret is one, and what does not stays readable."""
    assert redact(text) == masked


def test_a_remembered_secret_is_masked_in_every_spelling() -> None:
    """A tool may quote a password as it is or percent-encoded."""
    remember("p@ss/word")

    assert redact("got p@ss/word and p%40ss%2Fword") == "got *** and ***"


def test_the_password_of_a_remembered_url_is_masked_on_its_own() -> None:
    """Error messages often quote the password without the URL around it."""
    remember_url("postgresql://app:correct-horse@db/x")

    assert redact("FATAL: password correct-horse is wrong") == "FATAL: password *** is wrong"


def test_no_error_carries_a_secret() -> None:
    """Message and hint are masked when the error is made, before anything can log it."""
    error = MainstayError("postgresql://a:hunter2@h failed", hint="try postgresql://a:hunter2@h")

    assert "hunter2" not in f"{error!r} {error} {error.hint}"
