"""``wirewatch feeds``: what is polled, and how it is."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

import typer

from config.errors import UsageError
from core.clock import rfc3339
from core.store import feeds as feed_store
from core.store.feeds import FeedState
from ingest.service import feed_records
from wirewatch.cli.output import print_json, print_rows
from wirewatch.program import Program, open_program, open_settings

app = typer.Typer(no_args_is_help=True, help="Look at the feeds.")

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


@app.command("list")
def list_feeds(*, as_json: JsonOption = False) -> None:
    """Every feed with its state: quiet or broken?"""
    with open_program(open_settings()) as program:
        rows = [as_row(state) for state in _states(program)]
    columns = ("state", "feed_id", "url", "why", "last_success_at", "next_due_at")
    print_rows(rows, columns, as_json=as_json, empty="No feed: add one to sources.yaml.")


@app.command()
def poll(
    feed: Annotated[str, typer.Argument(help="A feed's id or URL")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Poll one feed now, politely, and say what came of it; exits 3 when it failed."""
    with open_program(open_settings()) as program:
        found = _find(program, feed)
        asyncio.run(_poll(program, found.feed.feed_id))
        program.relay.drain()
        program.relay.release()
        row = as_row(_find(program, feed))
    if as_json:
        print_json(row)
    else:
        columns = ("state", "feed_id", "last_outcome", "why", "next_due_at")
        print_rows([row], columns, as_json=False, empty="")
    if row["failures"]:
        raise typer.Exit(3)


def as_row(state: FeedState) -> dict[str, Any]:
    """A feed as ``feeds list`` prints it."""
    feed = state.feed
    return {
        "feed_id": feed.feed_id,
        "outlet": feed.outlet,
        "url": feed.url,
        "kind": feed.kind,
        "state": state.state,
        "why": state.reason,
        "last_outcome": feed.last_outcome or None,
        "last_error": feed.last_error or None,
        "failures": feed.fail_count,
        "last_attempt_at": _moment(feed.last_attempt_at),
        "last_success_at": _moment(feed.last_success_at),
        "last_new_at": _moment(feed.last_new_at),
        "next_due_at": _moment(feed.next_due_at),
        "next_due_why": feed.due_reason,
    }


async def _poll(program: Program, feed_id: str) -> None:
    async with program.ingest() as ingest:
        await ingest.poll_feed(feed_id)


def _states(program: Program) -> list[FeedState]:
    """Every feed, those only just written into the files included."""
    now = program.clock()
    with program.store.write() as connection:
        feed_store.sync(connection, feed_records(program.catalog(), now), now)
        return feed_store.feed_states(connection, now)


def _find(program: Program, feed: str) -> FeedState:
    for state in _states(program):
        if feed in (state.feed.feed_id, state.feed.url):
            return state
    raise UsageError(
        f"{feed!r} is no feed.", mend="`wirewatch feeds list` shows the ids and URLs of all."
    )


def _moment(value: datetime | None) -> str | None:
    return rfc3339(value) if value else None
