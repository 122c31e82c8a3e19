"""The command line: one file for each group of commands, combined here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Annotated

import typer

from wirewatch.cli import (
    alerts,
    archive,
    articles,
    notify,
    receivers,
    streams,
    subscriptions,
    topics,
    users,
)
from wirewatch.cli.backup import backup, restore
from wirewatch.cli.check import check
from wirewatch.cli.demo import demo
from wirewatch.cli.health import health
from wirewatch.cli.run import run

EXAMPLES = """
\b
Examples:
  wirewatch demo                       see it work on a small invented newsroom
  wirewatch check                      find errors in the files of config/
  wirewatch run                        poll, match, alert; console on http://127.0.0.1:8080
  wirewatch run --once --json          one round, for cron
  wirewatch feeds list                 find feeds that are quiet or failing
  wirewatch topics explain TOPIC URL   see why a page matches a topic or not

\b
Exit codes:
  0 success, 1 the checked thing is bad, 2 wrong usage, 3 an outside service failed
"""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Streaming news ingestion and alerting.",
    epilog=EXAMPLES,
)
app.command()(run)
app.command()(demo)
app.command()(check)
app.command()(health)
app.command()(backup)
app.command()(restore)
app.add_typer(subscriptions.app, name="feeds")
app.add_typer(topics.app, name="topics")
app.add_typer(articles.app, name="articles")
app.add_typer(archive.app, name="archive")
app.add_typer(alerts.app, name="alerts")
app.add_typer(receivers.app, name="receivers")
app.add_typer(notify.app, name="notify")
app.add_typer(streams.app, name="streams")
app.add_typer(users.app, name="users")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"wirewatch {version('wirewatch')}")
        raise typer.Exit


@app.callback()
def top(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Streaming news ingestion and alerting."""
    del version


_command = cache(typer.main.get_command)
"""Built once per process: it reads the signatures of all commands, which takes 40 ms."""


def run_command(arguments: Sequence[str]) -> None:
    """Run the command that the arguments name.

    Raises:
        SystemExit: The command has ended, whether well or not.
        WirewatchError: Something failed; it has the exit code.
    """
    _command(app)(list(arguments), prog_name="wirewatch")
