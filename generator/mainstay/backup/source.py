"""A database to back up: its name in the policy, and the secret URL that the environment holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mainstay.errors import UsageError
from mainstay.platform.redact import remember_url
from mainstay.policy import Policy


@dataclass(frozen=True, slots=True)
class Source:
    """A database to back up.

    Attributes:
        name: Its name in the policy; backups are filed under it.
        engine: Name of its engine.
        url: Connection URL, a secret.
    """

    name: str
    engine: str
    url: str = field(repr=False)


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
        Source(name, database.engine, secret_of(database.url, environ))
        for name, database in policy.databases.items()
        if only in {None, name}
    ]


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
