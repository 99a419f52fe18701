"""Policies for tests: the one that the template emits, and changes to it."""

from __future__ import annotations

from helpers.rendering import rendered
from mainstay.policy import POLICY_PATH, Policy, parse_policy


def policy_text(**answers: object) -> str:
    """Return the policy file of a fresh copy."""
    return (rendered(**answers) / POLICY_PATH).read_text(encoding="utf-8")


def policy(*changes: tuple[str, str], **answers: object) -> Policy:
    """Return the policy of a fresh copy with pieces of its text replaced; each piece has to be there."""
    return parse_policy(changed(policy_text(**answers), *changes))


def changed(text: str, *changes: tuple[str, str]) -> str:
    """Return `text` with pieces replaced; each piece has to be there."""
    for old, new in changes:
        assert old in text, f"{old!r} is not in the text"
        text = text.replace(old, new, 1)
    return text
