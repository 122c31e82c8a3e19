"""What feeds say about changes of pages: which of it counts, and when a feed is not believed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.store import page_signals
from core.store.page_signals import FeedSignals
from ingest.rereads.signals import after_read, moved_entries, with_stamps
from ingest.sources.entry import ParsedFeed
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import (
    HTML,
    MONDAY,
    TEXT,
    Installation,
    ScriptedPublisher,
    html,
)

BEFORE = FeedSignals("f", {"a": "1", "b": "1"})
MINUTE = timedelta(minutes=1)


def document(known: str = "ab", **modified: str) -> ParsedFeed:
    return ParsedFeed("", None, (), tuple(known), len(known), 0, modified=modified)


@pytest.mark.parametrize(
    ("parsed", "moved"),
    [
        (document(a="1", b="1"), ""),
        (document(a="2", b="1"), "a"),
        (document(a="0", b="2"), "ab"),  # an earlier time is another one too
        (document(a="1", c="2"), ""),  # new to the feed's document
        (document("a", a="1", b="2"), ""),  # b shows another text: its page is read anyway
        (document(), ""),
    ],
)
def test_an_entry_has_moved_if_only_the_time_of_its_change_is_another(
    parsed: ParsedFeed, moved: str
) -> None:
    assert moved_entries(BEFORE, parsed, 9) == tuple(moved)


def test_signals_beyond_the_limit_are_noticed_the_next_time() -> None:
    parsed = document(a="2", b="2")
    taken = moved_entries(BEFORE, parsed, 1)
    after = with_stamps(BEFORE, parsed, taken)
    assert after.stamps == {"a": "2", "b": "1"}
    assert moved_entries(after, parsed, 9) == ("b",)
    assert with_stamps(BEFORE, document(b="2", c="7"), ("b",)).stamps == {"b": "2", "c": "7"}


def test_after_three_reads_in_vain_a_feed_is_not_believed_for_a_day() -> None:
    signals = BEFORE
    for n in (1, 2):
        signals = after_read(signals, MONDAY, changed=False)
        assert (signals.in_vain, signals.is_ignored(MONDAY)) == (n, False)
    signals = after_read(signals, MONDAY, changed=False)
    assert signals.is_ignored(MONDAY + timedelta(hours=23))
    assert not signals.is_ignored(MONDAY + timedelta(hours=24))
    assert "feed.signals_ignored" in signals.reason
    believed = after_read(signals, MONDAY, changed=True)
    assert (believed.in_vain, believed.ignored_until, believed.reason) == (0, None, "")


class Outlet:
    """Feeds of every kind that give the time of the last change, with a page each."""

    FORMATS = (
        (
            "/a.atom",
            (
                "<feed xmlns='http://www.w3.org/2005/Atom'><id>f</id><title>F</title><entry>"
                "<id>1</id><title>{title}</title><link href='{link}'/>"
                "<published>2026-11-16T07:00:00Z</published><updated>{stamp}</updated></entry></feed>"
            ),
        ),
        (
            "/b.rss",
            (
                "<rss version='2.0' xmlns:dcterms='http://purl.org/dc/terms/'><channel><title>F</title>"
                "<item><guid>1</guid><title>{title}</title><link>{link}</link>"
                "<dcterms:modified>{stamp}</dcterms:modified></item></channel></rss>"
            ),
        ),
        (
            "/c.rss",
            (
                "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>F"
                "</title><item><guid>1</guid><title>{title}</title><link>{link}</link>"
                "<dc:date>{stamp}</dc:date></item></channel></rss>"
            ),
        ),
        (
            "/d.rss",
            (
                "<rss version='2.0' xmlns:a10='http://www.w3.org/2005/Atom'><channel><title>F</title>"
                "<item><guid>1</guid><title>{title}</title><link>{link}</link>"
                "<a10:updated>{stamp}</a10:updated></item></channel></rss>"
            ),
        ),
        (
            "/e.json",
            (
                '{{"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": ['
                '{{"id": "1", "url": "{link}", "title": "{title}", "date_modified": "{stamp}"}}]}}'
            ),
        ),
        (
            "/f.xml",
            (
                "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='http://www.google"
                ".com/schemas/sitemap-news/0.9'><url><loc>{link}</loc><lastmod>{stamp}</lastmod>"
                "<n:news><n:title>{title}</n:title></n:news></url></urlset>"
            ),
        ),
    )

    def __init__(
        self, publisher: ScriptedPublisher, installation: Installation, formats: int = 6
    ) -> None:
        self.publisher, self.installation = publisher, installation
        self.formats = self.FORMATS[:formats]
        self.titles = [f"Meldung {path[1]} aus dem Rathaus" for path, _ in self.formats]
        for path, _ in self.formats:
            kind = "sitemap" if path == "/f.xml" else "feed"
            url = publisher.url_for(f"{path[1]}.example", path)
            installation.subscribe(url, outlet=path[1], every=0.0, kind=kind)  # type: ignore[arg-type]

    def publish(self, stamp: str, text: str = TEXT, *, etag: str = '"1"') -> None:
        """Serve all feeds with a time of change, and all pages with a text."""
        for title, (path, document) in zip(self.titles, self.formats, strict=True):
            page = f"/{path[1]}.html"
            answer = Answer(html(title, text), headers={**HTML, "ETag": etag})
            self.publisher.serve(page, answer)
            link = self.publisher.url_for(f"{path[1]}.example", page)
            body = document.format(title=title, link=link, stamp=stamp).encode()
            self.publisher.serve(path, Answer(body, headers={"Content-Type": "text/plain"}))

    def run(self, **span: float) -> list[tuple[int, str]]:
        self.installation.clock.advance(**span)
        before = len(self.installation.announced)
        self.installation.run()
        return sorted((a.revision, a.title) for a in self.installation.announced[before:])

    def requests(self) -> list[int]:
        return [len(self.publisher.requests_for(f"/{path[1]}.html")) for path, _ in self.formats]


@pytest.mark.slow
def test_a_feed_that_says_that_a_page_has_changed_has_it_read_again(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    outlet = Outlet(publisher, installation)
    outlet.publish("2026-11-16T07:00:00Z")
    assert outlet.run() == [(1, title) for title in outlet.titles]
    outlet.publish("2026-11-16T08:00:00Z", f"{TEXT}\nNach Angaben des Amtes bleibt es dabei.")
    assert outlet.run(minutes=20) == [(2, title) for title in outlet.titles]
    again = publisher.requests_for("/a.html")[1]
    assert again.headers["if-none-match"] == '"1"'
    assert outlet.run(minutes=20) == []
    assert outlet.requests() == [2] * 6
    for hour, reads in ((9, 3), (10, 4), (11, 5), (12, 5)):  # noise: the page stays
        text = f"{TEXT}\nNach Angaben des Amtes bleibt es dabei."
        outlet.publish(f"2026-11-16T{hour:02}:00:00Z", text)
        assert outlet.run(minutes=60) == []
        assert outlet.requests() == [reads] * 6
    with installation.store.read() as connection:
        ignored = page_signals.load_ignored(connection, installation.clock())
    assert len(ignored) == 6
    outlet.publish("2026-11-17T12:00:00Z", "Die Sitzung beginnt.\n" + TEXT)
    assert outlet.run(hours=24) == [(3, title) for title in outlet.titles]


@pytest.mark.slow
def test_pages_that_are_refused_are_not_requested_at_every_signal(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    outlet = Outlet(publisher, installation, formats=1)
    outlet.publish("2026-11-16T07:00:00Z")
    outlet.run()
    requests = []
    for hour in range(8, 16):
        outlet.publish(f"2026-11-16T{hour:02}:00:00Z")
        publisher.serve("/a.html", Answer(b"", 403))
        assert outlet.run(hours=1) == []
        requests += outlet.requests()
    assert requests == [2, 3, 3, 3, 3, 3, 4, 5]
    with installation.store.read() as connection:
        [feed] = installation.catalog.outlets[0].feeds
        signals = page_signals.find(connection, feed.id)
    assert signals is not None
    assert signals.in_vain == 1
