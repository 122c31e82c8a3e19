"""Records as they are rendered for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.messages import (
    AlertEvent,
    AlertEventKind,
    ArticleRevision,
    Enriched,
    EntityMention,
    Evidence,
    FeedHealth,
    FeedHealthKind,
    Field,
    Match,
    Message,
    Origin,
    TopicScore,
)
from core.messages.envelope import ARTICLES, DEAD_LETTER, MATCHES, to_record
from core.streams.dead_letter import ProcessingFailure, dead_letter
from core.streams.port import NewRecord, Record
from wirewatch.cli.streams.render import render_record, summarize

AT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
ZONE = timezone(timedelta(hours=2))
ARTICLE = ArticleRevision(
    article_id="0123456789abcdef", revision=1, url="https://a.example/1", title="Oslo baut",
    lead="Der Ausbau beginnt.", text="…", outlet="kurier", feed_id="kurier-1", language="de",
    country="DE", published_at=AT, first_seen_at=AT, fetched_at=AT, agency="dpa",
)  # fmt: skip
MATCH = Match(
    topic_id="nato", topic_revision="r", article_id="0123456789abcdef", revision=2, score=55,
    threshold=30, rules=("direct",), article=ARTICLE.model_copy(update={"origin": Origin.REPLAY}),
    evidence=tuple(
        Evidence(field=Field.TEXT, start=0, end=1, surface="D", rule="direct", sentence=sentence)
        for sentence in ("Erster Satz.", "Erster Satz.", "Zweiter Satz.")
    ),
    language="de", fingerprint="",
)  # fmt: skip


def read(new: NewRecord) -> Record:
    return Record(new.stream, 3, 17, new.key, new.value, new.headers, new.time)


def shown(message: Message) -> list[str]:
    return render_record(read(to_record(message, at=AT)), zone=ZONE)


def test_an_article_shows_outlet_title_lead_and_position_in_local_time() -> None:
    assert shown(ARTICLE) == [
        "2026-03-02 01:30:00  article  kurier · de · dpa  news.articles.v1 3:17",
        "  Oslo baut",
        "  Der Ausbau beginnt.",
        "  https://a.example/1",
        "  id 01234567 · published 2026-03-02 01:30:00",
    ]


def test_a_match_shows_topic_score_and_each_sentence_once() -> None:
    assert shown(MATCH) == [
        (
            "2026-03-02 01:30:00  match  nato · score 55 of 30 · kurier · de · replay  "
            "news.matches.v1 3:17"
        ),
        "  Oslo baut",
        "  “Erster Satz.” (direct)",
        "  “Zweiter Satz.” (direct)",
        "  https://a.example/1",
        "  id 01234567 · revision 2",
    ]


def test_a_record_of_a_topics_stream_is_rendered_like_the_match() -> None:
    copy = to_record(MATCH, at=AT, stream="news.topic.nato.v1", key="x")
    assert summarize(read(copy)) == summarize(read(to_record(MATCH, at=AT)))


def test_enriched_records_alerts_and_feed_health_are_rendered() -> None:
    named = EntityMention(id="z", type="person", field="text", start=0, end=1, surface="Selenskyj")
    enriched = Enriched(
        article_id="a" * 32, revision=1, language="de", language_source="detected",
        entities=(named, named), fingerprint="",
        topics=(TopicScore(topic_id="nato", topic_revision="r", score=55),),
    )  # fmt: skip
    assert shown(enriched)[0].startswith("2026-03-02 01:30:00  enriched  de (detected)")
    assert shown(enriched)[1:3] == ["  topics: nato 55", "  names: Selenskyj"]
    event = AlertEvent(
        alert_id="a" * 32, event=AlertEventKind.DELIVERED, topic_id="nato", story_id="b" * 32,
        article_id="c" * 32, reason="Told.", target="desk", at=AT,
    )  # fmt: skip
    assert "notification delivered  nato · normal · desk" in shown(event)[0]
    assert shown(event)[1:] == ["  Told.", "  alert aaaaaaaa · story bbbbbbbb · article cccccccc"]
    about = event.model_copy(
        update={"headline": "Sie kommt", "url": "https://a.example/1", "outlet": "kurier"}
    )
    assert "nato · normal · desk · kurier" in shown(about)[0]
    assert shown(about)[1:4] == ["  Sie kommt", "  Told.", "  https://a.example/1"]
    feed = FeedHealth(
        feed_id="f", outlet="kurier", url="https://a.example/f", event=FeedHealthKind.WINDOW_GAP,
        outcome="ok", message="Entries were missed.", at=AT,
    )  # fmt: skip
    assert "feed window gap  kurier · ok" in shown(feed)[0]


def test_a_dead_letter_shows_origin_error_and_content() -> None:
    record = Record(ARTICLES, 7, 4711, b"key", b'{"a": 1', (), AT)
    letter = read(
        dead_letter(ProcessingFailure(record, "processors", ValueError("no title"), 3, AT), at=AT)
    )
    assert render_record(letter, zone=ZONE) == [
        (
            "2026-03-02 01:30:00  dead letter  processors · ValueError · attempts: 3  "
            "news.dead-letter.v1 3:17"
        ),
        "  The log of the stage has the details.",
        "  from news.articles.v1 7:4711 · key key · first failed 2026-03-01T23:30:00Z",
        '  {"a": 1',
    ]


@pytest.mark.parametrize("value", [None, b"", b"{}", b"\xff\x00", b"[" * 100_000])
@pytest.mark.parametrize("stream", [ARTICLES, MATCHES, DEAD_LETTER, "other"])
def test_any_record_is_rendered(stream: str, value: bytes | None) -> None:
    odd = (("ce_type", b"wirewatch.news.articles.v1"), ("x\x1b[2J", b"\x1b[31m\n"))
    for headers in ((), odd):
        record = Record(stream, 0, 0, b"\x1bkey", value, headers, datetime(1, 1, 1, tzinfo=UTC))
        lines = render_record(record, zone=ZONE)
        assert len(lines) >= 1
        assert not set("".join(lines)) & set("\x1b\x00\n")


def test_untrusted_text_moves_no_cursor_and_sets_no_colour() -> None:
    nasty = ARTICLE.model_copy(update={"title": "a\x1b[2J\u202eb\nc", "outlet": "k\x9b31m" * 50})
    plain = shown(nasty)
    assert plain[1] == "  a[2Jb c"
    assert not set("".join(plain)) & set("\x1b\x9b\u202e")
    coloured = render_record(read(to_record(nasty, at=AT)), colour=True)
    assert coloured[1] == "  \x1b[1ma[2Jb c\x1b[0m"
