"""Documentation that cannot drift: what is made from the code is made anew and compared, links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click import Command, Context, Group
from click.testing import CliRunner

from helpers.markdown import Markdown
from helpers.pages import PAGES, REPOSITORY, readme
from mainstay.cli import COMMANDS, cli
from mainstay.errors import ExitCode

DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES)
def test_reference_pages_are_current(page: str) -> None:
    """`script/docs` was run after the last change."""
    assert (REPOSITORY / page).read_text(encoding="utf-8") == PAGES[page]()


def test_the_examples_in_the_readme_are_current() -> None:
    """Tree, workflow, demo and exit codes are what the code makes of them today."""
    assert (REPOSITORY / "README.md").read_text(encoding="utf-8") == readme()


def test_every_exit_code_is_explained() -> None:
    """In their order, none missing, none invented."""
    page = (REPOSITORY / "docs/exit-codes.md").read_text(encoding="utf-8")

    assert [int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)] == sorted(ExitCode)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    """Files and headings that are linked exist."""
    broken = [
        link
        for link, file, anchor in Markdown(path).links()
        if not file.exists() or (anchor and anchor not in Markdown(file).anchors)
    ]

    assert broken == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_commands_that_documents_show_exist(path: Path) -> None:
    """Every `mainstay …` in a document is a command with the options that it is shown with."""
    shown = re.findall(r"(?:^|[`$ ])mainstay ([a-z][^`\n#]*)", _code(path), re.MULTILINE)

    assert [words for words in shown if not _exists(words.split())] == []


def _code(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    fenced = re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL)
    return "\n".join([*fenced, *re.findall(r"`[^`\n]+`", text)])


def _exists(words: list[str]) -> bool:
    command: Command = cli
    while words and isinstance(command, Group):
        default = getattr(command, "default_verb", None)
        if default and _exists_in(command, words[0]) is None:
            words = [default, *words]
        if words[0].startswith("-"):
            break
        for alternative in words[0].split("|")[1:]:
            if not _exists_in(command, alternative):
                return False
        name = words[0].split("|")[0]
        found = _exists_in(command, name)
        if found is None:
            return command.invoke_without_command
        command, words = found, words[1:]
    options = {option for parameter in command.params for option in parameter.opts} | {
        "--help",
        "-h",
        "--version",
    }
    return all(word.partition("=")[0] in options for word in words if word.startswith("--"))


def _exists_in(group: Group, name: str) -> Command | None:
    return group.get_command(Context(group), name)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_fits_a_terminal(command: str) -> None:
    """80 columns are enough to read it."""
    shown = CliRunner().invoke(cli, [command, "--help"]).output

    assert max(map(len, shown.splitlines())) <= 80
