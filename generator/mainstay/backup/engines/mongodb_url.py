"""MongoDB connection URLs: of a database, and of another on the same server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from mainstay.errors import EngineError
from mainstay.platform.redact import remember_url

SCHEMES = ("mongodb", "mongodb+srv")
_NAME_MUST_NOT_HAVE = set('/\\. "$*<>:|?\0')


@dataclass(frozen=True, slots=True)
class ConnectionUrl:
    """A connection URL that names a database.

    Attributes:
        url: The URL, password included.
        database: The database that it names.
    """

    url: str = field(repr=False)
    database: str

    @classmethod
    def parse(cls, text: str) -> ConnectionUrl:
        """Return the URL and its database.

        Raises:
            EngineError: It is no URL of a MongoDB server, or names no database.
        """
        remember_url(text)
        try:
            parts = urlsplit(text)
        except ValueError as error:
            raise EngineError("the database URL is malformed", hint=_HINT) from error
        if parts.scheme not in SCHEMES:
            raise EngineError("the database URL does not begin with mongodb:// or mongodb+srv://", hint=_HINT)
        if not (database := unquote(parts.path.removeprefix("/"))):
            raise EngineError("the database URL names no database", hint=_HINT)
        return cls(text, database)

    def with_database(self, name: str) -> ConnectionUrl:
        """Return the URL of another database on the same server.

        Users are looked up where they were before: in `authSource`, else in the database that the URL named.

        Raises:
            EngineError: No database can be called so.
        """
        if not name or _NAME_MUST_NOT_HAVE & set(name):
            raise EngineError(f"no MongoDB database can be called {name!r}")
        parts = urlsplit(self.url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        if parts.username and "authsource" not in {key.lower() for key, _ in query}:
            query.append(("authSource", self.database))
        changed = (
            parts.scheme,
            parts.netloc,
            "/" + quote(name, safe=""),
            urlencode(query, quote_via=quote),
            "",
        )
        url = urlunsplit(changed)
        remember_url(url)
        return ConnectionUrl(url, name)

    def config(self) -> str:
        """Return the URL as a configuration file of MongoDB's tools; JSON is YAML."""
        return json.dumps({"uri": self._without_database()}) + "\n"

    def script(self, call: str) -> str:
        """Return a script for MongoDB's shell that calls something of the database."""
        return f"connect({json.dumps(self.url)}).{call};\n"

    def _without_database(self) -> str:
        # The tools refuse a database in the URL beside --db; the users' database must then be told.
        parts = urlsplit(self.url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        if parts.username and "authsource" not in {key.lower() for key, _ in query}:
            query.append(("authSource", self.database))
        return urlunsplit((parts.scheme, parts.netloc, "/", urlencode(query, quote_via=quote), ""))


_HINT = "write mongodb://user:password@host:27017/database?authSource=admin"
