"""Known vulnerabilities in the packages that lock files name, from osv-scanner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mainstay.audit.facts.files import RepositoryFiles, Root
from mainstay.audit.facts.online import Online
from mainstay.audit.facts.trees import mapping, sequence
from mainstay.audit.model import NotApplicable, Unavailable
from mainstay.platform.osv_scanner import NothingToScanError, OsvScanner, ScannerError

LOCKS = frozenset(
    {
        "Cargo.lock",
        "Gemfile.lock",
        "Pipfile.lock",
        "buildscript-gradle.lockfile",
        "bun.lock",
        "cabal.project.freeze",
        "composer.lock",
        "conan.lock",
        "deps.json",
        "gems.locked",
        "go.mod",
        "gradle.lockfile",
        "mix.lock",
        "package-lock.json",
        "packages.config",
        "packages.lock.json",
        "pdm.lock",
        "pnpm-lock.yaml",
        "poetry.lock",
        "pom.xml",
        "pubspec.lock",
        "pylock.toml",
        "renv.lock",
        "requirements.txt",
        "stack.yaml.lock",
        "uv.lock",
        "verification-metadata.xml",
        "yarn.lock",
    }
)
"""Names of the files that the scanner reads. Without any of them there is nothing to know, with or without it."""
_SCORES = (("critical", 9.0), ("high", 7.0), ("medium", 4.0), ("low", 0.0))
"""CVSS score from which a vulnerability has a severity of the SOP."""
_NO_SCORE = "high"
"""What a vulnerability counts as that has no score: somebody has to look at it within a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerability:
    """A package in a lock file, in a version with a known vulnerability.

    Attributes:
        id: Its id at OSV, such as `GHSA-…`.
        aliases: All ids that it is known by, this one included.
        severity: `critical`, `high`, `medium` or `low`.
        score: The CVSS score; empty when there is none.
        fixed_in: The first versions without it, one per line of versions.
    """

    id: str
    aliases: frozenset[str]
    package: str
    version: str
    ecosystem: str
    path: str
    severity: str
    score: str
    summary: str
    published: str
    fixed_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vulnerabilities:
    """Every vulnerability. Iteration ends in `Unavailable` when a file could not be read."""

    found: tuple[Vulnerability, ...]
    unread: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Vulnerability]:
        yield from self.found
        if self.unread:
            raise Unavailable(f"osv-scanner could not read everything: {'; '.join(self.unread)}")


def vulnerabilities(root: Root, files: RepositoryFiles, online: Online) -> Vulnerabilities:
    """Return what osv-scanner finds.

    Raises:
        NotApplicable: No file names packages with their versions.
        Unavailable: The scanner is not installed, or it failed.
    """
    if not any(PurePosixPath(path).name in LOCKS for path in files.listed):
        raise NotApplicable("no file names packages with their versions")
    try:
        scan = OsvScanner.found(online.environ).scan(root.path)
    except NothingToScanError as error:
        raise NotApplicable(error.message) from error
    except ScannerError as error:
        raise Unavailable(f"{error.message} ({error.hint})" if error.hint else error.message) from error
    return Vulnerabilities(
        tuple(each for result in scan.results for each in _in_file(mapping(result), root.path)), scan.unread
    )


def _in_file(result: Mapping[str, Any], root: Path) -> Iterator[Vulnerability]:
    path = _inside(str(mapping(result.get("source")).get("path", "")), root)
    for package in map(mapping, sequence(result.get("packages"))):
        records = {
            str(each.get("id")): each for each in map(mapping, sequence(package.get("vulnerabilities")))
        }
        groups = [mapping(group) for group in sequence(package.get("groups"))]
        if not groups:
            raise Unavailable("osv-scanner wrote a report without groups of vulnerabilities")
        for group in groups:
            yield _vulnerability(mapping(package.get("package")), group, records, path)


def _vulnerability(
    package: Mapping[str, Any], group: Mapping[str, Any], records: Mapping[str, Mapping[str, Any]], path: str
) -> Vulnerability:
    ids = [str(each) for each in sequence(group.get("ids"))]
    if not ids or not package.get("name"):
        raise Unavailable("osv-scanner wrote a vulnerability without an id or a package")
    name, first = str(package["name"]), records.get(ids[0], {})
    score = str(group.get("max_severity") or "")
    return Vulnerability(
        id=ids[0],
        aliases=frozenset({*ids, *map(str, sequence(group.get("aliases")))}),
        package=name,
        version=str(package.get("version") or "unknown"),
        ecosystem=str(package.get("ecosystem") or ""),
        path=path,
        severity=severity_of(score),
        score=score,
        summary=str(first.get("summary") or ""),
        published=str(first.get("published") or ""),
        fixed_in=tuple(dict.fromkeys(each for id_ in ids for each in _fixes(records.get(id_, {}), name))),
    )


def severity_of(score: str) -> str:
    """Return the SOP's word for a CVSS score; without one the worst that may wait until tomorrow."""
    try:
        figure = float(score)
    except ValueError:
        return _NO_SCORE
    return next((word for word, least in _SCORES if figure >= least), _NO_SCORE)


def _fixes(record: Mapping[str, Any], name: str) -> Iterator[str]:
    for affected in map(mapping, sequence(record.get("affected"))):
        if mapping(affected.get("package")).get("name") == name:
            for span in map(mapping, sequence(affected.get("ranges"))):
                if span.get("type") != "GIT":
                    events = map(mapping, sequence(span.get("events")))
                    yield from (str(event["fixed"]) for event in events if event.get("fixed"))


def _inside(path: str, root: Path) -> str:
    """Return a path relative to the top of the repository."""
    place = Path(path)
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else place.name
