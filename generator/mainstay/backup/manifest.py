"""The record of one backup. It is written last and never overwritten: a backup exists if its manifest exists."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from mainstay.backup.content import Content, Count, Record
from mainstay.errors import StoreError

ID_SHAPE = r"\d{8}T\d{6}Z-[0-9a-f]{8}"
DIGEST = "digest"
_STAMP = "%Y%m%dT%H%M%SZ"


def _in_utc(when: datetime) -> datetime:
    if when.tzinfo is None:
        raise ValueError("a time without a zone")
    return when.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_in_utc)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Server(Record):
    """The database server that was read.

    Attributes:
        version: As it says itself, such as `16.14`.
        major: A restore needs programs and a server of this major version.
        encoding: What a new database must be created with to take the dump.
        identity: What tells the database from all others, so that a restore does not run over its own source by
            mistake; none where the engine does not know.
    """

    version: str
    major: int
    encoding: str = ""
    collate: str = ""
    ctype: str = ""
    identity: str | None = None


class Dump(Record):
    """The dump as the engine wrote it, before compression."""

    format: str
    client: str
    size_bytes: Count


class Artifact(Record):
    """The stored object."""

    key: str
    size_bytes: Count
    sha256: Sha256
    compression: Literal["zstd"]
    encryption: Literal["age"] | None = None
    recipients: tuple[str, ...] = ()
    """Public keys; one private key that belongs to any of them opens it."""


class Manifest(Record):
    """What was backed up, from where, and how to prove that it is whole."""

    version: Literal[1] = 1
    id: Annotated[str, StringConstraints(pattern=f"^{ID_SHAPE}$")]
    database: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
    """Its name in the policy."""
    engine: str
    taken_at: Moment
    """The instant whose content the backup holds."""
    duration_seconds: Annotated[float, Field(ge=0)]
    server: Server
    dump: Dump
    artifact: Artifact
    globals: Artifact | None = None
    """Roles and the like, without passwords; for restoring onto a new server."""
    content: Content
    caveats: tuple[str, ...] = ()
    """What this backup does not claim, one sentence each, such as tables that are not of the same instant."""
    tool_version: str
    run_url: str | None = None
    """The workflow run that took it."""

    def to_json(self) -> bytes:
        """Return the manifest as it is stored: with a digest of itself, so that no change goes unnoticed."""
        fields = self.model_dump(mode="json")
        return json.dumps({**fields, DIGEST: _digest(fields)}, indent=1).encode() + b"\n"


def parse_manifest(data: bytes, where: str) -> Manifest:
    """Return the manifest that `data` holds; `where` stands in the message.

    Raises:
        StoreError: It is none, it was changed after it was written, or this mainstay does not know its version.
    """
    try:
        fields = json.loads(data)
        digest = fields.pop(DIGEST, None) if isinstance(fields, dict) else None
        manifest = Manifest.model_validate_json(json.dumps(fields))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise StoreError(f"{where} is no manifest of a backup: {place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{where} is no manifest of a backup: it is not JSON") from error
    if digest != _digest(fields):
        raise StoreError(
            f"{where} was changed after it was written: its digest does not fit",
            hint="restore the object's former version if the store keeps versions, and find out who wrote to it",
        )
    return manifest


def manifest_schema() -> dict[str, Any]:
    """Return the JSON schema (2020-12) of a stored manifest, for tools that read it."""
    schema = Manifest.model_json_schema(mode="serialization")
    schema["properties"][DIGEST] = {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "SHA-256 of the other fields as JSON with sorted keys and without white space",
    }
    schema["required"] = [*schema["required"], DIGEST]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _digest(fields: object) -> str:
    """Return the digest of a manifest's fields, whatever their order and the white space between them."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def new_id(now: datetime) -> str:
    """Return an id that sorts by time and that two runs in the same second do not share."""
    return f"{now.astimezone(UTC).strftime(_STAMP)}-{secrets.token_hex(4)}"
