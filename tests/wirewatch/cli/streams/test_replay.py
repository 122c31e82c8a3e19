"""``wirewatch streams replay`` on every engine, and through the whole program."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from config.errors import UsageError
from core.messages import Match
from core.messages.envelope import ARTICLES, ENRICHED, MATCHES
from tests.support.engines import ENGINES
from tests.support.newsroom import Newsroom, Story, WebhookReceiver
from tests.support.stream_installation import StreamInstallation, new_stream_installation
from wirewatch.cli.streams.replay import replay

TEXT = "Schweden hat den Antrag auf den Nato-Beitritt unterzeichnet, sagte die Ministerin. " * 3


@pytest.fixture(params=ENGINES)
def streams(request: pytest.FixtureRequest, tmp_path: Path) -> StreamInstallation:
    return new_stream_installation(request, tmp_path)


@pytest.mark.slow
def test_a_replay_reports_its_counts_and_a_dry_run_publishes_nothing(
    streams: StreamInstallation,
) -> None:
    streams.create()
    streams.append("Nato-Beitritt", "Wetter", b"{")
    streams.process()
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
    with streams.log() as log:
        text = streams.text("replay", "--from", "2026-01-01", "--dry-run")
        assert text == (
            "2 articles would be replayed, 1 match.\n  nato-membership: 1\n"
            "Skipped 1 record without an article.\n"
        )
        assert len(list(log.read(ENRICHED))) == 2
        assert streams.json("replay", "--from", "2026-01-01") == counts
        assert len(list(log.read(ENRICHED))) == 4
        one = streams.json("replay", "--from", "start", "--topic", "nato-membership")
        assert (one["enriched"], one["matches"], one["articles"]) == (0, 1, 2)
        assert len({r.header("ce_id") for r in log.read(MATCHES)}) == 1
        assert len(list(log.read(MATCHES))) == 3
        assert log.list_groups() == ["processors"]


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("soon", "is neither a time nor a duration"),
        ("2199-01-01", "is in the future"),
        ("end", "in the future"),
    ],
)
def test_an_impossible_start_is_wrong_usage(start: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        replay(since=start)


def test_an_unknown_topic_is_wrong_usage_and_no_articles_are_no_failure(
    streams: StreamInstallation,
) -> None:
    unknown = streams.text("replay", "--from", "start", "--topic", "nato-membershp", code=2)
    assert "There is no topic 'nato-membershp'. Did you mean nato-membership?" in unknown
    assert streams.json("replay", "--from", "start", "--dry-run")["articles"] == 0


def test_a_faulty_topic_file_exits_with_1_and_does_not_affect_another_topic(
    streams: StreamInstallation,
) -> None:
    streams.create()
    streams.installation.write("topics/bad.yaml", "id: bad\ntitle: Bad\nquery: '(a'\n")
    assert "bad.yaml" in streams.text("replay", "--from", "start", "--topic", "bad", code=1)
    assert streams.json("replay", "--from", "start", "--topic", "nato-membership")["finished"]


@pytest.mark.processes
def test_sigterm_ends_a_replay_with_0_and_leaves_no_group(streams: StreamInstallation) -> None:
    streams.create()
    streams.append(*(f"Nato-Beitritt {n}" for n in range(1500)))
    streams.process()
    streams.installation.environment["WIREWATCH_PROCESSORS_BATCH"] = "1"
    with streams.log() as log:
        child = streams.installation.start("streams", "replay", "--from", "start")
        for record in log.read(ENRICHED, start="end", follow=lambda: child.poll() is None):
            assert record.value
            child.send_signal(signal.SIGTERM)
            break
        out, err = child.communicate(timeout=30)
        assert child.returncode == 0, err
        assert "Stopped before the end" in out
        assert 1500 < len(list(log.read(ENRICHED))) < 3000
        assert log.list_groups() == ["processors"]


@pytest.mark.slow
def test_a_replay_notifies_nobody(
    streams: StreamInstallation, newsroom: Newsroom, webhook: WebhookReceiver
) -> None:
    streams.installation.write_sources(kurier=newsroom.feed_url("kurier"))
    streams.installation.route_to_webhook(webhook.url)
    newsroom.publish(
        "kurier", Story("/a", "Antrag unterzeichnet", TEXT), Story("/w", "Sonne", "Sonne")
    )
    assert streams.installation.invoke_once()["alerts"]["opened"] == 1
    topic = (streams.installation.config / "topics/nato-membership.yaml").read_text()
    streams.installation.write(
        "topics/nato-membership.yaml", topic.replace('"NATO Beitritt*"', "sonne OR nato")
    )
    counts = streams.json("replay", "--from", "start")
    assert (counts["articles"], counts["matches"]) == (2, 2)
    after = streams.installation.invoke_once()
    assert after["alerts"] == {"opened": 0, "updated": 0, "suppressed": 1}
    assert after["dispositions"]["alerts"] == {"not_live": 1, "repeated": 1}
    assert len(webhook.notifications) == 1
    with streams.log() as log:
        origins = [
            Match.model_validate_json(r.value or b"").article.origin for r in log.read(MATCHES)
        ]
        assert len(list(log.read(ARTICLES))) == 2
    assert sorted(origins) == ["live", "replay", "replay"]
