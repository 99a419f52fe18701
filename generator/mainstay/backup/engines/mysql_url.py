"""MySQL and MariaDB connection URLs as applications write them, made fit for the driver and for the programs.

Frameworks put a driver into the scheme (`mysql+pymysql://`) and parameters of their own into the query (Prisma:
`connection_limit`). The former is left out, of the latter what says how to connect is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from mainstay.errors import EngineError
from mainstay.platform.redact import remember, remember_url

SCHEMES = ("mysql", "mysql2", "mariadb")
_PORT = 3306
_CONNECT_TIMEOUT_SECONDS = 10

_KNOWN = {
    # parameter as frameworks and drivers spell it, without "-" and "_": what it says
    "socket": "socket",
    "unixsocket": "socket",
    "sslmode": "tls",
    "sslaccept": "tls",
    "tls": "tls",
    "ssl": "tls",
    "sslca": "ca",
    "sslcert": "ca",  # Prisma's name for it
}
_TLS = {
    **dict.fromkeys(("disabled", "disable", "false", "0"), "DISABLED"),
    **dict.fromkeys(("preferred", "prefer"), "PREFERRED"),
    **dict.fromkeys(("required", "require", "true", "1", "skip-verify", "accept_invalid_certs"), "REQUIRED"),
    **dict.fromkeys(("verify_ca", "verify-ca"), "VERIFY_CA"),
    **dict.fromkeys(("verify_identity", "verify-full", "strict"), "VERIFY_IDENTITY"),
}
_DRIVER: dict[str, dict[str, Any]] = {
    "DISABLED": {"ssl_disabled": True},
    "PREFERRED": {},
    "REQUIRED": {"ssl": {"verify_mode": False}},
    "VERIFY_CA": {"ssl": {"verify_mode": True, "check_hostname": False}},
    "VERIFY_IDENTITY": {"ssl": {"verify_mode": True, "check_hostname": True}},
}
# MariaDB's programs know no modes: from 11.4 on they verify by default, before that only when asked to.
_MARIADB_OPTIONS = {
    "DISABLED": {"loose-skip-ssl": None},
    "PREFERRED": {"loose-skip-ssl-verify-server-cert": None},
    "REQUIRED": {"ssl": None, "loose-skip-ssl-verify-server-cert": None},
    "VERIFY_CA": {"ssl": None, "ssl-verify-server-cert": None},
    "VERIFY_IDENTITY": {"ssl": None, "ssl-verify-server-cert": None},
}


@dataclass(frozen=True, slots=True)
class ConnectionUrl:
    """Where a server is and how to sign in to it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    socket: str = ""
    tls: str = "PREFERRED"
    ca: str = ""

    @classmethod
    def parse(cls, text: str) -> ConnectionUrl:
        """Return what the URL says.

        Raises:
            EngineError: It is no URL of a MySQL or MariaDB server.
        """
        remember_url(text)
        try:
            parts = urlsplit(text)
            port = parts.port or _PORT
        except ValueError as error:
            raise EngineError("the database URL is malformed", hint=_HINT) from error
        if parts.scheme.partition("+")[0] not in SCHEMES:
            raise EngineError("the database URL does not begin with mysql:// or mariadb://", hint=_HINT)
        said = {
            known: value
            for name, value in parse_qsl(parts.query)
            if (known := _KNOWN.get(name.lower().replace("-", "").replace("_", "")))
        }
        if (mode := _TLS.get(said.get("tls", "preferred").lower())) is None:
            raise EngineError(
                f"the database URL asks for an unknown kind of TLS: {said['tls']!r}",
                hint="write ssl-mode=REQUIRED, VERIFY_CA, VERIFY_IDENTITY, PREFERRED or DISABLED",
            )
        password = unquote(parts.password or "")
        remember(password)
        return cls(
            host=unquote(parts.hostname or "localhost"),
            port=port,
            user=unquote(parts.username or ""),
            password=password,
            database=unquote(parts.path.removeprefix("/")),
            socket=said.get("socket", ""),
            tls=mode,
            ca=said.get("ca", ""),
        )

    def with_database(self, name: str) -> ConnectionUrl:
        """Return the URL of another database on the same server."""
        return replace(self, database=name)

    @property
    def url(self) -> str:
        """The URL, password included: a secret."""
        user, password = quote(self.user, safe=""), quote(self.password, safe="")
        host = f"[{self.host}]" if ":" in self.host else self.host
        query = {"socket": self.socket, "ssl-mode": self.tls, "ssl-ca": self.ca}
        said = urlencode({name: value for name, value in query.items() if value}, quote_via=quote)
        return f"mysql://{user}:{password}@{host}:{self.port}/{quote(self.database, safe='')}?{said}"

    def driver_options(self) -> dict[str, Any]:
        """Return the URL as the driver's arguments."""
        options: dict[str, Any] = {
            "user": self.user,
            "password": self.password.encode(),  # the driver would encode text as Latin-1
            "database": self.database or None,
            "charset": "utf8mb4",
            "connect_timeout": _CONNECT_TIMEOUT_SECONDS,
        }
        if self.socket:
            return {**options, "unix_socket": self.socket, "ssl_disabled": True}
        tls = _DRIVER[self.tls]
        if self.ca and "ssl" in tls:
            tls = {"ssl": {**tls["ssl"], "ca": self.ca}}
        return {**options, "host": self.host, "port": self.port, **tls}

    def option_file(self, product: str) -> str:
        """Return the URL as an option file of the product's programs: secrets must not stand in argv."""
        options: dict[str, str | None] = {"user": self.user, "password": self.password}
        if self.socket:
            options |= {"socket": self.socket, "protocol": "socket"}
        else:
            options |= {"host": self.host, "port": str(self.port), "protocol": "tcp"}
            options |= _MARIADB_OPTIONS[self.tls] if product == "mariadb" else {"ssl-mode": self.tls}
            options |= {"ssl-ca": self.ca} if self.ca else {}
        return "[client]\n" + "".join(f"{name}{_assigned(value)}\n" for name, value in options.items())


def _assigned(value: str | None) -> str:
    """Return `= "value"` with what an option file would read otherwise written as an escape."""
    if value is None:
        return ""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f' = "{escaped}"'


_HINT = "write mysql://user:password@host:3306/database; special characters in the password percent-encoded"
