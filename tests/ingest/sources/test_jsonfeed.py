"""JSON Feed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tests.ingest.sources.documents import memory, parse

ITEM = {
    "id": "1",
    "url": "/a",
    "title": "Beitritt &amp; mehr",
    "summary": "Der Lead.",
    "content_html": "<p>Eins.</p><script>nein</script><p>Zwei.</p>",
    "date_published": "2026-11-22T08:00:00+01:00",
    "authors": [{"name": "Anna"}, {"name": "Bert"}],
    "language": "de-AT",
}


def feed(*items: Any, **more: Any) -> bytes:
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Beispiel",
            "feed_url": "https://www.example.org/feed.json",
            "items": items,
        }
        | more
    ).encode()


def test_an_item_becomes_an_entry() -> None:
    parsed = parse(feed(ITEM, language="de"))
    (entry,) = parsed.entries
    assert (entry.key, entry.url) == ("1", "https://www.example.org/a")
    assert (entry.title, entry.summary, entry.content) == (
        "Beitritt & mehr",
        "Der Lead.",
        "Eins.\nZwei.",
    )
    assert entry.published_at == datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert (entry.authors, entry.language) == (("Anna", "Bert"), "de")
    assert (parsed.title, parsed.language) == ("Beispiel", "de")
    assert parsed.self_url == "https://www.example.org/feed.json"


def test_known_items_are_listed() -> None:
    known = memory(parse(feed(ITEM)))
    again = parse(feed(ITEM, ITEM | {"id": "2", "url": "/b"}), known)
    assert [e.key for e in again.entries] == ["2"]
    assert again.known_keys == ("1",)


def test_version_one_and_odd_values_are_read() -> None:
    odd = {
        "id": 7,
        "title": None,
        "url": ["x"],
        "author": {"name": "Anna"},
        "content_text": "a < b",
    }
    parsed = parse(feed(odd, "no item", {"id": "https://www.example.org/g"}, {}))
    first, second = parsed.entries
    assert (first.key, first.url, first.title, first.content) == ("7", None, "", "a < b")
    assert first.authors == ("Anna",)
    assert second.url == "https://www.example.org/g"
    assert (parsed.total, parsed.skipped) == (4, 2)
