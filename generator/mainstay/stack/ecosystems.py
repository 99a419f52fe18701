"""Which dependency files there are, one row per ecosystem that Dependabot knows.

Dependabot's own file patterns are loose (any `*.txt` is pip, any YAML is Docker). Lock files and contents decide
here instead, so that no entry is made that Dependabot would fail on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass

from mainstay.stack.manifests import REQUIREMENT_LINE, has_python_project
from mainstay.stack.model import Ecosystem, Evidence
from mainstay.stack.survey import Survey, folder_of
from mainstay.stack.workspaces import WORKSPACES, workspace_members

Says = str | Callable[[str], bool]
"""What a file must say to count: a regular expression, a predicate, or nothing (its name is enough)."""


@dataclass(frozen=True, slots=True)
class EcosystemRule:
    """How one ecosystem is recognised.

    Attributes:
        name: Dependabot's `package-ecosystem`.
        manifests: File -> what it must say.
        needs: Globs of names of which one must stand in the same folder.
        yields_to: Ecosystems that take a folder first, such as bun before npm.
        inside: Folders that belong to their parent, as a regular expression.
    """

    name: str
    manifests: Mapping[str, Says]
    needs: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    inside: str = ""


_NODE = r'"(?:dependencies|devDependencies|optionalDependencies|workspaces)"[ \t\r\n]*:'

RULES = (
    EcosystemRule(
        "bazel",
        {"MODULE.bazel": r"bazel_dep", "WORKSPACE": r"^[ \t]*\w+\(", "WORKSPACE.bazel": r"^[ \t]*\w+\("},
    ),
    EcosystemRule("bun", {"bun.lock": "", "bun.lockb": ""}, needs=("package.json",)),
    EcosystemRule(
        "bundler", {"Gemfile": r"^[ \t]*gem(?:spec)?\b", "gems.rb": r"^[ \t]*gem(?:spec)?\b", "*.gemspec": ""}
    ),
    EcosystemRule("cargo", {"Cargo.toml": r"^\[(?:package|workspace|dependencies)"}),
    EcosystemRule("composer", {"composer.json": r'"require(?:-dev)?"'}),
    EcosystemRule("conda", {"environment.yml": r"^dependencies:", "environment.yaml": r"^dependencies:"}),
    EcosystemRule(
        "deno",
        {"deno.json": r'"(?:imports|workspace)"', "deno.jsonc": r'"(?:imports|workspace)"', "deno.lock": ""},
    ),
    EcosystemRule(
        "devcontainers",
        {"**/.devcontainer/**/devcontainer.json": "", ".devcontainer.json": ""},
        inside=r"\.devcontainer(?:/[^/]+)?",
    ),
    EcosystemRule(
        "docker",
        dict.fromkeys(
            ("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile", "Containerfile"),
            r"(?i)^[ \t]*FROM[ \t]",
        ),
    ),
    EcosystemRule(
        "docker-compose",
        {
            name + kind: r"^[ \t]+image:"
            for name in ("compose", "compose.*", "docker-compose", "docker-compose.*", "docker-compose-*")
            for kind in (".yml", ".yaml")
        },
    ),
    EcosystemRule("dotnet-sdk", {"global.json": r'"sdk"'}),
    EcosystemRule("elm", {"elm.json": r'"dependencies"'}),
    EcosystemRule(
        "github-actions",
        {
            ".github/workflows/*.yml": r"\buses:",
            ".github/workflows/*.yaml": r"\buses:",
            "action.yml": r"^runs:",
            "action.yaml": r"^runs:",
        },
        inside=r"\.github/workflows",
    ),
    EcosystemRule("gitsubmodule", {"/.gitmodules": r"^\[submodule"}),
    EcosystemRule("gomod", {"go.mod": r"^module[ \t]"}),
    EcosystemRule(
        "gradle",
        {
            "build.gradle": "",
            "build.gradle.kts": "",
            "settings.gradle": "",
            "settings.gradle.kts": "",
            "**/gradle/libs.versions.toml": "",
        },
        inside="gradle",
    ),
    EcosystemRule("helm", {"Chart.yaml": r"^(?:apiVersion|dependencies):"}),
    EcosystemRule("julia", {"Project.toml": r"^\[deps\]", "JuliaProject.toml": r"^\[deps\]"}),
    EcosystemRule("maven", {"pom.xml": r"<project\b"}),
    EcosystemRule("mix", {"mix.exs": r"\bMix\.Project\b"}),
    EcosystemRule("nix", {"flake.lock": ""}, needs=("flake.nix",)),
    EcosystemRule(
        "npm",
        {
            "pnpm-lock.yaml": "",
            "package-lock.json": "",
            "npm-shrinkwrap.json": "",
            "yarn.lock": "",
            "package.json": _NODE,
        },
        needs=("package.json",),
        yields_to=("bun",),
    ),
    EcosystemRule(
        "nuget",
        {
            **dict.fromkeys(("*.csproj", "*.fsproj", "*.vbproj"), r"<PackageReference\b"),
            "Directory.Packages.props": r"<PackageVersion\b",
            "packages.config": r"<packages\b",
        },
    ),
    EcosystemRule("opentofu", {"*.tofu": "", ".terraform.lock.hcl": r"registry\.opentofu\.org"}),
    EcosystemRule(
        "pip",
        {
            "poetry.lock": "",
            "Pipfile.lock": "",
            "Pipfile": r"^\[(?:dev-)?packages\]",
            "pyproject.toml": has_python_project,
            "requirements*.txt": REQUIREMENT_LINE,
            "requirements*.in": REQUIREMENT_LINE,
            "**/requirements/*.txt": REQUIREMENT_LINE,
            "**/requirements/*.in": REQUIREMENT_LINE,
            "setup.py": r"\bsetup\(",
            "setup.cfg": r"^install_requires",
        },
        yields_to=("uv",),
        inside="requirements",
    ),
    EcosystemRule(
        "pre-commit", {".pre-commit-config.yaml": r"^repos:", ".pre-commit-config.yml": r"^repos:"}
    ),
    EcosystemRule("pub", {"pubspec.yaml": r"^(?:dev_)?dependencies:|^workspace:"}),
    EcosystemRule("rust-toolchain", {"rust-toolchain.toml": r"^\[toolchain\]", "rust-toolchain": r"\S"}),
    EcosystemRule("sbt", {"build.sbt": ""}),
    EcosystemRule("swift", {"Package.swift": r"\bPackage\("}),
    EcosystemRule(
        "terraform",
        {"*.tf": r"^[ \t]*(?:terraform|module|provider)\b", ".terraform.lock.hcl": ""},
        yields_to=("opentofu",),
    ),
    EcosystemRule("uv", {"uv.lock": ""}, needs=("pyproject.toml",)),
    EcosystemRule(
        "vcpkg", {"vcpkg.json": r'"(?:dependencies|builtin-baseline)"', "vcpkg-configuration.json": ""}
    ),
)
"""A new ecosystem is one row here and one choice in copier.yml."""

GLOBS = frozenset(
    {glob for rule in RULES for glob in (*rule.manifests, *rule.needs)}
    | {glob for files in WORKSPACES.values() for glob in files}
)


def find_ecosystems(survey: Survey) -> list[Ecosystem]:
    """Return the ecosystems whose manifests the tree holds, by name."""
    found: dict[str, Ecosystem] = {}
    taken: dict[str, Callable[[str], bool]] = {}
    for rule in sorted(RULES, key=lambda rule: bool(rule.yields_to)):
        folders = _proved_folders(rule, survey, [taken[name] for name in rule.yields_to if name in taken])
        is_member = workspace_members(rule.name, folders, survey)
        taken[rule.name] = _either(folders, is_member)
        roots = {folder: evidence for folder, evidence in folders.items() if not is_member(folder)}
        if roots:
            found[rule.name] = _ecosystem(rule.name, roots)
    return [found[name] for name in sorted(found)]


def _either(folders: Container[str], is_member: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda folder: folder in folders or is_member(folder)


def _proved_folders(
    rule: EcosystemRule, survey: Survey, taken: list[Callable[[str], bool]]
) -> dict[str, list[Evidence]]:
    """Return folder -> what proves the ecosystem there."""
    complete = {folder_of(path) for glob in rule.needs for path in survey.matching(glob)}
    inside = re.compile(rf"(?:^|/)(?:{rule.inside})$") if rule.inside else None
    folders: dict[str, list[Evidence]] = {}
    for glob, says in rule.manifests.items():
        for path in survey.matching(glob):
            folder = folder_of(path)
            if (rule.needs and folder not in complete) or any(takes(folder) for takes in taken):
                continue
            if _says(survey, path, says):
                because = "lock file" if "lock" in glob else "manifest"
                folders.setdefault(inside.sub("", folder) if inside else folder, []).append(
                    Evidence(path, because)
                )
    return folders


def _says(survey: Survey, path: str, says: Says) -> bool:
    if not says:
        return True
    text = survey.text(path)
    return says(text) if callable(says) else re.search(says, text, re.MULTILINE) is not None


def _ecosystem(name: str, folders: Mapping[str, list[Evidence]]) -> Ecosystem:
    ordered = sorted(folders, key=lambda folder: (folder.count("/") if folder else -1, folder))
    evidence = dict.fromkeys(item for folder in ordered for item in folders[folder])
    return Ecosystem(name, tuple(f"/{folder}" for folder in ordered), tuple(evidence))
