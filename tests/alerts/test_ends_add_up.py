"""The ends of matches add up to the matches, whatever happened: read back from the store."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.match_end import TopicDayEnds
from alerts.silencing import load_silences, withdraw_silenced
from alerts.topic_report import load_ends
from alerts.worker import AlertsWorker
from config.catalog.models import AlertsDefinition, Catalog, RouteDefinition, TopicState
from core.messages import Match, Origin
from core.store import held_items
from core.store.match_counts import days_until
from core.store.silences import add_silence
from tests.alerts.harness import NOON, PLACE, TEXT, Harness, batch, match, open_harness, topic

pytestmark = pytest.mark.slow

TOPICS = {
    "trade": TopicState.LIVE,
    "rail": TopicState.LIVE,
    "port": TopicState.DRAFT,
    "chamber": TopicState.SHADOW,
}
LIVE = {name for name, state in TOPICS.items() if state is TopicState.LIVE}


@pytest.fixture
def harness(tmp_path: Path) -> Harness:  # type: ignore[misc]
    with open_harness(tmp_path) as harness:
        topics = tuple(topic(state, id=name) for name, state in TOPICS.items())
        routes = (RouteDefinition({}, ("console",), PLACE, max_per_hour=2),)
        harness.catalog = Catalog((), topics, (), AlertsDefinition(routes=routes))
        yield harness


def ends(harness: Harness) -> list[TopicDayEnds]:
    with harness.store.read() as connection:
        return load_ends(connection, days_until(harness.now, 9))


def total(harness: Harness, name: str = "trade") -> TopicDayEnds:
    result = TopicDayEnds(name, date.min)
    for day in ends(harness):
        if day.topic_id == name:
            result.include(day)
    return result


def any_match(dice: random.Random, harness: Harness) -> Match:
    """A match on one of a few articles: copies, revisions, backfill, replays and old ones too."""
    number, copy = dice.randrange(12), dice.random() < 0.3
    outlet = dice.choice(("kurier", "bote", "herald"))
    text = TEXT if copy else " ".join(f"w{number}x{n}" for n in range(40))
    age = timedelta(hours=dice.choice((0, 1, 100)))
    origins = (Origin.LIVE, Origin.LIVE, Origin.LIVE, Origin.BACKFILL, Origin.REPLAY)
    return match(
        f"https://{outlet}.example.org/{number}",
        title=f"Nummer{number * 7919} bei Wort{number * 104729}",
        text=text,
        topic=dice.choice(tuple(TOPICS)),
        revision=dice.choice((1, 1, 2)),
        origin=dice.choice(origins),
        published_at=harness.now - age,
        first_seen_at=harness.now,
        fetched_at=harness.now,
    )


def silence(harness: Harness, name: str, reason: str = "n") -> None:
    """Silence a topic for half an hour; what waits of it is withdrawn."""
    until = harness.now + timedelta(minutes=30)
    times = {"now": harness.now, "until": until}
    with harness.store.write() as connection:
        add_silence(connection, {"topic": name}, reason=reason, author="Anna", **times)
        silences = load_silences(connection, harness.catalog.alerts, harness.now)
        withdraw_silenced(connection, silences, harness.catalog, harness.now)


def go_on(dice: random.Random, harness: Harness, workers: list[AlertsWorker]) -> list[Match]:
    """Do one thing that may happen; return the matches that were decided."""
    action = dice.choice(("decide", "decide", "both", "again", "send", "wait", "silence"))
    matches = [any_match(dice, harness) for _ in range(dice.randrange(1, 5))]
    if action == "decide":
        dice.choice(workers).handle(batch(*matches))
    elif action == "both":
        more = [any_match(dice, harness) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda w, m: w.handle(batch(*m)), workers, (matches, more)))
        matches += more
    elif action == "again":
        for worker in workers:
            worker.handle(batch(*matches))
    elif action == "send":
        harness.dispatcher().run_once(attempt_all_due=False)
    elif action == "wait":
        harness.advance(minutes=dice.choice((1, 40, 700)))
    else:
        silence(harness, "rail", str(dice.random()))
    return matches if action in ("decide", "both", "again") else []


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_the_ends_add_up_to_the_matches(harness: Harness, seed: int) -> None:
    dice, decided = random.Random(seed), set[tuple[str, str, int]]()
    other = AlertsWorker(
        harness.store, lambda: harness.catalog, harness.settings, harness.clock,
        harness.dispositions,
    )  # fmt: skip
    for _ in range(20):
        for each in go_on(dice, harness, [harness.worker, other]):
            decided.add((each.topic_id, each.article_id, each.revision))
        days = ends(harness)
        assert sum(day.matches for day in days) == sum(t in LIVE for t, _, _ in decided)
        assert sum(sum(d.not_live.values()) for d in days) == sum(
            t not in LIVE for t, _, _ in decided
        )
        with harness.store.read() as connection:
            held = {(h.item.topic_id, h.item.article_id, h.item.revision)
                    for h in held_items.list_held(connection)}  # fmt: skip
        assert len(held) == sum(day.held_by.get("cap", 0) for day in days)
    harness.advance(hours=20)
    harness.dispatcher().run_once(attempt_all_due=False)
    assert sum(day.held for day in ends(harness)) == 0


def story(number: int, **values: Any) -> Match:
    text = " ".join(f"w{number}x{n}" for n in range(40))
    title = f"Nummer{number * 7919}"
    return match(f"https://kurier.example.org/{number}", topic="trade", title=title, text=text,
                 **values)  # fmt: skip


def copy_of(original: Match) -> Match:
    article = original.article
    url = "https://bote.example.org/copy"
    return match(url, topic="trade", title=article.title, text=article.text)


def test_what_a_cap_holds_is_held_until_it_goes_out_and_its_copy_is_joined(
    harness: Harness,
) -> None:
    harness.decide(*(story(number) for number in range(3)))
    harness.decide(copy_of(story(2)))
    harness.advance(minutes=2)
    harness.dispatcher().run_once(attempt_all_due=False)
    now = total(harness)
    assert (now.told, now.joined, now.held, now.held_by) == (2, 1, 1, {"cap": 1})
    harness.advance(hours=2)
    harness.dispatcher().run_once(attempt_all_due=False)
    later = total(harness)
    assert (later.told, later.joined, later.held, later.matches) == (3, 1, 0, 4)


def test_what_waits_is_suppressed_by_a_silence_that_is_made_later(harness: Harness) -> None:
    harness.decide(*(story(number) for number in range(3)))
    assert total(harness).held_by == {"cap": 1, "pending": 2}
    harness.decide(copy_of(story(2)))
    assert total(harness).joined == 1
    silence(harness, "trade")
    now = total(harness)
    assert (now.held, now.joined, now.suppressed) == (0, 0, {"silenced": 4})


def test_a_replay_counts_once_also_when_its_match_comes_later(harness: Harness) -> None:
    replayed = story(1, origin=Origin.REPLAY)
    harness.decide(replayed, replayed)
    assert (total(harness).matches, total(harness).suppressed) == (1, {"replay": 1})
    harness.decide(story(1), replayed)
    assert (total(harness).matches, total(harness).suppressed) == (1, {})


def test_a_match_that_every_target_refuses_was_not_told(
    harness: Harness,
) -> None:
    harness.decide(story(1))
    assert total(harness).held_by == {"pending": 1}
    with harness.store.write() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET state = 'failed'")
    assert total(harness).suppressed == {"undeliverable": 1}


def test_the_days_of_matches_are_those_of_their_decisions(harness: Harness) -> None:
    harness.decide(story(1))
    harness.advance(days=1)
    harness.decide(story(2, published_at=harness.now))
    assert [day.day for day in ends(harness)] == [NOON.date(), NOON.date() + timedelta(days=1)]
