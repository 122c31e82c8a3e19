"""``wirewatch alerts ack|close|reopen|assign|snooze``: what people do with alerts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import StreamError, UsageError
from config.i18n import Phrase, in_english
from core.clock import rfc3339, utc_now
from wirewatch.cli.output import print_json, print_rows
from wirewatch.cli.terminal import login_name
from wirewatch.run.bootstrap import open_instance, open_settings, open_store, open_stream_log
from wirewatch.run.reading import require_existing

if TYPE_CHECKING:
    from datetime import datetime

    from config.settings import Settings
    from core.processes.instance import Instance
    from core.store import Connection, Store
    from core.store.alerts import Alert

IdArgument = Annotated[str, typer.Argument(help="The alert's id, or at least its first 8 digits")]
ByOption = Annotated[str, typer.Option(help="Who does it. Default: your login name.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


def ack(alert: IdArgument, *, by: ByOption = "", as_json: JsonOption = False) -> None:
    """Acknowledge an alert. Changes nothing if it is acknowledged already."""
    from core.store.console import actions

    author = by or login_name()
    change: Change = lambda c, ids, at: actions.ack(c, ids, by=author, at=at)  # noqa: E731
    _act(alert, change, "acked_by", as_json=as_json)


def close(
    alert: IdArgument,
    *,
    reason: Annotated[
        str,
        typer.Option(
            help="`relevant`, or why it is not: wrong_sense, wrong_actor, old, duplicate, "
            "page_furniture, too_minor."
        ),
    ] = "",
    note: Annotated[str, typer.Option(help="What else there is to say about the reason.")] = "",
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Close an alert; the reason counts in the precision of its topic."""
    from core.store.console import actions

    verdict, why = _verdict(reason)
    author = by or login_name()
    if note and not verdict:
        raise UsageError("A note needs a reason.", mend="Add --reason.")

    def change(connection: Connection, ids: list[str], at: datetime) -> object:
        if not verdict:
            return actions.close(connection, ids, by=author, at=at)
        judgement = {"verdict": verdict, "reason": why, "note": note}
        return actions.judge(connection, ids, **judgement, by=author, at=at)

    _act(alert, change, "closed_by", as_json=as_json)


def reopen(alert: IdArgument, *, by: ByOption = "", as_json: JsonOption = False) -> None:
    """Open a closed alert again. Changes nothing if it is not closed."""
    from core.store.console import actions

    author = by or login_name()
    change: Change = lambda c, ids, at: actions.reopen(c, ids, by=author, at=at)  # noqa: E731
    _act(alert, change, "updated_at", as_json=as_json)


def assign(
    alert: IdArgument,
    *,
    to: Annotated[str, typer.Option(help="Who takes care of it; empty: nobody any more.")],
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Say who takes care of an alert, which stops its escalation."""
    from core.store.console import actions

    author = by or login_name()
    change: Change = lambda c, ids, at: actions.assign(c, ids, to=to, by=author, at=at)  # noqa: E731
    _act(alert, change, "assigned_to", as_json=as_json)


def snooze(
    alert: IdArgument,
    *,
    span: Annotated[str, typer.Option("--for", help="How long: 90m, 4h, 2d; 0h ends it.")] = "4h",
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Tell people only what is new in a story for a time; what is new ends the snooze."""
    from core.store.console import actions

    length, author = _span(span), by or login_name()

    def change(connection: Connection, ids: list[str], at: datetime) -> object:
        return actions.snooze(connection, ids, until=at + length, by=author, at=at)

    _act(alert, change, "snoozed_until", as_json=as_json)


def note(
    alert: IdArgument,
    text: Annotated[str, typer.Argument(help="One line of at most 1,000 characters.")],
    *,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Add a note to a story, which its page shows."""
    from core.store.alerts import get_alert
    from core.store.console.notes import add_note

    settings, author = open_settings(), by or login_name()
    require_existing(settings.database_location)
    with open_store(settings) as store, store.write() as connection:
        whole = get_alert(connection, alert).id
        action_id = add_note(connection, whole, text, by=author, at=utc_now())
    row = {"alert": whole, "note": action_id, "by": author}
    print_rows([row], ("alert", "note", "by"), as_json=as_json, empty="")


COMMANDS: tuple[Callable[..., None], ...] = (ack, close, reopen, assign, snooze, note)


def alert_row(alert: Alert) -> dict[str, Any]:
    """Return an alert as the commands print it."""
    return {
        "id": alert.id,
        "topic": alert.topic_id,
        "topic_title": alert.topic_title,
        "story_id": alert.story_id,
        "title": alert.title,
        "state": alert.state,
        "severity": alert.severity,
        "reason": in_english(Phrase.load(alert.reason)),
        "article_id": alert.article_id,
        "opened_at": rfc3339(alert.opened_at),
        "updated_at": rfc3339(alert.updated_at),
        "acked_by": alert.acked_by or None,
        "acked_at": rfc3339(alert.acked_at) if alert.acked_at else None,
        "closed_by": alert.closed_by or None,
        "closed_at": rfc3339(alert.closed_at) if alert.closed_at else None,
        "assigned_to": alert.assigned_to or None,
        "snoozed_until": rfc3339(alert.snoozed_until) if alert.snoozed_until else None,
        "merged_into": alert.merged_into or None,
    }


Change = Callable[["Connection", list[str], "datetime"], object]
"""Changes the alerts of these ids at a time."""


def _act(alert: str, change: Change, shown: str, *, as_json: bool) -> None:
    """Change an alert, publish that, and print the alert with one more of its columns."""
    from core.store import alerts as alert_store

    settings = open_settings()
    require_existing(settings.database_location)
    with open_instance(settings) as instance, open_store(settings) as store:
        with store.write() as connection:
            alert_id = alert_store.get_alert(connection, alert).id
            change(connection, [alert_id], utc_now())
            stored = alert_store.get_alert(connection, alert_id)
        publish(settings, instance, store)
    row = alert_row(stored)
    if as_json:
        print_json(row)
    else:
        print_rows([row], ("id", "state", shown), as_json=False, empty="")


def publish(settings: Settings, instance: Instance, store: Store) -> None:
    """Publish what waits in the outbox; if the streams are not available, the next run does."""
    import structlog

    from core.relay import Relay

    with open_stream_log(settings, instance) as streams:
        relay = Relay(store, streams, instance, utc_now)
        try:
            relay.drain()
        except StreamError as error:  # the change is stored; the next run publishes its record
            log = structlog.get_logger(__name__)
            log.warning("record_not_published_yet", reason=str(error))
        relay.release()


def _verdict(reason: str) -> tuple[str, str]:
    """Return the verdict that a reason for closing stands for, and the reason; both may be empty.

    Raises:
        UsageError: It is none of the reasons.
    """
    from core.store.console.actions import IRRELEVANT, REASONS, RELEVANT

    code = reason.strip().lower().replace(" ", "_").replace("-", "_")
    if code and code not in (RELEVANT, *REASONS):
        mend = f"One of: {', '.join((RELEVANT, *REASONS))}."
        raise UsageError(f"{reason[:40]!r} is no reason to close an alert.", mend=mend)
    return (code, "") if code in ("", RELEVANT) else (IRRELEVANT, code)


def _span(text: str) -> timedelta:
    from config.durations import parse_duration

    span = parse_duration(text)
    if span is None:
        raise UsageError(f"{text!r} is no length of time.", mend="Write it like 90m, 4h or 2d.")
    return span
