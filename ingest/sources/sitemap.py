"""Parse news sitemaps, which publishers provide for Google News.

::

    bytes ── URLs with a news tag ── select_entries ── FeedEntry
       └──── index of sitemaps ── those with news, the newest first ── ParsedFeed.sitemaps

A URL without a news tag is skipped: sitemaps may list whole sites.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from lxml import etree

from config.errors import FetchError
from config.i18n import Phrase
from ingest.dates import parse_date
from ingest.sources.bounds import SITEMAP_ENTRIES, bound, without_declarations
from ingest.sources.build import FeedContext, build_feed, language_code
from ingest.sources.context import ParseContext
from ingest.sources.decode import is_complete, is_html, not_a_feed_error
from ingest.sources.entry import FeedEntry, ParsedFeed
from ingest.sources.identity import EntryIdentity, RawEntry
from ingest.sources.limits import LONGEST_LINE, WELL_FORMED
from ingest.sources.namespaces import split_tag
from ingest.sources.scan import outermost
from ingest.sources.text import to_line
from ingest.urls import fetchable_url, same_site

_END = re.compile(rb"</(?:\w+:)?urlset\s*>|<(?:\w+:)?urlset[^>]*/>", re.IGNORECASE)

_NEWS = re.compile(r"news|nachricht|aktuell|actu", re.IGNORECASE)

MOST_SITEMAPS = 3
"""How many sitemaps of an index are read at each poll: today's, and what belongs to yesterday."""

_FIELDS = {
    "loc": "loc",
    "title": "title",
    "publication_date": "published",
    "lastmod": "modified",
    "name": "name",
    "language": "language",
}


def parse_sitemap_xml(document: bytes, context: ParseContext) -> ParsedFeed:
    """Parse a news sitemap.

    Args:
        document: In UTF-8.
        context: What else is known about it.

    Raises:
        FetchError: It is not a sitemap, or has no news tag at all.
    """
    url, now = context.url, context.now
    if is_html(document):
        raise not_a_feed_error(url, document)
    document = without_declarations(url, document)
    bounded = bound(url, document, WELL_FORMED, now, SITEMAP_ENTRIES)
    try:
        root = _root(url, bounded.text)
        if split_tag(root.tag)[1] == "sitemapindex":
            return _index(root, url, now)
        urls = [_fields(element) for element in outermost(root, "url")]
    except ValueError as error:  # names that XML forbids get through when libxml2 repairs
        raise FetchError(url, "parse", Phrase("fetch.sitemap_damaged")) from error
    news = [fields for fields in urls if fields.get("title") and fields.get("loc")]
    if urls and not news:
        raise FetchError(
            url,
            "not_a_feed",
            Phrase("fetch.sitemap_without_news"),
            mend="Name the publisher's news sitemap; robots.txt often lists it.",
        )
    selection = context.select([_raw(fields) for fields in news])
    first = news[0] if news else {}
    language = language_code(first.get("language", ""))
    common = FeedContext(url, language, now, context.zone)
    return build_feed(
        first.get("name", ""),
        language,
        [_entry(news[p], identity, common) for p, identity in selection.selected],
        selection,
        total=len(urls) + bounded.left_out,
        unusable=len(urls) - len(news),
        left_out=bounded.left_out,
        whole=is_complete(document, _END),
    )


def _root(url: str, document: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, encoding="utf-8"
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError:
        root = None
    name = split_tag(root.tag)[1] if root is not None else ""
    if root is None or name not in ("urlset", "sitemapindex"):
        raise not_a_feed_error(url, document)
    return root


def _index(root: etree._Element, url: str, now: datetime) -> ParsedFeed:
    """Return the sitemaps of an index that may hold the news, those changed last first.

    If the addresses of some say that they have news, the others are for other things. An index
    without times has the newest last, as far as it is ordered at all.
    """
    listed: list[tuple[bool, float, int, str]] = []
    for number, element in enumerate(outermost(root, "sitemap")):
        parts = {split_tag(child.tag)[1]: child.text or "" for child in element.iter(etree.Element)}
        address = fetchable_url(parts.get("loc", "")[:LONGEST_LINE].strip(), url)
        changed = parse_date(parts.get("lastmod", "")[:LONGEST_LINE].strip(), now=now)
        if address and same_site(address, url):
            at = changed.timestamp() if changed else 0.0
            listed.append((bool(_NEWS.search(address)), at, number, address))
    newest_first = sorted(listed, reverse=True)
    with_news = [one for one in newest_first if one[0]] or newest_first
    addresses = tuple(dict.fromkeys(one[3] for one in with_news))[:MOST_SITEMAPS]
    if not addresses:
        raise FetchError(
            url,
            "not_a_feed",
            Phrase("fetch.sitemap_index"),
            mend="Name the publisher's news sitemap; robots.txt often lists it.",
        )
    return ParsedFeed("", None, (), (), total=0, skipped=0, sitemaps=addresses)


def _fields(element: etree._Element) -> dict[str, str]:
    """Return the fields of the news tag, and the URL; images and videos have titles, too."""
    fields: dict[str, str] = {}
    for child in element.iter(etree.Element):
        namespace, local = split_tag(child.tag)
        name = _FIELDS.get(local)
        is_of_page = local in ("loc", "lastmod") and child.getparent() is element
        if name and ("news" in namespace or is_of_page):
            fields.setdefault(name, (child.text or "")[:LONGEST_LINE].strip())
    return fields


def _raw(fields: Mapping[str, str]) -> RawEntry:
    return RawEntry(
        link=fields["loc"],
        title=fields["title"],
        published=fields.get("published", ""),
        modified=fields.get("modified", ""),
    )


def _entry(fields: Mapping[str, str], identity: EntryIdentity, context: FeedContext) -> FeedEntry:
    language = language_code(fields.get("language", ""))
    return FeedEntry(
        **identity._asdict(),
        **context.date_fields(language, fields.get("published", "")),
        url=fetchable_url(fields["loc"], context.base),
        title=to_line(fields["title"]),
        summary="",
        content="",
        authors=(),
        language=language,
    )
