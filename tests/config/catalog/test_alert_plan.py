"""The plan of alerts.yaml: waits, caps, quiet hours, duty, escalation, digests, silences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.catalog.models import AlertsDefinition, Catalog, EscalationStep
from config.weekly_hours import Hours, WeeklyHours

if TYPE_CHECKING:
    from tests.config.conftest import Load

TOPIC = {"topics/n.yaml": "{id: nato-membership, query: NATO}"}


def alerts_of(catalog: Catalog | None) -> AlertsDefinition:
    assert catalog is not None
    return catalog.alerts


def test_a_route_says_how_long_it_waits_how_many_an_hour_has_and_when_it_is_quiet(
    load: Load,
) -> None:
    catalog, faults = load(
        {
            "alerts.yaml": """\
            time_zone: Europe/Berlin
            quiet_hours: [mon-fri 22:00-06:00, "sat-sun 00:00-09:00"]
            routes:
              - {match: {severity: urgent}, receivers: [console], quiet_hours: none}
              - match: {severity: high}
                receivers: [console]
                group_wait: 5m
                max_per_hour: 12
                quiet_hours: {from: "23:00", to: "05:30", days: mon-fri, time_zone: UTC}
              - {match: {severity: low}, receivers: [console], max_per_hour: unlimited}
              - receivers: [console]
            """,
        }
    )
    assert faults == []
    alerts = alerts_of(catalog)
    assert alerts.quiet_hours is not None
    assert (alerts.quiet_hours.zone, len(alerts.quiet_hours.hours)) == ("Europe/Berlin", 2)
    urgent, high, low, default = alerts.routes
    assert urgent.quiet_hours == WeeklyHours((), "Europe/Berlin")
    assert (high.group_wait, high.max_per_hour) == (timedelta(minutes=5), 12)
    assert high.quiet_hours == WeeklyHours((Hours(frozenset(range(5)), 1380, 330),), "UTC")
    assert low.max_per_hour == 0
    assert (default.group_wait, default.max_per_hour) == (timedelta(seconds=90), None)
    assert default.quiet_hours is None


def test_a_route_may_have_hours_of_duty_as_a_text_a_list_or_a_mapping(load: Load) -> None:
    catalog, faults = load(
        {
            "alerts.yaml": """\
            time_zone: Europe/Berlin
            routes:
              - {receivers: [console], active: mon-fri 06-14}
              - {receivers: [console], active: ["14:00-22:00", "sun 22:00-24:00"]}
              - {receivers: [console], active: {from: "22", to: "6"}, time_zone: UTC}
              - receivers: [console]
            """,
        }
    )
    assert faults == []
    day, late, night, default = alerts_of(catalog).routes
    assert day.active == WeeklyHours((Hours(frozenset(range(5)), 360, 840),), "Europe/Berlin")
    assert late.active is not None
    assert [hours.start for hours in late.active.hours] == [840, 1320]
    assert night.active == WeeklyHours((Hours(frozenset(range(7)), 1320, 360),), "UTC")
    assert default.active is None


def test_the_default_route_has_no_hours_of_duty(load: Load) -> None:
    route = "{receivers: [console], active: 06-14}"
    _, faults = load({"alerts.yaml": f"{{time_zone: UTC, routes: [{route}]}}"})
    assert [f.code for f in faults] == ["E214"]
    assert faults[0].message == "The last route is the default and has no `active`."


def test_the_steps_of_an_escalation_have_a_time_and_receivers(load: Load) -> None:
    steps = "[{after: 10m, receivers: [a, a]}, {after: 1h, receivers: [console]}]"
    route = f"{{receivers: [console], escalate: {steps}}}"
    receiver = "{id: a, kind: feed, url: 'https://a.example'}"
    catalog, faults = load({"alerts.yaml": f"{{receivers: [{receiver}], routes: [{route}]}}"})
    assert faults == []
    [read] = alerts_of(catalog).routes
    assert read.escalate == (
        EscalationStep(timedelta(minutes=10), ("a",)),
        EscalationStep(timedelta(hours=1), ("console",)),
    )


@pytest.mark.parametrize(
    ("keys", "code", "message"),
    [
        ("escalate: [{after: 10m}]", "E212", "The step leads to no receiver."),
        ("escalate: [{receivers: [console]}]", "E212", "`after` is missing"),
        ("escalate: [{after: 10m, receivers: [phone]}]", "E010", "There is no receiver `phone`."),
        ("escalate: [{after: 25h, receivers: [console]}]", "E221", "`25h` is not a time of at"),
        ("escalate: [{after: 0m, receivers: [console]}]", "E221", "`0m` is not a time of at"),
        (
            "escalate: [{after: 2h, receivers: [console]}, {after: 1h, receivers: [console]}]",
            "E221",
            "The steps are not in the order of time.",
        ),
        (
            "match: {severity: high}, escalate: [{after: 1h, receivers: [console]}]",
            "W235",
            "The route never escalates",
        ),
    ],
)
def test_an_escalation_that_cannot_hold_is_a_fault(
    load: Load, keys: str, code: str, message: str
) -> None:
    routes = f"[{{receivers: [console], {keys}}}, {{receivers: [console]}}]"
    _, faults = load({"alerts.yaml": f"routes: {routes}"})
    [fault] = [f for f in faults if f.code == code]
    assert message in fault.message


def test_a_digest_has_a_schedule_and_a_route_that_names_it_has_its_receivers(load: Load) -> None:
    catalog, faults = load(
        {
            **TOPIC,
            "alerts.yaml": """\
            time_zone: Europe/Berlin
            receivers: [{id: mail, kind: webhook, url: "https://example.org"}]
            digests:
              - {id: morning, receivers: [mail], cron: 0 8 * * mon-fri}
              - id: night
                receivers: [console]
                cron: 0 3 * * *
                time_zone: UTC
                match: {topic: nato-*}
                empty: send
            routes:
              - {match: {severity: low}, digest: morning}
              - {match: {severity: high}, digest: night, receivers: [mail]}
              - receivers: [console]
            """,
        }
    )
    assert faults == []
    morning, night = alerts_of(catalog).digests
    assert (morning.schedule.text, morning.schedule.zone) == ("0 8 * * mon-fri", "Europe/Berlin")
    assert (morning.receivers, morning.match, morning.sends_empty) == (("mail",), {}, False)
    assert (night.schedule.zone, night.match, night.sends_empty) == (
        "UTC",
        {"topic": "nato-*"},
        True,
    )
    routes = alerts_of(catalog).routes
    assert [(r.digest, r.receivers) for r in routes] == [
        ("morning", ("mail",)),
        ("night", ("mail",)),
        ("", ("console",)),
    ]


def test_an_inhibition_names_a_source_and_a_target(load: Load) -> None:
    rule = "inhibit: [{source: {topic: nato-*}, target: {topic: sec*}}]"
    catalog, faults = load({**TOPIC, "alerts.yaml": rule})
    assert [(f.code, f.message) for f in faults] == [("W110", "No known topic matches `sec*`.")]
    [inhibition] = alerts_of(catalog).inhibitions
    assert (inhibition.source, inhibition.target) == ("nato-*", "sec*")


def test_a_silence_of_the_file_names_what_it_mutes_until_when_and_why(load: Load) -> None:
    silence = "{match: {topic: nato-*}, until: 2026-11-23T08:00:00+01:00, reason: Gipfel, by: Anna}"
    catalog, faults = load({**TOPIC, "alerts.yaml": f"silences:\n  - {silence}\n"})
    assert faults == []
    [read] = alerts_of(catalog).silences
    assert (read.match, read.reason, read.author) == ({"topic": "nato-*"}, "Gipfel", "Anna")
    assert read.until == datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("quiet_hours: 22:00-06:00", "E212", "`quiet_hours` needs a `time_zone`."),
        ("time_zone: Mars/Olympus", "E221", "`Mars/Olympus` is not a time zone."),
        ("time_zone: ../etc/passwd", "E221", "`../etc/passwd` is not a time zone."),
        ("{time_zone: UTC, quiet_hours: at night}", "E221", "`at night` is not a time of"),
        ("{time_zone: UTC, quiet_hours: 0-24}", "E221", "The quiet hours never end."),
        ("{time_zone: UTC, quiet_hours: {from: 22, till: 6}}", "E211", "Unknown key `till`"),
        ("routes: [{receivers: [console], active: 6-14}]", "E212", "`active` needs a `time_zone`."),
        ("{time_zone: UTC, routes: [{active: noon}]}", "E221", "`noon` is not a time of the day"),
        (
            "{time_zone: UTC, routes: [{receivers: [console], active: []}]}",
            "E221",
            "`active` has no hours.",
        ),
        ("{time_zone: UTC, routes: [{active: none}]}", "E221", "`none` is not a time of"),
        ("digests: [{id: a, receivers: [console], cron: 0 8 * * *}]", "E212", "`cron` needs a"),
        ("digests: [{id: a, receivers: [mail], cron: 0 8 * * *}]", "E010", "no receiver `mail`"),
        (
            "{time_zone: UTC, digests: [{id: a, cron: 0 8 * * *}]}",
            "E212",
            "The digest goes to no receiver.",
        ),
        ("digests: [{id: a, receivers: [console]}]", "E212", "`cron` is missing in a digest."),
        ("digests: [{id: a, receivers: [console], cron: at 8}]", "E221", "`at 8` is no cron"),
        ("digests: [{id: a, receivers: [console], empty: no}]", "E221", "`no`"),
        ("routes: [{digest: morning}]", "E010", "There is no digest `morning`."),
        ("inhibit: [{source: {topic: nato}}]", "E212", "`target` names no topic."),
        ("inhibit: [{source: {tier: A}, target: {topic: nato}}]", "E211", "Unknown key `tier`"),
        ("inhibit: [{source: {topic: nato}, target: {topic: nato}}]", "E221", "inhibit itself"),
        ("routes: [{receivers: [console], group_wait: 2h}]", "E221", "`2h` is longer than an"),
        ("routes: [{receivers: [console], max_per_hour: 0}]", "E221", "`0` is less than 1."),
        ("silences: [{match: {topic: n*}, reason: x}]", "E212", "`until` is missing"),
        ("silences: [{until: 2026-11-23T08:00:00Z, reason: x}]", "E212", "has no `match`"),
        ("silences: [{match: {topic: n}, until: 2026-11-23, reason: x}]", "E221", "time zone"),
    ],
)
def test_a_time_that_cannot_hold_is_a_fault(load: Load, text: str, code: str, message: str) -> None:
    _, faults = load({**TOPIC, "alerts.yaml": text})
    [fault] = [f for f in faults if f.code == code]
    assert message in fault.message
