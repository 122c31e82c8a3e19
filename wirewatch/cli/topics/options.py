"""Options that the commands for topics share."""

from __future__ import annotations

from typing import Annotated

import typer

TopicArgument = Annotated[str, typer.Argument(help="A topic's id, or the path of its file")]

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]

SinceOption = Annotated[
    str, typer.Option(help="Articles of the store from a time, or from 30d ago, on.")
]

ArticlesOption = Annotated[
    str,
    typer.Option(
        metavar="FILE", help="Articles of a file instead: JSON lines or headlines; - for stdin."
    ),
]


def read_articles(source: str) -> bytes | None:
    """Return the bytes of the file that ``--articles`` names; None where it names none.

    Raises:
        UsageError: The file cannot be read.
    """
    from wirewatch.cli.topics.trial import read_bytes

    return read_bytes(source) if source else None
