"""What verifications found, kept beside the manifest. Each is an object of its own and never overwritten.

<database>/<id>/verified-<level>-<time>-<hex>.json
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from mainstay.backup.content import Record
from mainstay.backup.manifest import ID_SHAPE, Moment, new_id
from mainstay.errors import StoreError

RECORD_SHAPE = rf"verified-[a-z]+-{ID_SHAPE}\.json"
LEVELS = ("digest", "readable", "restored", "proved")
"""How far a verification can go. Each level claims what the one before does, and more."""
RESTORED_OR_MORE = LEVELS[LEVELS.index("restored") :]
"""The levels that a drill reaches: nothing less shows that a backup can be restored."""


class VerificationRecord(Record):
    """What one verification of one backup found.

    Attributes:
        verified: Whether the backup was what its manifest says, as far as the level tells.
        differences: What was not, one line each; the first hundred.
        restore_seconds: How long the restore took, from level `restored`.
        caveats: What the verification does not claim although it was meant to, one sentence each.
        run_url: The workflow run that verified.
    """

    version: Literal[1] = 1
    backup_id: Annotated[str, StringConstraints(pattern=f"^{ID_SHAPE}$")]
    database: str
    level: Literal["digest", "readable", "restored", "proved"]
    verified: bool
    differences: tuple[str, ...] = ()
    duration_seconds: Annotated[float, Field(ge=0)]
    restore_seconds: Annotated[float, Field(ge=0)] | None = None
    caveats: tuple[str, ...] = ()
    verified_at: Moment
    tool_version: str
    run_url: str | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.verified == bool(self.differences):
            raise ValueError("`verified` and `differences` contradict each other")
        return self

    @property
    def rank(self) -> int:
        """How much it claims, for comparing."""
        return LEVELS.index(self.level)

    def new_key(self) -> str:
        """Return a key for the record that no other has."""
        return f"{self.database}/{self.backup_id}/verified-{self.level}-{new_id(self.verified_at)}.json"

    def to_json(self) -> bytes:
        """Return the record as it is stored."""
        return self.model_dump_json(indent=1).encode() + b"\n"


def parse_record(data: bytes, where: str) -> VerificationRecord:
    """Return the record that `data` holds; `where` stands in the message.

    Raises:
        StoreError: It is none, or it is of a version that this mainstay does not know.
    """
    try:
        return VerificationRecord.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise StoreError(f"{where} is no record of a verification: {place}: {first['msg']}") from error


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one backup.

    Attributes:
        proof: The verification that claims the most and was not taken back by a later failure.
        failure: The newest failed verification that no later success at its level or above made good.
    """

    proof: VerificationRecord | None = None
    failure: VerificationRecord | None = None

    @property
    def restored(self) -> bool:
        """Whether the backup was restored and found equal."""
        return self.proof is not None and self.proof.level in RESTORED_OR_MORE


def standing_of(records: Iterable[VerificationRecord]) -> Standing:
    """Return what the verifications of one backup add up to.

    A failure takes back what was claimed before at its level and above: a backup that no longer reads to its end
    cannot be restored any more, whatever a drill found last month.
    """
    proofs: dict[int, VerificationRecord] = {}
    failure: VerificationRecord | None = None
    # Of two at one instant the failure is the last word.
    for record in sorted(records, key=lambda record: (record.verified_at, not record.verified)):
        if record.verified:
            proofs[record.rank] = record
            failure = failure if failure and failure.rank > record.rank else None
        else:
            proofs = {rank: proof for rank, proof in proofs.items() if rank < record.rank}
            failure = record
    return Standing(proofs[max(proofs)] if proofs else None, failure)
