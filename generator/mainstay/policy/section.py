"""The base of every part of the policy."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of the policy: frozen, with hyphenated keys, refusing what it does not know."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=lambda name: name.replace("_", "-"),
        validate_by_alias=True,
        serialize_by_alias=True,
        validate_default=True,
    )
