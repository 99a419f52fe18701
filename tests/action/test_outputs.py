from __future__ import annotations

import io
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from helpers.composite import read_outputs
from helpers.workflow_log import commands_in
from mainstay.action.outputs import (
    SUMMARY_BYTES,
    Annotation,
    Level,
    cell,
    masks,
    quoted,
    table,
    write_output,
    write_summary,
)

TEXT = st.text(st.characters(codec="utf-8")) | st.sampled_from(
    ["::error::x", "a%0Ab", "x\n::add-mask::y", "%25", "a,line=9", "::stop-commands::z", "##[error]x", "\r\n"]
)


@given(message=TEXT, title=TEXT, path=TEXT, line=st.integers(1, 10**6), level=st.sampled_from(Level))
def test_an_annotation_says_exactly_what_it_was_given(
    message: str, title: str, path: str, line: int, level: Level
) -> None:
    """Whatever the texts hold, the runner reads one command with these very texts."""
    annotation = Annotation(message, level, title, path, line)

    (command,) = commands_in(annotation.command())

    assert (command.name, command.data) == (level, message)
    assert command.properties == {"title": title, "file": path, "line": str(line)}


@given(values=st.lists(TEXT, min_size=1, max_size=3))
def test_outputs_come_back_as_they_were_written(values: list[str]) -> None:
    """No value can end early, or bring an output of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "output"
        for number, value in enumerate(values):
            write_output(file, f"name-{number}", value)

        read = read_outputs(file.read_bytes().decode())

    assert read == {f"name-{number}": value for number, value in enumerate(values)}


@given(text=TEXT)
def test_nothing_that_is_quoted_is_a_command(text: str) -> None:
    """Commands work before and after, and not inside."""
    stream = io.StringIO()

    print("::notice::before", file=stream)
    with quoted(stream):
        print(text, file=stream, end="")
    print("::notice::after", file=stream)

    assert [command.data for command in commands_in(stream.getvalue())] == ["before", "after"]


@given(text=TEXT)
def test_a_cell_stays_a_cell(text: str) -> None:
    """No text can end its row, open a tag, a link or a mention."""
    assert not set(cell(text)) & set("|<>`[]*_@\n\r")


def test_a_table_without_rows_is_nothing() -> None:
    """A heading over nothing would look like an answer."""
    assert table(("A", "B"), []) == ""
    assert table(("A", "B"), [("1", "2")]) == "| A | B |\n| --- | --- |\n| 1 | 2 |"


def test_the_password_inside_a_url_is_masked_in_both_spellings() -> None:
    """GitHub masks the whole secret only, and programs print its parts, decoded."""
    environ = {
        "DATABASE_URL": "postgresql://ana:p%40ss%0Aword@db/app",
        "PLAIN": "postgresql://db/app",
        "BROKEN": "http://[",
        "SHORT": "https://u:abc@h/",
    }

    masked = [command.data for command in commands_in("\n".join(masks(environ)))]

    assert sorted(masked) == ["p%40ss%0Aword", "p@ss", "word"]


def test_a_summary_that_is_too_long_is_cut_and_says_so(tmp_path: Path) -> None:
    """GitHub would show nothing at all."""
    file = tmp_path / "summary"

    write_summary(file, "ä" * SUMMARY_BYTES)

    assert file.stat().st_size <= SUMMARY_BYTES
    assert "The rest was cut" in file.read_text(encoding="utf-8")
