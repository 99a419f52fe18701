from __future__ import annotations

import sys

from ruamel.yaml import YAML

from helpers.rendering import rendered
from mainstay.platform.process import run
from mainstay.policy import load_policy

FORM = ".github/ISSUE_TEMPLATE/incident.yml"


def test_incident_form_is_one_that_github_accepts() -> None:
    """The form fits the schema of GitHub's issue forms, whatever the project is called."""
    forms = [rendered(**answers) / FORM for answers in ({}, {"project_name": 'Söhne & "Co": #1'})]

    run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-issue-forms", *forms])


def test_incident_form_offers_the_severities_of_the_policy() -> None:
    """The form names each severity with the words of the policy, warns, labels, and shows logs as they are."""
    target = rendered()
    form = YAML(typ="safe").load(target / FORM)
    fields = {field.get("id"): field for field in form["body"]}

    severities = load_policy(target).incidents.severities
    assert fields["severity"]["attributes"]["options"] == [
        f"{name} - {severity.means}" for name, severity in sorted(severities.items())
    ]
    assert form["labels"] == ["incident"]
    assert fields["logs"]["attributes"]["render"] == "shell"
    assert "never declared" in fields[None]["attributes"]["value"]
    assert fields["public"]["attributes"]["options"][0]["required"] is True
    assert {"service", "impact", "detected-by", "started-at", "links"} <= set(fields)
