from __future__ import annotations

import time

import pytest

from config.errors import FetchError
from ingest.sources.context import ParseContext
from ingest.sources.parse import parse_feed
from tests.support.scripted_publisher import MONDAY


def test_a_feed_with_very_many_unclosed_elements_is_refused_at_once() -> None:
    document = b"<rss><channel>" + b"<a>" * 300_000
    began = time.process_time()
    with pytest.raises(FetchError, match="too many elements open") as caught:
        parse_feed(
            document,
            ParseContext(url="https://e.org/f", content_type=None, now=MONDAY, known={}, limit=10),
        )
    assert caught.value.outcome == "parse"
    assert time.process_time() - began < 5


def test_a_feed_with_some_unclosed_html_is_still_read() -> None:
    items = "".join(
        f"<item><title>T{n} & co</title><link>https://e.org/{n}</link>"
        f"<description>a<br>b<br>c</description></item>"
        for n in range(50)
    )
    document = f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()
    feed = parse_feed(
        document,
        ParseContext(url="https://e.org/f", content_type=None, now=MONDAY, known={}, limit=100),
    )
    assert len(feed.entries) == 50
