"""Copier, and only here. Renders the template; its many kinds of errors become one."""

from __future__ import annotations

import difflib
import re
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mainstay.errors import ScaffoldError, UsageError
from mainstay.scaffold.answers import ANSWERS_FILE, Answers, read_answers
from mainstay.scaffold.source import TemplateSource
from mainstay.scaffold.unprompted import import_copier

_REFUSED = re.compile(
    r"(?:Validation error for question|Invalid choice for) '(?P<key>\w+)': (?P<why>.*)", re.DOTALL
)


class InvalidAnswerError(UsageError):
    """The template refuses an answer.

    Attributes:
        key: The question.
    """

    def __init__(self, message: str, key: str) -> None:
        super().__init__(message, hint="the questions and what they accept stand in copier.yml")
        self.key = key


@dataclass(frozen=True, slots=True)
class Rendered:
    """A fresh copy of the template.

    Attributes:
        folder: Where it stands.
        paths: Every file of it, relative, with forward slashes.
        answers: All answers, those that were left to their defaults too.
        questions: What copier.yml says about each question.
        notes: What Copier warned about.
    """

    folder: Path
    paths: tuple[str, ...]
    answers: Answers
    questions: Mapping[str, Mapping[str, Any]]
    notes: tuple[str, ...]


def render(
    source: TemplateSource, into: Path, answers: Mapping[str, object], *, given: Path | None = None
) -> Rendered:
    """Return a copy of the template in the new folder `into`. Nothing of the template is executed.

    Args:
        source: Which template.
        into: The folder.
        answers: Answers that count.
        given: An answers file whose answers count where `answers` has none, as in an update: one that the
            template does not accept any more gives way to the default.

    Raises:
        UsageError: An answer belongs to no question, or is not valid.
        ScaffoldError: The template cannot be fetched or rendered.
    """
    import_copier()
    from copier import Settings, run_copy  # noqa: PLC0415 - takes 0.4 s

    if given is not None:
        into.mkdir(parents=True)
        shutil.copyfile(given, into / ANSWERS_FILE)
    with _errors_of_copier(source), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        worker = run_copy(
            source.url,
            into,
            data=dict(answers),
            vcs_ref=source.ref,
            settings=Settings(),  # the caller's own settings must not decide what is trusted
            answers_file=ANSWERS_FILE,
            overwrite=given is not None,
            defaults=True,
            unsafe=False,
            quiet=True,
        )
        questions = worker.template.questions_data
    if not (into / ANSWERS_FILE).is_file():
        raise ScaffoldError(f"{source} is not the mainstay template: it writes no {ANSWERS_FILE}")
    _refuse_unknown(answers, list(questions))
    paths = sorted(path.relative_to(into).as_posix() for path in into.rglob("*") if not path.is_dir())
    return Rendered(into, tuple(paths), read_answers(into), questions, tuple(_notes(warned)))


def _refuse_unknown(answers: Mapping[str, object], known: Sequence[str]) -> None:
    """Copier takes unknown answers in silence, and those with an underscore override its own variables."""
    for key in answers:
        if key not in known or key.startswith("_"):
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "the questions are: " + ", ".join(known)
            raise UsageError(f"the template asks no question {key!r}", hint=hint)


def _notes(warned: Sequence[warnings.WarningMessage]) -> Iterator[str]:
    from copier.errors import DirtyLocalWarning  # noqa: PLC0415 - loaded by now

    for warning in warned:
        if issubclass(warning.category, DirtyLocalWarning):
            yield "the template has uncommitted changes: what was copied can be found in no commit"


@contextmanager
def _errors_of_copier(source: TemplateSource) -> Iterator[None]:
    from copier.errors import CopierError, UnsafeTemplateError  # noqa: PLC0415 - takes 0.4 s
    from jinja2 import TemplateError  # noqa: PLC0415 - comes with copier
    from plumbum.commands.processes import ProcessExecutionError  # noqa: PLC0415 - comes with copier

    try:
        yield
    except UnsafeTemplateError as error:
        raise ScaffoldError(
            f"{source} wants to run code here, which mainstay never needs: {error}"
        ) from error
    except ProcessExecutionError as error:
        said = str(error.stderr).strip().splitlines()
        raise ScaffoldError(
            f"the template cannot be fetched from {source}: {said[-1] if said else error}",
            hint="check the address and the ref (--source, --ref), and that git may read it",
        ) from error
    except (CopierError, TemplateError, ValueError, TypeError, OSError) as error:
        raise _refused_answer(str(error)) or ScaffoldError(
            f"the template at {source} cannot be rendered: {error}"
        ) from error


def _refused_answer(said: str) -> UsageError | None:
    """Return the error for an answer that is at fault, when that is what Copier says."""
    if refused := _REFUSED.match(said):
        return InvalidAnswerError(f"{refused['key']}: {refused['why']}", refused["key"])
    if said.startswith("while ") and '"<unicode string>"' in said:
        return UsageError(
            f"an answer is not YAML: {said.splitlines()[1].strip()}",
            hint="quote what YAML would misread, such as --data 'on_call=[\"@ana\"]'",
        )
    return None
