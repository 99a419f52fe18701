"""The JSON schema of the policy, made from the model: editors complete and check the file while it is written."""

from __future__ import annotations

from typing import Any

from mainstay.policy.model import Policy


def policy_schema() -> dict[str, Any]:
    """Return the JSON schema (2020-12) of `.github/mainstay.yml`."""
    schema = Policy.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mainstay policy",
        "description": "SOP-603 as data: .github/mainstay.yml",
        **{key: value for key, value in schema.items() if key not in {"title", "description"}},
    }
