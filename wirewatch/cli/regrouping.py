"""``wirewatch alerts split|merge``: put articles into the story that they belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from core.clock import utc_now
from wirewatch.cli.output import print_json, print_rows
from wirewatch.cli.story_actions import ByOption, IdArgument, JsonOption, alert_row, publish
from wirewatch.cli.terminal import login_name
from wirewatch.run.bootstrap import load_files, open_instance, open_settings, open_store
from wirewatch.run.reading import require_existing

if TYPE_CHECKING:
    from datetime import datetime

    from core.store import Connection
    from core.store.regrouping import Regrouped


def split(
    alert: IdArgument,
    articles: Annotated[
        list[str], typer.Argument(metavar="ARTICLE...", help="Ids of articles, or their URLs")
    ],
    *,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Make articles a story of their own; what resembles them later joins them. Kept for good."""
    from alerts.regrouping import split as split_story

    author = by or login_name()

    def change(connection: Connection, console_url: str, at: datetime) -> Regrouped:
        return split_story(connection, alert, articles, console_url=console_url, by=author, at=at)

    _regroup(change, as_json=as_json)


def merge(
    alert: IdArgument,
    other: IdArgument,
    *,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Make one story of two of a topic; what comes later joins it. Kept for good."""
    from alerts.regrouping import merge as merge_stories

    author = by or login_name()

    def change(connection: Connection, console_url: str, at: datetime) -> Regrouped:
        return merge_stories(connection, alert, other, console_url=console_url, by=author, at=at)

    _regroup(change, as_json=as_json)


COMMANDS: tuple[Callable[..., None], ...] = (split, merge)


def _regroup(change: Callable[[Connection, str, datetime], Regrouped], *, as_json: bool) -> None:
    """Change two stories, publish that, and print their alerts."""
    settings = open_settings()
    require_existing(settings.database_location)
    console_url = load_files(settings)[0].alerts.console_url
    with open_instance(settings) as instance, open_store(settings) as store:
        done = store.transact(lambda connection: change(connection, console_url, utc_now()))
        publish(settings, instance, store)
    rows = [alert_row(done.kept), alert_row(done.other)]
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, ("id", "state", "title", "merged_into"), as_json=False, empty="")
