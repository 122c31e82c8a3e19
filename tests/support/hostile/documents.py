"""Write documents that cost much: each function returns one with a given part in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

MB = 1 << 20
_NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:media="http://search.yahoo.com/mrss/"'
)
_NEWS = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)
PROSE = "<p>Der Rat berät am Abend über den nächsten Schritt, der lange vorbereitet war.</p>"


class Shape(NamedTuple):
    """A hostile document.

    Attributes:
        kind: ``feed``, ``sitemap`` or ``page``: the parser that gets it.
        make: Returns the document.
    """

    kind: str
    make: Callable[[], bytes]


def rss(inside: str = "", *, head: str = "", tail: str = "", channel: str = "") -> bytes:
    """Return an RSS document with one ordinary item after the given ones."""
    return (
        f"<?xml version='1.0'?>{head}<rss version='2.0' {_NAMESPACES}><channel><title>x</title>"
        f"<link>https://a.example/</link>{channel}{inside}{item('Ein Titel', 0)}</channel></rss>"
        f"{tail}"
    ).encode()


def item(title: str, number: int, raw: str = "") -> str:
    """Return an RSS item; ``raw`` is inserted as it is."""
    return (
        f"<item><title>{title}</title><link>https://a.example/{number}</link>"
        f"<guid>https://a.example/{number}</guid>{raw}</item>"
    )


def one(raw: str) -> bytes:
    """Return an RSS document whose first item contains ``raw``."""
    return rss(item("x", 1, raw))


def many(count: int, raw: str = "", tail: str = "") -> bytes:
    """Return an RSS document of many items."""
    return rss("".join(item(f"Titel {n}", n, raw) for n in range(1, count)), tail=tail)


def atom(inside: str) -> bytes:
    """Return an Atom document whose first entry contains ``inside``."""
    return (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title><id>urn:x</id>"
        f"<entry><id>urn:1</id><title>x</title>{inside}</entry></feed>"
    ).encode()


def json_feed(items: str, rest: str = "") -> bytes:
    """Return a JSON Feed with the items as they are written."""
    return (
        f'{{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [{items}]{rest}}}'
    ).encode()


def sitemap(inside: str) -> bytes:
    """Return a news sitemap with the URLs as they are written."""
    return f"<urlset {_NEWS}>{inside}</urlset>".encode()


def page(inside: str, *, head: str = "") -> bytes:
    """Return a page with an ordinary article and then ``inside``."""
    return (
        f"<!doctype html><html lang=de><head><title>Der Rat berät</title>{head}</head><body>"
        f"<article><h1>Der Rat berät</h1>{PROSE * 5}{inside}</article></body></html>"
    ).encode("utf-8", "surrogatepass")


def fill(piece: str, size: float = 9.5 * MB) -> str:
    """Return a piece repeated up to about ``size`` bytes."""
    return piece * int(size / len(piece.encode()))


def doctype(declared: str) -> str:
    """Return a document type with declarations."""
    return f"<!DOCTYPE rss [{declared}]>"


def news_url(n: int) -> str:
    """Return an ordinary URL of a news sitemap."""
    return (
        f"<url><loc>https://a.example/{n}</loc><news:news><news:title>T{n}</news:title>"
        "<news:publication_date>2026-11-22</news:publication_date></news:news></url>"
    )
