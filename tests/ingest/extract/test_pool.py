"""Pages are extracted in workers; a bad page fails alone, with its outcome."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from config.errors import ExtractionError
from config.settings import Settings
from core.messages import Access
from core.processes.workers.codec import dump, frame, load
from ingest.extract import ExtractedPage, PageHints
from ingest.extract.article import extract_page
from ingest.extract.handler import handle
from ingest.extract.pool import ExtractPool

pytestmark = pytest.mark.processes

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
PARAGRAPH = (
    "Der Rat hat am Freitag nach langer Beratung den Entwurf für die neue Brücke beschlossen."
)
URL = "https://www.example.com/artikel"
SETTINGS = Settings(_env_file=None, extract_workers=2, parse_timeout=2.0)


def page(comments: int = 0) -> bytes:
    comment = f"<p>{PARAGRAPH.replace('Rat', 'Kommentator')}</p>"
    return (
        f"<html lang=de><body><h1>Rat beschließt Brücke</h1>{f'<p>{PARAGRAPH}</p>' * 5}"
        f"<section id=comments class=comments><h2>Kommentare</h2>{comment * comments}</section>"
        "</body></html>"
    ).encode()


async def outcome(pool: ExtractPool, body: bytes) -> str:
    try:
        return (await pool.extract(body, url=URL, now=NOW)).title
    except ExtractionError as error:
        return error.outcome


def test_bad_pages_fail_alone_each_with_its_own_outcome() -> None:
    async def scene() -> list[str]:
        handler = "tests.ingest.extract.failing_handler:handle"
        async with ExtractPool(SETTINGS, handler=handler) as pool:
            bodies = [page(), b"hang", page(), b"fail", b"%PDF-1.7", b"  ", page()]
            return list(await asyncio.gather(*(outcome(pool, body) for body in bodies)))

    title = "Rat beschließt Brücke"
    expected = [title, "time", title, "crash", "not_html", "empty", title]
    assert asyncio.run(scene()) == expected


def test_a_page_comes_back_as_it_was_extracted() -> None:
    hints = PageHints(title="Rat beschließt Brücke", published_at=NOW, language="de", url=URL)

    async def scene() -> ExtractedPage:
        async with ExtractPool(SETTINGS) as pool:
            return await pool.extract(page(3), url=URL, hints=hints, now=NOW)

    extracted = asyncio.run(scene())
    assert extracted == extract_page(page(3), url=URL, hints=hints, now=NOW)
    assert (extracted.published_at, extracted.access) == (NOW, Access.UNKNOWN)
    assert extracted.zones


def test_zones_that_are_too_large_for_an_answer_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    head = {"url": URL, "content_type": None, "hints": PageHints(), "now": NOW}
    whole = load(handle(frame(head, page(3))))
    monkeypatch.setattr("ingest.extract.handler.MAX_ANSWER", len(dump(whole)) - 1)
    assert load(handle(frame(head, page(3)))) == whole | {"zones": []}
