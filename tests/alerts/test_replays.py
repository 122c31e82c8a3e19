"""A replayed match before or after the live one notifies nobody and changes nothing."""

from __future__ import annotations

from core.messages import Match, Origin
from tests.alerts.harness import Harness, match


def replay(**values: object) -> Match:
    return match(origin=Origin.REPLAY, **values)  # type: ignore[arg-type]


def test_a_replay_of_a_decided_match_is_dropped_whatever_the_topics_revision(
    harness: Harness,
) -> None:
    assert harness.decide(match()) == ["new_story"]
    story = harness.alerts()
    assert harness.decide(replay(), replay(topic_revision="r2")) == []
    assert harness.dispositions.of("alerts") == {"new_story": 1, "repeated": 2}
    assert harness.alerts() == story
    assert len(harness.notifications()) == 1


def test_a_replay_before_the_live_match_does_not_prevent_its_alert(
    harness: Harness,
) -> None:
    assert harness.decide(replay()) == ["not_live"]
    assert harness.alerts() == []
    assert harness.decide(match()) == ["new_story"]
    assert len(harness.notifications()) == 1


def test_a_replay_of_another_revision_updates_no_alert(harness: Harness) -> None:
    harness.decide(match(revision=2))
    before = harness.alerts()
    assert harness.decide(replay(revision=1)) == ["not_live"]
    assert harness.alerts() == before
    assert harness.decide(match(revision=3)) == ["revision"]
    assert harness.events()[-1].event == "updated"


def test_a_replay_joins_no_story(harness: Harness) -> None:
    assert harness.decide(replay(), match("https://bote.example.org/haefen")) == [
        "not_live",
        "new_story",
    ]
    assert len(harness.notifications()) == 1


def test_a_repeated_replay_publishes_the_same_event(harness: Harness) -> None:
    harness.decide(replay())
    harness.decide(replay())
    one, two = harness.events()
    assert (one.event, one.reason_code) == ("suppressed", "not_live")
    assert one.model_copy(update={"at": two.at}) == two
