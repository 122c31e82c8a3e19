"""Requests to parse, and answers of at most two megabytes, as bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from config.errors import FetchError
from config.i18n import Phrase
from ingest.parsing.handler import handle
from ingest.parsing.messages import (
    MAX_ANSWER,
    SHORT_SUMMARY,
    FeedRequest,
    RobotsAnswer,
    RobotsRequest,
    decode_answer,
    decode_request,
    encode_error,
    encode_feed,
    encode_request,
)
from ingest.sources.entry import FeedEntry, ParsedFeed

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
URL = "https://example.org/feed"
ENTRY = FeedEntry(
    key="guid \ud83d",  # half of a character, as a feed may have it
    url="https://example.org/a",
    title="Brücke – Мост",
    summary="Kurz",
    content="Lang",
    published_at=NOW,
    published_raw="Fri, 02 Jan 2026 12:00:00 GMT",
    authors=("A", "B"),
    language="de",
    content_hash="0" * 32,
)
KNOWN = {f"key {number}": "1" * 32 for number in range(5)}
FEED = ParsedFeed(
    title="Feed",
    language=None,
    entries=(ENTRY, replace(ENTRY, key="2", url=None, published_at=None)),
    known_keys=("key 3", "key 1"),
    total=5,
    skipped=1,
    hint=timedelta(minutes=30),
    whole=False,
)


def sent(parsed: ParsedFeed) -> ParsedFeed:
    """Return a parsed document as it arrives from a worker."""
    answer = encode_feed(parsed, KNOWN)
    assert len(answer) <= MAX_ANSWER
    return cast("ParsedFeed", decode_answer(answer, URL, KNOWN))


@pytest.mark.parametrize(
    "request_",
    [
        FeedRequest("feed", b"\x00<rss>", URL, None, NOW, KNOWN, 10),
        FeedRequest("sitemap", b"", URL, "text/xml", NOW, {}, 10),
        RobotsRequest("User-agent: *\n# \ud83d", URL, "Wirewatch"),
    ],
)
def test_a_request_arrives_as_it_was_sent(request_: FeedRequest | RobotsRequest) -> None:
    assert decode_request(encode_request(request_)) == request_


def test_a_document_arrives_as_it_was_parsed() -> None:
    assert sent(FEED) == FEED


def test_texts_that_do_not_fit_are_left_out_from_the_end_and_no_entry_is() -> None:
    entries = tuple(
        replace(ENTRY, key=str(n), content="x" * 300_000, summary="y" * 1000) for n in range(20)
    )
    arrived = sent(replace(FEED, entries=entries))
    assert [entry.key for entry in arrived.entries] == [str(n) for n in range(20)]
    whole = [entry for entry in arrived.entries if entry.content]
    assert whole == list(entries[: len(whole)])
    assert len(whole) == 6
    assert all(len(e.summary) == SHORT_SUMMARY for e in arrived.entries[len(whole) :])
    assert arrived.skipped == FEED.skipped


def test_entries_that_do_not_fit_without_their_texts_are_skipped() -> None:
    entries = tuple(replace(ENTRY, key=str(n), title="ж" * 1000) for n in range(2000))
    arrived = sent(replace(FEED, entries=entries))
    assert 0 < len(arrived.entries) < 2000
    assert arrived.skipped == FEED.skipped + 2000 - len(arrived.entries)


def test_a_failure_arrives_with_its_reason() -> None:
    reason = Phrase("fetch.http_wait", status=503, wait=timedelta(seconds=9))
    with pytest.raises(FetchError) as caught:
        decode_answer(encode_error(FetchError(URL, "parse", reason)), URL)
    assert (caught.value.url, caught.value.outcome, caught.value.reason) == (URL, "parse", reason)


@pytest.mark.parametrize(
    ("kind", "body", "outcome"),
    [("feed", b"<html><title>x</title>", "html_instead"), ("sitemap", b"<rss/>", "not_a_feed")],
)
def test_a_document_that_is_none_is_answered_with_what_it_is(
    kind: str, body: bytes, outcome: str
) -> None:
    request = FeedRequest(kind, body, URL, None, NOW, {}, 10)
    with pytest.raises(FetchError) as caught:
        decode_answer(handle(encode_request(request)), URL)
    assert caught.value.outcome == outcome


def test_a_robots_txt_is_answered_with_its_decision() -> None:
    text = "User-agent: *\nCrawl-delay: 3\nDisallow: /private\n"
    asked = (
        RobotsRequest(text, f"https://example.org{path}", "Wirewatch") for path in ("/private", "/")
    )
    answers = [decode_answer(handle(encode_request(request)), URL) for request in asked]
    assert answers == [RobotsAnswer(False, 3.0), RobotsAnswer(True, 3.0)]
