"""Where the template comes from, so that a fork hands out its own template and not somebody else's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from mainstay.errors import ScaffoldError, UsageError
from mainstay.platform.redact import remember
from mainstay.scaffold.answers import read_answers

_SEE = "docs/ownership.md"
_WEB = ("http", "https")
_KNOWN_AS_GIT = re.compile(r"^(?:git[+@]|git://|gh:|gl:|https://(?:github|gitlab)\.com/)|\.git$")


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """A place that holds the template.

    Attributes:
        url: What Copier is given and what it records: a git URL such as `gh:acme/mainstay`, or a folder.
        ref: Tag, branch or commit; nothing means the newest release tag.
    """

    url: str
    ref: str | None = None

    def __str__(self) -> str:
        return f"{self.url} at {self.ref or 'its newest release'}"


def find_source(root: Path, *, url: str | None = None, ref: str | None = None) -> TemplateSource:
    """Return where the template for the repository at `root` comes from.

    In this order: the URL asked for, the place recorded in the answers file, the checkout that this package runs
    from, the repository that this package was installed from.

    Raises:
        UsageError: The URL or the ref cannot be one, or the URL holds credentials.
        ScaffoldError: None of these is known.
    """
    _refuse_odd_ref(ref)
    if url is not None:
        return TemplateSource(_checked(url), ref)
    if found := _recorded(root) or checkout_source() or installed_source():
        return TemplateSource(found.url, ref or found.ref)
    raise ScaffoldError(
        "where the template comes from is not known: this mainstay was not installed from a git repository",
        hint="name it: --source gh:OWNER/REPO",
        see=_SEE,
    )


def _recorded(root: Path) -> TemplateSource | None:
    recorded = read_answers(root).get("_src_path")
    return TemplateSource(_without_credentials(recorded)) if isinstance(recorded, str) and recorded else None


def checkout_source(package: Path = Path(__file__).parents[1]) -> TemplateSource | None:
    """Return the git checkout that holds this package beside its template, or nothing."""
    root = package.resolve().parents[1]
    if (root / "copier.yml").is_file() and (root / ".git").exists():
        return TemplateSource(str(root), "HEAD")
    return None


def installed_source(read: Callable[[], str | None] | None = None) -> TemplateSource | None:
    """Return the repository and commit that pip installed this package from (PEP 610), or nothing."""
    try:
        record = json.loads((read or _direct_url)() or "{}")
        url, commit = record["url"], record["vcs_info"]["commit_id"]
    except (metadata.PackageNotFoundError, ValueError, KeyError, TypeError):
        return None
    if not (isinstance(url, str) and isinstance(commit, str)) or record["vcs_info"].get("vcs") != "git":
        return None
    url = _without_credentials(url)
    return TemplateSource(url if _KNOWN_AS_GIT.search(url) else f"git+{url}", commit)


def _direct_url() -> str | None:
    return metadata.distribution("mainstay").read_text("direct_url.json")


def _checked(url: str) -> str:
    if not url.strip() or url.startswith("-") or not url.isprintable():
        raise UsageError(f"{url!r} is not the address of a template", hint="such as --source gh:OWNER/REPO")
    if _without_credentials(url) != url:
        raise UsageError(
            "the address of the template holds credentials; Copier would write them into the answers file",
            hint="leave them out and let git ask its credential helper, or use an SSH address",
        )
    folder = Path(url).expanduser()
    return str(folder.resolve()) if folder.exists() else url


def _without_credentials(url: str) -> str:
    """Return a URL without password, token or query. The user name of SSH is no secret and stays."""
    scheme, colon, rest = url.rpartition("git+") if url.startswith("git+") else ("", "", url)
    try:
        parts = urlsplit(rest)
        user, password = parts.username, parts.password
    except ValueError:
        return url
    if "://" not in rest:
        return url
    remember(password)
    is_web = parts.scheme in _WEB
    if is_web and user:
        remember(user)
    location = parts.netloc.rpartition("@")[2]
    if user and not is_web:
        location = f"{user}@{location}"
    return scheme + colon + urlunsplit((parts.scheme, location, parts.path, "", ""))


def _refuse_odd_ref(ref: str | None) -> None:
    if ref is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/+@-]*", ref):
        raise UsageError(f"{ref!r} is not a tag, branch or commit")
