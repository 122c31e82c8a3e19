"""Every text from outside is clean once it is in: feeds, pages, the try box, files of commands."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from config.settings import Settings
from core.text import clean
from ingest.extract import ExtractedPage
from ingest.extract.article import extract_page
from ingest.sources.context import ParseContext
from ingest.sources.parse import parse_feed, parse_sitemap
from wirewatch.article_input import Document, fetch_page, read_pasted
from wirewatch.simulation.articles import parse_lines

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
URL = "https://www.example.org/a/1"
HIDDEN = "\u00ad\u200b\u200c\u200d\u202e\u2066\ufe0f\U000e0041\ufdd0\x7f"
MARKS = "e\u00ad\u0301" + "\u0316\u0301" * 500
TITLE = f"NA{HIDDEN}TO berät {MARKS}"
LEAD = f"Die N{HIDDEN}ATO berät über den nächsten Schritt, der lange {MARKS} vorbereitet war."
TEXT = f"Das Bündnis {HIDDEN}trifft sich in Brüs{HIDDEN}sel zu einer langen Sitzung {MARKS}. "
REFERENCES = "".join(f"&#{ord(c)};" for c in HIDDEN) + "&#1;&#x1f;&#xfffe;&shy;"


def referenced(text: str) -> str:
    """Return a text with its hidden characters, and those that XML forbids, as references."""
    return text.replace(HIDDEN, f"{REFERENCES}\x1f\ufffe")


def page() -> bytes:
    return (
        f"<!doctype html><html lang=de><head><meta charset=utf-8><title>{TITLE}</title>"
        f"<meta name=author content='An{HIDDEN}na Muster'></head><body><article>"
        f"<h1>{referenced(TITLE)}</h1><p>{referenced(LEAD)}</p>"
        f"<p>{referenced(TEXT * 3)}</p>"
        f"<figure><img src=x><figcaption>Foto{REFERENCES}: dpa</figcaption></figure>"
        f"\x1f{REFERENCES}\ufffe\n<p>{TEXT * 4}</p></article></body></html>"
    ).encode()


def read_feed(document: str) -> Any:
    return parse_feed(
        document.encode(), ParseContext(url=URL, content_type=None, now=NOW, known={}, limit=9)
    ).entries[0]


def rss() -> Any:
    return read_feed(
        f"<rss version='2.0'><channel><title>{TITLE}</title><item><title>{TITLE}</title>"
        f"<guid>{TITLE}</guid><author>An{HIDDEN}na</author><pubDate>{HIDDEN}</pubDate>"
        f"<description><![CDATA[<p>{referenced(LEAD)}]]></description></item></channel></rss>"
    )


def damaged_rss() -> Any:
    return read_feed(
        f"<rss version='2.0'><channel><item><title>A & B {referenced(TITLE)}</title>"
        f"<description>{referenced(LEAD)}</description></item></channel></rss>"
    )


def json_feed() -> Any:
    item = {
        "id": f"\ud800{TITLE}",
        "title": f"\ud800{TITLE}",
        "content_html": f"\udfff{referenced(LEAD)}",
        "date_published": f"\ud800{HIDDEN}",
        "authors": [{"name": f"\ud800An{HIDDEN}na"}],
    }
    return read_feed(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]}))


def sitemap() -> Any:
    news = f"<n:news><n:title>{TITLE}</n:title><n:publication_date>{HIDDEN}</n:publication_date>"
    document = (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        "xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>"
        f"<url><loc>{URL}</loc>{news}</n:news></url></urlset>"
    ).encode()
    parsed = parse_sitemap(
        document, ParseContext(url=URL, content_type=None, now=NOW, known={}, limit=9)
    )
    return parsed.entries[0]


async def extract(document: Document) -> ExtractedPage:
    return extract_page(document.body, url=URL, content_type=document.content_type, now=NOW)


async def fetch(url: str) -> Document:
    return await fetch_page(url, Settings(_env_file=None))


def pasted(text: str) -> Any:
    return asyncio.run(read_pasted(text, fetch, extract, title=f"\ud800{TITLE}")).article


def pasted_json() -> Any:
    fields: dict[str, Any] = {
        "title": f"\ud800{TITLE}",
        "lead": LEAD,
        "text": f"{TEXT}\udfff",
        "language": "de",
    }
    fields |= {"authors": [f"An{HIDDEN}na\ud800"], "url": f"{URL}\ud800", "agency": "dp\u200ba"}
    return pasted(json.dumps(fields))


def simulated() -> Any:
    fields = {"url": URL, "first_seen_at": "2026-11-29T12:00:00Z", "title": TITLE, "text": TEXT}
    (line,) = parse_lines(json.dumps(fields).encode(), "file")
    return line


DOORS = {
    "rss": rss,
    "damaged rss": damaged_rss,
    "json feed": json_feed,
    "sitemap": sitemap,
    "page": lambda: extract_page(page(), url=URL, now=NOW),
    "pasted page": lambda: pasted(page().decode()),
    "pasted text": lambda: pasted(f"\ud800{TEXT}"),
    "pasted json": pasted_json,
    "simulation": simulated,
}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        yield from texts(value.model_dump())
    elif is_dataclass(value) and not isinstance(value, type):
        yield from texts(asdict(value))
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts(each)


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_every_text_from_outside_is_clean_and_says_what_readers_see(door: Any) -> None:
    article = door()
    for text in texts(article):
        assert text == clean(text)
    assert "NATO berät é" in article.title
    fields = (getattr(article, name, "") for name in ("summary", "content", "lead", "text"))
    assert door is sitemap or re.search("Die NATO berät|Das Bündnis trifft", " ".join(fields))


def test_the_text_of_a_page_survives_characters_that_xml_forbids() -> None:
    read = extract_page(page(), url=URL, now=NOW)
    assert read.text.count("Brüssel zu einer langen Sitzung") == 3 + 4
    assert read.authors == ("Anna Muster",)
