"""GitHub, as far as mainstay needs it.

`records` is what GitHub tells, `interface` what can be asked. Everything else is the adapter over PyGithub: the only
place to import it, and only when something is asked.
"""

from mainstay.errors import GitHubAnswerLostError as GitHubAnswerLostError
from mainstay.platform.github.client import WORKFLOW_USER as WORKFLOW_USER
from mainstay.platform.github.client import GitHubIssues as GitHubIssues
from mainstay.platform.github.client import issues_of as issues_of
from mainstay.platform.github.client import labels_of as labels_of
from mainstay.platform.github.interface import *  # noqa: F403 - its __all__ is the contract
from mainstay.platform.github.records import *  # noqa: F403 - likewise
