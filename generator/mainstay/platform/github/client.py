"""GitHub, as far as mainstay needs it: a small Protocol and an adapter over PyGithub, the only place to import it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mainstay.errors import GitHubAnswerLostError, GitHubError, UsageError
from mainstay.platform.github.interface import Issues
from mainstay.platform.github.records import Issue
from mainstay.platform.redact import remember

if TYPE_CHECKING:
    from github import Github
    from github.Issue import Issue as GithubIssue

WORKFLOW_USER = "github-actions[bot]"
"""Who writes what a workflow's own token writes. That token may not ask for its own name."""
_FORBIDDEN, _NOT_FOUND, _FIRST_SERVER_ERROR = 403, 404, 500
_REFUSALS = {
    401: ("GitHub does not accept the token", "is GITHUB_TOKEN set on the step, and not expired?"),
    403: ("GitHub forbids it", "the job needs `permissions: issues: write`"),
    404: ("GitHub does not show it to this token", "the job needs `permissions: issues: write`"),
    410: ("issues are turned off in this repository", "turn them on in its settings"),
    429: ("GitHub's rate limit is used up", "run it again later"),
}


def issues_of(environ: Mapping[str, str]) -> Issues:
    """Return the issues of the repository that a workflow runs in.

    Raises:
        UsageError: GITHUB_TOKEN or GITHUB_REPOSITORY is not set.
    """
    return _repository_of(environ)


def labels_of(environ: Mapping[str, str]) -> frozenset[str]:
    """Return the names of the labels of the repository that a workflow runs in.

    Raises:
        UsageError: GITHUB_TOKEN or GITHUB_REPOSITORY is not set.
        GitHubError: GitHub does not tell.
    """
    return _repository_of(environ).labels()


def _repository_of(environ: Mapping[str, str]) -> GitHubIssues:
    for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY"):
        if not environ.get(name):
            raise UsageError(
                f"{name} is not set", hint="in a workflow: env: {GITHUB_TOKEN: ${{ github.token }}}"
            )
    remember(environ["GITHUB_TOKEN"])
    base_url = environ.get("GITHUB_API_URL") or "https://api.github.com"
    return GitHubIssues(environ["GITHUB_REPOSITORY"], environ["GITHUB_TOKEN"], base_url)


class GitHubIssues:
    """The issues of one repository on GitHub.

    Reads and edits are tried again when GitHub fails; what creates is not, because GitHub may have done it.

    Args:
        repository: `owner/name`.
        token: What to sign in with.
        base_url: Address of the API.
        pause_seconds: How long to wait between writes, and before the second try; doubled for each further one.
    """

    def __init__(self, repository: str, token: str, base_url: str, *, pause_seconds: float = 1.0) -> None:
        self._name = repository
        self._github = _client(token, base_url, pause_seconds)
        self._repository = self._github.get_repo(repository)

    def open_and_ours(self, label: str) -> list[Issue]:
        """Return the open issues with this label that this token's own user wrote, oldest first."""
        with self._asking("read its issues"):
            us = self._user()
            found = self._repository.get_issues(state="open", labels=[label], sort="created", direction="asc")
            return [_issue(issue) for issue in found if issue.pull_request is None and issue.user.login == us]

    def create(self, title: str, body: str, label: str) -> Issue:
        """Open an issue and return it; when the answer is lost, return the one that was opened after all."""
        try:
            with self._asking("open an issue"):
                return _issue(self._repository.create_issue(title=title, body=body, labels=[label]))
        except GitHubAnswerLostError:
            for issue in self.open_and_ours(label):
                if (issue.title, issue.body) == (title, body):
                    return issue
            raise

    def edit(self, number: int, title: str, body: str) -> None:
        """Replace title and body of an issue."""
        with self._asking(f"edit issue {number}"):
            self._repository.get_issue(number).edit(title=title, body=body)

    def close(self, number: int, comment: str) -> None:
        """Comment on an issue, then close it."""
        with self._asking(f"close issue {number}"):
            issue = self._repository.get_issue(number)
            issue.create_comment(comment)
            issue.edit(state="closed", state_reason="completed")

    def labels(self) -> frozenset[str]:
        """Return the names of the labels that an issue or a pull request can have."""
        with self._asking("read its labels"):
            return frozenset(label.name for label in self._repository.get_labels())

    def _user(self) -> str:
        from github import GithubException  # noqa: PLC0415 - heavy

        try:
            return self._github.get_user().login
        except GithubException as error:
            if error.status != _FORBIDDEN:
                raise
            return WORKFLOW_USER

    @contextlib.contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        """Turn whatever PyGithub and its transport raise into a GitHubError that says what was asked."""
        from github import GithubException, RateLimitExceededException  # noqa: PLC0415 - heavy
        from requests import RequestException  # noqa: PLC0415 - heavy

        try:
            yield
        except GithubException as error:
            status = 429 if isinstance(error, RateLimitExceededException) else error.status
            if status >= _FIRST_SERVER_ERROR:
                raise GitHubAnswerLostError(
                    f"cannot {what} in {self._name}: GitHub failed ({status})"
                ) from error
            message, hint = _REFUSALS.get(status, (f"GitHub refused ({status})", None))
            raise GitHubError(f"cannot {what} in {self._name}: {message}", hint=hint) from error
        except RequestException as error:
            raise GitHubAnswerLostError(
                f"cannot {what} in {self._name}: GitHub gave no answer ({type(error).__name__})"
            ) from error


def _client(token: str, base_url: str, pause_seconds: float) -> Github:
    from github import Auth, Github, GithubRetry  # noqa: PLC0415 - heavy

    retry = GithubRetry(
        total=4,
        backoff_factor=pause_seconds,
        max_rate_limit_wait=120,
        status_forcelist=[429, 500, 502, 503, 504],
        # Not POST: a create whose answer was lost would be done twice.
        allowed_methods=["DELETE", "GET", "HEAD", "PATCH", "PUT"],
    )
    auth = Auth.Token(token)
    return Github(
        auth=auth,
        base_url=base_url,
        retry=retry,
        timeout=20,
        per_page=100,
        lazy=True,
        seconds_between_requests=pause_seconds / 4,
        seconds_between_writes=pause_seconds,
    )


def _issue(issue: GithubIssue) -> Issue:
    body = (issue.body or "").replace("\r\n", "\n")
    return Issue(
        issue.number,
        issue.title,
        body,
        issue.html_url,
        author=issue.user.login,
        state=issue.state,
        created_at=issue.created_at,
        updated_at=issue.created_at,
    )
