"""An entry whose link hides its address says by ``<source>`` whose it is; others need not."""

from __future__ import annotations

from datetime import UTC, datetime

from ingest.sources.context import ParseContext
from ingest.sources.parse import parse_feed

HIDDEN = "https://news.google.com/rss/articles/CBMiQ0FVX3lxTE9?oc=5"
SITE = "https://www.bote-demo.de/"
CONTEXT = ParseContext(
    "https://news.google.com/rss", datetime(2026, 11, 16, tzinfo=UTC), known={}, limit=10
)
CASES = {
    "named": (
        (HIDDEN, "Deich bricht - Bote", f"<source url='{SITE}'>Bote</source>"),
        ("Deich bricht", SITE),
    ),
    "no name": ((HIDDEN, "Deich - Bote", f"<source url='{SITE}'/>"), ("Deich - Bote", SITE)),
    "nothing but the name": (
        (HIDDEN, "Bote", f"<source url='{SITE}'>Bote</source>"),
        ("Bote", SITE),
    ),
    "no address": ((HIDDEN, "Deich - Bote", "<source>Bote</source>"), ("Deich - Bote", "")),
    "no address of the web": (
        (HIDDEN, "Deich - Bote", "<source url='javascript:x'>Bote</source>"),
        ("Deich - Bote", ""),
    ),
    "no source": ((HIDDEN, "Deich - Bote", ""), ("Deich - Bote", "")),
    "a link that says it": (
        ("https://www.bote-demo.de/1", "Deich - Bote", f"<source url='{SITE}'>Bote</source>"),
        ("Deich - Bote", ""),
    ),
}


def test_the_source_of_an_entry_counts_where_its_link_hides_the_address() -> None:
    found = {}
    for name, ((link, title, source), _) in CASES.items():
        document = (
            "<rss version='2.0'><channel><title>x</title><item><guid>1</guid>"
            f"<title>{title}</title><link>{link}</link>{source}</item></channel></rss>"
        )
        [entry] = parse_feed(document.encode(), CONTEXT).entries
        found[name] = (entry.title, entry.publisher_url)
    assert found == {name: expected for name, (_, expected) in CASES.items()}
