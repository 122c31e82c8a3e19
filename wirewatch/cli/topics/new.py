"""``wirewatch topics new``: a minimal topic to begin with."""

from __future__ import annotations

from typing import Annotated

import typer

from config.errors import UsageError
from wirewatch.cli.output import say, write
from wirewatch.run.bootstrap import open_settings


def new(
    topic: Annotated[str, typer.Argument(metavar="ID", help="Its id: a-z, 0-9 and hyphens")],
    *,
    title: Annotated[str, typer.Option(help="What people read. Default: made of the id.")] = "",
    query: Annotated[
        str, typer.Option(help="Its query. Default: the words of the id, joined by AND.")
    ] = "",
) -> None:
    """Write a minimal topic with comments into config/topics. Never overwrites a file."""
    from config.catalog import values
    from wirewatch.topic_tools.files import load_topic
    from wirewatch.topic_tools.template import check_query, default_query, topic_file

    settings = open_settings()
    name = values.identifier(topic)
    if isinstance(name, values.InvalidValue):
        raise UsageError(name.message, mend=name.mend)
    check_query(query or default_query(name))
    path = settings.config_dir / "topics" / f"{name}.yaml"
    text = topic_file(name, " ".join(title.split()), query, path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        mend = "Choose another id, or edit that file."
        raise UsageError(f"{path} exists already.", mend=mend) from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.", mend="Make it writable.") from None
    _print_next_steps(name, str(path))
    faults = load_topic(settings, name)[1]
    for fault in faults:
        say(str(fault))


def _print_next_steps(topic: str, path: str) -> None:
    say(f"{path} is written. It is a draft: its matches are published, nobody is notified.")
    write("Next:")
    steps = (
        ("edit the file", "the query, and headlines it must find and must not find"),
        (f"wirewatch topics lint {topic}", "what is wrong or risky in it"),
        (f"wirewatch topics test {topic}", "do its tests pass?"),
        (f"wirewatch topics try {topic} FILE", "precision and recall on labelled headlines"),
        (f"wirewatch topics expand WORD --topic {topic}", "what a word finds in stored articles"),
        (f"wirewatch topics backtest {topic} --since 7d", "what it would have told people"),
        ("set `state: live`", "a running system takes it over by itself"),
    )
    for command, why in steps:
        write(f"  {command:<52} {why}")
