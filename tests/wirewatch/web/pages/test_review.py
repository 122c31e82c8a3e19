"""The pages with disputed pages."""

from __future__ import annotations

from datetime import datetime

from core.store.disputed_pages import save_disputed
from tests.support.console import HOSTILE, Console
from tests.support.disputes import disputed_page


def store(console: Console, *pages: object) -> None:
    with console.store.write() as connection:
        for page in pages:
            save_disputed(connection, page)  # type: ignore[arg-type]


def test_disputed_pages_are_listed_with_both_sizes_and_the_reason(
    console: Console, now: datetime
) -> None:
    assert "No page is disputed." in console.page("/articles/review")
    mine, other = disputed_page("a", now), disputed_page("b", now, outlet="courier")
    store(console, mine, other)
    body = console.page("/articles/review?outlet=kurier")
    assert f'href="/articles/review/{mine.article_id}"' in body
    assert other.article_id not in body
    assert "34 characters" in body
    assert "What was cut is among the paragraphs of the article." in body
    assert '<a href="/articles/review" aria-current="page">Review</a>' in body


def test_both_texts_of_a_page_are_shown(console: Console, now: datetime) -> None:
    page = disputed_page("a", now, other_size=50_000)
    store(console, page)
    body = console.page(f"/articles/review/{page.article_id}")
    assert "Der ganze Text.\nMit zwei Absätzen.</div>" in body
    assert "Der halbe Text. […]</div>" in body
    assert 'href="https://kurier.example/a"' in body


def test_texts_of_pages_are_escaped(console: Console, now: datetime) -> None:
    page = disputed_page(
        "a", now, title=HOSTILE, text=HOSTILE, other=HOSTILE, url="javascript:alert(1)"
    )
    store(console, page)
    for path in ("/articles/review", f"/articles/review/{page.article_id}"):
        body = console.page(path)
        assert "gotcha" in body
        assert not [x for x in ("<script>document", "<img src=x", "\u202e", "\x1b") if x in body]
        assert "javascript:" not in body


def test_a_page_that_is_not_disputed_is_unknown(console: Console) -> None:
    assert console.request("/articles/review/none")[0] == 404
