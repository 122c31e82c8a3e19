"""What feeds say about changes, and the last answers for pages, on every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.store import Store, entries, page_reads, page_signals
from core.store.feed_notes import load_feed_notes
from core.store.page_reads import PageReadRecord, PageValidators
from core.store.page_signals import FeedSignals
from tests.support.records import entry_record
from tests.support.scripted_publisher import MONDAY

DAY = timedelta(days=1)


def test_a_feed_whose_signals_are_ignored_says_so_until_they_count_again(store: Store) -> None:
    quiet = FeedSignals("f", {"a": "2026"}, in_vain=2)
    ignored = replace(quiet, ignored_until=MONDAY + DAY, reason="x")
    with store.write() as connection:
        assert page_signals.find(connection, "f", lock=True) is None
        for signals in (quiet, ignored):
            page_signals.save(connection, signals)
            assert page_signals.find(connection, "f", lock=True) == signals
    with store.read() as connection:
        assert page_signals.load_ignored(connection, MONDAY) == {"f": ignored}
        assert [note.code for note in load_feed_notes(connection, MONDAY)["f"]] == ["verbatim"]
        assert load_feed_notes(connection, MONDAY + DAY) == {}


def test_links_that_were_not_read_are_counted_for_a_week(store: Store) -> None:
    outcomes = ("ok", "not_read_pdf", "not_read_pdf", "not_read_image", "not_html")
    records = [
        entry_record(key=str(n), page_outcome=outcome, changed_at=MONDAY)
        for n, outcome in enumerate(outcomes)
    ]
    with store.write() as connection:
        entries.add(connection, records)
    with store.read() as connection:
        [notes] = load_feed_notes(connection, MONDAY + DAY).values()
        assert [(note.code, note.params["n"]) for note in notes] == [
            ("feed.not_read_image", 1),
            ("feed.not_read_pdf", 2),
        ]
        assert load_feed_notes(connection, MONDAY + 8 * DAY) == {}


def test_the_last_answer_for_a_page_is_kept_until_it_is_old(store: Store) -> None:
    with store.write() as connection:
        for etag in ("1", "2"):
            page_reads.save(connection, "a", PageValidators(etag, None, "0"), MONDAY)
        assert page_reads.find(connection, "a") == PageReadRecord(
            MONDAY, PageValidators("2", None, "0")
        )
        assert page_reads.forget(connection, MONDAY) == 0
        assert page_reads.forget(connection, MONDAY + DAY) == 1
        assert page_reads.find(connection, "a") is None
