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
from tests.alerts.scene import (
    NOON,
    OTHER_TEXT,
    TEXT,
    Scene,
    batch,
    match,
    open_scene,
    topic,
)
from tests.support.postgres import ON_EVERY_DATABASE

BOTE = "https://bote.example.org/haefen"
FIRE = {"title": "Kaufhaus bei Lissabon abgebrannt", "text": OTHER_TEXT}

pytestmark = ON_EVERY_DATABASE


def test_a_story_is_told_once_with_its_copies_and_own_wordings(scene: Scene) -> None:
    again = TEXT.replace("angekündigt", "mitgeteilt").replace("Anwohner", "Bewohner")
    own = (
        "In Oslo wird der Ausbau der Häfen im Norden vorgezogen, zwei Milliarden Kronen kostet das."
    )
    codes = scene.see(
        match(),
        match(BOTE, text=again),
        match("https://post.example.org/x", title="Norwegen baut Häfen im Norden aus", text=own),
        match("https://post.example.org/y", **FIRE),
    )
    assert codes == ["new_story", "copy", "same_story", "new_story"]
    assert scene.worker.counts == {"opened": 2, "updated": 1, "suppressed": 1}
    assert len(scene.notifications()) == 2
    assert scene.dispositions.of("alerts") == {"copy": 1, "new_story": 2, "same_story": 1}
    harbour = scene.alerts()[1]
    with scene.store.read() as connection:
        story = story_store.find_story(connection, harbour.story_id)
        places = story_store.load_articles(connection, harbour.story_id)
    assert story is not None
    assert (story.title, story.outlets) == ("Oslo zieht Ausbau der Häfen vor", 3)
    assert sorted(p.role for p in places) == ["copy", "member", "original"]
    assert [p.copy_of for p in places if p.role == "copy"] == [match().article_id]


def test_the_desk_finds_a_story_by_the_sentence_that_matched(scene: Scene) -> None:
    told = match()
    scene.see(told, match("https://post.example.org/y", **FIRE))
    [sentence] = {found.sentence for found in told.evidence}
    with scene.store.read() as connection:
        found = story_list.list_stories(connection, StoryFilter(words=sentence))
    assert [card.title for card in found] == [told.article.title]
    assert sentence not in told.article.title


def test_every_decision_is_published_with_the_alert_it_concerns(scene: Scene) -> None:
    scene.see(match(), match(BOTE), match(BOTE + "2", origin=Origin.BACKFILL))
    opened, copy, backfill = scene.events()
    assert [e.event for e in (opened, copy, backfill)] == ["opened", "suppressed", "suppressed"]
    assert opened.alert_id == copy.alert_id == scene.alerts()[0].id != backfill.alert_id
    assert (copy.article_id, copy.reason) == (match(BOTE).article_id, "The same text as in kurier.")
    with scene.store.read() as connection:
        ids = {dict(r.headers)["ce_id"] for r in outbox.load_oldest(connection, 10)}
    assert len(ids) == 3


def test_reasons_are_stored_as_phrases_and_published_in_english(scene: Scene) -> None:
    scene.see(match(), match(BOTE))
    [alert] = scene.alerts()
    with scene.store.read() as connection:
        decisions = alert_store.load_decisions(connection, alert.id)
        [card] = story_list.list_stories(connection, StoryFilter())
    stored = {row.reason_code: Phrase.load(row.reason) for row in decisions}
    assert stored["copy"] == Phrase("decision.same_text", outlet="kurier")
    assert stored["new_story"].code == "decision.new_story_why"
    assert Phrase.load(alert.reason) == Phrase.load(card.reason) == stored["new_story"]
    assert translator("de").phrase(stored["copy"]) == "Derselbe Text wie bei kurier."
    assert [event.reason for event in scene.events()] == [
        "New story. The topic has no similar story within 72 h of it.",
        "The same text as in kurier.",
    ]


def test_a_batch_that_comes_again_changes_nothing(scene: Scene) -> None:
    matches = [match(), match(BOTE), match(revision=2, title="Oslo zieht Hafenausbau vor")]
    scene.see(*matches)
    before = scene.events(), scene.notifications(), scene.worker.counts
    assert scene.see(*matches) == []
    assert (scene.events(), scene.notifications(), scene.worker.counts) == before
    assert scene.dispositions.of("alerts")["repeated"] == 3


def test_a_revision_is_shown_in_its_place_and_not_told_again(scene: Scene) -> None:
    scene.see(match())
    assert scene.see(match(revision=2, title="Korrigiert")) == ["revision"]
    assert scene.see(match(revision=1, title="Alt", topic_revision="r2")) == ["known"]
    with scene.store.read() as connection:
        placed = story_store.find_article(connection, "nato-membership", match().article_id)
    assert placed is not None
    assert (placed.revision, placed.role) == (2, "original")
    assert "Korrigiert" in placed.facts
    assert scene.worker.counts == {"opened": 1, "updated": 1, "suppressed": 1}


def test_an_older_revision_that_comes_late_does_not_replace_the_newer(scene: Scene) -> None:
    scene.see(match(revision=3, title="Dritte"))
    assert scene.see(match(revision=2, title="Zweite")) == ["revision"]
    with scene.store.read() as connection:
        placed = story_store.find_article(connection, "nato-membership", match().article_id)
    assert placed is not None
    assert "Dritte" in placed.facts


def test_a_revision_that_matches_first_is_like_a_first_match(scene: Scene) -> None:
    assert scene.see(match(revision=4)) == ["new_story"]


def test_a_changed_rule_does_not_tell_old_articles(scene: Scene) -> None:
    scene.topics(topic(TopicState.DRAFT))
    assert scene.see(match()) == ["draft"]
    scene.topics(topic(revision="r2"))
    assert scene.see(match(topic_revision="r2")) == ["known"]
    assert scene.see(match(topic_revision="r2")) == []
    assert scene.alerts() == []


def test_a_shadow_topic_decides_and_tells_nobody_until_it_is_live(scene: Scene) -> None:
    scene.topics(topic(TopicState.SHADOW))
    assert scene.see(match(), match(BOTE)) == ["shadow", "shadow"]
    assert scene.notifications() == []
    scene.topics(topic())
    assert scene.see(match("https://post.example.org/x")) == ["new_story"]
    assert scene.see(match("https://blatt.example.org/x")) == ["copy"]
    with scene.store.read() as connection:
        places = story_store.load_articles(connection, scene.alerts()[0].story_id)
    assert len(places) == 4


def test_a_topic_that_no_longer_exists_is_told_to_nobody(scene: Scene) -> None:
    scene.catalog = Catalog(())
    assert scene.see(match()) == ["retired"]


def test_topics_have_stories_of_their_own(scene: Scene) -> None:
    scene.topics(topic(), topic(id="harbours"))
    assert scene.see(match(), match(topic="harbours")) == ["new_story", "new_story"]
    assert len({a.story_id for a in scene.alerts()}) == 2


def test_beyond_the_story_window_the_same_words_are_a_new_story(scene: Scene) -> None:
    scene.see(match())
    later = NOON + timedelta(hours=73)
    scene.now = later
    assert scene.see(match(BOTE, published_at=later, first_seen_at=later)) == ["new_story"]


def test_what_is_out_of_reach_is_forgotten_but_still_shown(scene: Scene) -> None:
    scene.see(match())
    assert scene.worker.forget() == 0
    scene.later(days=7)
    assert scene.worker.forget() > 50
    with scene.store.read() as connection:
        placed = story_store.find_article(connection, "nato-membership", match().article_id)
    assert placed is not None
    assert (placed.features, placed.shingles) == ("", b"")
    assert "Oslo" in placed.facts
    assert scene.see(match(BOTE)) == ["too_old"]


def test_the_severity_and_age_are_the_topics(scene: Scene) -> None:
    scene.topics(topic(alert=AlertPolicy("urgent", timedelta(hours=1))))
    scene.later(minutes=59)
    assert scene.see(match()) == ["new_story"]
    assert scene.alerts()[0].severity == "urgent"
    scene.later(minutes=2)
    assert scene.see(match(BOTE + "2", **FIRE)) == ["too_old"]


@pytest.mark.parametrize("value", [b"", b"{}", b"\xff", b'{"topic_id": 1}', b"[" * 10_000])
def test_a_record_that_is_no_match_is_poison_and_nothing_of_its_batch_is_kept(
    scene: Scene, value: bytes
) -> None:
    with pytest.raises(PoisonError, match="The record is not of type Match"):
        scene.see(match(), value)
    assert scene.events() == []
    assert scene.worker.counts == {"opened": 0, "updated": 0, "suppressed": 0}


def test_a_transaction_that_fails_keeps_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError("The store refused.")

    with monkeypatch.context() as patch:
        patch.setattr("alerts.persist.delivery_store.add_notification", full)
        with pytest.raises(StoreError):
            scene.see(match())
    assert (scene.events(), scene.alerts(), scene.dispositions.of("alerts")) == ([], [], {})
    assert scene.see(match()) == ["new_story"]


def test_two_processes_that_decide_the_same_match_open_one_alert(
    tmp_path: Path, database_url: str
) -> None:
    with (
        open_scene(tmp_path, database_url=database_url) as one,
        open_scene(tmp_path, database_url=database_url) as two,
    ):
        start = Barrier(2)

        def decide(scene: Scene) -> None:
            start.wait()
            for n in range(5):
                scene.worker.handle(batch(match(f"https://a.example.org/{n}", **FIRE)))

        threads = [Thread(target=decide, args=(scene,)) for scene in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(one.alerts()) == 1
        assert sum(s.dispositions.of("alerts").get("repeated", 0) for s in (one, two)) == 5
        assert [e.event.value for e in one.events()].count("opened") == 1


def test_a_fingerprint_of_another_version_is_made_anew(scene: Scene) -> None:
    old = match().model_copy(update={"fingerprint": "s0:gone"})
    assert scene.see(old, match(BOTE)) == ["new_story", "copy"]


def test_hostile_text_is_kept_as_it_is(scene: Scene) -> None:
    title = "Robert'); DROP TABLE alerts;-- {0} %s <script>"
    scene.see(match(title=title, outlet="a'b"))
    assert scene.alerts()[0].title == title
    with scene.store.read() as connection:
        rows = alert_store.list_alerts(connection, topic_id="x' OR 1=1")
    assert rows == []


def test_an_update_is_seen_in_the_alerts_time(scene: Scene) -> None:
    scene.see(match())
    opened = scene.alerts()[0].updated_at
    scene.later(minutes=5)
    scene.see(match(BOTE))
    assert scene.alerts()[0].updated_at > opened
    assert replace(scene.alerts()[0], updated_at=opened).opened_at == scene.alerts()[0].opened_at
