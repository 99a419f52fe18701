"""Errors as their reader needs them: what happened, what to do, where to read on."""

from __future__ import annotations

from enum import IntEnum

from mainstay.platform.redact import redact


class ExitCode(IntEnum):
    """What a mainstay process tells its caller; documented in `docs/exit-codes.md`."""

    OK = 0
    FAILED = 1
    """Findings, or a failure that the user can act on."""
    USAGE = 2
    """The command line, the policy or the configuration is wrong."""
    INCOMPLETE = 3
    """Something could not be read, so nothing is claimed about it."""
    NOT_VERIFIED = 4
    """A backup does not hold what its manifest says, or the evidence ledger is not whole."""
    BUG = 70
    INTERRUPTED = 130


class MainstayError(Exception):
    """An expected failure: shown as `error:`, `hint:` and `see:`, never as a traceback.

    Attributes:
        message: What went wrong, secrets redacted.
        hint: What the reader can do about it.
        see: Where to read on, a path in the documentation or a URL.
        exit_code: What the process ends with.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str | None = None, see: str | None = None) -> None:
        self.message = redact(message)
        self.hint = redact(hint) if hint else None
        self.see = see
        super().__init__(self.message)


class UsageError(MainstayError):
    """The request itself is wrong; nothing was done."""

    exit_code = ExitCode.USAGE


class PolicyError(UsageError):
    """`.github/mainstay.yml` is missing, unreadable or not a policy."""


class DependabotError(UsageError):
    """`.github/dependabot.yml` cannot be read, or not be changed without risk; it was not changed."""


class ScaffoldError(MainstayError):
    """The target repository cannot take the template as it is."""


class RunbookError(MainstayError):
    """A runbook cannot be written."""


class ProcessError(MainstayError):
    """A program could not be started, or it failed."""


class BackupError(MainstayError):
    """A backup could not be taken, listed or restored."""


class NoBackupError(UsageError):
    """There is no such backup. For whoever names one that is a slip; for a drill it is what it was to find out."""


class EngineError(BackupError):
    """The database, or the program that reads it, failed."""


class DamageUncheckedError(EngineError):
    """The engine has no means here to look for damage inside a database. The database may be in order."""


class StoreError(BackupError):
    """A store could not be read or written."""


class ObjectMissingError(StoreError):
    """An object is not there, or not any more."""


class AccessDeniedError(StoreError):
    """The store knows who asks, and does not let them: no right, or the object is locked."""


class RetentionRefusedError(BackupError):
    """Deleting what the policy does not keep would be rash; nothing was deleted."""


class VerificationError(BackupError):
    """A backup does not hold what its manifest says."""

    exit_code = ExitCode.NOT_VERIFIED


class WrongKeyError(VerificationError):
    """No private key that was given opens the backup. The backup may be in order."""


class HttpError(MainstayError):
    """A server on the network gave no answer."""


class GitHubError(MainstayError):
    """GitHub refused, failed or gave no usable answer."""


class GitHubAnswerLostError(GitHubError):
    """GitHub may or may not have done what it was asked."""


class GitHubFeatureOffError(GitHubError):
    """What was asked for is turned off in this repository. That is known, so it can be judged."""
