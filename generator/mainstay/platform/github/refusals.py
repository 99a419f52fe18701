"""What a refusal of GitHub means to the reader: what is missing, and what to do."""

from __future__ import annotations

import re

from mainstay.errors import GitHubAnswerLostError, GitHubError, GitHubFeatureOffError
from mainstay.platform.github.calls import Call
from mainstay.platform.github.retrying import Reply

_UNAUTHORISED, _FORBIDDEN, _NOT_FOUND, _GONE = 401, 403, 404, 410
_OFF = re.compile(
    r"\b(?:disabled|not enabled|must be enabled|no analysis found|to enable this feature)\b", re.IGNORECASE
)
_TOKEN = ("GitHub does not accept the token", "is GITHUB_TOKEN set on the step, and not expired?")


def refusal(call: Call, repository: str, reply: Reply) -> GitHubError:
    """Return the error for an answer that is none, or a refusal; it names the permission that is missing."""
    cannot, said = f"cannot {call.what} in {repository}", reply.message
    if reply.status == 0:
        return GitHubAnswerLostError(f"{cannot}: GitHub gave no answer ({reply.text})")
    if reply.lost:
        return GitHubAnswerLostError(f"{cannot}: GitHub failed ({reply.status})")
    if reply.limited:
        return GitHubError(f"{cannot}: GitHub's rate limit is used up", hint="run it again later")
    if reply.status in {_FORBIDDEN, _NOT_FOUND, _GONE} and _OFF.search(said):
        return GitHubFeatureOffError(
            f"{cannot}: it is turned off ({said})", hint="turn it on in its settings"
        )
    known = {
        _UNAUTHORISED: _TOKEN,
        _FORBIDDEN: ("GitHub forbids it", call.hint),
        _NOT_FOUND: ("GitHub does not show it to this token", call.hint),
        _GONE: ("it is gone or turned off", "turn it on in its settings"),
    }
    why, hint = known.get(reply.status, (f"GitHub refused ({reply.status}{said and ': ' + said})", None))
    return GitHubError(f"{cannot}: {why}", hint=hint)
