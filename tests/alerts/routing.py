"""Topics that are routed to a webhook, and matches of theirs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from config.catalog.models import (
    AlertPolicy,
    AlertsDefinition,
    Catalog,
    RouteDefinition,
    TopicDefinition,
)
from core.messages import AlertEvent, Match
from tests.alerts.harness import PLACE, Harness, match, topic, webhook
from tests.support.faultserver import FaultServer

TOPICS = ("trade", "chamber", "port", "rail")


ARTICLE = "https://kurier.example.org/zollabkommen"


def route_all(harness: Harness, url: str, **route: Any) -> None:
    routes = (RouteDefinition({}, ("desk",), PLACE, **route),)
    alerts = AlertsDefinition("http://127.0.0.1:8080", (webhook(url),), routes)
    harness.catalog = Catalog((), tuple(map(tracked, TOPICS)), (), alerts)


def change_route(harness: Harness, **changes: Any) -> None:
    alerts = harness.catalog.alerts
    routes = tuple(replace(route, **changes) for route in alerts.routes)
    harness.catalog = replace(harness.catalog, alerts=replace(alerts, routes=routes))


def tracked(name: str, severity: str = "normal") -> TopicDefinition:
    return topic(id=name, title=name.upper(), alert=AlertPolicy(severity))


def about(*names: str, url: str = ARTICLE, score: int = 55) -> list[Match]:
    """Matches of one article under several topics."""
    return [match(url, topic=name).model_copy(update={"score": score}) for name in names]


def event_number(number: int, name: str = "trade") -> Match:
    """A match on an article about an event of its own."""
    return match(
        f"https://kurier.example.org/{number}",
        topic=name,
        title=f"Nummer{number * 7919}",
        text=f"Ganz{number * 104729} anderes{number}.",
    )


def bodies(faults: FaultServer, path: str = "/hook") -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in faults.requests_to(path)]


def send_due(harness: Harness) -> dict[str, int]:
    return harness.dispatcher().run_once(attempt_all_due=False)


def events(harness: Harness, code: str) -> list[AlertEvent]:
    return [event for event in harness.events() if event.reason_code == code]
