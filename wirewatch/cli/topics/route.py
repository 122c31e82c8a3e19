"""``wirewatch topics route``: whom a match of a topic would reach, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import UsageError
from core.clock import utc_now
from wirewatch.cli.output import print_json, print_rows, say, write
from wirewatch.cli.topics.options import JsonOption, TopicArgument
from wirewatch.run.bootstrap import open_settings, open_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.plan import Silence
    from config.catalog.models import Catalog
    from config.settings import Settings

_FILE = "sqlite:///"


def route(
    topic: TopicArgument,
    *,
    severity: Annotated[str, typer.Option(help="Default: the topic's.")] = "",
    kind: Annotated[str, typer.Option(help="Kind of the message.")] = "new_story",
    outlet: Annotated[str, typer.Option(help="Outlet of the article.")] = "",
    language: Annotated[str, typer.Option(help="Language of the article.")] = "",
    country: Annotated[str, typer.Option(help="Default: the outlet's.")] = "",
    tier: Annotated[str, typer.Option(help="Default: the outlet's.")] = "",
    at: Annotated[
        str, typer.Option(metavar="TIME", help="When the match is decided. Default: now.")
    ] = "",
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="RECEIVER", help="Exit with 1 unless exactly these are reached."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show whom a match of a topic would reach, when, and why. Nothing is stored or sent.

    \b
    wirewatch topics route nato-membership --severity urgent
    wirewatch topics route nato-membership --outlet tass --at 2026-11-29T02:30+01:00
    wirewatch topics route nato-membership --expect desk --expect mail
    """  # noqa: D301 click reads \b as: keep these lines
    from wirewatch.topic_tools.files import check_alerts, load_sound_topic, topic_of
    from wirewatch.topic_tools.routing import labels_of_match, route_topic

    settings = open_settings()
    now = _moment(at)
    everything = check_alerts(settings)
    definition = topic_of(load_sound_topic(settings, topic))
    others = tuple(t for t in everything.topics if t.id != definition.id)
    catalog = replace(everything, topics=(*others, definition))
    given = {"severity": severity, "kind": kind, "outlet": outlet, "language": language}
    given |= {"country": country, "tier": tier}
    _check(given, catalog)
    labels = labels_of_match(definition, catalog, given)
    silences, sent = _load_state(settings, catalog, labels, now)
    routing = route_topic(definition, labels, catalog, silences, sent, now)
    if as_json:
        print_json(routing.as_json())
    else:
        _print(routing.as_json())
    if expect and set(expect) != set(routing.receivers):
        reached = ", ".join(routing.receivers) or "nobody"
        typer.echo(f"Expected {', '.join(expect)}; it reaches {reached}.", err=True)
        raise typer.Exit(1)


def _moment(text: str) -> datetime:
    """Return a time that is written with its zone, or now.

    Raises:
        UsageError: It is none.
    """
    if not text:
        return utc_now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        mend = "Write 2026-11-29T02:30+01:00, with the zone."
        raise UsageError(f"--at {text!r} is no time with a zone.", mend=mend)
    return moment


def _check(given: Mapping[str, str], catalog: Catalog) -> None:
    """Raise UsageError where a label has a value that it cannot have."""
    from config.catalog.alerts import KINDS
    from config.catalog.models import Tier
    from config.catalog.topics import SEVERITIES

    known = {"severity": SEVERITIES, "kind": KINDS, "tier": tuple(t.value for t in Tier)}
    known["outlet"] = tuple(outlet.id for outlet in catalog.outlets)
    for label, values in known.items():
        if given[label] and given[label] not in values:
            shown = ", ".join(values[:20]) or "none"
            raise UsageError(f"There is no {label} {given[label]!r}.", mend=f"Known: {shown}.")


def _load_state(
    settings: Settings, catalog: Catalog, labels: Mapping[str, str], now: datetime
) -> tuple[tuple[Silence, ...], dict[str, int]]:
    """Return the silences, and how many messages the receivers had in the last hour.

    Raises:
        StoreError: The store is unavailable.
    """
    from alerts.plan import CAP_WINDOW, Silence
    from alerts.silencing import load_silences
    from core.store import notification_items
    from wirewatch.topic_tools.routing import receivers_with_traffic

    url = settings.database_location
    if url.startswith(_FILE) and not Path(url.removeprefix(_FILE)).exists():
        in_file = catalog.alerts.silences
        return tuple(Silence(s.match, s.until, s.reason, s.author) for s in in_file), {}
    with open_store(settings) as store, store.read() as connection:
        silences = load_silences(connection, catalog.alerts, now)
        sent = {
            receiver: notification_items.count_sent(
                connection, receiver, labels["topic"], since=now - CAP_WINDOW
            )
            for receiver in receivers_with_traffic(labels, catalog, now)
        }
    return silences, sent


def _print(routing: dict[str, Any]) -> None:
    alert = routing["alert"]
    say(
        f"{routing['topic']}: state {routing['state']}, severity {alert['severity']}, "
        f"max age {alert['max_age']}, spike {alert['spike']}."
    )
    shown = (f"{name}={value or '(any)'}" for name, value in routing["labels"].items())
    say(f"A match with {', '.join(shown)} at {routing['at']}:")
    for check in routing["routes"]:
        match = ", ".join(f"{k}={v}" for k, v in check["match"].items()) or "everything"
        outcome = "used" if check["chosen"] else f"passed over: {check['why_not']}"
        position = f"{Path(check['file']).name}:{check['line']}"
        say(f"route {check['number']} ({position}, {match}): {outcome}", indent="  ")
    if not any(check["chosen"] for check in routing["routes"]):
        write("  no route fits: it goes to the console")
    if routing["why_nobody"]:
        say(f"Nobody is told. {routing['why_nobody']}")
        return
    _print_receivers(routing)


def _print_receivers(routing: dict[str, Any]) -> None:
    """Print who is told and when, who follows, and which topics tell it instead."""
    rows = [
        row
        | {
            "held": row["held_reason"],
            "cap": f"{row['sent_last_hour']} of {row['max_per_hour']} this hour"
            if row["max_per_hour"]
            else "none",
        }
        for row in routing["receivers"]
    ]
    columns = ("receiver", "kind", "due", "cap", "held", "reason")
    print_rows(rows, columns, as_json=False, empty="Nobody is told: the route has no receiver.")
    for step in routing["escalation"]:
        say(f"Unless somebody acknowledges it: {step['at']} also {', '.join(step['receivers'])}")
    if routing["inhibited_by"]:
        say(f"Nobody is told of what {', '.join(routing['inhibited_by'])} tells already.")
