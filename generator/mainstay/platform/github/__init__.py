"""GitHub, as far as mainstay needs it.

`records` and `discussions` are what GitHub tells, `interface` is what can be asked, `calls` every request as data.
Everything else is the adapter over PyGithub: the only place to import it, and only when something is asked.
"""

from mainstay.platform.github.connection import connect as connect
from mainstay.platform.github.connection import github_of as github_of
from mainstay.platform.github.connection import issues_of as issues_of
from mainstay.platform.github.connection import labels_of as labels_of
from mainstay.platform.github.desks import *  # noqa: F403 - its __all__ is the contract
from mainstay.platform.github.discussions import *  # noqa: F403 - likewise
from mainstay.platform.github.interface import *  # noqa: F403 - likewise
from mainstay.platform.github.issues import WORKFLOW_USER as WORKFLOW_USER
from mainstay.platform.github.records import *  # noqa: F403 - likewise
