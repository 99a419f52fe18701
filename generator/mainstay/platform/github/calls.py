"""Every request that mainstay makes to GitHub, as data: what for, where, and the permission that it takes."""

from __future__ import annotations

from dataclasses import dataclass

METADATA = "metadata: read"
"""What every token may."""
_ISSUES, _ISSUES_WRITE = "issues: read", "issues: write"
_CONTENTS, _CONTENTS_WRITE = "contents: read", "contents: write"
_PULLS, _PULLS_WRITE = "pull-requests: read", "pull-requests: write"
_ACTIONS = "actions: read"
_ADMINISTRATION = "administration: read"

NOT_FOR_WORKFLOWS = frozenset(
    {
        _ADMINISTRATION,
        "environments: read",
        "members: read",
        "secrets: read",
        "variables: read",
        "secret-scanning-alerts: read",
    }
)
"""Permissions that a workflow cannot give to its token; an App or a person can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One kind of request.

    Attributes:
        what: What it is for; it completes the sentence "cannot ...".
        verb: The method.
        path: The address as in GitHub's OpenAPI description; `{repository}` is its `{owner}/{repo}`.
        permission: What the token must be allowed.
        repeatable: Whether doing it twice is the same as doing it once, so that it may be tried again when the answer
            was lost.
        absent: What GitHub says when there is no such thing. Any other 404 may also mean: not for you.
    """

    what: str
    verb: str
    path: str
    permission: str
    repeatable: bool = True
    absent: str = ""

    @property
    def hint(self) -> str:
        """What to do when the token is refused."""
        if self.permission == METADATA:
            return "may the token see this repository?"
        if self.permission in NOT_FOR_WORKFLOWS:
            return f"it takes `{self.permission}`, which no workflow can have: give it the token of an App or a person"
        return f"the job needs `permissions: {self.permission}`"


def _call(what: str, request: str, permission: str, *, repeatable: bool = True, absent: str = "") -> Call:
    verb, _, path = request.partition(" ")
    path = path.replace("…", "/repos/{repository}")
    return Call(what=what, verb=verb, path=path, permission=permission, repeatable=repeatable, absent=absent)


REPOSITORY = _call("read the repository", "GET …", METADATA)
USER = _call("ask whose token it is", "GET /user", METADATA, absent="resource not accessible by integration")
RATE_LIMIT = _call("ask for the rate limit", "GET /rate_limit", METADATA)

BRANCH = _call("read a branch", "GET …/branches/{branch}", _CONTENTS, absent="branch not found")
RULES = _call("read the rules of a branch", "GET …/rules/branches/{branch}", METADATA)
PROTECTION = _call(
    "read the protection of a branch",
    "GET …/branches/{branch}/protection",
    _ADMINISTRATION,
    absent="branch not protected",
)
RELEASES = _call("read its releases", "GET …/releases", _CONTENTS)
LABELS = _call("read its labels", "GET …/labels", _ISSUES)
CREATE_LABEL = _call("make a label", "POST …/labels", _ISSUES_WRITE)

DEPENDABOT_ALERTS = _call(
    "read its Dependabot alerts", "GET …/dependabot/alerts", "vulnerability-alerts: read"
)
SECRET_ALERTS = _call(
    "read its secret scanning alerts", "GET …/secret-scanning/alerts", "secret-scanning-alerts: read"
)
CODE_ALERTS = _call("read its code scanning alerts", "GET …/code-scanning/alerts", "security-events: read")
SECURITY_UPDATES = _call(
    "ask for Dependabot's security updates", "GET …/automated-security-fixes", _ADMINISTRATION
)

PULLS = _call("read its pull requests", "GET …/pulls", _PULLS)
REVIEWS = _call("read the reviews of a pull request", "GET …/pulls/{pull_number}/reviews", _PULLS)
CREATE_PULL = _call("open a pull request", "POST …/pulls", _PULLS_WRITE, repeatable=False)
EDIT_PULL = _call("edit a pull request", "PATCH …/pulls/{pull_number}", _PULLS_WRITE)

ISSUES = _call("read its issues", "GET …/issues", _ISSUES)
ISSUE = _call("read an issue", "GET …/issues/{issue_number}", _ISSUES)
COMMENTS = _call("read the comments of an issue", "GET …/issues/{issue_number}/comments", _ISSUES)
EVENTS = _call("read the events of an issue", "GET …/issues/{issue_number}/events", _ISSUES)
SUB_ISSUES = _call("read the issues under an issue", "GET …/issues/{issue_number}/sub_issues", _ISSUES)
CREATE_ISSUE = _call("open an issue", "POST …/issues", _ISSUES_WRITE, repeatable=False)
EDIT_ISSUE = _call("edit an issue", "PATCH …/issues/{issue_number}", _ISSUES_WRITE)
CREATE_COMMENT = _call(
    "comment on an issue", "POST …/issues/{issue_number}/comments", _ISSUES_WRITE, repeatable=False
)
EDIT_COMMENT = _call("edit a comment", "PATCH …/issues/comments/{comment_id}", _ISSUES_WRITE)
ADD_LABELS = _call("label an issue", "POST …/issues/{issue_number}/labels", _ISSUES_WRITE)
REMOVE_LABEL = _call(
    "take a label off an issue",
    "DELETE …/issues/{issue_number}/labels/{name}",
    _ISSUES_WRITE,
    absent="label does not exist",
)
ASSIGN = _call("assign an issue", "POST …/issues/{issue_number}/assignees", _ISSUES_WRITE)
ADD_SUB_ISSUE = _call(
    "put an issue under another",
    "POST …/issues/{issue_number}/sub_issues",
    _ISSUES_WRITE,
    repeatable=False,
)

WORKFLOWS = _call("read its workflows", "GET …/actions/workflows", _ACTIONS)
RUNS = _call("read the runs of a workflow", "GET …/actions/workflows/{workflow_id}/runs", _ACTIONS)
SECRETS = _call("read the names of its secrets", "GET …/actions/secrets", "secrets: read")
SHARED_SECRETS = _call(
    "read the names of the secrets that its organisation shares",
    "GET …/actions/organization-secrets",
    "secrets: read",
)
VARIABLES = _call("read the names of its variables", "GET …/actions/variables", "variables: read")
SHARED_VARIABLES = _call(
    "read the names of the variables that its organisation shares",
    "GET …/actions/organization-variables",
    "variables: read",
)
ENVIRONMENT = _call(
    "look an environment up", "GET …/environments/{environment_name}", _ACTIONS, absent="not found"
)
ENVIRONMENT_SECRETS = _call(
    "read the names of an environment's secrets",
    "GET …/environments/{environment_name}/secrets",
    "environments: read",
)
ENVIRONMENT_VARIABLES = _call(
    "read the names of an environment's variables",
    "GET …/environments/{environment_name}/variables",
    "environments: read",
)

COLLABORATORS = _call("read who has access", "GET …/collaborators", METADATA)
ROLE = _call(
    "read somebody's role", "GET …/collaborators/{username}/permission", METADATA, absent="is not a user"
)
ACCOUNT = _call("look an account up", "GET /users/{username}", METADATA, absent="not found")
TEAM = _call("look a team up", "GET /orgs/{org}/teams/{team_slug}", "members: read", absent="not found")
TEAMS = _call("read the teams of an organisation", "GET /orgs/{org}/teams", "members: read")

CONTENT = _call("read a file", "GET …/contents/{path}", _CONTENTS, absent="not found")
COMMITS = _call("read its commits", "GET …/commits", _CONTENTS)
GIT_REF = _call("read where a branch is", "GET …/git/ref/{ref}", _CONTENTS, absent="not found")
GIT_COMMIT = _call("read a commit", "GET …/git/commits/{commit_sha}", _CONTENTS)
GIT_TREE = _call("read the tree of a commit", "GET …/git/trees/{tree_sha}", _CONTENTS)
GIT_BLOB = _call("read the content of a file", "GET …/git/blobs/{file_sha}", _CONTENTS)
CREATE_BLOB = _call("store the content of a file", "POST …/git/blobs", _CONTENTS_WRITE)
CREATE_TREE = _call("store a tree", "POST …/git/trees", _CONTENTS_WRITE)
CREATE_COMMIT = _call("store a commit", "POST …/git/commits", _CONTENTS_WRITE)
CREATE_REF = _call("begin a branch", "POST …/git/refs", _CONTENTS_WRITE)
MOVE_REF = _call("move a branch", "PATCH …/git/refs/{ref}", _CONTENTS_WRITE)

CALLS = tuple(value for value in globals().copy().values() if isinstance(value, Call))
"""All of them, in the order above."""
