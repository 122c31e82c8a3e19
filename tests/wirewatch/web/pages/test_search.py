"""The page that searches the archive."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote_plus

from core.archive import Archive
from core.archive.index_version import INDEX_VERSION
from core.archive.open import open_archive
from core.messages import Enriched, TopicScore
from processors import article_from_fields
from processors.archive.words import words_of
from tests.support.console import HOSTILE, Console


def fill(console: Console, now: datetime, *titles: str) -> Archive:
    archive = open_archive(console.settings, words_of)
    for number, title in enumerate(titles):
        article = article_from_fields(
            {
                "title": title,
                "url": f"https://kurier.example/{number}",
                "text": "Es tagt die Nato. Das Wetter ist <b>gut</b>.",
                "outlet": "kurier",
                "language": "de",
                "fetched_at": now - timedelta(hours=30 * number),
            }
        )
        scores = (TopicScore(topic_id="nato", topic_revision="r", score=30),)
        enriched = Enriched(
            article_id=article.article_id,
            revision=1,
            language="de",
            language_source="detected",
            topics=scores if number == 0 else (),
            fingerprint="",
        )
        archive.add([article], [enriched])
    return archive


def search(console: Console, query: str, more: str = "") -> str:
    return console.page(f"/search?q={quote_plus(query)}{more}")


def test_the_page_shows_examples_until_something_is_searched(console: Console) -> None:
    assert "gas NEAR/S price" in console.page("/search")
    assert "gas NEAR/S price" not in search(console, "nothing")


def test_all_articles_are_found_with_the_sentence_that_matched(
    console: Console, now: datetime
) -> None:
    archive = fill(console, now, "Erster", HOSTILE, "Dritter")
    body = search(console, '"nato" AND "wetter"')
    assert "archive rebuild" not in body
    archive.set_note(INDEX_VERSION, "0-other")
    archive.close()
    assert "archive rebuild" in search(console, '"nato"')
    assert "<mark>Nato</mark>" in body
    assert "Der Kurier" in body
    assert body.count('href="/topics/nato"') == 1
    assert body.index(">Erster</a>") < body.index("gotcha") < body.index(">Dritter</a>")
    assert "<script>document" not in body
    assert "Dritter" not in search(console, '"nato"', "&last=day")
    assert "No article matches." in search(console, '"nato"', "&outlet=courier")
    assert "<b>" not in search(console, '"gut"')
    console.language = "de"
    assert "Alle Artikel durchsuchen" in console.page("/search")


def test_errors_of_a_query_are_shown_with_column_and_mend(console: Console, now: datetime) -> None:
    body = search(console, "=Nato AND <b>")
    assert 'role="alert"' in body
    assert "Column 11:" in body
    assert 'value="=Nato AND &lt;b&gt;"' in body
    del now


def test_a_later_page_begins_where_the_first_ended(console: Console, now: datetime) -> None:
    fill(console, now, *(f"Artikel {n}" for n in range(30))).close()
    first = search(console, '"nato"')
    older = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = console.page(older.replace("&amp;", "&"))
    assert ">Artikel 24</a>" in first
    assert ">Artikel 25</a>" not in first
    assert ">Artikel 25</a>" in second
    assert ">Artikel 29</a>" in second
    assert 'rel="next"' not in second
    assert search(console, '"nato"', "&before=nonsense").count("<article>") == 25


def test_a_query_without_a_required_word_and_a_damaged_archive_are_explained(
    console: Console, now: datetime
) -> None:
    fill(console, now, "Erster").close()
    body = search(console, "outlet:kurier")
    assert ">Erster</a>" in body
    assert "The query has no word that every match must contain" in body
    archive = console.settings.data_dir / "archive.db"
    archive.write_bytes(b"no database" * 2_000)
    assert "The archive cannot be searched at the moment" in search(console, '"nato"')
