"""``wirewatch streams replay`` on every engine, and through the whole program."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from config.errors import UsageError
from core.messages import Match
from core.messages.envelope import ARTICLES, ENRICHED, MATCHES
from tests.support.engines import ENGINES
from tests.support.newsroom import Desk, Newsroom, Story
from tests.support.stream_installation import Site, new_site
from wirewatch.cli.streams.replay import replay

TEXT = "Schweden hat den Antrag auf den Nato-Beitritt unterzeichnet, sagte die Ministerin. " * 3


@pytest.fixture(params=ENGINES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    return new_site(request, tmp_path)


def test_a_replay_says_what_it_did_and_a_dry_run_does_nothing(site: Site) -> None:
    site.create()
    site.send("Nato-Beitritt", "Wetter", b"{")
    site.process()
    counts = {
        "articles": 2,
        "enriched": 2,
        "matches": 1,
        "copies": 0,
        "topics": {"nato-membership": 1},
        "unreadable": 1,
        "dead_letters": 0,
        "waiting": 0,
        "from": "2026-01-01T00:00:00Z",
        "topic": None,
        "dry_run": False,
        "finished": True,
    }
    with site.log() as log:
        said = site.said("replay", "--from", "2026-01-01", "--dry-run")
        assert said == (
            "2 article(s) would be replayed, 1 match(es).\n  nato-membership: 1\n"
            "1 record(s) are no article and were passed over.\n"
        )
        assert len(list(log.read(ENRICHED))) == 2
        assert site.json("replay", "--from", "2026-01-01") == counts
        assert len(list(log.read(ENRICHED))) == 4
        one = site.json("replay", "--from", "start", "--topic", "nato-membership")
        assert (one["enriched"], one["matches"], one["articles"]) == (0, 1, 2)
        assert len({r.header("ce_id") for r in log.read(MATCHES)}) == 1
        assert len(list(log.read(MATCHES))) == 3
        assert log.list_groups() == ["processors"]


@pytest.mark.parametrize(
    ("given", "words"),
    [("soon", "is no time"), ("2199-01-01", "lies in the future"), ("end", "in the future")],
)
def test_a_beginning_that_cannot_be_is_wrong_usage(given: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        replay(since=given)


def test_an_unknown_topic_is_2_with_the_nearest_and_no_articles_are_no_failure(site: Site) -> None:
    unknown = site.said("replay", "--from", "start", "--topic", "nato-membershp", code=2)
    assert "There is no topic 'nato-membershp'. Did you mean nato-membership?" in unknown
    assert site.json("replay", "--from", "start", "--dry-run")["articles"] == 0


def test_a_broken_topic_file_is_1_and_does_not_matter_to_another_topic(site: Site) -> None:
    site.create()
    site.walk.write("topics/bad.yaml", "id: bad\ntitle: Bad\nquery: '(a'\n")
    assert "bad.yaml" in site.said("replay", "--from", "start", "--topic", "bad", code=1)
    assert site.json("replay", "--from", "start", "--topic", "nato-membership")["finished"]


def test_sigterm_ends_a_replay_with_0_and_leaves_no_group(site: Site) -> None:
    site.create()
    site.send(*(f"Nato-Beitritt {n}" for n in range(1500)))
    site.process()
    site.walk.environment["WIREWATCH_PROCESSORS_BATCH"] = "1"
    with site.log() as log:
        child = site.walk.start("streams", "replay", "--from", "start")
        for record in log.read(ENRICHED, start="end", follow=lambda: child.poll() is None):
            assert record.value
            child.send_signal(signal.SIGTERM)
            break
        out, err = child.communicate(timeout=30)
        assert child.returncode == 0, err
        assert "Stopped before the end" in out
        assert 1500 < len(list(log.read(ENRICHED))) < 3000
        assert log.list_groups() == ["processors"]


def test_nobody_hears_of_a_replay_in_the_whole_program(
    site: Site, room: Newsroom, desk: Desk
) -> None:
    site.walk.sources(kurier=room.feed_url("kurier"))
    site.walk.webhook(desk.url)
    room.publish("kurier", Story("/a", "Antrag unterzeichnet", TEXT), Story("/w", "Sonne", "Sonne"))
    assert site.walk.once()["alerts"]["opened"] == 1
    topic = (site.walk.config / "topics/nato-membership.yaml").read_text()
    site.walk.write(
        "topics/nato-membership.yaml", topic.replace('"NATO Beitritt*"', "sonne OR nato")
    )
    counts = site.json("replay", "--from", "start")
    assert (counts["articles"], counts["matches"]) == (2, 2)
    after = site.walk.once()
    assert after["alerts"] == {"opened": 0, "updated": 0, "suppressed": 1}
    assert after["dispositions"]["alerts"] == {"not_live": 1, "repeated": 1}
    assert len(desk.told) == 1
    with site.log() as log:
        origins = [
            Match.model_validate_json(r.value or b"").article.origin for r in log.read(MATCHES)
        ]
        assert len(list(log.read(ARTICLES))) == 2
    assert sorted(origins) == ["live", "replay", "replay"]
