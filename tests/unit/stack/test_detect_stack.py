from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mainstay.scaffold.answers import ANSWERED
from mainstay.stack import MemoryTree, Stack, detect_stack
from mainstay.stack.ecosystems import GLOBS as ECOSYSTEM_GLOBS
from mainstay.stack.ecosystems import RULES
from mainstay.stack.signs import GLOBS as SIGN_GLOBS
from mainstay.stack.signs import SIGNS

REPOSITORY = Path(__file__).resolve().parents[3]
KINDS = ("package_managers", "databases", "migrations", "platforms")


@dataclass(frozen=True)
class Repo:
    """A repository and everything that detection must conclude about it: nothing less, nothing more."""

    files: dict[str, str]
    ecosystems: dict[str, list[str]]
    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


NODE_WEB_APP = Repo(
    {
        "package.json": '{"packageManager": "pnpm@10.4.0", "dependencies": {"next": "15", "@prisma/client": "6"}}',
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        "Dockerfile": "FROM node:22-alpine\nRUN corepack enable\n",
        "prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n',
        "vercel.json": "{}",
        ".github/workflows/ci.yml": "jobs:\n  test:\n    steps:\n      - uses: actions/checkout@v5\n",
        "node_modules/left-pad/package.json": '{"dependencies": {"mysql2": "1"}}',
        "README.md": "# shop",
    },
    ecosystems={"docker": ["/"], "github-actions": ["/"], "npm": ["/"]},
    parts={
        "package_managers": {"pnpm": "package.json"},
        "databases": {"postgresql": "prisma/schema.prisma"},
        "migrations": {"prisma": "package.json"},
        "platforms": {"vercel": "vercel.json"},
    },
)
PNPM_MONOREPO = Repo(
    {
        "package.json": '{"private": true, "devDependencies": {"turbo": "2"}}',
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        "pnpm-workspace.yaml": "packages:\n  - 'apps/*'\n  - packages/** # libraries\n  - '!packages/legacy'\n",
        "apps/web/package.json": '{"dependencies": {"react": "19"}}',
        "apps/web/Dockerfile": "FROM node:22\n",
        "apps/api/package.json": '{"dependencies": {"drizzle-orm": "1", "pg": "8"}}',
        "apps/api/drizzle.config.ts": 'export default { dialect: "postgresql" }\n',
        "apps/api/fly.toml": 'app = "api"\n',
        "packages/ui/button/package.json": '{"dependencies": {"clsx": "2"}}',
        "packages/legacy/package.json": '{"dependencies": {"jquery": "1"}}',
        "functions/package.json": '{"dependencies": {"firebase": "11"}}',
        "functions/package-lock.json": "{}",
        ".github/workflows/ci.yaml": "jobs: {a: {steps: [{uses: actions/checkout@v5}]}}\n",
        ".github/actions/setup/action.yml": "runs:\n  using: composite\n",
    },
    ecosystems={
        "docker": ["/apps/web"],
        "github-actions": ["/", "/.github/actions/setup"],
        "npm": ["/", "/functions", "/packages/legacy"],
    },
    parts={
        "package_managers": {"npm": "functions/package-lock.json", "pnpm": "pnpm-lock.yaml"},
        "databases": {"postgresql": "apps/api/drizzle.config.ts"},
        "migrations": {"drizzle": "apps/api/drizzle.config.ts"},
        "platforms": {"fly": "apps/api/fly.toml"},
    },
)
DJANGO_ON_HEROKU = Repo(
    {
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
        "requirements/base.in": "django>=5\n",
        "requirements/base.txt": "django==5.2 \\\n    --hash=sha256:00\npsycopg[binary]==3.2\n",
        "shop/settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n",
        "Procfile": "web: gunicorn shop.wsgi\n",
        "pyproject.toml": "[tool.ruff]\nline-length = 100\n",
        ".pre-commit-config.yaml": "repos: []\n",
        "docs/notes.txt": "django\n",
    },
    ecosystems={"pip": ["/"], "pre-commit": ["/"]},
    parts={
        "package_managers": {"pip": "requirements/base.txt"},
        "databases": {"postgresql": "requirements/base.txt"},
        "migrations": {"django": "manage.py"},
        "platforms": {"heroku": "Procfile"},
    },
)
UV_WORKSPACE = Repo(
    {
        "pyproject.toml": '[project]\nname = "api"\ndependencies = ["asyncpg>=0.30", "alembic"]\n'
        '[tool.uv.workspace]\nmembers = ["libs/*"]\n',
        "uv.lock": "version = 1\n",
        "libs/core/pyproject.toml": '[project]\nname = "core"\n',
        "tools/lint/pyproject.toml": '[project]\nname = "lint"\ndependencies = ["ruff"]\n',
        "alembic.ini": "[alembic]\n",
        "compose.yaml": "services:\n  db:\n    image: postgres:17-alpine\n",
        "render.yaml": "services: []\n",
    },
    ecosystems={"docker-compose": ["/"], "pip": ["/tools/lint"], "uv": ["/"]},
    parts={
        "package_managers": {"uv": "pyproject.toml"},
        "databases": {"postgresql": "compose.yaml"},
        "migrations": {"alembic": "alembic.ini"},
        "platforms": {"render": "render.yaml"},
    },
)
RAILS_ON_KUBERNETES = Repo(
    {
        "Gemfile": 'source "https://rubygems.org"\ngem "rails"\ngem "mysql2"\n',
        "Gemfile.lock": "GEM\n",
        "config/application.rb": "class Application < Rails::Application; end\n",
        "config/database.yml": "default:\n  adapter: mysql2\n",
        "db/schema.rb": "ActiveRecord::Schema[8.0].define\n",
        "deploy/web.yaml": "apiVersion: apps/v1\nkind: Deployment\n",
        "charts/shop/Chart.yaml": "apiVersion: v2\nname: shop\n",
        "vendor/gems/foo/Gemfile": 'gem "pg"\n',
    },
    ecosystems={"bundler": ["/"], "helm": ["/charts/shop"]},
    parts={
        "databases": {"mysql": "Gemfile"},
        "migrations": {"rails": "config/application.rb"},
        "platforms": {"kubernetes": "deploy/web.yaml"},
    },
)
SPRING_ON_ECS = Repo(
    {
        "pom.xml": "<project><modules><module>api</module><module>core</module></modules></project>",
        "api/pom.xml": "<project><dependency><groupId>org.postgresql</groupId></dependency>"
        "<artifactId>flyway-core</artifactId></project>",
        "core/pom.xml": "<project/>",
        "api/src/main/resources/application.yml": "spring:\n  datasource:\n    url: jdbc:postgresql://db/app\n",
        "api/src/main/resources/db/migration/V1__init.sql": "create table a();",
        "infra/main.tf": 'terraform {\n}\nresource "aws_ecs_service" "api" {\n}\n',
        "infra/.terraform.lock.hcl": 'provider "registry.terraform.io/hashicorp/aws" {\n}\n',
        "legacy/tofu/main.tf": 'module "vpc" {\n}\n',
        "legacy/tofu/.terraform.lock.hcl": 'provider "registry.opentofu.org/hashicorp/aws" {\n}\n',
    },
    ecosystems={"maven": ["/"], "opentofu": ["/legacy/tofu"], "terraform": ["/infra"]},
    parts={
        "databases": {"postgresql": "api/pom.xml"},
        "migrations": {"flyway": "api/pom.xml"},
        "platforms": {"ecs": "infra/main.tf"},
    },
)
POLYGLOT_MONOREPO = Repo(
    {
        "go.work": "use ./services/auth\n",
        "services/auth/go.mod": "module example.com/auth\n\nrequire (\n\tgithub.com/jackc/pgx/v5 v5.7.0\n)\n",
        "services/bill/Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
        "services/bill/crates/core/Cargo.toml": '[package]\nname = "core"\n',
        "services/bill/rust-toolchain.toml": '[toolchain]\nchannel = "1.85"\n',
        "services/cart/mix.exs": 'defmodule Cart do\n  use Mix.Project\n  [apps_path: "apps"]\nend\n',
        "services/cart/apps/web/mix.exs": 'defmodule Web do\n  use Mix.Project\n  {:postgrex, ">= 0.0.0"}\nend\n',
        "services/desk/Desk.sln": "",
        "services/desk/Desk.Api/Desk.Api.csproj": '<Project><PackageReference Include="Npgsql" /></Project>',
        "services/desk/Directory.Packages.props": '<PackageVersion Include="Serilog" Version="4" />',
        "services/desk/global.json": '{"sdk": {"version": "9.0.100"}}',
        "mobile/pubspec.yaml": "name: app\ndependencies:\n  flutter: any\n",
        "android/settings.gradle.kts": 'include(":app")\n',
        "android/app/build.gradle.kts": "plugins {}\n",
        "android/gradle/libs.versions.toml": "[versions]\n",
        "web/bun.lock": "{}",
        "web/package.json": '{"dependencies": {"hono": "4"}}',
        ".devcontainer/devcontainer.json": "{}",
        ".gitmodules": '[submodule "x"]\n',
        "templates/service/{{name}}/package.json": '{"dependencies": {"express": "5"}}',
    },
    ecosystems={
        "bun": ["/web"],
        "cargo": ["/services/bill"],
        "devcontainers": ["/"],
        "dotnet-sdk": ["/services/desk"],
        "gitsubmodule": ["/"],
        "gomod": ["/services/auth"],
        "gradle": ["/android"],
        "mix": ["/services/cart"],
        "nuget": ["/services/desk"],
        "pub": ["/mobile"],
        "rust-toolchain": ["/services/bill"],
    },
    parts={
        "package_managers": {"bun": "web/bun.lock"},
        "databases": {"postgresql": "services/auth/go.mod"},
    },
)
LARAVEL_BESIDE_A_FRONT_END = Repo(
    {
        "artisan": "#!/usr/bin/env php\n<?php\ndefine('LARAVEL_START', microtime(true));\n",
        "composer.json": '{"require": {"php": "^8.3", "laravel/framework": "^12.0"}}',
        "composer.lock": "{}",
        "config/database.php": "<?php\nreturn [\n    'default' => env('DB_CONNECTION', 'mysql'),\n];\n",
        ".env.example": "APP_NAME=Shop\nDB_CONNECTION=mysql\nDB_HOST=127.0.0.1\n",
        "package.json": '{"private": true, "devDependencies": {"vite": "7"}}',
        "package-lock.json": "{}",
        "docker-compose.yml": "services:\n  mysql:\n    image: 'mysql/mysql-server:8.0'\n",
        "Procfile": "web: vendor/bin/heroku-php-apache2 public/\n",
        "vendor/acme/pay/composer.json": '{"require": {}}',
    },
    ecosystems={"composer": ["/"], "docker-compose": ["/"], "npm": ["/"]},
    parts={
        "package_managers": {"npm": "package-lock.json"},
        "databases": {"mysql": ".env.example"},
        "migrations": {"laravel": "artisan"},
        "platforms": {"heroku": "Procfile"},
    },
)
PHOENIX_ON_FLY = Repo(
    {
        "mix.exs": "defmodule Shop.MixProject do\n  use Mix.Project\n"
        '  defp deps, do: [{:phoenix, "~> 1.8"}, {:ecto_sql, "~> 3.13"}, {:postgrex, ">= 0.0.0"}]\nend\n',
        "mix.lock": "%{}",
        "priv/repo/migrations/20260101000000_users.exs": "defmodule Shop.Repo.Migrations.Users do\nend\n",
        "assets/package.json": '{"dependencies": {"topbar": "3"}}',
        "fly.toml": 'app = "shop"\n',
        "Dockerfile": "FROM hexpm/elixir:1.19\n",
        ".tool-versions": "erlang 28\n",
    },
    ecosystems={"docker": ["/"], "mix": ["/"], "npm": ["/assets"]},
    parts={
        "databases": {"postgresql": "mix.exs"},
        "migrations": {"ecto": "mix.exs"},
        "platforms": {"fly": "fly.toml"},
    },
)
KNEX_ON_RAILWAY = Repo(
    {
        "package.json": '{"dependencies": {"express": "5", "knex": "3", "mysql2": "3"}}',
        "yarn.lock": "",
        "knexfile.cjs": "module.exports = { client: 'mysql2', connection: process.env.DATABASE_URL }\n",
        "compose.yml": "services:\n  db:\n    image: mariadb:11\n",
        "railway.json": "{}",
        ".github/workflows/deploy.yml": "jobs:\n  go:\n    steps:\n      - uses: actions/checkout@v5\n"
        "      - run: npm run deploy\n",
    },
    ecosystems={"docker-compose": ["/"], "github-actions": ["/"], "npm": ["/"]},
    parts={
        "package_managers": {"yarn": "yarn.lock"},
        "databases": {"mariadb": "compose.yml"},
        "migrations": {"knex": "knexfile.cjs"},
        "platforms": {"railway": "railway.json"},
    },
)
TYPEORM_MONOREPO_ON_NETLIFY = Repo(
    {
        "package.json": '{"private": true, "workspaces": ["apps/*"], "packageManager": "yarn@4.6.0"}',
        "yarn.lock": "",
        "apps/site/package.json": '{"dependencies": {"astro": "5"}}',
        "apps/site/netlify.toml": "[build]\n",
        "apps/api/package.json": '{"dependencies": {"@nestjs/core": "11", "typeorm": "0.3"}}',
        "apps/api/src/data-source.ts": "export default new DataSource({\n  type: 'postgres',\n})\n",
        "e2e/package.json": '{"devDependencies": {"playwright": "1"}}',
    },
    ecosystems={"npm": ["/", "/e2e"]},
    parts={
        "package_managers": {"yarn": "package.json"},
        "databases": {"postgresql": "apps/api/src/data-source.ts"},
        "migrations": {"typeorm": "apps/api/package.json"},
        "platforms": {"netlify": "apps/site/netlify.toml"},
    },
)
LIQUIBASE_WITH_ARGO = Repo(
    {
        "settings.gradle": "rootProject.name = 'orders'\ninclude 'api'\n",
        "build.gradle": "plugins { id 'java' }\n",
        "api/build.gradle": "dependencies {\n  implementation 'org.liquibase:liquibase-core'\n"
        "  runtimeOnly 'org.mariadb.jdbc:mariadb-java-client'\n}\n",
        "api/src/main/resources/application.properties": "spring.datasource.url=jdbc:mariadb://db/orders\n",
        "api/src/main/resources/db/changelog/db.changelog-master.yaml": "databaseChangeLog: []\n",
        "gitops/orders.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\n",
    },
    ecosystems={"gradle": ["/"]},
    parts={
        "databases": {"mariadb": "api/build.gradle"},
        "migrations": {"liquibase": "api/build.gradle"},
        "platforms": {"kubernetes": "gitops/orders.yaml"},
    },
)
FASTAPI_ON_CLOUD_RUN = Repo(
    {
        "pyproject.toml": '[tool.poetry]\nname = "api"\n[tool.poetry.dependencies]\nfastapi = "^0.120"\nmotor = "^3"\n',
        "poetry.lock": "",
        "Dockerfile": "FROM python:3.13-slim\n",
        ".env.example": "MONGO_URL=mongodb://localhost:27017/app\n",
        "cloudbuild.yaml": "steps:\n  - name: gcr.io/cloudsdktool/cloud-sdk\n    args: ['run', 'deploy', 'api']\n",
    },
    ecosystems={"docker": ["/"], "pip": ["/"]},
    parts={
        "package_managers": {"poetry": "poetry.lock"},
        "databases": {"mongodb": ".env.example"},
        "platforms": {"cloud-run": "cloudbuild.yaml"},
    },
)
RAILS_ON_SQLITE = Repo(
    {
        "Gemfile": 'gem "rails", "~> 8.1"\ngem "sqlite3", ">= 2.1"\ngem "kamal"\n',
        "Gemfile.lock": "GEM\n",
        "config/application.rb": "class Application < Rails::Application\nend\n",
        "config/database.yml": "default: &default\n  adapter: sqlite3\n",
        "config/deploy.yml": "service: shop\n",
        "db/structure.sql": "",
        "Dockerfile": "FROM ruby:3.4\n",
        ".devcontainer/devcontainer.json": "{}",
    },
    ecosystems={"bundler": ["/"], "devcontainers": ["/"], "docker": ["/"]},
    parts={
        "databases": {"sqlite": "Gemfile"},
        "migrations": {"rails": "config/application.rb"},
    },
)
SEVERAL_DATABASES_IN_A_MONOREPO = Repo(
    {
        "apps/shop/pyproject.toml": '[project]\nname = "shop"\ndependencies = ["django", "psycopg"]\n',
        "apps/shop/uv.lock": "version = 1\n",
        "apps/shop/manage.py": "DJANGO_SETTINGS_MODULE\n",
        "apps/search/package.json": '{"dependencies": {"mongoose": "8"}}',
        "apps/search/pnpm-lock.yaml": "",
        "apps/legacy/Legacy.csproj": '<PackageReference Include="Microsoft.EntityFrameworkCore.SqlServer" />\n',
        "infra/k8s/shop.yaml": "apiVersion: apps/v1\nkind: Deployment\n",
    },
    ecosystems={"npm": ["/apps/search"], "nuget": ["/apps/legacy"], "uv": ["/apps/shop"]},
    parts={
        "package_managers": {"pnpm": "apps/search/pnpm-lock.yaml", "uv": "apps/shop/uv.lock"},
        "databases": {
            "mongodb": "apps/search/package.json",
            "postgresql": "apps/shop/pyproject.toml",
            "sqlserver": "apps/legacy/Legacy.csproj",
        },
        "migrations": {"django": "apps/shop/manage.py"},
        "platforms": {"kubernetes": "infra/k8s/shop.yaml"},
    },
    notes=[
        (
            "several databases: mongodb (apps/search/package.json), postgresql (apps/shop/pyproject.toml), "
            "sqlserver (apps/legacy/Legacy.csproj)"
        )
    ],
)
TWO_LOCK_FILES = Repo(
    {
        "package.json": '{"dependencies": {"mongoose": "8"}}',
        "package-lock.json": "{}",
        "yarn.lock": "",
        ".env.example": "DATABASE_URL=mongodb+srv://localhost/app\n",
        "fly.toml": "",
        "vercel.json": "{}",
    },
    ecosystems={"npm": ["/"]},
    parts={
        "package_managers": {"npm": "package-lock.json", "yarn": "yarn.lock"},
        "databases": {"mongodb": ".env.example"},
        "platforms": {"fly": "fly.toml", "vercel": "vercel.json"},
    },
    notes=[
        "npm (package-lock.json) and yarn (yarn.lock) stand in the same folder /: which one counts is not known",
        "several platforms: fly (fly.toml), vercel (vercel.json)",
    ],
)
LIBRARY_WITHOUT_A_STACK = Repo(
    {
        "README.md": "# notes",
        "tests/fixtures/app/package.json": '{"dependencies": {"pg": "8"}}',
        "template/pyproject.toml": '[project]\nname = "x"\n',
        "flake.nix": "{}",
        "requirements.txt": "This is what we require of our suppliers.\n",
        "Dockerfile": "# to be written\n",
    },
    ecosystems={},
)
BROKEN_MANIFESTS = Repo(
    {"package.json": '{"dependencies": {"pg": ', "pyproject.toml": "[project\n", "package-lock.json": "\0\0"},
    ecosystems={"npm": ["/"]},
    parts={"package_managers": {"npm": "package-lock.json"}},
    notes=[
        "package.json is not JSON: its dependencies are unknown",
        "pyproject.toml is not TOML: its dependencies are unknown",
    ],
)
REPOS = {
    name.lower().replace("_", "-"): value
    for name, value in sorted(globals().items())
    if isinstance(value, Repo)
}


@pytest.mark.parametrize("repo", REPOS.values(), ids=REPOS.keys())
def test_a_repository_is_described_exactly(repo: Repo) -> None:
    """Every ecosystem with its directories, every part with the file that proves it, every doubt, and no more."""
    stack = detect_stack(MemoryTree(repo.files))

    assert {each.name: list(each.directories) for each in stack.ecosystems} == repo.ecosystems
    parts = {kind: {part.name: part.evidence[0].path for part in getattr(stack, kind)} for kind in KINDS}
    assert {kind: found for kind, found in parts.items() if found} == repo.parts
    assert list(stack.notes) == repo.notes


@pytest.mark.parametrize("repo", REPOS.values(), ids=REPOS.keys())
def test_every_conclusion_carries_a_file_of_the_repository(repo: Repo) -> None:
    """Nothing is concluded without proof."""
    stack = detect_stack(MemoryTree(repo.files))

    for conclusion in (*stack.ecosystems, *(part for kind in KINDS for part in getattr(stack, kind))):
        assert conclusion.evidence
        assert {evidence.path for evidence in conclusion.evidence} <= repo.files.keys()


def test_the_ecosystems_are_those_that_the_template_asks_about() -> None:
    """A conclusion that Copier would refuse as an answer is of no use."""
    copier = YAML(typ="safe").load((REPOSITORY / "copier.yml").read_text(encoding="utf-8"))

    assert sorted(rule.name for rule in RULES) == sorted(copier["ecosystems"]["choices"])
    for question, (kind, names) in ANSWERED.items():
        assert names == set(copier[question]["choices"]) - {"none", "other", "command"}
        assert names <= {sign.name for sign in SIGNS if sign.kind == kind}


def test_a_file_that_cannot_be_read_is_said_and_proves_nothing() -> None:
    """What is too large or a link is not taken for a good manifest."""
    tree = Unreadable({"Cargo.toml": ""})

    stack = detect_stack(tree)

    assert stack == Stack(
        notes=(
            "Cargo.toml could not be read (too large, a link, or not there): nothing is concluded from it",
        )
    )


class Unreadable(MemoryTree):
    """A tree whose files have names only."""

    def read(self, path: str) -> str | None:
        """Return nothing, as for a link."""
        del path
        return None


def _example(glob: str) -> str:
    """Return a path that a glob matches."""
    return glob.removeprefix("/").replace("**/", "some/").replace("*", "some")


KNOWN_FILES = sorted({_example(glob) for glob in ECOSYSTEM_GLOBS | SIGN_GLOBS})
_WORDS = re.findall(r"[A-Za-z]{4,}", " ".join(sign.says for sign in SIGNS))
_CONTENTS = st.one_of(
    st.binary(max_size=200).map(lambda content: content.decode(errors="replace")),
    st.text(alphabet='{}[]":,=\n -.#<>*!aA0\\', max_size=60),
    st.lists(st.sampled_from([*_WORDS, "workspaces", "packages", '":', "{", "[", "\n"]), max_size=12).map(
        " ".join
    ),
    st.sampled_from(
        ["[" * 5000, '{"a":' * 5000, "[a]\n" * 500, "x = " + "[" * 3000, '{"dependencies": 1}', "- " * 900]
    ),
    st.sampled_from(
        ['{"workspaces": {"packages": [1, null, "*"]}}', '{"workspaces": ["' + "*a" * 40 + '"]}']
    ),
)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(KNOWN_FILES), _CONTENTS, max_size=12))
def test_no_content_of_a_known_file_makes_detection_fail(files: dict[str, str]) -> None:
    """Whatever a manifest holds, a stack is returned, and only its own files are named."""
    stack = detect_stack(MemoryTree(files))

    assert {evidence.path for each in stack.ecosystems for evidence in each.evidence} <= files.keys()


@pytest.mark.parametrize("path", KNOWN_FILES)
def test_every_known_file_may_hold_arbitrary_bytes(path: str) -> None:
    """Each file of the tables, alone, with bytes that are no text."""
    hostile = bytes(range(256)).decode("utf-8", errors="replace") * 3

    stack = detect_stack(MemoryTree({path: hostile, "package.json": hostile, "pyproject.toml": hostile}))

    assert isinstance(stack, Stack)


@pytest.mark.parametrize(
    "folder",
    ["node_modules/a", "vendor", "a/third_party/b", "testdata", "tests/fixtures", "Template", "x/{{ name }}"],
)
def test_manifests_of_others_are_left_out(folder: str) -> None:
    """What is vendored, a fixture or a template is not the application."""
    files = {f"{folder}/package.json": '{"dependencies": {"pg": "8"}}', f"{folder}/fly.toml": ""}

    assert detect_stack(MemoryTree(files)) == Stack()
