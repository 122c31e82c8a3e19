"""What identifies the entries of a feed: guids, or the next best thing where they are worthless."""

from __future__ import annotations

import pytest

from ingest.sources import ParsedFeed
from ingest.sources.key_level import KeyLevel
from tests.ingest.sources.documents import article, memory, parse, rss

HOME = "https://www.example.org/"
TICKER = "https://www.example.org/ticker"


def minute(number: int) -> str:
    return f"Sun, 22 Nov 2026 08:{number:02}:00 +0100"


def items(count: int, **fields: object) -> list[str]:
    """Return items that differ by headline, text and date; ``{n}`` is their number."""
    values = {name: str(value) for name, value in fields.items() if value is not None}
    return [
        article(n, **{"pubDate": minute(n), "guid": None}
                | {name: value.format(n=n) for name, value in values.items()})
        for n in range(count)
    ]  # fmt: skip


LEVELS = {
    "guids": (items(30, guid="g{n}"), KeyLevel.ID),
    "no guids": (items(30), KeyLevel.LINK),
    "empty guids": (items(30, guid=" "), KeyLevel.LINK),
    "a word for none": (items(30, guid="N/A"), KeyLevel.LINK),
    "one guid for all": (items(30, guid="x"), KeyLevel.LINK),
    "one guid and the homepage": (items(3, guid="0", link=HOME), KeyLevel.LINK_DATE),
    "one link without guids": (items(3, link=TICKER), KeyLevel.LINK_DATE),
    "one link and date": (
        items(3, link=TICKER, pubDate="Sun, 22 Nov 2026"),
        KeyLevel.LINK_DATE_TITLE,
    ),
    "one link, date and headline": (
        items(3, link=TICKER, pubDate="Sun, 22 Nov 2026", title="Meldung"),
        KeyLevel.CONTENT,
    ),
    "anchors of one page": (items(3, link=TICKER + "#p{n}"), KeyLevel.LINK),
    "guids, one twice": ([*items(60, guid="g{n}"), article(70, guid="g1")], KeyLevel.ID),
    "guids, three twice": (
        [*items(60, guid="g{n}"), *(article(70 + n, guid=f"g{n}") for n in range(3))],
        KeyLevel.LINK,
    ),
    "nothing but headlines": (items(5, link="N/A", guid="N/A"), KeyLevel.LINK),
}


@pytest.mark.parametrize(("written", "level"), LEVELS.values(), ids=LEVELS.keys())
def test_the_first_level_that_tells_entries_apart_is_used(
    written: list[str], level: KeyLevel
) -> None:
    feed = parse(rss(*written))
    assert feed.level == level
    assert (len(feed.entries), feed.skipped) == (len(written), 0)
    assert len({entry.key for entry in feed.entries}) == len(written)
    again = parse(rss(*written), memory(feed), level=feed.level)
    assert (again.entries, len(again.known_keys)) == ((), len(written))


def test_a_level_that_was_given_up_is_not_used_again() -> None:
    unique = rss(*items(10, guid="g{n}"))
    assert [e.key for e in parse(unique, level="link").entries][:1] == ["//example.org/a/0"]
    assert parse(unique, level="link_date").level == KeyLevel.LINK_DATE
    assert parse(unique, level="title_date").level == KeyLevel.TITLE_DATE


def test_what_is_known_stays_known_when_the_level_changes() -> None:
    first = parse(rss(*items(10, guid="g{n}")))
    feed = parse(rss(*items(12, guid="g{n}")), memory(first), level="link")
    assert [e.title for e in feed.entries] == ["Meldung 10", "Meldung 11"]
    assert len(feed.known_keys) == 10
    assert feed.renamed == 0


def test_entries_under_new_guids_are_known_by_what_they_say() -> None:
    first = parse(rss(*items(10, guid="g{n}")))
    feed = parse(rss(*items(10, guid="h{n}")), memory(first))
    assert (feed.entries, len(feed.known_keys), feed.renamed) == ((), 10, 10)


def test_short_notices_without_headlines_are_told_apart_by_their_text() -> None:
    feed = parse(rss(*items(4, title="", link=TICKER, guid="x", pubDate="")))
    assert [e.summary for e in feed.entries] == [
        f"Was zu Meldung {n} zu sagen ist." for n in range(4)
    ]


@pytest.mark.parametrize("level", list(KeyLevel))
def test_at_every_level_each_entry_has_a_key_of_its_own(level: KeyLevel) -> None:
    written = [
        *items(3, guid="g", link=TICKER),
        *items(3, guid="", link=HOME, title="Meldung"),
        *items(2, link="N/A", pubDate=""),
        article(9, guid="a" * 1000, link="https://www.example.org/" + "b" * 1500),
    ]

    def keys(feed: ParsedFeed) -> list[str]:
        return [entry.key for entry in feed.entries]

    feed = parse(rss(*written), level=level)
    assert len(set(keys(feed))) == len(feed.entries) == 9
    assert max(map(len, keys(feed))) <= 500
