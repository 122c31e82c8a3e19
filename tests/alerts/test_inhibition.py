"""Inhibition: what one topic tells is not told under another one, whichever comes first."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest

from config.catalog.models import AlertsDefinition, Catalog, InhibitionDefinition, RouteDefinition
from core.messages import AlertEventKind, Match
from tests.alerts.harness import OTHER_TEXT, PLACE, Harness, batch, match, topic
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = pytest.mark.slow

NARROW, WIDE = "nato", "security"

OSLO, FIRE = "kurier.example.org/oslo", "kurier.example.org/feuer"
TEXTS = {
    OSLO: {},
    "bote.example.org/oslo": {"title": "Oslo: Ausbau der Häfen wird vorgezogen"},  # another outlet
    FIRE: {"title": "Kaufhaus in Lissabon abgebrannt", "text": OTHER_TEXT},
}


@dataclass(frozen=True)
class Step:
    """What happens at a time: matches of one batch, by topic and article."""

    seconds: int
    matches: tuple[tuple[str, str], ...]


def step(seconds: int, *matches: tuple[str, str]) -> Step:
    return Step(seconds, matches)


BOTE = "bote.example.org/oslo"
TIMELINES: Sequence[tuple[str, tuple[Step, ...], list[tuple[str, str]]]] = [
    (
        "the source comes first, with the same article",
        (step(0, (NARROW, OSLO)), step(10, (WIDE, OSLO))),
        [(NARROW, OSLO)],
    ),
    (
        "the source comes first, with another outlet's report of the event",
        (step(0, (NARROW, OSLO)), step(200, (WIDE, BOTE))),
        [(NARROW, OSLO)],
    ),
    (
        "the target comes first and still waits",
        (step(0, (WIDE, OSLO)), step(30, (NARROW, OSLO))),
        [(NARROW, OSLO)],
    ),
    (
        "the target comes first and waits, with another outlet's report",
        (step(0, (WIDE, BOTE)), step(30, (NARROW, OSLO))),
        [(NARROW, OSLO)],
    ),
    (
        "both are in one batch, the target first",
        (step(0, (WIDE, OSLO), (NARROW, OSLO)),),
        [(NARROW, OSLO)],
    ),
    (
        "the target was told before: it stays told",
        (step(0, (WIDE, OSLO)), step(200, (NARROW, OSLO))),
        [(WIDE, OSLO), (NARROW, OSLO)],
    ),
    (
        "another event of the target is told",
        (step(0, (NARROW, OSLO)), step(10, (WIDE, FIRE))),
        [(NARROW, OSLO), (WIDE, FIRE)],
    ),
    (
        "the source is not inhibited by the target",
        (step(0, (WIDE, OSLO)), step(200, (NARROW, BOTE))),
        [(WIDE, OSLO), (NARROW, BOTE)],
    ),
]


def configure(harness: Harness, source: str = NARROW, target: str = WIDE) -> None:
    topics = tuple(topic(id=name, title=name.upper()) for name in (NARROW, WIDE))
    inhibitions = (InhibitionDefinition(source, target, PLACE),)
    routes = (RouteDefinition({}, ("console",), PLACE),)
    alerts = AlertsDefinition(routes=routes, inhibitions=inhibitions)
    harness.catalog = Catalog((), topics, (), alerts)


def a_match(name: str, url: str) -> Match:
    return match(f"https://{url}", topic=name, **TEXTS[url])


def play(harness: Harness, steps: Sequence[Step]) -> list[tuple[str, str]]:
    """Decide and deliver; return the topics and articles that were delivered, in order."""
    start = harness.now
    for each in steps:
        send_until(harness, start + timedelta(seconds=each.seconds))
        harness.decide(*(a_match(name, url) for name, url in each.matches))
    send_until(harness, harness.now + timedelta(minutes=5))
    urls = {a_match(WIDE, url).article_id: url for url in TEXTS}
    return [
        (event.topic_id, urls[event.article_id])
        for event in harness.events()
        if event.event is AlertEventKind.DELIVERED
    ]


def send_until(harness: Harness, moment: object) -> None:
    harness.now = max(harness.now, moment)  # type: ignore[call-overload]
    harness.dispatcher().run_once(attempt_all_due=False)


@pytest.mark.parametrize(
    ("steps", "told"), [t[1:] for t in TIMELINES], ids=[t[0] for t in TIMELINES]
)
def test_an_event_is_told_under_the_source_and_not_under_the_target(
    harness: Harness, steps: Sequence[Step], told: list[tuple[str, str]]
) -> None:
    configure(harness)
    assert play(harness, steps) == told


@ON_EVERY_DATABASE
def test_what_is_inhibited_is_suppressed_with_its_code_and_counted(harness: Harness) -> None:
    configure(harness)
    harness.decide(a_match(NARROW, OSLO))
    assert harness.decide(a_match(WIDE, OSLO)) == ["inhibited"]
    event = harness.events()[-1]
    assert event.event is AlertEventKind.SUPPRESSED
    assert event.reason == (
        "The same event is told under the topic NATO: Oslo zieht Ausbau der Häfen vor"
    )
    assert harness.dispositions.of("alerts")["inhibited"] == 1
    assert [alert.topic_id for alert in harness.alerts()] == [NARROW]


@ON_EVERY_DATABASE
def test_what_waits_and_is_inhibited_is_withdrawn_with_an_event_for_its_receiver(
    harness: Harness,
) -> None:
    configure(harness)
    harness.decide(a_match(WIDE, OSLO))
    [(waiting, _)] = harness.notifications()
    assert harness.decide(a_match(NARROW, OSLO)) == ["new_story", "inhibited"]
    event = harness.events()[-1]
    assert (event.event, event.topic_id) == (AlertEventKind.SUPPRESSED, WIDE)
    assert event.notification_id is not None
    assert (event.target, event.revision) == ("console", 1)
    assert [n.bundle for n, _ in harness.notifications()] == [waiting.bundle]


@ON_EVERY_DATABASE
def test_two_processes_that_decide_at_the_same_time_tell_an_event_once(harness: Harness) -> None:
    configure(harness)
    matches = [a_match(NARROW, OSLO), a_match(WIDE, BOTE)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: harness.worker.handle(batch(each)), matches))
    assert play(harness, ()) == [(NARROW, OSLO)]


def test_a_topic_does_not_inhibit_itself_by_a_pattern(harness: Harness) -> None:
    configure(harness, "*", "*")
    assert play(harness, (step(0, (NARROW, OSLO)), step(300, (NARROW, FIRE)))) == [
        (NARROW, OSLO),
        (NARROW, FIRE),
    ]
