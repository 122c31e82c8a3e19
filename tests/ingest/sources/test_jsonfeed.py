"""JSON Feed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
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


def only_item(**item: Any) -> Any:
    (entry,) = parse(feed({"id": "1", "content_text": "x"} | item)).entries
    return entry


def test_the_address_is_url_and_never_the_page_that_the_item_is_about() -> None:
    about = "https://x.example/source"
    both = only_item(url="https://www.example.org/own", external_url=about)
    assert both.url == "https://www.example.org/own"
    assert only_item(external_url=about, title="Verweis").url is None
    by_id = only_item(id="https://www.example.org/7", external_url=about)
    assert by_id.url == "https://www.example.org/7"


def test_plain_text_means_its_signs_and_html_wins() -> None:
    plain = only_item(content_text="Was <b> heißt &amp; mehr\n\nZweiter Absatz")
    assert plain.content == "Was <b> heißt &amp; mehr\nZweiter Absatz"
    assert only_item(content_html="<p>HTML</p>", content_text="Text").content == "HTML"


def test_authors_of_the_feed_stand_for_items_without_any() -> None:
    people = [{"name": "Anna"}]
    entry, own = parse(
        feed({"id": "1", "title": "a"}, {"id": "2", "title": "b", "authors": [{"name": "Bert"}]},
             authors=people)
    ).entries  # fmt: skip
    assert (entry.authors, own.authors) == (("Anna",), ("Bert",))
    (old,) = parse(feed({"id": "1", "title": "a"}, author={"name": "Cleo"})).entries
    assert old.authors == ("Cleo",)


def test_a_finished_feed_is_asked_rarely_and_its_next_page_not_at_all() -> None:
    parsed = parse(feed(ITEM, expired=True, next_url="https://www.example.org/feed.json?p=2"))
    assert (len(parsed.entries), parsed.hint) == (1, timedelta(days=7))
    assert parse(feed(ITEM, expired=False)).hint is None


def test_ids_may_be_numbers_and_truth_values_are_no_text() -> None:
    numbers = parse(feed({"id": 7, "title": "a"}, {"id": 7.5, "title": "b"}))
    assert [e.key for e in numbers.entries] == ["7", "7.5"]
    assert only_item(title=True).title == ""
