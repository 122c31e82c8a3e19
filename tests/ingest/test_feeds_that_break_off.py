"""A feed that breaks off in the middle: what it lost comes with the next answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.newsroom import Answer
from tests.support.scripted_publisher import Installation, ScriptedPublisher, item, rss

FEED = "/feed.xml"
NOT_MODIFIED = Answer(status=304)


def document(press: ScriptedPublisher, *numbers: int) -> Answer:
    """The whole feed, newest first, with the validators of the whole one."""
    entries = (item(str(n), f"T{n}", press.page(f"/{n}", f"T{n}")) for n in numbers)
    return rss(*entries, ETag='"whole"', Last_Modified="Mon, 16 Nov 2026 08:00:00 GMT")


def broken_off(answer: Answer, at: bytes) -> Answer:
    return Answer(answer.body[: answer.body.index(at)], answer.status, answer.headers)


def titles(desk: Installation) -> set[str]:
    return {article.title for article in desk.announced}


def poll(desk: Installation) -> None:
    desk.run()
    desk.clock.forward(minutes=5)


def test_its_validators_are_not_kept_for_the_next_304_would_hide_what_it_lost(
    press: ScriptedPublisher, desk: Installation
) -> None:
    whole = document(press, 3, 2, 1)
    desk.subscribe(press.says(FEED, broken_off(whole, b"T2"), whole, NOT_MODIFIED), every=1)
    poll(desk)
    assert "T1" not in titles(desk)
    poll(desk)
    assert titles(desk) >= {"T1", "T2", "T3"}
    poll(desk)
    sent = [request.headers.get("if-none-match") for request in press.requests_of(FEED)]
    assert sent == [None, None, '"whole"']


def test_the_same_part_of_it_again_keeps_none_either(
    press: ScriptedPublisher, desk: Installation
) -> None:
    whole = document(press, 3, 2, 1)
    part = broken_off(whole, b"T2")
    desk.subscribe(press.says(FEED, part, part, whole), every=1)
    for _ in range(3):
        poll(desk)
    assert [r.headers.get("if-none-match") for r in press.requests_of(FEED)] == [None] * 3
    assert titles(desk) >= {"T1", "T2", "T3"}


def test_known_entries_that_it_lost_are_no_window_that_was_overrun(
    press: ScriptedPublisher, desk: Installation
) -> None:
    whole = document(press, 3, 2, 1)
    part = broken_off(whole, b"<item><guid isPermaLink='false'>1")
    desk.subscribe(press.says(FEED, document(press, 1), part, whole), every=1)
    for _ in range(3):
        poll(desk)
    assert titles(desk) == {"T1", "T2", "T3"}
    assert desk.health == []


def _amp(body: bytes) -> bytes:
    return body.replace(b"<title>T2", b"<title>A & B: T2")


def _trailer(body: bytes) -> bytes:
    return _amp(body) + b"\n<!-- 24 queries in 0.3 seconds -->\n"


@pytest.mark.parametrize("damage", [_amp, _trailer])
def test_a_feed_that_is_damaged_and_whole_is_asked_for_with_its_validators(
    press: ScriptedPublisher, desk: Installation, damage: Callable[[bytes], bytes]
) -> None:
    whole = document(press, 2, 1)
    served = Answer(damage(whole.body), 200, whole.headers)
    desk.subscribe(press.says(FEED, served, NOT_MODIFIED), every=1)
    poll(desk)
    poll(desk)
    assert len(titles(desk)) == 2
    assert [r.headers.get("if-none-match") for r in press.requests_of(FEED)] == [None, '"whole"']


def test_a_sitemap_that_breaks_off_is_asked_for_again(
    press: ScriptedPublisher, desk: Installation
) -> None:
    urls = "".join(
        f"<url><loc>{press.page(f'/{n}', f'T{n}')}</loc>"
        f"<n:news><n:title>T{n}</n:title></n:news></url>"
        for n in (2, 1)
    )
    body = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    ).encode()
    whole = Answer(body, headers={"Content-Type": "application/xml", "ETag": '"whole"'})
    url = press.says(FEED, broken_off(whole, b"T1</n:title>"), whole)
    desk.subscribe(url, every=1, kind="sitemap")
    poll(desk)
    poll(desk)
    assert [r.headers.get("if-none-match") for r in press.requests_of(FEED)] == [None, None]
    assert titles(desk) == {"T1", "T2"}
