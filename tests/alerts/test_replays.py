"""A replayed match beside the live one, in either order: nobody hears of it, nothing is changed."""

from __future__ import annotations

from core.messages import Match, Origin
from tests.alerts.scene import Scene, match


def replay(**values: object) -> Match:
    return match(origin=Origin.REPLAY, **values)  # type: ignore[arg-type]


def test_a_replay_of_what_was_told_is_dropped_whatever_the_topic_is_by_now(scene: Scene) -> None:
    assert scene.see(match()) == ["new_story"]
    story = scene.alerts()
    assert scene.see(replay(), replay(topic_revision="r2")) == []
    assert scene.dispositions.of("alerts") == {"new_story": 1, "repeated": 2}
    assert scene.alerts() == story
    assert len(scene.notifications()) == 1


def test_a_replay_before_the_live_match_does_not_keep_it_from_being_told(scene: Scene) -> None:
    assert scene.see(replay()) == ["not_live"]
    assert scene.alerts() == []
    assert scene.see(match()) == ["new_story"]
    assert len(scene.notifications()) == 1


def test_a_replay_of_another_revision_updates_no_alert(scene: Scene) -> None:
    scene.see(match(revision=2))
    before = scene.alerts()
    assert scene.see(replay(revision=1)) == ["not_live"]
    assert scene.alerts() == before
    assert scene.see(match(revision=3)) == ["revision"]
    assert scene.events()[-1].event == "updated"


def test_a_replay_takes_no_place_in_a_story(scene: Scene) -> None:
    assert scene.see(replay(), match("https://bote.example.org/haefen")) == [
        "not_live",
        "new_story",
    ]
    assert len(scene.notifications()) == 1


def test_a_replay_again_says_the_same_event_again(scene: Scene) -> None:
    scene.see(replay())
    scene.see(replay())
    one, two = scene.events()
    assert (one.event, one.reason_code) == ("suppressed", "not_live")
    assert one.model_copy(update={"at": two.at}) == two
