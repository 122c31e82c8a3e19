"""The command line: one file per group, put together here."""

from __future__ import annotations

from typing import Annotated

import typer

from wirewatch import __version__
from wirewatch.cli import alerts, articles, feeds, streams, topics
from wirewatch.cli.check import check
from wirewatch.cli.run import run

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Streaming news ingestion and alerting.",
)
app.command()(run)
app.command()(check)
app.add_typer(feeds.app, name="feeds")
app.add_typer(topics.app, name="topics")
app.add_typer(articles.app, name="articles")
app.add_typer(alerts.app, name="alerts")
app.add_typer(streams.app, name="streams")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"wirewatch {__version__}")
        raise typer.Exit


@app.callback()
def top(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version.")
    ] = False,
) -> None:
    """Streaming news ingestion and alerting."""
    del version
