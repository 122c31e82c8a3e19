"""Articles as lines that a person labels for ``topics try`` and ``topics suggest``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import typer

from core.text.tokens import tokenise
from wirewatch.cli.output import say, write
from wirewatch.topic_tools.headlines import unjudged_line


def print_labels(
    groups: Mapping[str, Sequence[tuple[str, str, str]]], languages: Collection[str]
) -> None:
    """Print articles as lines to label; of those with one headline the first.

    Args:
        groups: Title, lead and language of each article, by what a comment above them says;
            empty for no comment.
        languages: Codes that labelled lines may name.
    """
    seen: set[tuple[str, ...]] = set()
    number = 0
    for comment, articles in groups.items():
        if comment and articles:
            write(f"# {comment}")
        for title, lead, language in articles:
            number += 1
            words = tuple(tokenise(title).words)
            if words not in seen:
                seen.add(words)
                say(unjudged_line(title, lead, language if language in languages else ""))
    if copies := number - len(seen):
        typer.echo(f"Left out: {copies:,} copies of these headlines.", err=True)
