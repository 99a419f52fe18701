"""An update as JSON, version 1: a contract. Readers ignore keys that they do not know; no key changes its meaning."""

from __future__ import annotations

import json
from typing import Any

from mainstay.scaffold.plan import Plan

SCHEMA_VERSION = 1


def plan_json(plan: Plan) -> str:
    """Return what an update would do as a JSON document."""
    return json.dumps(plan_tree(plan), indent=2, default=str) + "\n"


def plan_tree(plan: Plan) -> dict[str, Any]:
    """Return the same as a tree."""
    return {
        "schema_version": SCHEMA_VERSION,
        "source": plan.source,
        "adopted": plan.adopted,
        "offered": plan.offered,
        "clean": plan.clean,
        "files": {
            "created": list(plan.created),
            "changed": list(plan.changed),
            "deleted": list(plan.deleted),
            "renamed": [{"from": old, "to": new} for old, new in sorted(plan.renamed.items())],
        },
        "conflicts": [
            {
                "path": conflict.path,
                "why": conflict.why,
                "lines": list(conflict.lines),
                "undecided": conflict.undecided,
            }
            for conflict in plan.conflicts
        ],
        "losses": [
            {"path": loss.path, "kind": loss.kind.value, "why": loss.why, "instead": loss.instead}
            for loss in plan.losses
        ],
        "answers": plan.answers,
        "notes": list(plan.notes),
    }
