"""`mainstay audit`: one module per verb; without a verb the audit runs."""

from __future__ import annotations

import click

from mainstay.cli.lazy import LazyGroup

VERBS = {
    "explain": "mainstay.cli.audit.catalogue:explain",
    "fix": "mainstay.cli.audit.fix:fix",
    "list": "mainstay.cli.audit.catalogue:list_checks",
    "run": "mainstay.cli.audit.run:run",
    "schema": "mainstay.cli.audit.catalogue:schema",
}
"""Verb -> where it is defined. A new verb is one line here and one module."""


class _RunByDefault(LazyGroup):
    """A group that runs the audit when no verb is named, so that PATH can be given right away."""

    default_verb = "run"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {*VERBS, *ctx.help_option_names}
        return super().parse_args(ctx, args if args and args[0] in own else [self.default_verb, *args])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        run = self.get_command(ctx, self.default_verb)
        options = [param for param in run.params if isinstance(param, click.Option)] if run else []
        with formatter.section("Options"):
            formatter.write_dl([record for option in options if (record := option.get_help_record(ctx))])
        self.format_commands(ctx, formatter)


@click.group(cls=_RunByDefault, commands_at=VERBS, options_metavar="", subcommand_metavar="[PATH] [OPTIONS]")
def audit() -> None:
    """Say what of SOP-603 a repository keeps, and what a person still has to do.

    PATH is the top of the repository; here when it is left out. Files are only read, and nothing is sent anywhere
    unless --online is given. What cannot be read is reported as unknown, never as good.

    \b
    Examples:
      mainstay audit                           this repository
      mainstay audit ../shop --fail-on medium  another one, more strictly
      mainstay audit --online                  GitHub, store and ledger too
      mainstay audit --select BK,section:7     backups, and rolling back
      mainstay audit --output audit.html --output audit.sarif
      mainstay audit --baseline known.json     fail only on what is new
      mainstay audit explain BK101             why a check matters, how to fix it
      mainstay audit fix --dry-run             what mainstay can repair itself

    \b
    Ends with 0 when nothing fails, 1 with findings at or above --fail-on,
    2 when the request is wrong, 3 when something could not be read.
    """
