from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.plan import (
    HoldCode,
    Planned,
    Silence,
    Traffic,
    Waiting,
    find_silence,
    matches,
    plan,
)
from config.catalog.matchers import LABELS
from config.catalog.models import AlertsDefinition, Catalog, Outlet, RouteDefinition, Tier
from config.i18n import in_english, translator
from config.weekly_hours import WeeklyHours, parse_hours
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
    return plan(ALERT | labels, "a 1", AlertsDefinition(routes=routes), Traffic(), NOON)


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


# --- hours of duty -------------------------------------------------------------------------

DUTY = (
    # local time in Berlin       the receivers of: days mon-fri 06-14, nights 22-06, else console
    ("2026-11-23T05:59:59+01:00", "nights"),
    ("2026-11-23T06:00:00+01:00", "days"),
    ("2026-11-23T13:59:59+01:00", "days"),
    ("2026-11-23T14:00:00+01:00", "console"),
    ("2026-11-23T22:00:00+01:00", "nights"),
    ("2026-11-28T08:00:00+01:00", "console"),  # a Saturday
    ("2026-03-29T01:59:59+01:00", "nights"),  # the hour from 2 to 3 does not exist
    ("2026-03-29T05:59:59+02:00", "nights"),
    ("2026-03-29T06:00:00+02:00", "console"),
    ("2026-10-25T02:30:00+02:00", "nights"),  # the hour from 2 to 3 comes twice
    ("2026-10-25T02:30:00+01:00", "nights"),
    ("2026-10-25T06:00:00+01:00", "console"),
)


@pytest.mark.parametrize(("local_time", "receiver"), DUTY)
def test_a_route_outside_its_hours_of_duty_is_passed_over(local_time: str, receiver: str) -> None:
    days, nights = parse_hours("mon-fri 06-14"), parse_hours("22:00-06:00")
    assert days is not None
    assert nights is not None
    routes = (
        replace(route("days"), active=WeeklyHours((days,), "Europe/Berlin")),
        replace(route("nights"), active=WeeklyHours((nights,), "Europe/Berlin")),
        route("console"),
    )
    now = datetime.fromisoformat(local_time).astimezone(UTC)
    [message] = plan(ALERT, "a 1", AlertsDefinition(routes=routes), Traffic(), now)
    assert message.receiver == receiver


# --- group wait and bundle -----------------------------------------------------------------


def test_a_message_waits_for_others_about_the_article_and_says_which_route_chose_its_receiver() -> (
    None
):
    [message] = planned(route("night", topic="rail"), route("desk"))
    assert (message.receiver, message.bundle) == ("desk", "article a 1")
    assert message.due == NOON + timedelta(seconds=90)
    assert in_english(message.reason) == "Route 2 of alerts.yaml matches."
    [message] = planned()
    assert in_english(message.reason) == "No route matches, so only the console is notified."


def test_a_route_sets_its_own_group_wait() -> None:
    [message] = planned(replace(route("desk"), group_wait=timedelta(minutes=5)))
    assert message.due == NOON + timedelta(minutes=5)


def test_a_message_joins_one_that_waits_and_is_due_with_it() -> None:
    waiting = Waiting(NOON + timedelta(seconds=10), "article b 1")
    definition = AlertsDefinition(routes=(route("desk", "night"),))
    desk, night = plan(ALERT, "a 1", definition, Traffic(waiting={"desk": waiting}), NOON)
    assert (desk.due, desk.bundle) == (waiting.due, waiting.bundle)
    assert (night.due, night.bundle) == (NOON + timedelta(seconds=90), "article a 1")


# --- cap -----------------------------------------------------------------------------------


def under_cap(
    sent: int,
    *,
    cap: int | None = None,
    severity: str = "normal",
    receiver: str = "desk",
    waiting: Waiting | None = None,
) -> Planned:
    """The plan of one more message after some others within an hour."""
    routes = (replace(route(receiver), max_per_hour=cap),)
    traffic = Traffic({} if waiting is None else {receiver: waiting}, {receiver: sent})
    labels = ALERT | {"severity": severity}
    [message] = plan(labels, "a 1", AlertsDefinition(routes=routes), traffic, NOON)
    return message


@pytest.mark.parametrize(
    ("sent", "cap", "severity", "receiver", "held"),
    [
        (5, None, "normal", "desk", False),
        (6, None, "normal", "desk", True),
        (6, None, "urgent", "desk", False),
        (6, None, "normal", "console", False),
        (6, 6, "normal", "console", True),
        (2, 2, "high", "desk", True),
        (99, 0, "normal", "desk", False),
    ],
)
def test_over_the_cap_of_an_hour_a_message_is_held_unless_it_is_urgent(
    sent: int, cap: int | None, severity: str, receiver: str, held: bool
) -> None:
    message = under_cap(sent, cap=cap, severity=severity, receiver=receiver)
    assert (message.hold is not None) is held


def test_what_is_over_the_cap_comes_within_an_hour_in_one_roll_up_of_the_topic() -> None:
    message = under_cap(6)
    assert message.hold is not None
    assert (message.hold.code, message.due) == (HoldCode.CAP, NOON + timedelta(hours=1))
    assert message.bundle == "rollup nato-membership"
    assert "had 6 messages about the topic within an hour, and 6 are allowed" in in_english(
        message.hold.reason
    )
    assert "6 Nachrichten" in translator("de").phrase(message.hold.reason)


def test_one_more_topic_of_a_message_that_waits_is_no_further_message_for_the_cap() -> None:
    assert under_cap(6, waiting=Waiting(NOON + timedelta(seconds=5), "article b 1")).hold is None


# --- quiet hours ---------------------------------------------------------------------------

NIGHT = parse_hours("13:30-15:00")  # 12:30 to 14:00 UTC; the clock shows noon, UTC


def in_quiet_hours(
    at: timedelta, *, own: str | None = None, severity: str = "normal", sent: int = 0
) -> Planned:
    assert NIGHT is not None
    night = WeeklyHours((NIGHT,), "Europe/Berlin")
    hours = None if own is None else WeeklyHours(tuple(filter(None, [parse_hours(own)])), "UTC")
    definition = AlertsDefinition(
        routes=(replace(route("desk"), quiet_hours=hours),), quiet_hours=night
    )
    labels = ALERT | {"severity": severity}
    [message] = plan(labels, "a 1", definition, Traffic(sent={"desk": sent}), NOON + at)
    return message


def test_in_quiet_hours_messages_wait_for_one_catch_up_at_their_end() -> None:
    first, second = in_quiet_hours(timedelta(hours=1)), in_quiet_hours(timedelta(minutes=100))
    assert first.hold is not None
    assert first.hold.code is HoldCode.QUIET_HOURS
    assert first.due == second.due == NOON + timedelta(hours=2)
    assert first.bundle == second.bundle == "catch_up 2026-11-22T14:00:00Z"
    assert in_english(first.hold.reason).startswith("Held until the quiet hours end on 22 Nov")


def test_what_would_go_out_in_quiet_hours_is_held_even_if_it_is_decided_before() -> None:
    assert in_quiet_hours(timedelta(minutes=28)).hold is None
    assert in_quiet_hours(timedelta(minutes=29)).hold is not None


def test_quiet_hours_end_with_the_minute_that_they_name() -> None:
    assert in_quiet_hours(timedelta(hours=2) - timedelta(seconds=90)).hold is None


def test_urgent_messages_pass_quiet_hours() -> None:
    assert in_quiet_hours(timedelta(hours=1), severity="urgent").hold is None


def test_a_route_may_have_quiet_hours_of_its_own_or_none() -> None:
    assert in_quiet_hours(timedelta(hours=1), own="none").hold is None
    own = in_quiet_hours(timedelta(hours=5), own="16:00-18:00")
    assert own.due == NOON + timedelta(hours=6)


def test_a_roll_up_that_would_come_in_quiet_hours_comes_with_the_catch_up() -> None:
    message = in_quiet_hours(timedelta(), sent=6)
    assert message.hold is not None
    assert (message.hold.code, message.due) == (HoldCode.CAP, NOON + timedelta(hours=2))
    assert message.bundle.startswith("catch_up ")


# --- silences ------------------------------------------------------------------------------


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
    assert (find_silence(ALERT, [by], NOON) is not None) is muted


def test_of_several_silences_the_one_that_ends_last_is_named() -> None:
    short, long, other = silence(1), silence(9), silence(99, topic="rail")
    assert find_silence(ALERT, [short, long, other], NOON) == long
    assert find_silence(ALERT, [other], NOON) is None
