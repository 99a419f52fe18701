"""Which revision of the SOP a repository has adopted, which one is the newest, and the one issue that says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mainstay.errors import ScaffoldError
from mainstay.platform.github import Issues
from mainstay.platform.redact import remember_url
from mainstay.scaffold.answers import ANSWERS_FILE, read_answers

LABEL = "sop-update"
MARKER = "<!-- mainstay:sop-update -->"
"""By this our issue is found again: a title may be edited, and a search index lags behind."""
_HOSTS = {"gh": "https://github.com/", "gl": "https://gitlab.com/"}
_RELEASE = re.compile(r"v(\d{1,6})\.(\d{1,6})\.(\d{1,6})")
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ON_GITHUB = re.compile(
    r"(?:https://|ssh://)?(?:[^/@\s]+@)?github\.com[:/]([A-Za-z0-9-]+/[A-Za-z0-9._-]+?)(?:\.git)?/?"
)


class Release(NamedTuple):
    """A released revision; ordered."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return "v{}.{}.{}".format(*self)


@dataclass(frozen=True, slots=True)
class Adopted:
    """What a repository has adopted.

    Attributes:
        git_url: Where the template's git is. May hold a password that somebody left there.
        revision: What Copier recorded: `v1.2.0`, `v1.2.0-3-gabc1234` or a commit.
    """

    git_url: str
    revision: str

    @property
    def release(self) -> Release | None:
        """The release that the revision is, or was built on."""
        return release_of(self.revision)

    @property
    def github_repository(self) -> str | None:
        """`owner/name` when the template is on github.com."""
        match = _ON_GITHUB.fullmatch(self.git_url)
        return match[1] if match else None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was done: one line for people, and the address of the issue that is open now."""

    verdict: str
    issue_url: str | None = None


def read_adopted(root: Path) -> Adopted:
    """Return what the repository at `root` has adopted.

    Raises:
        ScaffoldError: Its answers file is missing, unreadable or does not say.
    """
    answers = read_answers(root)
    if not answers:
        raise ScaffoldError(f"{ANSWERS_FILE} does not exist", hint="adopt the SOP first: mainstay init")
    source, revision = (str(answers.get(key) or "") for key in ("_src_path", "_commit"))
    if not source or not _REVISION.fullmatch(revision):
        raise ScaffoldError(
            f"{ANSWERS_FILE} does not say which revision was adopted",
            hint="copy the template from its git: only a commit can be compared",
        )
    remember_url(source)
    return Adopted(_git_url(source), revision)


def release_of(revision: str) -> Release | None:
    """Return the release that a recorded revision is, or was built on."""
    return _release(re.sub(r"-\d+-g[0-9a-f]+$", "", revision))


def newest_release(tags: Iterable[str]) -> Release | None:
    """Return the newest of the tags that are a release, `vX.Y.Z`; pre-releases and floating names are none."""
    return max(filter(None, map(_release, tags)), default=None)


def reconcile_issue(
    adopted: Adopted, newest: Release | None, issues: Issues, preview: Callable[[Release], str] = lambda _: ""
) -> Reconciled:
    """Leave exactly one issue open while a newer release exists, and none otherwise.

    `preview` is asked for Markdown about what the release changes in this repository.

    Raises:
        GitHubError: GitHub refused or failed.
    """
    ours = [issue for issue in issues.open_and_ours(LABEL) if MARKER in issue.body]
    if newest is None or (adopted.release is not None and adopted.release >= newest):
        for issue in ours:
            issues.close(
                issue.number, f"This repository has adopted {adopted.revision}. No release is newer."
            )
        return Reconciled(f"SOP revision {adopted.revision} is current; no release is newer")
    title = f"SOP revision {newest} is available"
    body = _body(adopted, newest, preview(newest))
    if not ours:
        ours = [issues.create(title, body, LABEL)]
    elif (ours[0].title, ours[0].body) != (title, body):
        issues.edit(ours[0].number, title, body)
    for extra in ours[1:]:
        issues.close(extra.number, f"The same is said in #{ours[0].number}.")
    return Reconciled(
        f"SOP revision {newest} is available; this repository has {adopted.revision}", ours[0].url
    )


def _body(adopted: Adopted, newest: Release, preview: str) -> str:
    changes = ""
    if repository := adopted.github_repository:
        base, url = adopted.release or adopted.revision, f"https://github.com/{repository}"
        changes = f"\nWhat changed: {url}/compare/{base}...{newest} ([release notes]({url}/releases/tag/{newest})).\n"
    return f"""{MARKER}
This repository has adopted revision `{adopted.revision}` of the SOP. The newest is `{newest}`.
{changes}
On a clean work tree:

```sh
git switch --create sop-{newest}
mainstay update --ref {newest}
git diff --check   # a conflict marker means: decide before you commit
```

Without mainstay, `copier update -a {ANSWERS_FILE} --vcs-ref {newest}` does the same where nothing stands in the way; it
ends with 0 also when it left conflicts. The answers that were given stay as they are.
This issue is kept up to date every week and closes itself when no release is newer.

{preview}"""


def _git_url(source: str) -> str:
    """Return the address that Copier's short forms, `gh:owner/name` and `git+https://...`, stand for."""
    host, _, path = source.partition(":")
    if host in _HOSTS:
        return _HOSTS[host] + path.removeprefix("/").removesuffix(".git") + ".git"
    return source.removeprefix("git+")


def _release(tag: str) -> Release | None:
    match = _RELEASE.fullmatch(tag)
    return Release(*map(int, match.groups())) if match else None
