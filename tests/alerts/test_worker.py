from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from config.catalog.models import AlertPolicy, Catalog, TopicState
from config.errors import PoisonError, StoreError
from config.i18n import Phrase, translator
from core.messages import Origin
from core.store import alerts as alert_store
from core.store import outbox
from core.store import stories as story_store
from core.store.console import story_list
from core.store.console.story_list import StoryFilter
from tests.alerts.event_names import find_misnamed
from tests.alerts.harness import (
    NOON,
    OTHER_TEXT,
    TEXT,
    Harness,
    batch,
    match,
    open_harness,
    topic,
)
from tests.support.postgres import ON_EVERY_DATABASE

BOTE = "https://bote.example.org/haefen"
FIRE = {"title": "Kaufhaus bei Lissabon abgebrannt", "text": OTHER_TEXT}

pytestmark = ON_EVERY_DATABASE


def test_a_story_opens_one_alert_for_copies_and_other_wordings(harness: Harness) -> None:
    again = TEXT.replace("angekündigt", "mitgeteilt").replace("Anwohner", "Bewohner")
    own = (
        "In Oslo wird der Ausbau der Häfen im Norden vorgezogen, zwei Milliarden Kronen kostet das."
    )
    codes = harness.decide(
        match(),
        match(BOTE, text=again),
        match("https://post.example.org/x", title="Norwegen baut Häfen im Norden aus", text=own),
        match("https://post.example.org/y", **FIRE),
    )
    assert codes == ["new_story", "copy", "same_story", "new_story"]
    assert harness.worker.counts == {"opened": 2, "updated": 1, "suppressed": 1}
    assert len(harness.notifications()) == 2
    assert harness.dispositions.of("alerts") == {"copy": 1, "new_story": 2, "same_story": 1}
    harbour = harness.alerts()[1]
    with harness.store.read() as connection:
        story = story_store.find_story(connection, harbour.story_id)
        places = story_store.load_articles(connection, harbour.story_id)
    assert story is not None
    assert (story.title, story.outlets) == ("Oslo zieht Ausbau der Häfen vor", 3)
    assert sorted(p.role for p in places) == ["copy", "minor", "original"]
    assert [p.copy_of for p in places if p.role == "copy"] == [match().article_id]


def test_the_console_finds_a_story_by_the_sentence_that_matched(harness: Harness) -> None:
    harbours = match()
    harness.decide(harbours, match("https://post.example.org/y", **FIRE))
    [sentence] = {evidence.sentence for evidence in harbours.evidence}
    with harness.store.read() as connection:
        cards = story_list.list_stories(connection, StoryFilter(text=sentence))
    assert [card.title for card in cards] == [harbours.article.title]
    assert sentence not in harbours.article.title


def test_every_decision_is_published_with_its_alert(harness: Harness) -> None:
    harness.decide(match(), match(BOTE), match(BOTE + "2", origin=Origin.BACKFILL))
    opened, copy, backfill = harness.events()
    assert [e.event for e in (opened, copy, backfill)] == ["opened", "suppressed", "suppressed"]
    assert opened.alert_id == copy.alert_id == harness.alerts()[0].id != backfill.alert_id
    assert (copy.article_id, copy.reason) == (match(BOTE).article_id, "The same text as in kurier.")
    assert (copy.headline, copy.url, copy.outlet) == (match().article.title, BOTE, "bote")
    assert find_misnamed(harness) == []
    with harness.store.read() as connection:
        ids = {dict(r.headers)["ce_id"] for r in outbox.load_oldest(connection, 10)}
    assert len(ids) == 3


def test_reasons_are_stored_as_phrases_and_published_in_english(harness: Harness) -> None:
    harness.decide(match(), match(BOTE))
    [alert] = harness.alerts()
    with harness.store.read() as connection:
        decisions = alert_store.load_decisions(connection, alert.id)
        [card] = story_list.list_stories(connection, StoryFilter())
    stored = {row.reason_code: Phrase.load(row.reason) for row in decisions}
    assert stored["copy"] == Phrase("decision.same_text", outlet="kurier")
    assert stored["new_story"].code == "decision.new_story_why"
    assert Phrase.load(alert.reason) == Phrase.load(card.reason) == stored["new_story"]
    assert translator("de").phrase(stored["copy"]) == "Derselbe Text wie bei kurier."
    assert [event.reason for event in harness.events()] == [
        "New story. The topic has no similar story within 72 h of it.",
        "The same text as in kurier.",
    ]


def test_a_batch_that_is_handled_again_changes_nothing(harness: Harness) -> None:
    matches = [match(), match(BOTE), match(revision=2, title="Oslo zieht Hafenausbau vor")]
    harness.decide(*matches)
    before = harness.events(), harness.notifications(), harness.worker.counts
    assert harness.decide(*matches) == []
    assert (harness.events(), harness.notifications(), harness.worker.counts) == before
    assert harness.dispositions.of("alerts")["repeated"] == 3


def test_a_revision_replaces_the_older_one_and_notifies_nobody(harness: Harness) -> None:
    harness.decide(match())
    assert harness.decide(match(revision=2, title="Korrigiert")) == ["revision"]
    assert harness.decide(match(revision=1, title="Alt", topic_revision="r2")) == ["known"]
    with harness.store.read() as connection:
        placed = story_store.find_article(connection, "nato-membership", match().article_id)
    assert placed is not None
    assert (placed.revision, placed.role) == (2, "original")
    assert "Korrigiert" in placed.facts
    assert harness.worker.counts == {"opened": 1, "updated": 1, "suppressed": 1}


def test_an_older_revision_that_arrives_late_does_not_replace_the_newer_one(
    harness: Harness,
) -> None:
    harness.decide(match(revision=3, title="Dritte"))
    assert harness.decide(match(revision=2, title="Zweite")) == ["revision"]
    with harness.store.read() as connection:
        placed = story_store.find_article(connection, "nato-membership", match().article_id)
    assert placed is not None
    assert "Dritte" in placed.facts


def test_a_later_revision_that_matches_first_opens_the_alert(harness: Harness) -> None:
    assert harness.decide(match(revision=4)) == ["new_story"]


def test_a_changed_rule_does_not_alert_about_decided_articles(harness: Harness) -> None:
    harness.set_topics(topic(TopicState.DRAFT))
    assert harness.decide(match()) == ["draft"]
    harness.set_topics(topic(revision="r2"))
    assert harness.decide(match(topic_revision="r2")) == ["known"]
    assert harness.decide(match(topic_revision="r2")) == []
    assert harness.alerts() == []


def test_a_shadow_topic_notifies_nobody_until_it_is_live(harness: Harness) -> None:
    harness.set_topics(topic(TopicState.SHADOW))
    assert harness.decide(match(), match(BOTE)) == ["shadow", "shadow"]
    assert harness.notifications() == []
    harness.set_topics(topic())
    assert harness.decide(match("https://post.example.org/x")) == ["new_story"]
    assert harness.decide(match("https://blatt.example.org/x")) == ["copy"]
    with harness.store.read() as connection:
        places = story_store.load_articles(connection, harness.alerts()[0].story_id)
    assert len(places) == 4


def test_a_match_of_a_topic_that_no_longer_exists_is_suppressed(harness: Harness) -> None:
    harness.catalog = Catalog(())
    assert harness.decide(match()) == ["retired"]


def test_topics_have_stories_of_their_own(harness: Harness) -> None:
    harness.set_topics(topic(), topic(id="harbours"))
    assert harness.decide(match(), match(topic="harbours")) == ["new_story", "new_story"]
    assert len({a.story_id for a in harness.alerts()}) == 2


def test_beyond_the_story_window_the_same_text_is_a_new_story(harness: Harness) -> None:
    harness.decide(match())
    later = NOON + timedelta(hours=73)
    harness.now = later
    assert harness.decide(match(BOTE, published_at=later, first_seen_at=later)) == ["new_story"]


def test_articles_out_of_reach_are_no_longer_compared_but_still_shown(harness: Harness) -> None:
    harness.decide(match())
    assert harness.worker.forget() == 0
    harness.advance(days=7)
    assert harness.worker.forget() > 50
    with harness.store.read() as connection:
        placed = story_store.find_article(connection, "nato-membership", match().article_id)
    assert placed is not None
    assert (placed.features, placed.shingles) == ("", b"")
    assert "Oslo" in placed.facts
    assert harness.decide(match(BOTE)) == ["too_old"]


def test_severity_and_max_age_are_the_topics(harness: Harness) -> None:
    harness.set_topics(topic(alert=AlertPolicy("urgent", timedelta(hours=1))))
    harness.advance(minutes=59)
    assert harness.decide(match()) == ["new_story"]
    assert harness.alerts()[0].severity == "urgent"
    harness.advance(minutes=2)
    assert harness.decide(match(BOTE + "2", **FIRE)) == ["too_old"]


@pytest.mark.parametrize("value", [b"", b"{}", b"\xff", b'{"topic_id": 1}', b"[" * 10_000])
def test_a_record_that_is_not_a_match_is_poison_and_nothing_of_its_batch_is_written(
    harness: Harness, value: bytes
) -> None:
    with pytest.raises(PoisonError, match="The record is not of type Match"):
        harness.decide(match(), value)
    assert harness.events() == []
    assert harness.worker.counts == {"opened": 0, "updated": 0, "suppressed": 0}


def test_a_transaction_that_fails_writes_nothing(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError("The store refused.")

    with monkeypatch.context() as patch:
        patch.setattr("alerts.queueing.delivery_store.add_notification", full)
        with pytest.raises(StoreError):
            harness.decide(match())
    assert (harness.events(), harness.alerts(), harness.dispositions.of("alerts")) == ([], [], {})
    assert harness.decide(match()) == ["new_story"]


@pytest.mark.slow
def test_two_processes_that_decide_the_same_match_open_one_alert(
    tmp_path: Path, database_url: str
) -> None:
    with (
        open_harness(tmp_path, database_url=database_url) as one,
        open_harness(tmp_path, database_url=database_url) as two,
    ):
        start = Barrier(2)

        def decide(harness: Harness) -> None:
            start.wait()
            for n in range(5):
                harness.worker.handle(batch(match(f"https://a.example.org/{n}", **FIRE)))

        threads = [Thread(target=decide, args=(harness,)) for harness in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(one.alerts()) == 1
        assert sum(s.dispositions.of("alerts").get("repeated", 0) for s in (one, two)) == 5
        assert [e.event.value for e in one.events()].count("opened") == 1


def test_a_fingerprint_of_another_version_is_computed_again(harness: Harness) -> None:
    old = match().model_copy(update={"fingerprint": "s0:gone"})
    assert harness.decide(old, match(BOTE)) == ["new_story", "copy"]


def test_hostile_text_is_stored_unchanged(harness: Harness) -> None:
    title = "Robert'); DROP TABLE alerts;-- {0} %s <script>"
    harness.decide(match(title=title, outlet="a'b"))
    assert harness.alerts()[0].title == title
    with harness.store.read() as connection:
        rows = alert_store.list_alerts(connection, topic_id="x' OR 1=1")
    assert rows == []


def test_an_update_changes_the_alerts_time(harness: Harness) -> None:
    harness.decide(match())
    opened = harness.alerts()[0].updated_at
    harness.advance(minutes=5)
    harness.decide(match(BOTE))
    assert harness.alerts()[0].updated_at > opened
    assert (
        replace(harness.alerts()[0], updated_at=opened).opened_at == harness.alerts()[0].opened_at
    )
