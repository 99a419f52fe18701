from __future__ import annotations

import sys

from mainstay.platform import process

IMPORT = "from mainstay.scaffold import unprompted; "


def python(code: str) -> str:
    """Run code in a process that has imported nothing yet, and return what it printed."""
    return process.run([sys.executable, "-c", IMPORT + code]).stdout


def test_copier_comes_without_what_it_asks_with() -> None:
    """And whoever needs those libraries afterwards gets the real ones."""
    said = python(
        "unprompted.import_copier(); import sys, copier\n"
        "print([name for name in unprompted._STAND_INS if name in sys.modules])\n"
        "import questionary, pygments.lexers.data\n"
        "print(questionary.Choice.__module__, bool(pygments.lexers.data.YamlLexer))"
    )

    assert said.splitlines() == ["[]", "questionary.prompts.common True"]


def test_libraries_that_are_there_already_are_used() -> None:
    """Nothing is replaced under somebody who has imported it."""
    said = python(
        "import questionary.prompts.common as real; unprompted.import_copier()\n"
        "import copier._user_data; print(copier._user_data.Choice is real.Choice)"
    )

    assert said == "True\n"


def test_a_copier_that_wants_more_of_them_gets_all_of_them() -> None:
    """A release to come may take other names from these libraries."""
    said = python(
        "del unprompted._STAND_INS['questionary.prompts.common']['Choice']; unprompted.import_copier()\n"
        "from copier import run_copy; import copier._user_data\n"
        "print(copier._user_data.Choice.__module__)"
    )

    assert said == "questionary.prompts.common\n"
