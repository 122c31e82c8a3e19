"""``wirewatch alerts``: list and show alerts, and what people do with them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from config.errors import UsageError
from config.i18n import Phrase, in_english
from core.clock import rfc3339, utc_now
from wirewatch.cli import feedback, regrouping, story_actions, story_feeds
from wirewatch.cli.output import print_json, print_rows, say, write
from wirewatch.cli.silences import silence
from wirewatch.cli.simulate import simulate
from wirewatch.cli.story_actions import IdArgument, JsonOption, alert_row
from wirewatch.cli.terminal import login_name
from wirewatch.run.bootstrap import load_files, open_settings, open_store
from wirewatch.run.reading import describe_location, read_store, require_existing

if TYPE_CHECKING:
    from config.settings import Settings
    from core.store.alerts import DecisionRow
    from core.store.deliveries import Delivery, Notification
    from core.store.escalations import EscalationRow
    from core.store.held_items import HeldItem
    from core.store.stories import Story
    from core.store.told_revisions import LaterRevision

app = typer.Typer(no_args_is_help=True, help="List, show, acknowledge and simulate alerts.")
app.command()(simulate)
app.command()(silence)
app.command()(feedback.missed)
app.command()(feedback.export)
app.command("feed-address")(story_feeds.feed_address)
for _command in (*story_actions.COMMANDS, *regrouping.COMMANDS):
    app.command()(_command)

DEFAULT_LIMIT = 100
"""Rows printed for people where no limit is given; programs get all."""


@app.command("list")
def list_alerts(
    *,
    topic: Annotated[str | None, typer.Option(help="Only alerts of this topic.")] = None,
    state: Annotated[
        Literal["open", "acked", "closed"] | None, typer.Option(help="Only alerts in this state.")
    ] = None,
    assigned_to: Annotated[
        str | None, typer.Option(help="Only alerts that this person takes care of.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help=f"Most alerts listed. Default: {DEFAULT_LIMIT}; all with --json."),
    ] = None,
    held: Annotated[
        bool, typer.Option("--held", help="What a cap or quiet hours hold, and until when.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List alerts, newest first."""
    from core.store.alert_pages import scan_alerts

    settings = open_settings()
    most = limit or (2**31 - 1 if as_json else DEFAULT_LIMIT)
    if held:
        _list_held(settings, topic, most, as_json=as_json)
        return
    with read_store(settings) as store:
        found = scan_alerts(store, topic_id=topic, state=state, assigned_to=assigned_to, limit=most)
        rows = [alert_row(alert) | outlets_row(story) for alert, story in found]
    if topic and not rows and assigned_to is None:
        _check_topic(topic, settings)
    columns = ("opened_at", "topic", "title", "state", "assigned_to", "outlets", "id")
    empty = f"There are no alerts in {describe_location(settings.database_location)}."
    print_rows(rows, columns, as_json=as_json, empty=empty)


@app.command()
def show(alert: IdArgument, *, as_json: JsonOption = False) -> None:
    """Show an alert: the articles of its story with their evidence, and its notifications."""
    from alerts.notification_body import group_copies
    from core.store import alerts as alert_store
    from core.store import escalations, notification_items
    from core.store import stories as story_store
    from core.store.told_revisions import load_later_revisions, load_shown_articles

    with read_store(open_settings()) as store, store.read() as connection:
        stored = alert_store.get_alert(connection, alert)
        shown = load_shown_articles(connection, stored.story_id, stored.id)
        articles, later = group_copies(shown), load_later_revisions(connection, shown)
        decisions = alert_store.load_decisions(connection, stored.id)
        story = story_store.find_story(connection, stored.story_id)
        notifications = notification_items.load_notifications(connection, stored.id)
        steps = escalations.load_escalations(connection, stored.id)
    row = alert_row(stored) | outlets_row(story)
    row |= {
        "articles": [
            a.model_dump(mode="json") | {"later": later_row(later.get(a.id))} for a in articles
        ],
        "decisions": [decision_row(d) for d in decisions],
        "notifications": [notification_row(n, deliveries) for n, deliveries in notifications],
        "escalation": [step_row(step) for step in steps],
    }
    if as_json:
        print_json(row)
    else:
        _print_alert(row)


@app.command()
def resend(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Ids of deliveries or notifications"),
    ] = None,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="Only what has failed.")] = False,
    target: Annotated[
        str, typer.Option(help="Everything undelivered of this receiver or target.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Send deliveries again, with the same ids: those named, all that failed, or a target's.

    They are due now: the running program sends them, or the next `run --once`.
    """
    from core.store.resend import Selection, resend_selected
    from wirewatch.web.outcome_texts import resend_phrase

    if not (ids or failed or target):
        raise UsageError("Nothing is selected.", mend="Write ids, --failed or --target.")
    selection = Selection(tuple(ids or ()), target, failed_only=failed)
    settings = open_settings()
    require_existing(settings.database_location)
    with open_store(settings) as store:
        outcomes = store.transact(
            lambda c: resend_selected(c, selection, now=utc_now(), by=login_name())
        )
    rows = [
        {
            "id": delivery.id,
            "receiver": delivery.receiver,
            "target": delivery.target,
            "result": outcome.result.value,
            "reason": in_english(resend_phrase(outcome)),
        }
        for delivery, outcome in outcomes
    ]
    columns = ("receiver", "target", "reason", "id")
    print_rows(rows, columns, as_json=as_json, empty="There is nothing to send again.")


def outlets_row(story: Story | None) -> dict[str, int]:
    """Return the numbers of outlets of a story, as programs get them."""
    if story is None:
        return {"outlets": 0, "independent_outlets": 0}
    return {"outlets": story.outlets, "independent_outlets": story.independent_outlets}


def decision_row(decision: DecisionRow) -> dict[str, Any]:
    """Return a decision as the commands print it."""
    names = ("article_id", "revision", "outlet", "event", "reason_code")
    return {name: getattr(decision, name) for name in names} | {"reason": _english(decision.reason)}


def notification_row(
    notification: Notification, deliveries: tuple[Delivery, ...]
) -> dict[str, Any]:
    """Return a notification with its deliveries as the commands print it."""
    return {
        "id": notification.id,
        "receiver": notification.receiver,
        "kind": notification.kind,
        "deliveries": [
            {
                "id": d.id,
                "target": d.target,
                "state": d.state,
                "attempts": d.attempts,
                "last_error": _english(d.last_error) or None,
                "delivered_at": rfc3339(d.delivered_at) if d.delivered_at else None,
            }
            for d in deliveries
        ],
    }


def _english(stored: str) -> str:
    """Return a stored reason in English; plain text stored by an older version as it is."""
    return in_english(Phrase.load(stored))


def _list_held(settings: Settings, topic: str | None, most: int, *, as_json: bool) -> None:
    from core.store import held_items

    with read_store(settings) as store, store.read() as connection:
        rows = [
            held_row(held, title)
            for held, title in held_items.list_held_titles(connection)
            if topic in (None, held.item.topic_id)
        ][:most]
    if topic and not rows:
        _check_topic(topic, settings)
    columns = ("held_until", "receiver", "topic", "title", "kind", "reason", "id")
    empty = f"Nothing is held in {describe_location(settings.database_location)}."
    print_rows(rows, columns, as_json=as_json, empty=empty)


def held_row(held: HeldItem, title: str) -> dict[str, Any]:
    """Return a held message as ``alerts list --held`` prints it; ``id`` is that of the alert."""
    item = held.item
    return {
        "id": item.alert_id,
        "held_until": rfc3339(held.held_until),
        "receiver": held.receiver,
        "topic": item.topic_id,
        "title": title,
        "kind": item.kind,
        "severity": item.severity,
        "reason": _english(item.hold_reason),
        "reason_code": item.hold_code,
        "decided_at": rfc3339(item.added_at),
        "notification_id": item.notification_id,
    }


def step_row(step: EscalationRow) -> dict[str, Any]:
    """Return a step of an escalation as the commands print it."""
    return {
        "step": step.step,
        "receivers": list(step.receivers),
        "state": step.state,
        "due_at": rfc3339(step.due_at),
        "ended_at": rfc3339(step.ended_at) if step.ended_at else None,
        "reason_code": step.ended_code or None,
    }


def _print_alert(row: dict[str, Any]) -> None:
    say(f"{row['title']}\n{row['topic_title']} · {row['state']} · {row['reason']}")
    if row["assigned_to"]:
        say(f"assigned to {row['assigned_to']}")
    if row["snoozed_until"]:
        say(f"snoozed until {row['snoozed_until']}")
    for step in row["escalation"]:
        say(f"escalation {step['step']} to {', '.join(step['receivers'])}: {step['state']}")
    for article in row["articles"]:
        write("")
        say(f"{article['outlet']}: {article['title']}")
        say(article["url"], indent="  ")
        for evidence in article["evidence"][:3]:
            say(f"[{evidence['rule']}] {evidence['sentence']}", indent="  ")
        if later := article["later"]:
            _print_later(later)
    write("")
    for notification in row["notifications"]:
        for delivery in notification["deliveries"]:
            say(f"{notification['kind']} to {delivery['target']}: {delivery['state']}")


def later_row(later: LaterRevision | None) -> dict[str, Any] | None:
    """Return what a newer revision has changed about the evidence, as the commands print it."""
    return None if later is None else asdict(later)


def _print_later(later: dict[str, Any]) -> None:
    for sentence in later["missing"]:
        say(f"revision {later['revision']} no longer has: {sentence}", indent="  ")
    if not later["missing"]:
        say(f"revision {later['revision']} still has this", indent="  ")


def _check_topic(topic: str, settings: Settings) -> None:
    """Raise UsageError where a topic has no alerts because it does not exist."""
    known = sorted(t.id for t in load_files(settings)[0].topics)
    if topic not in known:
        mend = f"Topics: {', '.join(known) or 'none'}."
        raise UsageError(f"There is no topic {topic!r}.", mend=mend)
