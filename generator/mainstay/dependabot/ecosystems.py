"""What Dependabot can be told about each ecosystem: one table for what is written, merged, checked and audited.

From GitHub's options reference. An option that an ecosystem does not know makes GitHub refuse the whole file, or is
ignored in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EcosystemOptions:
    """What one ecosystem knows beyond the options that all have.

    Attributes:
        semver: Whether a cooldown may tell major, minor and patch versions apart; nothing when GitHub does not say.
        typed: Whether groups may tell production from development dependencies.
        grouped: Whether there are versions to group by at all.
        options: Options that only some ecosystems have.
        indirect: Whether `allow` may name indirect dependencies.
    """

    semver: bool | None = None
    typed: bool = False
    grouped: bool = True
    options: frozenset[str] = frozenset()
    indirect: bool = False


_CODE, _VENDOR, _STRATEGY = "insecure-external-code-execution", "vendor", "versioning-strategy"
SOME_HAVE = frozenset({_CODE, _VENDOR, _STRATEGY})
"""Options of an entry that only the ecosystems know whose row names them."""

ECOSYSTEMS: Mapping[str, EcosystemOptions] = {
    "bazel": EcosystemOptions(semver=False),
    "bun": EcosystemOptions(semver=True),
    "bundler": EcosystemOptions(semver=True, typed=True, options=SOME_HAVE, indirect=True),
    "cargo": EcosystemOptions(semver=True, options=frozenset({_STRATEGY}), indirect=True),
    "composer": EcosystemOptions(semver=True, typed=True, options=frozenset({_STRATEGY}), indirect=True),
    "conda": EcosystemOptions(),
    "deno": EcosystemOptions(),
    "devcontainers": EcosystemOptions(semver=False),
    "docker": EcosystemOptions(semver=False),
    "docker-compose": EcosystemOptions(semver=False),
    "dotnet-sdk": EcosystemOptions(semver=True),
    "elm": EcosystemOptions(semver=True),
    "github-actions": EcosystemOptions(semver=False),
    "gitsubmodule": EcosystemOptions(semver=False, grouped=False),
    "gomod": EcosystemOptions(semver=True, options=frozenset({_VENDOR}), indirect=True),
    "gradle": EcosystemOptions(semver=True),
    "helm": EcosystemOptions(semver=False),
    "julia": EcosystemOptions(semver=True),
    "maven": EcosystemOptions(semver=True, typed=True),
    "mix": EcosystemOptions(semver=True, typed=True, options=frozenset({_CODE, _STRATEGY})),
    "nix": EcosystemOptions(grouped=False),
    "npm": EcosystemOptions(semver=True, typed=True, options=frozenset({_STRATEGY})),
    "nuget": EcosystemOptions(semver=True),
    "opentofu": EcosystemOptions(semver=True),
    "pip": EcosystemOptions(semver=True, typed=True, options=frozenset({_CODE, _STRATEGY}), indirect=True),
    "pre-commit": EcosystemOptions(),
    "pub": EcosystemOptions(semver=True, options=frozenset({_STRATEGY})),
    "rust-toolchain": EcosystemOptions(),
    "sbt": EcosystemOptions(),
    "swift": EcosystemOptions(semver=True),
    "terraform": EcosystemOptions(semver=False),
    "uv": EcosystemOptions(semver=True, options=frozenset({_STRATEGY}), indirect=True),
    "vcpkg": EcosystemOptions(),
}
"""Package ecosystem -> what it knows. A new one is a row here, in stack/ecosystems.py and in copier.yml."""

UNGROUPED = frozenset(name for name, knows in ECOSYSTEMS.items() if not knows.grouped)
"""Ecosystems without versions to group by."""

TOP_KEYS = frozenset({"version", "updates", "registries", "multi-ecosystem-groups", "enable-beta-ecosystems"})
ENTRY_KEYS = SOME_HAVE | {
    "allow",
    "assignees",
    "commit-message",
    "cooldown",
    "directories",
    "directory",
    "exclude-paths",
    "groups",
    "ignore",
    "labels",
    "milestone",
    "multi-ecosystem-group",
    "name",
    "open-pull-requests-limit",
    "package-ecosystem",
    "patterns",
    "pull-request-branch-name",
    "rebase-strategy",
    "registries",
    "schedule",
    "target-branch",
}
