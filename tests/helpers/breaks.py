"""One way to break each check that judges files: check, words of its finding, and what breaks it."""

from __future__ import annotations

from pathlib import Path

from helpers.audits import POLICY, Break, add, both, edit, policy, remove, write

DEPENDABOT = ".github/dependabot.yml"
BACKUP = ".github/workflows/backup.yml"
DRILL = ".github/workflows/restore-drill.yml"
AUDIT = ".github/workflows/audit.yml"
FORM = ".github/ISSUE_TEMPLATE/incident.yml"
ROLLBACK = "docs/runbooks/rb-04-roll-back-deployment.md"
SITE_DOWN = "docs/runbooks/rb-01-site-down.md"
INDEX = "docs/runbooks/README.md"
POST_MORTEM = "docs/incidents/2026-10-01-checkout-down.md"
NPM_COOLDOWN = "    cooldown:\n      default-days: 7\n      semver-major-days: 30\n"


def entry(ecosystem: str, directories: str) -> str:
    """Return the start of the entries with one more, in which only the folder can be wrong."""
    return f"""\
updates:
  - package-ecosystem: {ecosystem}
    directories: {directories}
    schedule: {{interval: daily}}
    cooldown: {{default-days: 7}}
    groups: {{all: {{update-types: [minor, patch]}}}}
"""


def without_npm(root: Path) -> None:
    """Drop the last entry of the Dependabot configuration."""
    text = (root / DEPENDABOT).read_text()
    write(root, DEPENDABOT, text[: text.index("  - package-ecosystem: npm")])


def remove_runbooks(root: Path) -> None:
    """Leave only the page that explains the folder."""
    for path in (root / "docs/runbooks").glob("rb-*.md"):
        path.unlink()


BROKEN: list[tuple[str, str, Break]] = [
    ("BK101", "no workflow takes a backup", edit(BACKUP, "command: backup", "command: other")),
    ("BK101", "it has no schedule", edit(BACKUP, '  schedule:\n    - cron: "17 2 * * *"', "  push: #")),
    ("BK101", "up to 7 days pass between two runs", edit(BACKUP, "17 2 * * *", "17 2 * * 1")),
    ("BK101", "no field of a cron expression", edit(BACKUP, "17 2 * * *", "17 2 * * nonsense!")),
    ("BK101", "up to 3 days pass", edit(BACKUP, "17 2 * * *", "17 2 * * 1-5")),
    ("BK102", "no workflow restores a backup", remove(DRILL)),
    ("BK102", "pass between two runs", edit(DRILL, "37 4 * * 3", "37 4 1 * *")),
    (
        "BK103",
        "continue-on-error hides a failure",
        edit(BACKUP, "    steps:", "    continue-on-error: true\n    steps:"),
    ),
    (
        "BK103",
        "continue-on-error",
        edit(DRILL, "      - name: Restore", "      - continue-on-error: ${{ true }}\n        name: Restore"),
    ),
    ("BK103", "its condition is never true", edit(BACKUP, "    steps:", "    if: ${{ false }}\n    steps:")),
    (
        "BK103",
        "`|| true` hides a failure",
        edit(BACKUP, "    steps:", "    steps:\n      - run: pg_dump x || true\n"),
    ),
    (
        "BK103",
        "`set +e` hides a failure",
        edit(DRILL, "    steps:", "    steps:\n      - run: |\n          set +e\n          x\n"),
    ),
    ("BK104", "has no timeout-minutes", edit(BACKUP, "    timeout-minutes: 180\n", "")),
    (
        "BK104",
        "has no concurrency",
        edit(DRILL, "concurrency:\n  group: restore-drill\n  cancel-in-progress: false\n", ""),
    ),
    ("BK104", "no permissions of its own", edit(BACKUP, "      contents: read", "      contents: write")),
    ("BK105", "mysql is used", edit("package.json", '"pg"', '"mysql2"')),
    ("BK301", "more than a day of work", policy("rpo: 26h", "rpo: 3d")),
    ("BK301", "a restore takes longer than a P1 may", policy("rto: 4h", "rto: 5h")),
    (
        "BK301",
        "reach back less than a week",
        policy("daily: 7, weekly: 5, monthly: 12", "daily: 3, weekly: 0, monthly: 0"),
    ),
    ("DEP101", "`version: 2` is missing", edit(DEPENDABOT, "version: 2\n", "")),
    ("DEP102", "no entry updates pip in /api", add("api/requirements.txt", "flask==3.0.0\n")),
    ("DEP102", "no entry updates npm in /", without_npm),
    (
        "DEP103",
        "nothing there to update",
        edit(
            DEPENDABOT,
            "updates:\n",
            entry("cargo", "[/]"),
        ),
    ),
    ("DEP104", "less than once a week", edit(DEPENDABOT, "interval: weekly", "interval: monthly")),
    (
        "DEP104",
        "less than once a week",
        edit(DEPENDABOT, "interval: weekly", "interval: cron\n      cronjob: 0 5 1 * *"),
    ),
    (
        "DEP104",
        "switches updates off",
        edit(DEPENDABOT, "open-pull-requests-limit: 10", "open-pull-requests-limit: 0"),
    ),
    (
        "DEP104",
        "it ignores every dependency",
        edit(DEPENDABOT, "dependency-name: OWNER/REPO", 'dependency-name: "*"'),
    ),
    (
        "DEP105",
        "covers the same folder",
        edit(
            DEPENDABOT,
            "updates:\n",
            entry("npm", "[/**]"),
        ),
    ),
    ("DEP301", "npm in /: no cooldown of at least 7 days", edit(DEPENDABOT, NPM_COOLDOWN, "")),
    ("DEP301", "github-actions in /: no cooldown", edit(DEPENDABOT, "default-days: 7", "default-days: 6")),
    (
        "DEP301",
        "no cooldown of at least 7 days",
        edit(DEPENDABOT, "semver-major-days: 30", "semver-patch-days: 1"),
    ),
    (
        "DEP301",
        "for some dependencies only",
        edit(DEPENDABOT, "semver-major-days: 30", "include: [left-pad]"),
    ),
    (
        "DEP302",
        "each update comes alone",
        edit(
            DEPENDABOT,
            '    groups:\n      github-actions:\n        patterns: ["*"]\n        update-types: [minor, patch]\n',
            "",
        ),
    ),
    ("DEP303", "mixes major updates", edit(DEPENDABOT, "        update-types: [minor, patch]\n", "")),
    (
        "DEP303",
        "mixes major updates",
        edit(DEPENDABOT, "update-types: [minor, patch]", "update-types: [major, patch]"),
    ),
    ("INC101", "it is missing", remove("docs/incidents/response.md")),
    (
        "INC101",
        "the phase Triage is missing",
        edit("docs/incidents/response.md", "### 2. Triage", "### 2. Tea"),
    ),
    (
        "INC101",
        "the phase Mitigation is missing",
        edit("docs/incidents/response.md", "### 4. Mitigation", "<!--\n### 4. Mitigation\n-->"),
    ),
    ("INC102", "it is missing", remove("docs/incidents/severity.md")),
    (
        "INC102",
        "lacks P1, P2, P3, P4",
        edit("docs/incidents/severity.md", "<!-- mainstay:severity-matrix -->", ""),
    ),
    ("INC103", "it is missing", remove(FORM)),
    ("INC103", "without name and description", edit(FORM, "name: Incident\n", "")),
    ("INC103", "offers the severity P3", edit(FORM, "        - P3 - Minor feature broken\n", "")),
    ("INC104", "P3: resolve takes longer than 24 hours", policy("resolve: 24h", "resolve: 2w")),
    ("INC104", "P1: post-mortem takes longer", policy("      post-mortem: 48h\n", "")),
    ("INC104", "P1: the status page", policy("status-page: true", "status-page: false")),
    ("INC111", "it is missing", remove("docs/incidents/template.md")),
    (
        "INC111",
        "the section Root cause is missing",
        edit("docs/incidents/template.md", "## Root Cause", "## Blame"),
    ),
    (
        "INC311",
        "placeholders are left in 1 lines",
        edit(POST_MORTEM, "The pool was too small.", "TODO: find out"),
    ),
    ("INC311", "the section Impact is empty", edit(POST_MORTEM, "- Users affected: 40\n", "<!-- many -->")),
    (
        "INC312",
        "action 1 has no owner and no due date",
        edit(POST_MORTEM, "@ana | 2026-12-01", "somebody | soon"),
    ),
    ("MNT101", "the task Log rotation is missing", policy("name: Log rotation", "name: Log reading")),
    (
        "MNT101",
        "Performance review is done less often",
        policy("Performance review, every: month", "Performance review, every: quarter"),
    ),
    ("MNT102", "it is missing", remove("docs/maintenance/weekly-checklist.md")),
    (
        "MNT102",
        "does not show the checklists",
        edit("docs/maintenance/weekly-checklist.md", "<!-- mainstay:checklist -->", ""),
    ),
    ("ONC101", "nobody may command an incident", policy('["@ana", "@bo"]', "[]")),
    ("ONC102", "nobody is devops", policy('devops: "@acme/dev"', 'devops: ""')),
    ("ONC301", "on call alone", policy('["@ana", "@bo"]', '["@ana", "@Ana"]')),
    ("RB101", "there is no runbook", remove_runbooks),
    ("RB102", "owner is empty", edit(SITE_DOWN, "owner: devops", 'owner: ""')),
    ("RB102", "owner ops is nobody", edit(SITE_DOWN, "owner: devops", "owner: ops")),
    ("RB102", "title is missing", edit(SITE_DOWN, "title:", "name:")),
    ("RB102", "is also that of", edit(SITE_DOWN, "id: RB-01", "id: RB-04")),
    ("RB103", "the part Escalate is missing", edit(SITE_DOWN, "## Escalate", "## Ask")),
    (
        "RB103",
        "not in order",
        both(
            edit(SITE_DOWN, "## Trigger", "## Swap"),
            edit(SITE_DOWN, "## Impact", "## Trigger"),
            edit(SITE_DOWN, "## Swap", "## Impact"),
        ),
    ),
    (
        "RB104",
        "the alert HealthCheckFailing",
        edit(SITE_DOWN, "[SiteDown, HealthCheckFailing]", "[SiteDown]"),
    ),
    ("RB202", "never exercised", edit(SITE_DOWN, "last_exercised: 2026-11-02", "last_exercised: never")),
    (
        "RB202",
        "more than 180 days ago",
        edit(SITE_DOWN, "last_exercised: 2026-11-02", "last_exercised: 2026-05-01"),
    ),
    ("RB203", "never reviewed", edit(SITE_DOWN, "last_reviewed: 2026-11-02", "last_reviewed: never")),
    ("RB301", "$NOWHERE", edit(SITE_DOWN, "-m 10 -w", '-m 10 "$NOWHERE" -w')),
    (
        "RB302",
        "Diagnose",
        edit(
            SITE_DOWN,
            "### 3. What changed?\n\n```bash\n",
            "### 3. What changed?\n\n```bash\ngit push origin main\n",
        ),
    ),
    (
        "RB302",
        "caution",
        edit(
            SITE_DOWN,
            "> [!CAUTION]\n> Requests in flight fail. Undo: none needed.\n",
            "```bash\ngit push\n```\n",
        ),
    ),
    (
        "RB303",
        "the decision tree ends at",
        edit(SITE_DOWN, "requests time out: [RB-03](rb-03-high-latency.md)", "requests time out"),
    ),
    (
        "RB201",
        "lies in the future",
        edit(SITE_DOWN, "last_reviewed: 2026-11-02", "last_reviewed: 2026-11-24"),
    ),
    (
        "RB201",
        "more than 90 days ago",
        edit(SITE_DOWN, "last_reviewed: 2026-11-02", "last_reviewed: 2026-08-24"),
    ),
    (
        "RB202",
        "never exercised",
        edit(SITE_DOWN, "last_exercised: 2026-11-02", "last_exercised: never"),
    ),
    (
        "RB202",
        "more than 180 days ago",
        edit(SITE_DOWN, "last_exercised: 2026-11-02", "last_exercised: 2026-05-01"),
    ),
    ("RB203", "never reviewed", edit(SITE_DOWN, "last_reviewed: 2026-11-02", "last_reviewed: never")),
    ("RB301", "$ADRESS is not declared", edit(SITE_DOWN, '"$URL"\n```', '"$ADRESS"\n```')),
    (
        "RB302",
        "Diagnose changes something: git push",
        edit(SITE_DOWN, "## Diagnose\n", "## Diagnose\n\n```bash\ngit push\n```\n"),
    ),
    (
        "RB302",
        "has no caution",
        edit(SITE_DOWN, "## Mitigate\n", "## Mitigate\n\n```bash\nrm -r /srv/app\n```\n"),
    ),
    (
        "RB303",
        "the decision tree ends at",
        edit(SITE_DOWN, "## Decision tree\n", "## Decision tree\n\n- It rains\n"),
    ),
    ("RB303", "TODO is left to do", edit(SITE_DOWN, "## Diagnose\n", "## Diagnose\n\nTODO: look.\n")),
    ("ROLL101", "no runbook is about rolling back", remove(ROLLBACK)),
    (
        "ROLL301",
        "`git reset --hard` rolls nothing back",
        edit(SITE_DOWN, "```bash\n", "```bash\ngit reset --hard abc\n"),
    ),
    ("ROLL301", "forced push", edit(SITE_DOWN, "```bash\n", "```bash\ngit push -f origin main\n")),
    (
        "ROLL301",
        "cannot read a plain SQL dump",
        add("docs/notes.md", "# Notes\n\n```sh\npg_restore -d x b.sql\n```\n"),
    ),
    (
        "SEC101",
        "critical has a longer clock than high",
        policy(
            "respond-within: {critical: 1h", "respond-within: {critical: 4h, high: 3h, medium: 2d, low: 7d} #"
        ),
    ),
    ("SEC102", "no workflow runs the audit", remove(AUDIT)),
    ("SEC102", "does not run on pull requests", edit(AUDIT, "  pull_request:\n", "")),
    ("SEC102", "by itself each week", edit(AUDIT, "23 5 * * 1", "23 5 1 * *")),
    ("SEC103", "it is missing", remove("docs/maintenance/security-patches.md")),
    (
        "SEC103",
        "the step Isolate is missing",
        edit("docs/maintenance/security-patches.md", "2. **Isolate.**", "2. **Wait.**"),
    ),
    ("SEC301", "longer than 4 hours", policy("patch-within: {critical: 4h", "patch-within: {critical: 5h")),
    ("SOP101", "there is no policy", remove(POLICY)),
    ("SOP101", "backups.rop: unknown key", edit(POLICY, "rpo: 26h", "rop: 26h")),
    ("SOP102", "the answers file is missing", remove(".copier-answers.mainstay.yml")),
    ("SOP102", "_src_path is missing", edit(".copier-answers.mainstay.yml", "_src_path:", "_from:")),
    ("SOP103", "OWNER/REPO is no repository", edit(BACKUP, "acme/mainstay@", "OWNER/REPO@")),
    ("SOP104", "it is missing", remove("docs/maintenance/on-call.md")),
    ("SOP104", "it is missing", remove("scripts/backup-database.sh")),
    ("SOP104", "it is empty", add("docs/maintenance/schedule.md", " \n")),
    (
        "SOP301",
        "severity-matrix differs from the policy",
        edit("docs/incidents/severity.md", "15 minutes", "16 minutes"),
    ),
    ("SOP301", "has no end", edit("docs/incidents/severity.md", "<!-- /mainstay:severity-examples -->", "")),
    (
        "SOP301",
        "there is no table weather",
        edit("docs/incidents/severity.md", "## Matrix", "<!-- mainstay:weather -->\n\n## Matrix"),
    ),
    (
        "SOP302",
        "the placeholder your-org is left",
        edit(SITE_DOWN, "## Impact\n", "## Impact\n\nhttps://sentry.io/your-org\n"),
    ),
    ("SOP303", "it holds conflict markers", edit(SITE_DOWN, "## Impact\n", "## Impact\n\n<<<<<<< before\n")),
    ("SOP303", "was rejected", add("docs/runbooks/rb-01-site-down.md.rej", "-a\n+b\n")),
    (
        "SOP304",
        "names a check that does not exist",
        policy(
            "check: WF102",
            "check: ZZ999\n      reason: A good reason\n      expires: 2027-01-31\n    - check: WF102",
        ),
    ),
    ("WF101", "is not valid YAML", add(".github/workflows/x.yml", "on: push\njobs: {a: [}\n")),
    (
        "WF102",
        "is not pinned by its full commit",
        edit(AUDIT, "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1", "actions/checkout@v7"),
    ),
    (
        "WF105",
        "leaves the token of the job in .git/config",
        edit(".github/workflows/ci.yml", "        with: {persist-credentials: false}\n", ""),
    ),
    (
        "WF105",
        "leaves the token of the job in .git/config",
        edit(BACKUP, "persist-credentials: false", "persist-credentials: true"),
    ),
    ("WF103", "default permissions", edit(".github/workflows/ci.yml", "permissions: {}\n", "")),
    (
        "WF103",
        "may write everything",
        edit(".github/workflows/ci.yml", "permissions: {}", "permissions: write-all"),
    ),
]
"""Check, words of its finding, and one way to break what it watches."""
