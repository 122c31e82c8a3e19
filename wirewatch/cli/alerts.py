"""``wirewatch alerts``: what was told, and who is on it."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer

from alerts.notification import shown_articles
from core.clock import rfc3339, utc_now
from core.store import alerts as kept
from core.store import deliveries as sent
from core.store import stories as seen
from core.store.alerts import Alert
from wirewatch.cli.output import print_json, print_rows
from wirewatch.program import open_program, open_settings, open_store

app = typer.Typer(no_args_is_help=True, help="Look at alerts and take them.")

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
IdArgument = Annotated[str, typer.Argument(help="The alert's id, or its first 8 digits or more")]


@app.command("list")
def list_alerts(
    *,
    topic: Annotated[str | None, typer.Option(help="Only this topic's.")] = None,
    state: Annotated[str | None, typer.Option(help="open, acked or closed.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Alerts, newest first."""
    with open_store(open_settings()) as store, store.read() as connection:
        found = kept.list_alerts(connection, topic_id=topic, state=state, limit=limit)
        stories = {a.story_id: seen.story(connection, a.story_id) for a in found}
    rows = [as_row(a) | {"outlets": s.outlets if (s := stories[a.story_id]) else 0} for a in found]
    columns = ("opened_at", "topic", "title", "state", "outlets", "id")
    print_rows(rows, columns, as_json=as_json, empty="Nothing was told yet.")


@app.command()
def show(alert: IdArgument, *, as_json: JsonOption = False) -> None:
    """One alert: its story's articles with the evidence, and who was told."""
    with open_store(open_settings()) as store, store.read() as connection:
        found = kept.alert(connection, alert)
        articles = shown_articles(seen.articles_of(connection, found.story_id))
        decisions = kept.decisions_of(connection, found.id)
        told = sent.notifications_of(connection, found.id)
    row = as_row(found) | {
        "articles": [a.model_dump(mode="json") for a in articles],
        "decisions": [
            {
                "article_id": d.article_id,
                "revision": d.revision,
                "outlet": d.outlet,
                "event": d.event,
                "reason_code": d.reason_code,
                "reason": d.reason,
            }
            for d in decisions
        ],
        "notifications": [_notification(n, deliveries) for n, deliveries in told],
    }
    if as_json:
        print_json(row)
    else:
        _show(row)


@app.command()
def ack(
    alert: IdArgument,
    *,
    by: Annotated[str, typer.Option(help="Who takes it; else your login name.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Take an alert: somebody is on it."""
    with open_program(open_settings()) as program:
        with program.store.write() as connection:
            found = kept.ack(connection, alert, by=by or getpass.getuser(), at=utc_now())
        program.relay.drain()
        program.relay.release()
    row = as_row(found)
    print_rows([row], ("id", "state", "acked_by"), as_json=False, empty="") if not as_json else (
        print_json(row)
    )


def as_row(alert: Alert) -> dict[str, Any]:
    """An alert as the commands print it."""
    return {
        "id": alert.id,
        "topic": alert.topic_id,
        "topic_title": alert.topic_title,
        "story_id": alert.story_id,
        "title": alert.title,
        "state": alert.state,
        "severity": alert.severity,
        "reason": alert.reason,
        "article_id": alert.article_id,
        "opened_at": rfc3339(alert.opened_at),
        "updated_at": rfc3339(alert.updated_at),
        "acked_by": alert.acked_by or None,
        "acked_at": rfc3339(alert.acked_at) if alert.acked_at else None,
    }


def _notification(
    notification: sent.Notification, deliveries: tuple[sent.Delivery, ...]
) -> dict[str, Any]:
    return {
        "id": notification.id,
        "receiver": notification.receiver,
        "kind": notification.kind,
        "deliveries": [
            {
                "target": d.target,
                "state": d.state,
                "attempts": d.attempts,
                "last_error": d.last_error or None,
                "delivered_at": rfc3339(d.delivered_at) if d.delivered_at else None,
            }
            for d in deliveries
        ],
    }


def _show(row: dict[str, Any]) -> None:
    print(f"{row['title']}\n{row['topic_title']} · {row['state']} · {row['reason']}")
    for article in row["articles"]:
        print(f"\n{article['outlet']}: {article['title']}\n  {article['url']}")
        for evidence in article["evidence"][:3]:
            print(f"  [{evidence['rule']}] {evidence['sentence']}")
    for notification in row["notifications"]:
        for delivery in notification["deliveries"]:
            print(f"\n{notification['kind']} to {delivery['target']}: {delivery['state']}")
