from __future__ import annotations

import json
from pathlib import Path

from check_jsonschema.cli.main_command import main as check_jsonschema
from click.testing import CliRunner

from helpers.commands import mainstay
from helpers.rendering import render


def test_a_fresh_policy_is_valid(tmp_path: Path) -> None:
    """What the template emits passes its own check."""
    done = mainstay("policy", "check", cwd=render(tmp_path / "app"))

    assert (done.returncode, done.stdout) == (0, ".github/mainstay.yml is valid\n")


def test_an_unknown_key_ends_with_2_and_names_its_line(tmp_path: Path) -> None:
    """The message can be clicked in an editor, the suggestion is the right key."""
    repository = render(tmp_path / "app")
    policy = repository / ".github/mainstay.yml"
    policy.write_text(policy.read_text().replace("drill-every:", "drill-evry:"))

    done = mainstay("policy", "check", cwd=repository)

    assert done.returncode == 2
    assert "backups.drill-evry: unknown key; did you mean 'drill-every'? (line " in done.stderr


def test_show_prints_every_default(tmp_path: Path) -> None:
    """As JSON with hyphenated keys and durations as they are written in the file."""
    shown = json.loads(mainstay("policy", "show", "--json", cwd=render(tmp_path / "app")).stdout)

    assert shown["backups"]["drill-every"] == "7d"
    assert shown["runbooks"] == {"review-every": "90d", "exercise-every": "180d"}


def test_the_schema_accepts_the_emitted_policy_and_refuses_a_typo(tmp_path: Path) -> None:
    """Editors that use the schema agree with `policy check`."""
    repository = render(tmp_path / "app")
    policy, typo, schema = (
        repository / ".github/mainstay.yml",
        tmp_path / "typo.yml",
        tmp_path / "schema.json",
    )
    typo.write_text(policy.read_text().replace("rpo: 26h", "rpo: 26 hours"))
    schema.write_text(mainstay("policy", "schema", cwd=tmp_path).stdout)

    good = CliRunner().invoke(check_jsonschema, ["--schemafile", str(schema), str(policy)])
    bad = CliRunner().invoke(check_jsonschema, ["--schemafile", str(schema), str(typo)])

    assert (good.exit_code, bad.exit_code) == (0, 1)
