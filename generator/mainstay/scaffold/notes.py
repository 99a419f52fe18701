"""What the reader of a plan should know besides conflicts and losses."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mainstay.scaffold.align import WORKFLOWS
from mainstay.scaffold.companion import other_companion
from mainstay.scaffold.renders import Comparison

_FOREIGN_ANSWERS = ".copier-answers.yml"


def update_notes(compared: Comparison, told: Collection[str]) -> Iterator[str]:
    """Yield what is neither a conflict nor a loss; `told` are the files that a loss is reported for."""
    yield from compared.notes
    yield from _other_companions(compared)
    for path in sorted(compared.base.keys() - compared.yours.keys() - set(told)):
        if compared.theirs.get(path) not in {None, compared.base[path]}:
            yield f"{path}: you deleted it, so it stays deleted"
    if (compared.target.root / _FOREIGN_ANSWERS).exists():
        yield f"{_FOREIGN_ANSWERS} belongs to another template and is left alone"


def _other_companions(compared: Comparison) -> Iterator[str]:
    base, yours = compared.base, compared.yours
    for path in sorted(base.keys() & yours.keys()):
        if path.startswith(WORKFLOWS) and base[path] != yours[path]:
            sides = (compared.git.read_file(tree[path]) or b"" for tree in (base, yours))
            if found := other_companion(*sides):
                runs, wanted = found
                yield f"{path} runs the Action {runs}, and the template comes from {wanted}: one of them is to change"
