"""What a feed that breaks off in the middle has lost comes with the next answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.newsroom import Answer
from tests.support.scripted_publisher import Installation, ScriptedPublisher, item, rss

FEED = "/feed.xml"
NOT_MODIFIED = Answer(status=304)


def document(publisher: ScriptedPublisher, *numbers: int) -> Answer:
    """Return the whole feed, newest entry first, with its validators."""
    entries = (item(str(n), f"T{n}", publisher.serve_page(f"/{n}", f"T{n}")) for n in numbers)
    return rss(*entries, ETag='"whole"', Last_Modified="Mon, 16 Nov 2026 08:00:00 GMT")


def cut_at(answer: Answer, at: bytes) -> Answer:
    return Answer(answer.body[: answer.body.index(at)], answer.status, answer.headers)


def titles(installation: Installation) -> set[str]:
    return {article.title for article in installation.announced}


def poll(installation: Installation) -> None:
    installation.run()
    installation.clock.advance(minutes=5)


def test_validators_of_a_truncated_feed_are_not_stored(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    whole = document(publisher, 3, 2, 1)
    installation.subscribe(
        publisher.serve(FEED, cut_at(whole, b"T2"), whole, NOT_MODIFIED), every=1
    )
    poll(installation)
    assert "T1" not in titles(installation)
    poll(installation)
    assert titles(installation) >= {"T1", "T2", "T3"}
    poll(installation)
    sent = [request.headers.get("if-none-match") for request in publisher.requests_for(FEED)]
    assert sent == [None, None, '"whole"']


def test_validators_are_not_stored_if_the_same_part_comes_again(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    whole = document(publisher, 3, 2, 1)
    part = cut_at(whole, b"T2")
    installation.subscribe(publisher.serve(FEED, part, part, whole), every=1)
    for _ in range(3):
        poll(installation)
    assert [r.headers.get("if-none-match") for r in publisher.requests_for(FEED)] == [None] * 3
    assert titles(installation) >= {"T1", "T2", "T3"}


def test_known_entries_that_are_cut_off_are_no_window_gap(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    whole = document(publisher, 3, 2, 1)
    part = cut_at(whole, b"<item><guid isPermaLink='false'>1")
    installation.subscribe(publisher.serve(FEED, document(publisher, 1), part, whole), every=1)
    for _ in range(3):
        poll(installation)
    assert titles(installation) == {"T1", "T2", "T3"}
    assert installation.health == []


def _amp(body: bytes) -> bytes:
    return body.replace(b"<title>T2", b"<title>A & B: T2")


def _trailer(body: bytes) -> bytes:
    return _amp(body) + b"\n<!-- 24 queries in 0.3 seconds -->\n"


@pytest.mark.parametrize("damage", [_amp, _trailer])
def test_validators_of_a_damaged_but_complete_feed_are_sent(
    publisher: ScriptedPublisher, installation: Installation, damage: Callable[[bytes], bytes]
) -> None:
    whole = document(publisher, 2, 1)
    served = Answer(damage(whole.body), 200, whole.headers)
    installation.subscribe(publisher.serve(FEED, served, NOT_MODIFIED), every=1)
    poll(installation)
    poll(installation)
    assert len(titles(installation)) == 2
    assert [r.headers.get("if-none-match") for r in publisher.requests_for(FEED)] == [
        None,
        '"whole"',
    ]


def test_a_truncated_sitemap_is_requested_again(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    urls = "".join(
        f"<url><loc>{publisher.serve_page(f'/{n}', f'T{n}')}</loc>"
        f"<n:news><n:title>T{n}</n:title></n:news></url>"
        for n in (2, 1)
    )
    body = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    ).encode()
    whole = Answer(body, headers={"Content-Type": "application/xml", "ETag": '"whole"'})
    url = publisher.serve(FEED, cut_at(whole, b"T1</n:title>"), whole)
    installation.subscribe(url, every=1, kind="sitemap")
    poll(installation)
    poll(installation)
    assert [r.headers.get("if-none-match") for r in publisher.requests_for(FEED)] == [None, None]
    assert titles(installation) == {"T1", "T2"}
