"""Entries are identified so that none is lost and none is announced twice."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sources.context import ParseContext
from ingest.sources.feedparser_reader import read_feed
from ingest.sources.parse import parse_feed
from tests.ingest.sources.documents import NOW, URL, article, atom, item, memory, parse, rss
from tests.support.lanes import examples


def test_known_entries_are_listed_and_not_parsed() -> None:
    first = parse(rss(*(article(n) for n in range(100))))
    second = parse(rss(*(article(n) for n in range(95, 195))), memory(first))
    assert [e.key for e in second.entries] == [f"id-{n}" for n in range(100, 195)]
    assert second.known_keys == tuple(f"id-{n}" for n in range(95, 100))
    assert (second.total, second.skipped) == (100, 0)


def test_feedparser_sees_new_entries_only() -> None:
    known = memory(parse(rss(*(article(n) for n in range(100)))))
    with patch("ingest.sources.feed.read_feed", wraps=read_feed) as parsing:
        parse(rss(*(article(n) for n in range(100))), known)
        assert parsing.call_count == 0
        parse(rss(*(article(n) for n in range(5, 105))), known)
        (document,) = parsing.call_args.args
    assert document.count(b"<item>") == 5


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Neuer Titel"},
        {"description": "Etwas anderes."},
        {"link": "https://www.example.org/b"},
        {"pubDate": "Sun, 22 Nov 2026 09:00:00 +0100"},
        {"content_encoded": "<p>Mehr.</p>"},
    ],
)
def test_a_change_of_visible_text_link_or_date_is_a_change(change: dict[str, str]) -> None:
    known = memory(parse(rss(article(1), article(2))))
    feed = parse(rss(article(1, **change), article(2)), known)
    assert [e.key for e in feed.entries] == ["id-1"]
    assert feed.known_keys == ("id-2",)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"dc_creator": "Anna"}),
        ({}, {"category": "Politik"}),
        ({}, {"atom_updated": "2026-11-22T09:00:00Z"}),
        (
            {"description": '<img src="a?1"/><p>x</p>'},
            {"description": '<img src="a?2"/>\n<p>x</p>'},
        ),
        ({"title": "A &amp; B"}, {"title": "A & B"}),
        ({"guid": "http://www.example.org/1"}, {"guid": "https://www.example.org/1"}),
    ],
)
def test_an_invisible_change_is_no_change(before: dict[str, str], after: dict[str, str]) -> None:
    feed = parse(rss(article(1, **after)), memory(parse(rss(article(1, **before)))))
    assert feed.entries == ()


def test_an_updated_date_alone_is_no_change() -> None:
    def at(moment: str) -> bytes:
        return atom(f"<entry><id>1</id><title>x</title><updated>{moment}</updated></entry>")

    assert not parse(at("2026-11-22T09:00:00Z"), memory(parse(at("2026-11-22T08:00:00Z")))).entries


def test_without_a_guid_the_link_is_the_key_and_without_a_link_the_text() -> None:
    feed = parse(
        rss(
            item(title="A", link="http://www.example.org/a?utm_source=rss#x"),
            item(title="B", description="nur Text"),
            item(pubDate="Sun, 22 Nov 2026 08:00:00 +0100"),
        )
    )
    assert feed.entries[0].key == "//example.org/a"
    assert feed.entries[1].key.startswith("text:")
    assert (len(feed.entries), feed.total, feed.skipped) == (2, 3, 1)


def test_the_same_entry_twice_counts_once() -> None:
    feed = parse(rss(article(1), article(1), article(2)))
    assert [e.url for e in feed.entries] == [
        "https://www.example.org/a/1",
        "https://www.example.org/a/2",
    ]
    assert (feed.total, feed.skipped) == (3, 1)


def test_the_same_guid_and_link_twice_in_a_document_is_one_entry() -> None:
    first = article(1, description="Zwei Sätze. Und noch einer.")
    second = article(1, title="Meldung 1 aktualisiert", description="Zwei Sätze.")
    for pair in ((first, second), (second, first)):
        feed = parse(rss(*pair, article(2)))
        assert ([e.key for e in feed.entries], feed.repeated) == (["id-1", "id-2"], 1)
    known = memory(parse(rss(first, article(2))))
    again = parse(rss(second, first, article(2)), known)
    assert (again.entries, set(again.known_keys), again.repeated) == ((), {"id-1", "id-2"}, 1)


def test_a_guid_that_all_entries_share_does_not_identify_them() -> None:
    def read(numbers: range, known: dict[str, str]) -> list[str | None]:
        feed = parse(rss(*(article(n, guid="same") for n in numbers)), known)
        known.update(memory(feed))
        return [e.url for e in feed.entries]

    known: dict[str, str] = {}
    assert len(read(range(5), known)) == 5
    assert read(range(5), known) == []
    assert read(range(1, 7), known) == [f"https://www.example.org/a/{n}" for n in (5, 6)]


def test_an_entry_that_had_a_guid_to_itself_keeps_it() -> None:
    known = memory(parse(rss(article(1, guid="same"))))
    feed = parse(rss(article(2, guid="same"), article(1, guid="same")), known)
    assert feed.known_keys == ("same",)
    assert [(e.key, e.guid) for e in feed.entries] == [("//example.org/a/2", "same")]


def test_a_very_long_guid_becomes_a_short_key() -> None:
    (entry,) = parse(rss(article(1, guid="g" * 100_000))).entries
    assert len(entry.key) <= 500
    assert not parse(
        rss(article(1, guid="g" * 100_000)), memory_of(entry.key, entry.content_hash)
    ).entries


def memory_of(key: str, content_hash: str) -> dict[str, str]:
    return {key: content_hash}


def test_beyond_the_limit_the_newest_are_selected_and_the_rest_counted() -> None:
    oldest_first = rss(
        *(article(n, pubDate=f"Sun, {n:02} Nov 2026 08:00:00 GMT") for n in range(1, 22))
    )
    feed = parse(oldest_first, limit=3)
    assert [e.key for e in feed.entries] == ["id-19", "id-20", "id-21"]
    assert (feed.total, feed.skipped) == (21, 18)
    again = parse(oldest_first, memory(feed), limit=3)
    assert [e.key for e in again.entries] == ["id-16", "id-17", "id-18"]


def test_undated_entries_beyond_the_limit_are_selected_from_the_top() -> None:
    feed = parse(rss(*(article(n, pubDate=None) for n in range(5))), limit=2)
    assert [e.key for e in feed.entries] == ["id-0", "id-1"]


LOOK = st.sampled_from(["guid", "no guid", "same guid", "permalink", "nothing"])


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(LOOK, min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 8), st.booleans()), max_size=8),
)
def test_over_any_sequence_of_windows_every_entry_is_new_exactly_once(
    looks: list[str], windows: list[tuple[int, int, bool]]
) -> None:
    """Over windows of a growing list, well-formed or damaged, each served twice."""

    def written(number: int) -> str:
        guid = {
            "guid": f"g{number}",
            "permalink": f"https://www.example.org/a/{number}",
            "same guid": "same",
        }.get(looks[number])
        link = None if looks[number] == "nothing" else f"https://www.example.org/a/{number}"
        return article(number, guid=guid, link=link)

    known: dict[str, str] = {}
    titles: list[str] = []
    served: set[str] = set()
    for start, size, damaged in windows:
        numbers = range(start, min(start + size, len(looks)))
        if not numbers:
            continue
        body = rss(*map(written, numbers), channel="<x>A & B</x>" if damaged else "")
        served |= {f"Meldung {n}" for n in numbers}
        for _ in range(2):
            feed = parse_feed(
                body, ParseContext(url=URL, content_type=None, now=NOW, known=known, limit=100)
            )
            known |= memory(feed)
            titles += [e.title for e in feed.entries if e.title not in titles]
            assert feed.total == len(feed.entries) + len(feed.known_keys) + feed.skipped
        assert feed.entries == ()
    assert sorted(titles) == sorted(served)
