"""How many hits the search page says there are."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.errors import ArchiveTimeoutError
from config.i18n import translator
from core.archive.open import open_archive
from processors import article_from_fields
from processors.archive import SearchPage, Stopped
from processors.archive.words import words_of
from tests.support.console import Console
from wirewatch.web.search_count import COUNTED, search_count

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let counting take longer, as it does on a busy machine."""
    monkeypatch.setattr(sys.modules["processors.archive.search"], "COUNT_SECONDS", 30.0)


def page(hits: int, read: int, stopped: Stopped, candidates: int | None = None) -> SearchPage:
    found: tuple[Any, ...] = (None,) * hits
    return SearchPage(found, None, stopped, read, NOW, is_indexed=True, candidates=candidates)


@pytest.mark.parametrize(
    ("found", "english", "german"),
    [
        (page(0, 9, Stopped.NO), "", ""),
        (page(1, 9, Stopped.NO), "1 hit", "1 Treffer"),
        (page(7, 9, Stopped.NO), "7 hits", "7 Treffer"),
        (page(25, 40, Stopped.FULL, 40), "25 hits", "25 Treffer"),
        (page(25, 40, Stopped.FULL), "At least 25 hits", "Mindestens 25 Treffer"),
        (page(25, 40, Stopped.FULL, 43), "About 27 hits", "Etwa 27 Treffer"),
        (page(25, 50, Stopped.FULL, 493), "About 250 hits", "Etwa 250 Treffer"),
        (page(25, 25, Stopped.FULL, COUNTED), "About 1,000 hits or more",
         "Etwa 1.000 Treffer oder mehr"),
        (page(25, 2_999, Stopped.FULL, COUNTED), "About 25 hits or more",
         "Etwa 25 Treffer oder mehr"),
        (page(3, 3_000, Stopped.READ), "3 hits so far", "Bisher 3 Treffer"),
        (page(3, 900, Stopped.TIME), "3 hits so far", "Bisher 3 Treffer"),
    ],
)  # fmt: skip
def test_the_count_is_as_exact_as_what_is_known(
    found: SearchPage, english: str, german: str
) -> None:
    assert search_count(found, translator("en")) == english
    assert search_count(found, translator("de")) == german


def fill(console: Console, now: datetime, number: int) -> None:
    archive = open_archive(console.settings, words_of)
    archive.add(
        article_from_fields({
            "title": f"Nato {n}", "text": "Gas." if n % 2 else "", "outlet": "kurier",
            "language": "de" if n else "en", "url": f"https://kurier.example/{n}",
            "fetched_at": now - timedelta(minutes=n),
        })
        for n in range(number)
    )  # fmt: skip
    archive.close()


def shown(console: Console, address: str) -> str:
    return console.page(address).partition('id="search-count" role="status">')[2].partition("<")[0]


def test_a_page_says_less_where_counting_takes_too_long(
    console: Console, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(*_: object, **__: object) -> int:
        raise ArchiveTimeoutError("Too long.")

    fill(console, now, 30)
    monkeypatch.setattr("core.archive.Archive.count", count)
    assert shown(console, "/search?q=Nato") == "At least 25 hits"


def test_the_first_page_says_how_many_hits_there_are(console: Console, now: datetime) -> None:
    fill(console, now, 90)
    assert shown(console, "/search?q=Nato") == "About 90 hits"
    assert shown(console, "/search?q=Gas") == "About 45 hits"
    assert shown(console, "/search?q=Nato&language=en") == "1 hit"
    assert shown(console, "/search?q=Nato&language=de") == "About 89 hits"
    assert shown(console, "/search?q=Nato&outlet=courier") == ""
    assert shown(console, '/search?q="Nato+7"') == "1 hit"
    console.language = "de"
    body = console.page("/search?q=Gas")
    assert ">Etwa 45 Treffer<" in body
    older = body.partition('href="/search?q=Gas&amp;before=')[2].partition('"')[0]
    assert shown(console, f"/search?q=Gas&before={older}") == ""


def test_hits_are_counted_up_to_a_thousand_candidates(console: Console, now: datetime) -> None:
    fill(console, now, COUNTED + 20)
    assert shown(console, "/search?q=Nato") == "About 1,000 hits or more"
