from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.plan import Planned, Silence, find_silence, matches, plan
from config.catalog.alerts import LABELS
from config.catalog.models import AlertsDefinition, Catalog, Outlet, RouteDefinition, Tier
from config.i18n import in_english, translator
from tests.alerts.harness import NOON, PLACE, Harness, match, topic, webhook

ALERT = {
    "topic": "nato-membership",
    "severity": "urgent",
    "kind": "new_story",
    "tier": "B",
    "language": "de",
    "outlet": "kurier",
    "country": "DE",
}


def route(*receivers: str, **match: str) -> RouteDefinition:
    return RouteDefinition(match, receivers, PLACE)


def planned(*routes: RouteDefinition, **labels: str) -> tuple[Planned, ...]:
    return plan(ALERT | labels, AlertsDefinition(routes=routes), (), NOON)


def receivers(*routes: RouteDefinition, **labels: str) -> tuple[str, ...]:
    return tuple(message.receiver for message in planned(*routes, **labels))


def silence(hours: float = 1, **matchers: str) -> Silence:
    return Silence(matchers, NOON + timedelta(hours=hours), "Wartung")


# --- route ---------------------------------------------------------------------------------


def test_the_first_route_that_matches_wins() -> None:
    routes = (
        route("desk", topic="nato-*", severity="urgent"),
        route("night", topic="nato-*"),
        route("console"),
    )
    assert receivers(*routes) == ("desk",)
    assert receivers(*routes, severity="normal") == ("night",)
    assert receivers(*routes, topic="rail") == ("console",)


def test_without_a_route_only_the_console_is_notified() -> None:
    assert receivers() == ("console",)
    assert receivers(route("desk", outlet="bote")) == ("console",)


def test_a_receiver_named_twice_gets_one_message() -> None:
    assert receivers(route("a", "b", "a")) == ("a", "b")


def test_a_route_may_choose_by_the_kind_of_message_and_the_tier_of_the_outlet() -> None:
    routes = (route("flash", kind="update", tier="A"), route("console"))
    assert receivers(*routes, kind="update", tier="A") == ("flash",)
    assert receivers(*routes, kind="update", tier="B") == ("console",)
    assert receivers(*routes, kind="new_story", tier="A") == ("console",)


def test_the_tier_of_an_alert_is_that_of_the_outlet_in_the_catalog(harness: Harness) -> None:
    desk = webhook("http://127.0.0.1:9/x")
    routes = (RouteDefinition({"tier": "A"}, ("desk",), PLACE), route("console"))
    agency = Outlet("kurier", "Kurier", "DE", "de", Tier.A, (), PLACE)
    alerts = AlertsDefinition("http://x", (desk,), routes)
    harness.catalog = Catalog((agency,), (topic(),), (), alerts)
    harness.decide(match())
    harness.decide(match("https://bote.example.org/1", title="Feuer in Lissabon", text="Lissabon."))
    assert [n.receiver for n, _ in harness.notifications()] == ["console", "desk"]


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ("*", "anything", True),
        ("kur*er", "kurier", True),
        ("kurier", "Kurier", False),
        ("kurie?", "kurier", False),
        ("[k]urier", "kurier", False),
        ("[k]urier", "[k]urier", True),
        ("", "kurier", False),
    ],
)
def test_only_the_star_is_a_wildcard(pattern: str, value: str, fits: bool) -> None:
    assert matches({"outlet": pattern}, ALERT | {"outlet": value}) is fits


def test_an_alert_has_every_label_a_route_may_match(harness: Harness) -> None:
    everything = dict.fromkeys(LABELS, "*")
    desk = webhook("http://127.0.0.1:9/x")
    routes = (RouteDefinition(everything | {"country": "D?"}, ("desk",), PLACE),)
    harness.catalog = Catalog((), (topic(),), (), AlertsDefinition("http://x", (desk,), routes))
    harness.decide(match())
    assert harness.notifications()[0][0].receiver == "console"
    routes = (RouteDefinition(everything | {"country": "DE", "language": "d*"}, ("desk",), PLACE),)
    harness.catalog = Catalog((), (topic(),), (), AlertsDefinition("http://x", (desk,), routes))
    harness.decide(match("https://bote.example.org/1", title="Feuer in Lissabon", text="Lissabon."))
    assert "desk" in {n.receiver for n, _ in harness.notifications()}


# --- time, bundle, reason ------------------------------------------------------------------


def test_a_message_is_due_at_once_by_itself_and_says_which_route_chose_its_receiver() -> None:
    [message] = planned(route("night", topic="rail"), route("desk"))
    assert (message.receiver, message.due, message.bundle) == ("desk", NOON, None)
    assert in_english(message.reason) == "Route 2 of alerts.yaml matches."
    [message] = planned()
    assert in_english(message.reason) == "No route matches, so only the console is notified."


# --- mute ----------------------------------------------------------------------------------


def test_a_silence_mutes_every_message_and_says_until_when_and_why() -> None:
    definition = AlertsDefinition(routes=(route("desk", "night"),))
    muted = plan(ALERT, definition, [silence(topic="nato-*")], NOON)
    assert [(m.receiver, m.due, m.bundle) for m in muted] == [
        ("desk", None, None),
        ("night", None, None),
    ]
    assert in_english(muted[0].reason) == "Silenced until 22 Nov 2026, 13:00 UTC: Wartung"
    assert translator("de").phrase(muted[0].reason).startswith("Stummgeschaltet bis 22. Nov")


@pytest.mark.parametrize(
    ("muted", "by"),
    [
        (True, silence()),
        (True, silence(topic="nato-*", severity="urgent")),
        (False, silence(topic="nato-*", severity="low")),
        (False, silence(desk="x")),
        (False, silence(0, topic="*")),
        (False, silence(-1, topic="*")),
    ],
)
def test_a_silence_is_in_force_where_all_matchers_fit_and_until_it_ends(
    muted: bool, by: Silence
) -> None:
    [message] = plan(ALERT, AlertsDefinition(), [by], NOON)
    assert (message.due is None) is muted


def test_of_several_silences_the_one_that_ends_last_is_named() -> None:
    short, long, other = silence(1), silence(9), silence(99, topic="rail")
    assert find_silence(ALERT, [short, long, other], NOON) == long
    assert find_silence(ALERT, [other], NOON) is None
