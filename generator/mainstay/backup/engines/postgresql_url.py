"""PostgreSQL connection URLs as applications write them, made fit for libpq and its tools.

Frameworks put parameters of their own into the URL (Prisma: `schema`, `connection_limit`), which every libpq tool
refuses. They are left out. A pooler's URL cannot be dumped through and is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from psycopg import pq

from mainstay.errors import EngineError
from mainstay.platform.redact import remember_url

SCHEMES = ("postgres", "postgresql")
_CONNECT_TIMEOUT_SECONDS = "10"


@dataclass(frozen=True, slots=True)
class ConnectionUrl:
    """A connection URL that libpq understands.

    Attributes:
        url: The URL, password included.
        dropped: Parameters that were left out because libpq does not know them.
    """

    url: str = field(repr=False)
    dropped: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> ConnectionUrl:
        """Return the URL without what libpq does not know.

        Raises:
            EngineError: It is no PostgreSQL URL, or one of a connection pooler.
        """
        remember_url(text)
        try:
            parts = urlsplit(text)
        except ValueError as error:
            raise EngineError("the database URL is malformed", hint=_HINT) from error
        if parts.scheme not in SCHEMES:
            raise EngineError("the database URL does not begin with postgresql://", hint=_HINT)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        if dict(pairs).get("pgbouncer") == "true":
            raise EngineError(
                "the database URL leads to a pooler, which cannot be dumped through", hint=_POOLER_HINT
            )
        known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
        kept = [(name, value) for name, value in pairs if name in known]
        if "connect_timeout" not in dict(kept):
            kept.append(("connect_timeout", _CONNECT_TIMEOUT_SECONDS))
        url = urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(kept, quote_via=quote), ""))
        return cls(url, tuple(name for name, _ in pairs if name not in known))

    def with_database(self, name: str) -> ConnectionUrl:
        """Return the URL of another database on the same server."""
        parts = urlsplit(self.url)
        query = [(key, value) for key, value in parse_qsl(parts.query) if key != "dbname"]
        path = "/" + quote(name, safe="")
        return ConnectionUrl(
            urlunsplit((parts.scheme, parts.netloc, path, urlencode(query, quote_via=quote), "")),
            self.dropped,
        )

    @property
    def database(self) -> str:
        """Name of the database, or nothing if the URL names none."""
        return self._options().get("dbname", "")

    @property
    def place(self) -> str:
        """Host and port, without user and password."""
        options = self._options()
        return (
            f"{options.get('host') or options.get('hostaddr') or 'localhost'}:{options.get('port') or '5432'}"
        )

    def environment(self) -> dict[str, str]:
        """Return the URL as libpq's environment variables: secrets must not stand in argv."""
        variables = {option.keyword.decode(): option.envvar for option in pq.Conninfo.get_defaults()}
        return {
            variable.decode(): value
            for keyword, value in self._options().items()
            if (variable := variables.get(keyword)) is not None
        }

    def _options(self) -> dict[str, str]:
        try:
            parsed = pq.Conninfo.parse(self.url.encode())
        except Exception as error:  # psycopg gives the bare OperationalError of whatever libpq says
            raise EngineError(f"the database URL is malformed: {error}", hint=_HINT) from error
        return {option.keyword.decode(): option.val.decode() for option in parsed if option.val is not None}


_HINT = (
    "write postgresql://user:password@host:5432/database; special characters in the password percent-encoded"
)
_POOLER_HINT = "give the direct URL of the database (Prisma and Neon call it DIRECT_URL)"
