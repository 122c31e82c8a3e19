"""Write the newsroom's feeds as publishers do: RSS, Atom, JSON Feed, news sitemap. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from core.clock import rfc3339
from wirewatch.demo.newsroom import DemoOutlet, Edition


@dataclass(frozen=True, slots=True)
class DemoEntry:
    """An edition as its feed lists it.

    Attributes:
        url: The address of its page.
        published: When the first edition of its piece was published.
        updated: When this edition was published.
    """

    edition: Edition
    url: str
    published: datetime
    updated: datetime


Writer = Callable[[DemoOutlet, str, Sequence[DemoEntry]], str]


def rss(outlet: DemoOutlet, home: str, entries: Sequence[DemoEntry]) -> str:
    """Return RSS 2.0, with dates in the format of e-mail (RFC 822)."""
    items = "".join(
        f"<item><title>{escape(e.edition.title)}</title><link>{escape(e.url)}</link>"
        f"<guid isPermaLink='false'>{escape(e.edition.piece)}</guid>"
        f"<description>{escape(e.edition.teaser)}</description>"
        f"<dc:creator>{escape(e.edition.author)}</dc:creator>"
        f"<pubDate>{format_datetime(e.published)}</pubDate></item>\n"
        for e in entries
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(outlet.name)}</title><link>{home}/</link>"
        f"<language>{outlet.language}</language>\n{items}</channel></rss>\n"
    )


def atom(outlet: DemoOutlet, home: str, entries: Sequence[DemoEntry]) -> str:
    """Return Atom 1.0 (RFC 4287), newest entry first."""
    items = "".join(
        f"<entry><id>tag:demo,2026:{escape(e.edition.piece)}</id>"
        f"<title>{escape(e.edition.title)}</title><link href={quoteattr(e.url)}/>"
        f"<published>{rfc3339(e.published)}</published><updated>{rfc3339(e.updated)}</updated>"
        f"<author><name>{escape(e.edition.author or outlet.name)}</name></author>"
        f"<summary>{escape(e.edition.teaser)}</summary></entry>\n"
        for e in entries
    )
    newest = "".join(f"<updated>{rfc3339(e.updated)}</updated>" for e in entries[:1])
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">'
        f"<id>{home}/</id><title>{escape(outlet.name)}</title>"
        f"{newest}\n{items}</feed>\n"
    )


def json_feed(outlet: DemoOutlet, home: str, entries: Sequence[DemoEntry]) -> str:
    """Return a JSON Feed 1.1 (jsonfeed.org)."""
    items = [
        {
            "id": e.edition.piece,
            "url": e.url,
            "title": e.edition.title,
            "summary": e.edition.teaser,
            "date_published": rfc3339(e.published),
            "date_modified": rfc3339(e.updated),
            "authors": [{"name": e.edition.author or outlet.name}],
        }
        for e in entries
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": f"{home}/",
        "language": outlet.language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def sitemap(outlet: DemoOutlet, home: str, entries: Sequence[DemoEntry]) -> str:
    """Return a news sitemap, which search engines read in place of a feed."""
    del home
    urls = "".join(
        f"<url><loc>{escape(e.url)}</loc><news:news><news:publication>"
        f"<news:name>{escape(outlet.name)}</news:name>"
        f"<news:language>{outlet.language}</news:language></news:publication>"
        f"<news:publication_date>{rfc3339(e.published)}</news:publication_date>"
        f"<news:title>{escape(e.edition.title)}</news:title></news:news></url>\n"
        for e in entries
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{urls}</urlset>\n'
    )


WRITERS: Mapping[str, tuple[Writer, str]] = {
    "rss": (rss, "application/rss+xml; charset=utf-8"),
    "atom": (atom, "application/atom+xml; charset=utf-8"),
    "json": (json_feed, "application/feed+json; charset=utf-8"),
    "sitemap": (sitemap, "application/xml; charset=utf-8"),
}
"""The writer and the content type of each format."""
