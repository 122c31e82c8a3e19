from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.i18n import Phrase
from config.settings import Settings
from core.messages import Origin
from core.store.entries import DONE, PENDING, EntryRecord
from core.store.feed_record import FeedRecord
from ingest.entries.admit import Admission, Sighting, admit, link_key, origin_of
from ingest.entries.entry_match import KnownEntries
from ingest.entries.same_entry import aliases_of, has_no_page
from ingest.sources import FeedEntry, ParsedFeed
from tests.support.records import entry_record, feed_record, parsed_entry, parsed_feed
from tests.support.scripted_publisher import MONDAY

SETTINGS = Settings(_env_file=None)
NOTHING = KnownEntries({}, {}, {})
FEED = feed_record()


def decided(
    parsed: ParsedFeed,
    stored: Sequence[EntryRecord] = (),
    articles: dict[str, str] | None = None,
    feed: FeedRecord = FEED,
) -> Admission:
    by_link: dict[str, list[EntryRecord]] = {}
    for record in stored:
        by_link.setdefault(record.url_key, []).append(record)
    own_entries = {r.key: r for r in stored if r.feed_id == FEED.feed_id}
    known = KnownEntries(own_entries, by_link, articles or {})
    return admit(feed, parsed, known, MONDAY, SETTINGS)


def stored(entry: FeedEntry, **values: object) -> EntryRecord:
    """Return the row of an entry that was seen before."""
    defaults = {
        "key": entry.key,
        "content_hash": entry.content_hash,
        "url": entry.url,
        "url_key": link_key("kurier-1", entry),
        "title": entry.title,
        "state": DONE,
        "disposition": "article_new",
        "article_id": "a" * 32,
        "id": 7,
    }
    return entry_record(**defaults | values)


def test_entries_never_seen_before_are_new_and_their_pages_are_read() -> None:
    admission = decided(parsed_feed(parsed_entry("a"), parsed_entry("b")))
    assert [(r.key, r.state, r.next_page_at) for r in admission.add] == [
        ("a", PENDING, MONDAY),
        ("b", PENDING, MONDAY),
    ]
    assert (admission.new, +admission.dispositions) == (2, {})


def test_known_and_skipped_entries_end_at_once() -> None:
    parsed = parsed_feed(parsed_entry("c"), known=("a", "b"), skipped=4)
    admission = decided(parsed, [stored(parsed_entry("c"))])
    assert +admission.dispositions == {"known": 3, "too_many": 4}
    assert (admission.add, admission.change, admission.new) == ([], [], 0)


def test_the_page_of_a_changed_entry_is_read_again_for_the_same_article() -> None:
    old = stored(parsed_entry("a"), attempts=3)
    changed = parsed_entry("a", title="Neuer Titel", content_hash="other", summary="Mehr dazu.")
    admission = decided(parsed_feed(changed), [old])
    [record] = admission.change
    assert (record.id, record.state, record.attempts) == (7, PENDING, 0)
    assert (record.title, record.summary, record.content_hash) == (
        "Neuer Titel",
        "Mehr dazu.",
        "other",
    )
    assert record.article_id == old.article_id
    assert record.first_seen_at == old.first_seen_at
    assert +admission.dispositions == {}


@pytest.mark.parametrize(("disposition", "counted"), [("", {"superseded": 1}), ("article_new", {})])
def test_a_change_before_the_page_was_read_supersedes_the_earlier_version(
    disposition: str, counted: dict[str, int]
) -> None:
    old = stored(parsed_entry("a"), state=PENDING, disposition=disposition)
    admission = decided(parsed_feed(parsed_entry("a", content_hash="other")), [old])
    assert +admission.dispositions == counted
    assert len(admission.change) == 1


def test_a_new_guid_with_the_same_link_is_the_same_entry() -> None:
    before = parsed_entry(
        "http://kurier.example.org/?p=1", url="https://kurier.example.org/a", content_hash="d"
    )
    now = parsed_entry(
        "https://kurier.example.org/?p=1", url="http://www.kurier.example.org/a", content_hash="d"
    )
    admission = decided(parsed_feed(now), [stored(before)])
    assert +admission.dispositions == {"known": 1}
    [record] = admission.rename
    assert (record.id, record.key, record.state) == (7, now.key, DONE)
    assert (admission.add, admission.change, admission.new) == ([], [], 0)


def test_a_new_guid_with_another_text_is_read_again_as_the_same_article() -> None:
    before = parsed_entry("old", url="https://kurier.example.org/a")
    now = parsed_entry("new", url="https://kurier.example.org/a", title="Neuer Titel")
    admission = decided(parsed_feed(now), [stored(before)])
    [record] = admission.change
    assert (record.id, record.key, record.state) == (7, "new", PENDING)
    assert record.article_id == "a" * 32
    assert (admission.new, admission.renamed) == (0, 1)


def test_an_article_known_from_another_feed_is_a_sighting() -> None:
    entry = parsed_entry("a", url="https://www.kurier.example.org/a?utm_source=x#ref=rss")
    elsewhere = stored(parsed_entry("z", url="https://kurier.example.org/a"), feed_id="bote-1")
    by_entry = decided(parsed_feed(entry), [elsewhere])
    by_article = decided(parsed_feed(entry), [], {"https://kurier.example.org/a": "a" * 32})
    for admission in (by_entry, by_article):
        assert +admission.dispositions == {"copy_url": 1}
        assert admission.sightings == [Sighting("a" * 32, str(entry.url))]
        assert admission.add[0].state == DONE


def test_an_entry_is_read_even_if_another_feed_still_waits_for_the_same_page() -> None:
    entry = parsed_entry("a", url="https://kurier.example.org/a")
    waiting = stored(
        parsed_entry("z", url="https://kurier.example.org/a"),
        feed_id="bote-1",
        state=PENDING,
        article_id=None,
    )
    assert [r.state for r in decided(parsed_feed(entry), [waiting]).add] == [PENDING]


def test_links_that_differ_in_a_parameter_are_two_articles() -> None:
    one, two = (parsed_entry(k, url=f"https://kurier.example.org/a?id={k}") for k in "12")
    admission = decided(parsed_feed(one, two))
    assert len({r.url_key for r in admission.add}) == 2
    assert admission.new == 2


def test_the_same_link_and_title_twice_in_a_document_is_one_entry() -> None:
    one, two = (parsed_entry(k, url="https://kurier.example.org/a", title="Titel") for k in "12")
    admission = decided(parsed_feed(one, two))
    assert [r.state for r in admission.add] == [PENDING, DONE]
    assert +admission.dispositions == {"known": 1}


def test_notices_that_share_a_page_are_separate_entries() -> None:
    one, two = (parsed_entry(k, url="https://kurier.example.org/ticker") for k in "12")
    admission = decided(parsed_feed(one, two))
    assert [(r.state, has_no_page(r)) for r in admission.add] == [
        (PENDING, False),
        (PENDING, True),
    ]
    third = parsed_entry("3", url="https://kurier.example.org/ticker")
    later = decided(parsed_feed(third, known=("1", "2")), [stored(one), stored(two)])
    assert [has_no_page(r) for r in later.add] == [True]


@pytest.mark.parametrize("url", [None, "https://kurier.example.org/", "https://kurier.example.org"])
def test_an_entry_without_a_link_to_a_page_is_its_own_identity(url: str | None) -> None:
    one, two = (parsed_entry(k, url=url) for k in "12")
    records = decided(parsed_feed(one, two)).add
    assert len({r.url_key for r in records}) == 2
    assert all(has_no_page(r) for r in records)
    assert [r.state for r in records] == [PENDING, PENDING]


def test_a_changed_link_moves_the_entry_and_keeps_its_article() -> None:
    old = stored(parsed_entry("a"))
    moved = parsed_entry("a", url="https://neu.example.net/b", content_hash="other")
    [record] = decided(parsed_feed(moved), [old]).change
    assert (record.url_key, record.host) == ("https://neu.example.net/b", "example.net")
    assert record.article_id == old.article_id


@pytest.mark.parametrize(
    ("last_read", "published", "origin"),
    [
        (timedelta(minutes=10), None, Origin.LIVE),
        (timedelta(minutes=10), timedelta(days=40), Origin.LIVE),
        (timedelta(hours=48), None, Origin.LIVE),
        (timedelta(hours=49), None, Origin.BACKFILL),
        (timedelta(hours=49), timedelta(hours=1), Origin.LIVE),
        (None, None, Origin.BACKFILL),
        (None, timedelta(hours=5, minutes=59), Origin.LIVE),
        (None, timedelta(hours=6, minutes=1), Origin.BACKFILL),
        (None, timedelta(seconds=-1), Origin.BACKFILL),
    ],
)
def test_new_entries_are_live_or_backfill_by_gap_and_publication_date(
    last_read: timedelta | None, published: timedelta | None, origin: Origin
) -> None:
    def ago(time: timedelta | None) -> datetime | None:
        return MONDAY - time if time is not None else None

    for name in ("last_200_at", "last_304_at"):
        feed = feed_record(**{name: ago(last_read)})
        assert origin_of(feed, ago(published), MONDAY, SETTINGS) is origin


def test_an_entry_after_a_gap_says_since_when_it_was_missed() -> None:
    ago = MONDAY - timedelta(days=3)
    after_gap, first = feed_record(last_200_at=ago), feed_record(last_200_at=None)
    document = parsed_feed(parsed_entry("a", published_at=MONDAY - timedelta(days=1)))
    assert [r.missed_since for r in decided(document, feed=after_gap).add] == [ago]
    assert [r.missed_since for r in decided(document, feed=first).add] == [None]
    read = feed_record(last_200_at=MONDAY - timedelta(hours=1))
    assert [r.missed_since for r in decided(document, feed=read).add] == [None]


@pytest.mark.parametrize(
    ("article", "days", "origin", "is_missed"),
    [
        ("a" * 32, 0, "live", False),
        ("a" * 32, 3, "backfill", True),
        (None, 0, "backfill", False),
    ],
)
def test_a_changed_entry_has_the_origin_of_its_change_once_it_was_announced(
    article: str | None, days: int, origin: str, is_missed: bool
) -> None:
    ago = MONDAY - timedelta(days=days, minutes=10)
    old = stored(parsed_entry("a"), origin="backfill", article_id=article)
    changed = parsed_feed(parsed_entry("a", content_hash="other"))
    [record] = decided(changed, [old], feed=feed_record(last_200_at=ago)).change
    assert (record.origin, record.missed_since) == (origin, ago if is_missed else None)


def known_by(stored_rows: Sequence[EntryRecord], **more: Any) -> KnownEntries:
    """Return what the store knows of rows, their aliases included."""
    by_link: dict[str, list[EntryRecord]] = {}
    by_alias: dict[str, list[EntryRecord]] = {}
    for number, record in enumerate(stored_rows, 100):
        record = replace(record, id=number)
        by_link.setdefault(record.url_key, []).append(record)
        for alias in aliases_of(record, more.get("guids", {}).get(record.key, record.key)).values():
            by_alias.setdefault(alias, []).append(record)
    rows = [row for linked in by_link.values() for row in linked]
    return KnownEntries({r.key: r for r in rows}, by_link, {}, by_alias, newest=rows)


def admitted(
    parsed: ParsedFeed, rows: Sequence[EntryRecord] = (), feed: FeedRecord = FEED, **more: Any
) -> Admission:
    return admit(feed, parsed, known_by(rows, **more), MONDAY, SETTINGS)


def dated(key: str, title: str, hours: float, **values: Any) -> FeedEntry:
    at = MONDAY - timedelta(hours=hours)
    hashes = {"content_hash": f"{title}{values.get('url')}", "text_hash": f"text of {title}"}
    return parsed_entry(
        key, **{"guid": key, "link_key": f"link of {key}", "title": title, "published_at": at}
        | hashes | values
    )  # fmt: skip


def row_of(entry: FeedEntry, **values: Any) -> EntryRecord:
    texts = {"text_hash": entry.text_hash, "published_at": entry.published_at}
    return stored(entry, **texts | values)


SLOT = dated("slot", "Fähre fällt aus", 24, url="https://kurier.example.org/a")


@pytest.mark.parametrize("url", ["https://kurier.example.org/b", None])
def test_a_guid_with_another_story_is_a_new_article(url: str | None) -> None:
    before = SLOT if url else dated("slot", "Fähre fällt aus", 24, url=None)
    now = dated("slot", "Antrag auf Beitritt gestellt", 0, url=url, link_key="//b")
    admission = admitted(parsed_feed(now), [row_of(before)])
    [record] = admission.add
    assert (record.key, record.state, record.article_id, record.url) == (
        "//b",
        PENDING,
        None,
        url or "",
    )
    assert (admission.change, admission.new, admission.keys) == ([], 1, ["//b"])
    assert (admission.level, admission.level_reason) == ("link", Phrase("feed.key.reused_ids"))
    assert +admission.dispositions == {}


def test_guids_that_are_positions_move_nothing_and_lose_nothing() -> None:
    urls = [f"https://kurier.example.org/{n}" for n in range(4)]
    titles = ["Fähre fällt aus", "Antrag gestellt", "Papst mahnt", "Brücke gesperrt"]
    before = [
        dated(str(n), titles[n + 1], n, url=urls[n + 1], link_key=urls[n + 1]) for n in range(3)
    ]
    after = [dated(str(n), titles[n], n - 1, url=urls[n], link_key=urls[n]) for n in range(3)]
    admission = admitted(parsed_feed(*after), [row_of(e) for e in before])
    assert [(r.key, r.url) for r in admission.add] == [(urls[0], urls[0])]
    assert [(r.key, r.url) for r in (*admission.rename, *admission.change)] == [
        (urls[1], urls[1]),
        (urls[2], urls[2]),
    ]
    assert all(r.url == r.url_key for r in admission.change)
    assert (admission.new, admission.level, admission.reidentified) == (1, "link", 0)


def cms(numbers: range, host: str, guid: str = "") -> list[FeedEntry]:
    """Return entries as a publisher's system names them."""
    return [
        dated(
            f"{guid}{host}/{n}",
            f"Meldung Nummer {n * 7919} vom Tage",
            n,
            url=f"https://{host}/{n}",
            content_hash=f"{host} {guid} {n}",
        )
        for n in numbers
    ]


def test_after_a_move_of_the_site_only_what_is_new_is_announced() -> None:
    before = [row_of(entry) for entry in cms(range(1, 10), "alt.example.net/?p=")]
    after = cms(range(10), "neu.example.org/artikel")
    admission = admitted(parsed_feed(*after), before)
    assert [r.title for r in admission.add] == ["Meldung Nummer 0 vom Tage"]
    assert (admission.new, admission.reidentified, admission.change) == (1, 9, [])
    assert +admission.dispositions == {"known": 9}
    assert len(admission.rename) == 9
    assert admission.keys == [entry.key for entry in after]


def test_a_headline_that_was_changed_in_the_move_is_read_again() -> None:
    before = [row_of(entry) for entry in cms(range(10), "alt.example.net")]
    after = cms(range(10), "neu.example.net")
    after[3] = replace(after[3], title="Meldung ganz neu vom Tage", content_hash="x")
    admission = admitted(parsed_feed(*after), before, guids={r.key: f"//{r.key}" for r in before})
    assert admission.new + len(admission.change) == 1


def test_entirely_new_entries_are_no_move() -> None:
    before = [row_of(entry) for entry in cms(range(10, 20), "kurier.example.org")]
    admission = admitted(parsed_feed(*cms(range(10), "kurier.example.org")), before)
    assert (admission.new, admission.reidentified, admission.rename) == (10, 0, [])


def test_a_feed_that_renames_its_entries_again_is_identified_by_something_else() -> None:
    before = [row_of(entry) for entry in cms(range(10), "kurier.example.org", "x")]
    after = cms(range(10), "kurier.example.org", "y")
    first = admitted(parsed_feed(*after), before)
    assert (first.level, first.reidentified) == ("id", 10)
    lately = feed_record(renamed_at=MONDAY - timedelta(hours=1))
    second = admitted(parsed_feed(*after), before, lately)
    assert (second.level, second.level_reason) == ("link", Phrase("feed.key.changing_ids"))
    assert (second.new, second.reidentified) == (0, 0)
    assert [r.key for r in second.rename] == [entry.link_key for entry in after]
    links = replace(parsed_feed(*after), level="link")
    by_link = feed_record(renamed_at=MONDAY - timedelta(hours=1), key_level="link")
    assert admitted(links, before, by_link).level == "title_date"


def test_a_parameter_that_changes_with_every_poll_changes_nothing() -> None:
    old = dated("//k/a?t=1", "Fähre fällt aus", 2, url="https://kurier.example.org/a?t=1", guid="")
    new = dated("//k/a?t=2", "Fähre fällt aus", 2, url="https://kurier.example.org/a?t=2", guid="")
    admission = admitted(parsed_feed(new), [row_of(old)])
    assert (admission.add, admission.change) == ([], [])
    assert [(r.key, r.url) for r in admission.rename] == [(new.key, new.url)]
    by_guid = [replace(entry, key="g", guid="g") for entry in (old, new)]
    admission = admitted(parsed_feed(by_guid[1]), [row_of(by_guid[0])])
    assert +admission.dispositions == {"known": 1}
    assert admission.change == []


def test_the_parts_of_one_page_are_entries_without_a_page() -> None:
    page = "https://kurier.example.org/ticker"
    parts = [dated(f"{page}#p{n}", f"Meldung {n}", n, url=f"{page}#p{n}") for n in range(2)]
    admission = admitted(parsed_feed(*parts))
    assert [has_no_page(r) for r in admission.add] == [True, True]
    later = dated(f"{page}#p7", "Anderes", 0, url=f"{page}#p7")
    alone = admitted(parsed_feed(later), [row_of(parts[0])])
    assert (len(alone.add), alone.change, alone.new) == (1, [], 1)


def test_what_repeats_or_is_nothing_is_not_counted_as_too_many() -> None:
    parsed = replace(parsed_feed(parsed_entry("a"), skipped=6), repeated=3, empty=1)
    assert +decided(parsed).dispositions == {"repeated": 3, "not_an_entry": 1, "too_many": 2}


def test_where_some_links_are_shared_the_others_still_identify_their_entries() -> None:
    link = "https://kurier.example.org/a"
    old = dated("dated:1", "Fähre fällt aus", 2, url=link, guid="")
    new = dated("dated:2", "Die Fähre fällt heute aus", 2, url=link, guid="")
    parsed = replace(parsed_feed(new), level="link_date_title")
    admission = admitted(parsed, [row_of(old)], feed_record(key_level="link_date_title"))
    assert (admission.add, [r.key for r in admission.change]) == ([], ["dated:2"])
