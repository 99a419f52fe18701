"""Connection URLs as applications write them, made fit for the driver and for the programs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.required import missing
from mainstay.backup.engines.mysql_url import ConnectionUrl
from mainstay.errors import EngineError
from mainstay.platform import process


@pytest.mark.parametrize(
    "scheme", ["mysql", "mysql2", "mariadb", "mysql+pymysql", "mariadb+mariadbconnector"]
)
def test_drivers_and_frameworks_are_left_out(scheme: str) -> None:
    """SQLAlchemy names a driver, Prisma adds parameters of its own."""
    url = ConnectionUrl.parse(f"{scheme}://u%40x:p%2Fw@h:3307/a%20b?connection_limit=5&charset=utf8mb4")

    assert (url.host, url.port, url.user, url.password) == ("h", 3307, "u@x", "p/w")
    assert url.database == "a b"
    assert ConnectionUrl.parse(url.url) == url


@pytest.mark.parametrize(
    ("query", "mode"),
    [
        ("", "PREFERRED"),
        ("?ssl-mode=REQUIRED", "REQUIRED"),
        ("?sslmode=verify-full", "VERIFY_IDENTITY"),
        ("?sslaccept=strict", "VERIFY_IDENTITY"),
        ("?ssl_mode=verify_ca&ssl-ca=/ca.pem", "VERIFY_CA"),
        ("?tls=false", "DISABLED"),
    ],
)
def test_every_spelling_of_tls_is_understood(query: str, mode: str) -> None:
    """What an application insists on, a backup insists on, too: in the driver and in the programs."""
    url = ConnectionUrl.parse(f"mysql://u:p@h/d{query}")
    options = url.driver_options()

    assert url.tls == mode
    assert ConnectionUrl.parse(url.url).tls == mode
    assert f'ssl-mode = "{mode}"' in url.option_file("mysql")
    verified = options.get("ssl", {}).get("verify_mode", False)
    assert verified == mode.startswith("VERIFY")
    assert ("\nssl-verify-server-cert\n" in url.option_file("mariadb")) == verified


@pytest.mark.parametrize(
    "url", ["postgresql://u:hidden1@h/d", "mysql://u:hidden1@h:port/d", "mysql://u:hidden1@h/d?ssl=maybe"]
)
def test_what_is_no_url_of_such_a_server_is_refused(url: str) -> None:
    """With a hint, and without the password."""
    with pytest.raises(EngineError) as caught:
        ConnectionUrl.parse(url)

    assert caught.value.hint
    assert "hidden1" not in f"{caught.value}{caught.value.hint}"


@pytest.mark.parametrize(
    "password", ["plain", 'a"b', "a#b", "a'b\\n", "x\"#'\\", " lead", "ü🦊", "new\nline"]
)
def test_a_program_reads_the_password_that_was_written(password: str, tmp_path: Path) -> None:
    """An option file has escapes, quotes and comments of its own: MariaDB's own reader agrees with our writer."""
    if (reader := shutil.which("my_print_defaults")) is None:
        missing("mariadb", "my_print_defaults is not here")
    file = tmp_path / "client.cnf"
    url = ConnectionUrl("h", 3306, "u", password, "d")
    file.write_text(url.option_file("mariadb"), encoding="utf-8")

    printed = process.run([reader, f"--defaults-file={file}", "client"]).stdout

    assert f"--password={password}\n" in printed
