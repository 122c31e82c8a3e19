from __future__ import annotations

import json
from datetime import timedelta

import pytest

from alerts.notification_body import (
    MAX_BYTES,
    MAX_SENTENCE,
    NotificationArticle,
    alert_url,
    article_facts,
    told_first,
)
from core.messages import Evidence, Field
from core.store import feeds
from core.store.sightings import add_sighting
from tests.alerts.harness import NOON, TEXT, Harness, match
from tests.support.records import feed_record


def with_evidence(number: int, sentence: str, **values: object) -> object:
    spans = tuple(
        Evidence(field=Field.TEXT, start=i, end=i + 4, surface="NATO", rule="r", sentence=sentence)
        for i in range(number)
    )
    return match(**values).model_copy(update={"evidence": spans})  # type: ignore[arg-type]


def test_copies_in_the_same_batch_are_listed_under_their_original(
    harness: Harness,
) -> None:
    urls = [f"https://o{n}.example.org/x" for n in range(3)]
    harness.decide(match(), *(match(url, title=f"Titel {n}") for n, url in enumerate(urls)))
    [(notification, _)] = harness.notifications()
    body = json.loads(notification.body)
    [article] = body["articles"]
    assert sorted(also["outlet"] for also in article["also_in"]) == ["o0", "o1", "o2"]
    assert {also["url"] for also in article["also_in"]} == set(urls)
    assert body["story"]["outlets"] == 4


def test_a_copy_of_a_copy_is_listed_under_the_original(harness: Harness) -> None:
    cut = TEXT.split(". ")
    harness.decide(match(text=". ".join([*cut, "Ein Satz zum Schluss steht nur hier."])))
    harness.decide(match("https://b.example.org/x", text=TEXT))
    harness.decide(match("https://c.example.org/x", text=TEXT))
    with harness.store.read() as connection:
        from core.store import stories as story_store

        places = story_store.load_articles(connection, harness.alerts()[0].story_id)
    assert {p.copy_of for p in places} == {None, match().article_id}


def test_an_outlet_whose_feed_shows_the_article_is_listed_under_it(harness: Harness) -> None:
    """The article's own outlet is not, nor one that is listed as a copy."""
    original = match(outlet="bote")
    with harness.store.write() as connection:
        outlets = ("bote", "sammler", "sammler", "o0")
        shown = [feed_record(feed_id=f"f{n}", outlet=o) for n, o in enumerate(outlets)]
        feeds.sync(connection, shown, NOON)
        for feed in shown:
            url = f"{original.article.url}?from={feed.feed_id}"
            add_sighting(connection, original.article_id, feed.feed_id, url, NOON)
    harness.decide(original, match("https://o0.example.org/x", outlet="o0"))
    [(notification, _)] = harness.notifications()
    [article] = json.loads(notification.body)["articles"]
    listed = [(also["outlet"], also["url"]) for also in article["also_in"]]
    assert listed == [
        ("o0", "https://o0.example.org/x"),
        ("sammler", f"{original.article.url}?from=f1"),
    ]


def test_the_article_that_is_told_comes_first_and_the_others_newest_first() -> None:
    facts = [article_facts(match(f"https://{outlet}.example.org/x")) for outlet in "abcd"]
    articles = [NotificationArticle(**dict(each)) for each in facts]
    ordered = told_first(articles, [facts[2].id])
    assert [article.outlet for article in ordered] == ["c", "d", "b", "a"]
    assert [article.outlet for article in told_first(articles, ["gone"])] == ["d", "c", "b", "a"]


def test_a_body_never_exceeds_its_limit(harness: Harness) -> None:
    long = "NATO " * 5_000
    harness.decide(with_evidence(200, long, title="T" * 900))  # type: ignore[arg-type]
    body = harness.notifications()[0][0].body
    assert len(body.encode()) <= MAX_BYTES
    evidence = json.loads(body)["articles"][0]["evidence"]
    assert evidence
    assert len(evidence[0]["sentence"]) <= MAX_SENTENCE + 2


def test_a_long_sentence_is_cut_around_what_matched() -> None:
    sentence = "vorher " * 400 + "Zielwort " + "nachher " * 400
    span = Evidence(
        field=Field.TEXT, start=0, end=8, surface="Zielwort", rule="r", sentence=sentence
    )
    [short] = article_facts(match().model_copy(update={"evidence": (span,)})).evidence
    assert "Zielwort" in short.sentence
    assert short.sentence.startswith("…")
    assert short.sentence.endswith("…")


def test_an_article_without_a_date_has_none_in_the_body(harness: Harness) -> None:
    harness.decide(match(published_at=None, first_seen_at=NOON - timedelta(hours=1)))
    [article] = json.loads(harness.notifications()[0][0].body)["articles"]
    assert article["published_at"] is None
    assert article["first_seen_at"] == "2026-11-22T11:00:00Z"


@pytest.mark.parametrize("base", ["http://127.0.0.1:8080", "http://127.0.0.1:8080/"])
def test_the_url_of_an_alerts_page(base: str) -> None:
    assert alert_url(base, "ab/..") == "http://127.0.0.1:8080/alerts/ab%2F.."
