"""What proves a package manager, a migration tool or a platform: one row per sign."""

from __future__ import annotations

from mainstay.stack.manifests import REQUIREMENT_LINE
from mainstay.stack.sign import Sign

_DRIZZLE = tuple(f"drizzle.config.{kind}" for kind in ("ts", "js", "mjs", "json"))
_JVM = ("pom.xml", "build.gradle", "build.gradle.kts", "libs.versions.toml")
_WORKFLOWS = (".github/workflows/*.yml", ".github/workflows/*.yaml")
_CLUSTER = tuple(
    f"**/{folder}/**/*{kind}"
    for folder in ("k8s", "kubernetes", "manifests", "deploy", "argocd", "gitops")
    for kind in (".yml", ".yaml")
)

SIGNS = (
    # Package managers
    Sign("package_managers", "npm", "lock file of npm", ("package-lock.json", "npm-shrinkwrap.json")),
    Sign("package_managers", "pnpm", "lock file of pnpm", ("pnpm-lock.yaml",)),
    Sign("package_managers", "yarn", "lock file of Yarn", ("yarn.lock",)),
    Sign("package_managers", "bun", "lock file of Bun", ("bun.lock", "bun.lockb")),
    *(
        Sign(
            "package_managers",
            name,
            f"packageManager names {name}",
            ("package.json",),
            rf'"packageManager"[ \t]*:[ \t]*"{name}@',
        )
        for name in ("npm", "pnpm", "yarn", "bun")
    ),
    Sign("package_managers", "poetry", "lock file of Poetry", ("poetry.lock",)),
    Sign("package_managers", "poetry", "settings of Poetry", ("pyproject.toml",), r"^\[tool\.poetry[\].]"),
    Sign("package_managers", "uv", "lock file of uv", ("uv.lock",)),
    Sign("package_managers", "uv", "settings of uv", ("pyproject.toml",), r"^\[tool\.uv[\].]"),
    Sign(
        "package_managers",
        "pip",
        "requirements file",
        ("requirements.txt", "requirements.in", "**/requirements/*.txt"),
        REQUIREMENT_LINE,
    ),
    Sign("package_managers", "pip", "lock file of Pipenv", ("Pipfile.lock",)),
    # Migrations
    Sign("migrations", "prisma", "Prisma schema", ("*.prisma",), r"^[ \t]*datasource[ \t]"),
    Sign("migrations", "drizzle", "settings of Drizzle", _DRIZZLE),
    Sign("migrations", "django", "Django's command", ("manage.py",), r"DJANGO_SETTINGS_MODULE"),
    Sign("migrations", "alembic", "settings of Alembic", ("alembic.ini",)),
    Sign("migrations", "alembic", "settings of Alembic", ("pyproject.toml",), r"^\[tool\.alembic\]"),
    Sign("migrations", "rails", "schema that Rails keeps", ("**/db/schema.rb", "**/db/structure.sql")),
    Sign(
        "migrations", "rails", "settings of Rails", ("**/config/application.rb",), r"\bRails::Application\b"
    ),
    Sign("migrations", "flyway", "settings of Flyway", ("flyway.conf", "flyway.toml")),
    Sign("migrations", "flyway", "library of Flyway", _JVM, r"\bflyway-core\b|\borg\.flywaydb\b"),
    Sign("migrations", "flyway", "migration of Flyway", ("**/db/migration/V*__*.sql",)),
    Sign("migrations", "liquibase", "settings of Liquibase", ("liquibase.properties",)),
    Sign("migrations", "liquibase", "library of Liquibase", _JVM, r"\bliquibase-core\b|\borg\.liquibase\b"),
    Sign(
        "migrations",
        "liquibase",
        "changelog of Liquibase",
        tuple(f"**/db/changelog/*.{kind}" for kind in ("yaml", "yml", "xml", "sql", "json")),
    ),
    Sign(
        "migrations",
        "knex",
        "settings of Knex",
        tuple(f"knexfile.{kind}" for kind in ("js", "cjs", "mjs", "ts")),
    ),
    Sign("migrations", "typeorm", "settings of TypeORM", ("ormconfig.json", "ormconfig.js", "ormconfig.ts")),
    Sign("migrations", "ecto", "library of Ecto", ("mix.exs",), r"\{:ecto_sql\b"),
    Sign(
        "migrations",
        "laravel",
        "Laravel's command",
        ("artisan",),
        r"\bILLUMINATE\b|\bLARAVEL_START\b|Illuminate",
    ),
    # Platforms
    Sign("platforms", "vercel", "settings of Vercel", ("vercel.json", "vercel.ts")),
    Sign(
        "platforms",
        "vercel",
        "deploys to Vercel",
        _WORKFLOWS,
        r"\bvercel[ \t]+deploy\b|amondnet/vercel-action@",
    ),
    Sign("platforms", "fly", "settings of Fly", ("fly.toml", "fly.*.toml")),
    Sign("platforms", "fly", "deploys to Fly", _WORKFLOWS, r"\bflyctl?[ \t]+deploy\b"),
    Sign("platforms", "render", "blueprint of Render", ("render.yaml",)),
    Sign("platforms", "heroku", "processes of Heroku", ("Procfile",), r"^\w+[ \t]*:"),
    Sign("platforms", "heroku", "settings of Heroku", ("heroku.yml",)),
    Sign("platforms", "heroku", "settings of Heroku", ("app.json",), r'"(?:buildpacks|formation)"'),
    Sign("platforms", "kubernetes", "Kustomize overlay", ("kustomization.yaml", "kustomization.yml")),
    Sign("platforms", "kubernetes", "Helm chart", ("Chart.yaml",), r"^apiVersion:"),
    Sign("platforms", "kubernetes", "settings of Helmfile", ("helmfile.yaml", "helmfile.yml")),
    Sign("platforms", "kubernetes", "settings of Skaffold", ("skaffold.yaml",)),
    Sign(
        "platforms",
        "kubernetes",
        "workload of Kubernetes",
        _CLUSTER,
        r"^kind:[ \t]*(?:Deployment|StatefulSet|DaemonSet|CronJob|Service)\b",
    ),
    Sign(
        "platforms",
        "ecs",
        "task definition of ECS",
        ("*task-definition*.json", "taskdef*.json"),
        r'"containerDefinitions"',
    ),
    Sign(
        "platforms",
        "ecs",
        "deploys to ECS",
        _WORKFLOWS,
        r"aws-actions/amazon-ecs-deploy-task-definition@|\baws[ \t]+ecs[ \t]+update-service\b",
    ),
    Sign("platforms", "ecs", "service of ECS", ("*.tf",), r'^[ \t]*resource[ \t]+"aws_ecs_service"'),
    Sign("platforms", "ecs", "manifest of AWS Copilot", ("copilot/*/manifest.yml",)),
    Sign("platforms", "kubernetes", "application of Argo CD", _CLUSTER, r"^apiVersion:[ \t]*argoproj\.io/"),
    Sign("platforms", "netlify", "settings of Netlify", ("netlify.toml",)),
    Sign("platforms", "railway", "settings of Railway", ("railway.json", "railway.toml")),
    Sign(
        "platforms",
        "cloud-run",
        "deploys to Cloud Run",
        _WORKFLOWS,
        r"google-github-actions/deploy-cloudrun@|\bgcloud[ \t]+run[ \t]+deploy\b",
    ),
    Sign(
        "platforms",
        "cloud-run",
        "deploys to Cloud Run",
        ("cloudbuild.yaml", "cloudbuild.yml"),
        r"\brun['\"]?,?\s{0,20}(?:-\s{1,9})?['\"]?deploy\b",
    ),
    Sign(
        "platforms",
        "cloud-run",
        "service of Cloud Run",
        ("service.yaml", "service.yml", "*cloudrun*.yaml"),
        r"^apiVersion:[ \t]*serving\.knative\.dev/",
    ),
    Sign("platforms", "app-engine", "settings of App Engine", ("app.yaml",), r"^runtime:"),
    Sign(
        "platforms",
        "cloudflare",
        "settings of Cloudflare Workers",
        ("wrangler.toml", "wrangler.json", "wrangler.jsonc"),
    ),
)
"""A new tool or platform is a row here."""
