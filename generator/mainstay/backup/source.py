"""A database to back up: its name in the policy, and the place of it, for the most part a secret URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mainstay.errors import UsageError
from mainstay.platform.redact import remember_url
from mainstay.policy import Policy
from mainstay.policy.databases import CommandDatabase, Database, FileDatabase


@dataclass(frozen=True, slots=True)
class Source:
    """A database to back up.

    Attributes:
        name: Its name in the policy; backups are filed under it.
        engine: Name of its engine.
        url: What its engine finds it by: a connection URL, which is a secret, the path of a file, or the programs of
            a `command` database as JSON.
    """

    name: str
    engine: str
    url: str = field(repr=False)


def databases_of(policy: Policy, only: str | None) -> list[str]:
    """Return the names of the policy's databases, or the one that is asked for.

    Raises:
        UsageError: There is none, or none of that name.
    """
    names = [name for name in policy.databases if only in {None, name}]
    if not names:
        raise UsageError(
            f"the policy has no database {only!r}" if only else "the policy names no database",
            hint=f"it has: {', '.join(policy.databases) or 'none'}",
        )
    return names


def sources_of(policy: Policy, environ: Mapping[str, str], only: str | None = None) -> list[Source]:
    """Return the policy's databases, or the one that is called `only`, with their URLs from the environment.

    Raises:
        UsageError: There is none, or a variable that holds a URL is not set.
    """
    if not policy.databases:
        raise UsageError(
            "the policy names no database", hint="add one under `databases:` in .github/mainstay.yml"
        )
    if only is not None and only not in policy.databases:
        raise UsageError(
            f"the policy has no database {only!r}", hint=f"it has: {', '.join(policy.databases)}"
        )
    return [
        Source(name, database.engine, _place_of(database, environ))
        for name, database in policy.databases.items()
        if only in {None, name}
    ]


def scratch_url_of(
    policy: Policy | None, name: str, environ: Mapping[str, str], variable: str | None
) -> str | None:
    """Return where a backup of the database called `name` is tried out; none lets its engine bring a server.

    A `command` database needs its own programs for that, a file no server, whatever the variable names.

    Raises:
        UsageError: The variable that names a server is not set.
    """
    database = policy.databases.get(name) if policy else None
    if isinstance(database, CommandDatabase):
        return _place_of(database, environ)
    return secret_of(variable, environ) if variable and not isinstance(database, FileDatabase) else None


def _place_of(database: Database, environ: Mapping[str, str]) -> str:
    if isinstance(database, CommandDatabase):
        return database.model_dump_json(include={"dump", "load", "create", "check", "drop"})
    if isinstance(database, FileDatabase) and database.path is not None:
        return database.path
    return secret_of(database.url or "", environ)


def secret_of(reference: str, environ: Mapping[str, str]) -> str:
    """Return the URL that `$NAME` refers to, masked in every message from now on.

    Raises:
        UsageError: The variable is not set.
    """
    name = reference.removeprefix("$")
    if not (url := environ.get(name, "").strip()):
        raise UsageError(
            f"the environment variable {name} is not set", hint=f"in a workflow it comes from secrets.{name}"
        )
    remember_url(url)
    return url
