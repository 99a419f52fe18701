"""How GitHub's JSON becomes records: what each field is called there. A field that is missing is an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Any
Shape = Mapping[str, Any]


def text(value: str | None) -> str:
    """Return text with line ends as everywhere else; GitHub's forms end lines the other way."""
    return (value or "").replace("\r\n", "\n")


def login(account: Json) -> str | None:
    """Return an account's name; None when the account is gone."""
    return account["login"] if account else None


def author(data: Json) -> Shape:
    """Return who wrote something. GitHub shows those who left as `ghost`."""
    user = data["user"] or {"login": "ghost", "type": "User"}
    return {"author": user["login"], "author_is_bot": user["type"] == "Bot"}


def issue_shape(data: Json) -> Shape:
    """Return an issue."""
    labels = [label if isinstance(label, str) else label["name"] for label in data["labels"]]
    return {
        **data,
        **author(data),
        "body": text(data["body"]),
        "url": data["html_url"],
        "labels": labels,
        "assignees": [assignee["login"] for assignee in data.get("assignees") or ()],
    }


def comment_shape(data: Json) -> Shape:
    """Return a comment."""
    return {**data, **author(data), "body": text(data["body"]), "url": data["html_url"]}


def event_shape(data: Json) -> Shape:
    """Return what happened to an issue."""
    return {
        **data,
        "actor": login(data["actor"]),
        "label": (data.get("label") or {}).get("name"),
        "assignee": login(data.get("assignee")),
        "renamed_from": (data.get("rename") or {}).get("from"),
    }


def pull_shape(data: Json) -> Shape:
    """Return a pull request."""
    return {
        **data,
        "body": text(data["body"]),
        "url": data["html_url"],
        "author": author(data)["author"],
        "head": data["head"]["ref"],
        "head_sha": data["head"]["sha"],
        "base": data["base"]["ref"],
        "labels": [label["name"] for label in data["labels"]],
    }


def review_shape(data: Json) -> Shape:
    """Return a review."""
    return {**data, "author": author(data)["author"], "submitted_at": data.get("submitted_at")}
