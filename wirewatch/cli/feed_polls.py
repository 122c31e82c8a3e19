"""``wirewatch feeds why``: the last polls of a feed, and why it is polled when it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import UsageError
from config.i18n import Phrase, in_english
from core.clock import rfc3339, utc_now
from wirewatch.cli.output import print_rows, say
from wirewatch.run.bootstrap import load_outlets, open_settings
from wirewatch.run.reading import read_store

if TYPE_CHECKING:
    from core.store.feed_history import FeedEvent, FeedPoll
    from core.store.feed_record import FeedState

COUNTS = ("new", "known", "updated")
COLUMNS = ("at", "outcome", "status", "ms", "bytes", *COUNTS, "next_due_at", "why")


def explain_polls(
    feed: Annotated[str, typer.Argument(help="A feed's id or URL")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False,
) -> None:
    """Show the last fifty polls of a feed, the newest first, each with what it decided.

    new, known, updated: entries of the document; after a 304 there is none. next_due_at: when the
    feed was to be polled next; why: the reason. Times are UTC.
    """
    from core.store.feed_history import load_events_since, load_polls
    from core.store.feed_notes import load_feed_notes
    from core.store.feeds import load_feed_states
    from wirewatch.feed_states import merge_states

    settings, now = open_settings(), utc_now()
    catalog = load_outlets(settings)
    with read_store(settings) as store, store.read() as connection:
        states = merge_states(catalog, load_feed_states(connection, now), now)
        state = _find(states, feed)
        polls = load_polls(connection, state.feed.feed_id)
        since = now - settings.history_retention
        events = load_events_since(connection, since).get(state.feed.feed_id, [])
        notes = load_feed_notes(connection, now).get(state.feed.feed_id, [])
    if not as_json:
        _say_state(state)
        for note in notes:
            say(in_english(note))
    empty = "It has not been polled yet."
    print_rows([as_row(poll) for poll in polls], COLUMNS, as_json=as_json, empty=empty)
    if not as_json:
        for event in events:
            say(event_line(event))


def as_row(poll: FeedPoll) -> dict[str, Any]:
    """Return the row of ``feeds why`` for a poll."""
    return {
        "feed_id": poll.feed_id,
        "at": rfc3339(poll.at),
        "outcome": poll.outcome,
        "status": poll.status,
        "ms": poll.milliseconds,
        "bytes": poll.size,
        "new": poll.new,
        "known": poll.known,
        "updated": poll.updated,
        "next_due_at": rfc3339(poll.next_due_at),
        "why": in_english(Phrase.load(poll.due_reason)),
    }


def event_line(event: FeedEvent) -> str:
    """Return a change in the health of a feed as a line."""
    return f"{rfc3339(event.at)}  {event.event}: {in_english(Phrase.load(event.reason))}"


def _say_state(state: FeedState) -> None:
    feed = state.feed
    say(f"{feed.feed_id}  {state.state}: {in_english(state.reason)}")
    if state.state not in ("off", "gone"):
        due = rfc3339(feed.next_due_at)
        say(f"next poll {due}: {in_english(Phrase.load(feed.due_reason))}")


def _find(states: list[FeedState], feed: str) -> FeedState:
    for state in states:
        if feed in (state.feed.feed_id, state.feed.url):
            return state
    raise UsageError(
        f"There is no feed {feed!r}.", mend="`wirewatch feeds list` shows all ids and URLs."
    )
