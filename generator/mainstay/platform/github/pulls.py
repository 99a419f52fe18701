"""The calls about pull requests."""

from __future__ import annotations

from mainstay.errors import GitHubError
from mainstay.platform.github import calls
from mainstay.platform.github.client import Client
from mainstay.platform.github.discussions import PullRequest, Review
from mainstay.platform.github.shapes import pull_shape, review_shape


class PullCalls:
    """Implements PullRequests."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def find(self, *, state: str = "all", head: str | None = None) -> tuple[PullRequest, ...]:
        """Return pull requests, newest first; `head` is the name of a branch of this repository."""
        owner = self._client.repository().full_name.partition("/")[0]
        query = {"state": state, "head": head and f"{owner}:{head}", "sort": "created", "direction": "desc"}
        return self._client.all(calls.PULLS, PullRequest, pull_shape, query=query)

    def reviews(self, number: int) -> tuple[Review, ...]:
        """Return the reviews of a pull request, oldest first."""
        return self._client.all(calls.REVIEWS, Review, review_shape, pull_number=number)

    def create(self, *, title: str, body: str, head: str, base: str, draft: bool = False) -> PullRequest:
        """Open a pull request and return it; when it is already open, return that."""
        data = {"title": title, "body": body, "head": head, "base": base, "draft": draft}
        try:
            return self._client.one(calls.CREATE_PULL, PullRequest, pull_shape, data=data)
        except GitHubError:
            for pull in self.find(state="open", head=head):
                if pull.base == base:
                    return pull
            raise

    def edit(
        self, number: int, *, title: str | None = None, body: str | None = None, state: str | None = None
    ) -> None:
        """Change what is given."""
        given = {"title": title, "body": body, "state": state}
        data = {name: value for name, value in given.items() if value is not None}
        self._client.ask(calls.EDIT_PULL, data=data, pull_number=number)
