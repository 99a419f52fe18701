"""Which revision of the SOP a repository has adopted, which one is the newest, and the one issue that says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mainstay.errors import ScaffoldError
from mainstay.platform.github import Issue, Issues, PullRequests
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
    """What was done: one line for people, and the address of the issue or pull request that is open now."""

    verdict: str
    issue_url: str | None = None
    pull_request_url: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A pull request to be.

    Attributes:
        head: The branch that holds the update.
        base: The branch that it is for.
        preview: What the update changes in this repository, as Markdown.
    """

    head: str
    base: str
    preview: str


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


def newer(adopted: Adopted, newest: Release | None) -> Release | None:
    """Return the newest release when it is newer than what was adopted."""
    return newest if newest and (adopted.release is None or adopted.release < newest) else None


def reconcile_issue(
    adopted: Adopted, newest: Release | None, issues: Issues, preview: Callable[[Release], str] = lambda _: ""
) -> Reconciled:
    """Leave exactly one issue open while a newer release exists, and none otherwise.

    `preview` is asked for Markdown about what the release changes in this repository.

    Raises:
        GitHubError: GitHub refused or failed.
    """
    ours = _ours(issues)
    if newer(adopted, newest) is None or newest is None:
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


def reconcile_pull_request(
    adopted: Adopted, newest: Release, draft: Draft, pulls: PullRequests, issues: Issues
) -> Reconciled:
    """Leave exactly one pull request open for a newer release, and no issue beside it.

    Raises:
        GitHubError: GitHub refused or failed.
    """
    title, body = f"Update SOP-603 to {newest}", f"{_said(adopted, newest)}\n{draft.preview}"
    pull = next(iter(pulls.find(state="open", head=draft.head)), None)
    if pull is None:
        pull = pulls.create(title=title, body=body, head=draft.head, base=draft.base)
    elif (pull.title, pull.body) != (title, body):
        pulls.edit(pull.number, title=title, body=body)
    for issue in _ours(issues):
        issues.close(issue.number, f"#{pull.number} brings it.")
    return Reconciled(f"SOP revision {newest} is proposed in #{pull.number}", pull_request_url=pull.url)


def _ours(issues: Issues) -> list[Issue]:
    return [issue for issue in issues.open_and_ours(LABEL) if MARKER in issue.body]


def _said(adopted: Adopted, newest: Release) -> str:
    changes = ""
    if repository := adopted.github_repository:
        base, url = adopted.release or adopted.revision, f"https://github.com/{repository}"
        changes = f"\nWhat changed: {url}/compare/{base}...{newest} ([release notes]({url}/releases/tag/{newest})).\n"
    return f"""{MARKER}
This repository has adopted revision `{adopted.revision}` of the SOP. The newest is `{newest}`.
{changes}"""


def _body(adopted: Adopted, newest: Release, preview: str) -> str:
    return f"""{_said(adopted, newest)}
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
