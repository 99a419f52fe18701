from __future__ import annotations

import pytest

from mainstay.backup.engines.postgresql_url import ConnectionUrl
from mainstay.errors import EngineError

NEON = "postgres://u:p%40ss@ep-1.aws.neon.tech/app?sslmode=require&channel_binding=require"


def test_parameters_of_other_libraries_are_left_out_and_named() -> None:
    """Prisma's URL is refused by every libpq tool as it stands."""
    url = ConnectionUrl.parse("postgresql://u:p@h:5433/app?schema=public&connection_limit=5&sslmode=require")

    assert url.dropped == ("schema", "connection_limit")
    assert url.environment() == {
        "PGHOST": "h",
        "PGPORT": "5433",
        "PGUSER": "u",
        "PGPASSWORD": "p",
        "PGDATABASE": "app",
        "PGSSLMODE": "require",
        "PGCONNECT_TIMEOUT": "10",
    }


def test_several_parameters_survive() -> None:
    """The SOP's script broke on the `&` of this very URL and uploaded an empty file."""
    environment = ConnectionUrl.parse(NEON).environment()

    assert (environment["PGSSLMODE"], environment["PGCHANNELBINDING"]) == ("require", "require")
    assert environment["PGPASSWORD"] == "p@ss"


def test_another_database_on_the_same_server_keeps_everything_else() -> None:
    """Only the name changes, odd ones included."""
    other = ConnectionUrl.parse(NEON).with_database("odd name/1")

    assert other.database == "odd name/1"
    assert other.environment() | {"PGDATABASE": "app"} == ConnectionUrl.parse(NEON).environment()


def test_the_url_does_not_show_its_password() -> None:
    """A connection URL in a traceback or a log gives nothing away."""
    assert "p@ss" not in repr(ConnectionUrl.parse(NEON))
    assert "p%40ss" not in repr(ConnectionUrl.parse(NEON))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mysql://u:secretpw@h/d", "does not begin with postgresql://"),
        ("prisma+postgres://u:secretpw@h/d", "does not begin with postgresql://"),
        ("postgresql://u:secretpw@h/d?pgbouncer=true", "leads to a pooler"),
        ("postgresql://[u:secretpw@h/d", "malformed"),
        ("", "does not begin with postgresql://"),
    ],
)
def test_a_url_that_cannot_be_dumped_is_refused_without_its_password(text: str, message: str) -> None:
    """The message says why, the hint what to write instead, neither says the password."""
    with pytest.raises(EngineError, match=message) as caught:
        ConnectionUrl.parse(text)

    assert caught.value.hint
    assert "secretpw" not in f"{caught.value}{caught.value.hint}"


def test_a_malformed_host_is_told_without_the_password() -> None:
    """What libpq says about the URL is masked too."""
    with pytest.raises(EngineError, match="malformed") as caught:
        ConnectionUrl.parse("postgresql://u:secretpw@h:p:q/d%zz").environment()

    assert "secretpw" not in str(caught.value)
