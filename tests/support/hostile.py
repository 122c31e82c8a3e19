"""Documents that cost as much as possible: feeds, sitemaps and pages that anybody could send.

Each shape is a few lines that make a document of up to ten megabytes, the most that the client
accepts. ``bench/hostile.py`` measures all of them, ``tests/ingest/test_hostile.py`` a sample.
"""

from __future__ import annotations

import gzip
import json
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
_PROSE = "<p>Der Rat berät am Abend über den nächsten Schritt, der lange vorbereitet war.</p>"

_LONG_PROSE = "Der Rat berät am Abend über den Schritt. " * 9


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
        f"<article><h1>Der Rat berät</h1>{_PROSE * 5}{inside}</article></body></html>"
    ).encode("utf-8", "surrogatepass")


def fill(piece: str, size: float = 9.5 * MB) -> str:
    """Return a piece repeated up to about ``size`` bytes."""
    return piece * int(size / len(piece.encode()))


def _doctype(declared: str) -> str:
    return f"<!DOCTYPE rss [{declared}]>"


def _reordered(count: int) -> str:
    return "".join(f"<x{n}/>" for n in range(count))


def _with_attributes(count: int) -> str:
    return "<category " + " ".join(f"a{n}='{n}'" for n in range(count)) + "/>"


def _prefixes(count: int) -> str:
    return "".join(f"<p{n}:a xmlns:p{n}='urn:{n}'/>" for n in range(count))


def _namespaces(count: int) -> str:
    declared = " ".join(f"xmlns:p{n}='urn:{n}'" for n in range(count))
    return f"<box {declared}>" + "".join(f"<p{n % count}:a/>" for n in range(100_000)) + "</box>"


def _nested_json(depth: int) -> str:
    return '{"id": "1", "title": "x", "a": ' + "[" * depth + "]" * depth + "}"


def _news_url(n: int) -> str:
    return (
        f"<url><loc>https://a.example/{n}</loc><news:news><news:title>T{n}</news:title>"
        "<news:publication_date>2026-11-22</news:publication_date></news:news></url>"
    )


AUTHOR = "a" * 100_000

FEEDS: dict[str, Callable[[], bytes]] = {
    # Texts that a pattern reads in quadratic time.
    "author, 100 KB": lambda: one(f"<author>{AUTHOR}</author>"),
    "author, 10 MB": lambda: one(f"<author>{fill('a')}</author>"),
    "author in CDATA": lambda: one(f"<author><![CDATA[{AUTHOR}]]></author>"),
    "author in pieces": lambda: one(f"<author>{fill('aaaaaaaa<!-- -->', MB)}</author>"),
    "author of escapes": lambda: one(f"<author>{fill('&#97;', MB)}</author>"),
    "author with an address in between": lambda: one(f"<author>{fill('a.b@c.', MB)}</author>"),
    "dc:creator": lambda: one(f"<dc:creator>{AUTHOR}</dc:creator>"),
    "dc:author": lambda: one(f"<dc:author>{AUTHOR}</dc:author>"),
    "itunes:author": lambda: one(f"<itunes:author>{AUTHOR}</itunes:author>"),
    "itunes:owner": lambda: rss(
        channel=f"<itunes:owner><itunes:name>{AUTHOR}</itunes:name></itunes:owner>"
    ),
    "managingEditor": lambda: rss(channel=f"<managingEditor>{AUTHOR}</managingEditor>"),
    "webMaster": lambda: rss(channel=f"<webMaster>{AUTHOR}</webMaster>"),
    "dc:publisher": lambda: rss(channel=f"<dc:publisher>{AUTHOR}</dc:publisher>"),
    "Atom author name": lambda: atom(f"<author><name>{AUTHOR}</name></author>"),
    "Atom author e-mail": lambda: atom(f"<author><email>{AUTHOR}</email></author>"),
    "Atom author without a name": lambda: atom(f"<author>{AUTHOR}</author>"),
    "Atom contributor": lambda: atom(f"<contributor>{AUTHOR}</contributor>"),
    "thousand long authors": lambda: many(1000, f"<author>{'a' * 9_000}</author>"),
    "malformed, long author": lambda: one(f"A & B<author>{AUTHOR}</author>"),
    "date of 1 MB": lambda: one(f"<pubDate>{fill('1 ', MB)}</pubDate>"),
    "link of 5 MB": lambda: one(f"<link>https://b.example/{fill('a/../', 5 * MB)}</link>"),
    "guid of 9 MB": lambda: one(f"<guid>{fill('%C3%A4')}</guid>"),
    "title of 9 MB": lambda: one(f"<title>{fill('Wort ')}</title>"),
    "description of 9 MB": lambda: one(f"<description>{fill('Wort ')}</description>"),
    "a digit reference of 1 MB": lambda: one(
        f"<description><![CDATA[&#{fill('9', MB)};]]></description>"
    ),
    # Too many of something.
    "a million empty items": lambda: rss(fill("<item/>")),
    "60,000 items": lambda: many(60_000),
    "60,000 items, one bad &": lambda: many(60_000, tail="&"),
    "60,000 items, one bad & first": lambda: rss(
        "A & B" + "".join(item(f"T{n}", n) for n in range(60_000))
    ),
    "8,000 items with text, one bad &": lambda: many(
        8_000, f"<description>{'Wort ' * 200}</description>", tail="&"
    ),
    "a million children": lambda: one(fill("<a/>")),
    "a million different children": lambda: one(_reordered(900_000)),
    "a million children of the channel": lambda: rss(channel=fill("<a/>")),
    "many links": lambda: one(fill("<link>https://b.example/</link>")),
    "many Atom links": lambda: atom(fill("<link rel='alternate' href='https://b.example/'/>")),
    "many authors": lambda: one(fill("<author>A</author>")),
    "many Atom authors": lambda: atom(fill("<author><name>A</name></author>")),
    "many different categories": lambda: one(
        "".join(f"<category>c{n}</category>" for n in range(300_000))
    ),
    "many enclosures": lambda: one(fill("<enclosure url='https://b.example/'/>")),
    "many media contents": lambda: one(fill("<media:content url='https://b.example/'/>")),
    "many dc:creator": lambda: one(fill("<dc:creator>A</dc:creator>")),
    "40,000 attributes": lambda: one(_with_attributes(40_000)),
    "600,000 attributes": lambda: one(_with_attributes(600_000)),
    "100 attributes on each of many elements": lambda: one(_with_attributes(100) * 9_000),
    "malformed, 40,000 attributes": lambda: one("A & B" + _with_attributes(40_000)),
    "a namespace for each element": lambda: one(_prefixes(200_000)),
    "thousand namespaces in scope": lambda: one(_namespaces(1_000)),
    "a million comments": lambda: one(f"<description>{fill('<!-- -->')}</description>"),
    "a million comments before the feed": lambda: rss(head=fill("<!-- -->")),
    "a million processing instructions": lambda: one(fill("<?a b?>")),
    "runs of text between comments": lambda: one(
        f"<description>{fill('Wort <!-- -->')}</description>"
    ),
    "a million CDATA sections": lambda: one(f"<description>{fill('<![CDATA[x]]>')}</description>"),
    "ten million escapes": lambda: one(f"<description>{fill('&amp;')}</description>"),
    "entities without an end in CDATA": lambda: one(
        f"<description><![CDATA[{fill('&xx')}]]></description>"
    ),
    "tags in CDATA": lambda: one(f"<description><![CDATA[{fill('<b>')}]]></description>"),
    "escaped tags": lambda: one(f"<description>{fill('&lt;p&gt;')}</description>"),
    "escaped tags in each of 1,000 items": lambda: many(
        1_000, f"<description>{'&lt;b&gt;' * 1_000}</description>"
    ),
    "twice escaped title": lambda: one(f"<title>{fill('&amp;lt;b&amp;gt;')}</title>"),
    "< in CDATA": lambda: one(f"<description><![CDATA[{fill('<')}]]></description>"),
    "surrogate halves": lambda: one(f"<description>{fill('&#55357;')}</description>"),
    # Nesting.
    "nested elements": lambda: one(
        f"<description>{fill('<a>', 4 * MB)}{fill('</a>', 5.3 * MB)}</description>"
    ),
    "nested elements, 200 deep": lambda: one((("<a>" * 200) + ("</a>" * 200)) * 6_000),
    "nested items": lambda: rss(fill("<item>", 4 * MB) + fill("</item>", 4.6 * MB)),
    "unclosed elements": lambda: b"<rss><channel>" + fill("<a>").encode(),
    "unclosed items": lambda: b"<rss version='2.0'><channel>" + fill("<item>").encode(),
    "unclosed items with titles": lambda: (
        b"<rss version='2.0'><channel>" + fill("<item><title>a</title>").encode()
    ),
    "closing tags only": lambda: b"<rss version='2.0'><channel>" + fill("</a>").encode(),
    "nested escaped tags": lambda: one(f"<description>{fill('&lt;div&gt;', 9 * MB)}</description>"),
    "nested XHTML": lambda: atom(
        "<content type='xhtml'>" + "<div>" * 250 + fill("<b>x</b>") + "</div>" * 250 + "</content>"
    ),
    "tag with a name of 9 MB": lambda: one("A & B<" + fill("a") + ">"),
    "malformed, nested elements": lambda: one("A & B" + fill("<a>", 57_000) + fill("</a>", 76_000)),
    "malformed, 9 MB of text": lambda: one(f"A & B<description>{fill('Wort ')}</description>"),
    "malformed, quotes in tags": lambda: one("A & B" + fill('<a "', 150_000) + fill("c")),
    "malformed, ampersands": lambda: one(fill("& ", 300_000)),
    "malformed, openings": lambda: one(fill("< ", 80_000)),
    "malformed, ends of tags": lambda: one(fill("</a ", 150_000)),
    "malformed, declarations": lambda: one(fill("<!x ", 150_000)),
    "malformed, XHTML": lambda: atom(
        f"<content type='xhtml'><div>&{fill('<b>x</b>', 150_000)}</div></content>"
    ),
    "titles within titles, 1 MB of text": lambda: rss(
        "<item><title>" * 80 + fill("Wort ", MB) + "</title></item>" * 80
    ),
    "tag that never ends": lambda: one("<a " + fill("b ")),
    "quote that never ends": lambda: one("<a b='" + fill("c")),
    "comment that never ends": lambda: one("<!--" + fill("c")),
    "CDATA that never ends": lambda: one("<description><![CDATA[" + fill("c")),
    "many comments that never end": lambda: one(fill("<!-- ")),
    "many CDATA that never end": lambda: one(fill("<![CDATA[ ")),
    "many declarations that never end": lambda: one(fill("<!ENTITY ")),
    # Entities.
    "an entity of 4 MB, used 80 times": lambda: rss(
        "".join(item("x", n, "<description>&a;</description>") for n in range(80)),
        head=_doctype(f"<!ENTITY a '{'A ' * 2 * MB}'>"),
    ),
    "the same after a comment <rss >": lambda: rss(
        "".join(item("x", n, "<description>&a;</description>") for n in range(80)),
        head="<!-- <rss > -->" + _doctype(f"<!ENTITY a '{'A ' * 2 * MB}'>"),
    ),
    "the same after 70 KB of comment": lambda: rss(
        "".join(item("x", n, "<description>&a;</description>") for n in range(80)),
        head=f"<!--{' <rss > ' * 9_000}-->" + _doctype(f"<!ENTITY a '{'A ' * 2 * MB}'>"),
    ),
    "the same in the feed, malformed": lambda: rss(
        "A & B"
        + _doctype(f"<!ENTITY a '{'A ' * 2 * MB}'>")
        + "".join(item("x", n, "<description>&a;</description>") for n in range(80))
    ),
    "entities in entities": lambda: rss(
        item("&e9;", 1),
        head=_doctype(
            "<!ENTITY e0 'ha'>"
            + "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10))
        ),
    ),
    "400,000 entities declared": lambda: rss(
        head=_doctype("".join(f"<!ENTITY e{n} 'x'>" for n in range(400_000)))
    ),
    "blank lines before the feed": lambda: (
        "<!-- x -->" + fill("\n", MB) + "<!DOCTYPE rss>" + many(3).decode().partition("?>")[2]
    ).encode(),
    "base URL of 5 MB": lambda: many(3).replace(
        b"<channel>",
        f"<channel xml:base='https://b.example/{fill('a/', 5 * MB)}'>".encode() + b"<a/>" * 30_000,
    ),
    "attributes with defaults": lambda: rss(
        fill("<a/>", 4 * MB),
        head=_doctype("<!ATTLIST a " + " ".join(f"b{n} CDATA 'x'" for n in range(200)) + ">"),
    ),
    # Encodings.
    "bytes that are not UTF-8": lambda: one("<title>ä</title>") + b"\xff" * 9 * MB,
    "wrong bytes in UTF-8": lambda: one("<title>ä</title>") + b"a\xff\xc3\xa4" * 2 * MB,
    "halves in UTF-16": lambda: (
        b"\xff\xfe" + one("").decode().encode("utf-16-le") + b"\x00\xd8" * 4 * MB
    ),
    "declared as UTF-7": lambda: (
        b"<?xml version='1.0' encoding='utf-7'?>"
        + one("x").partition(b"?>")[2]
        + b"\xff"
        + b"+AAA" * 2 * MB
    ),
    "declared as ISO-2022-JP": lambda: (
        b"<?xml version='1.0' encoding='iso-2022-jp'?>"
        + one("x").partition(b"?>")[2]
        + b"\x1b$B\x1b(B" * MB
    ),
    "declared as escapes": lambda: (
        b"<?xml version='1.0' encoding='unicode_escape'?>"
        + one("x").partition(b"?>")[2]
        + b"\xff"
        + b"\\x" * 4 * MB
    ),
    "undefined bytes in cp1252": lambda: (
        b"<?xml version='1.0' encoding='cp1252'?>" + one("x").partition(b"?>")[2] + b"\x81" * 9 * MB
    ),
    "gzip of 9 MB of items": lambda: gzip.compress(rss(fill("<item/>"))),
    # JSON Feed.
    "JSON Feed of {},": lambda: json_feed(fill("{},") + "{}"),
    "JSON Feed of [],": lambda: json_feed(fill("[],") + "{}"),
    "JSON Feed of 1,": lambda: json_feed(fill("1,") + "{}"),
    "JSON Feed, 100,000 items": lambda: json_feed(
        ",".join(
            f'{{"id":"{n}","title":"T{n}","url":"https://a.example/{n}"}}' for n in range(100_000)
        )
    ),
    "JSON Feed, nested": lambda: json_feed(_nested_json(4_000_000)),
    "JSON Feed, nested in one item": lambda: json_feed(
        '{"id": "1", "title": "x", "a": [' + fill("[],") + "[]]}"
    ),
    "JSON Feed, many keys": lambda: json_feed(
        "{" + ",".join(f'"k{n}": 0' for n in range(700_000)) + "}"
    ),
    "JSON Feed, rest after the items": lambda: json_feed(
        '{"id": "1", "title": "x"}', f', "x": [{fill("{},")}{{}}]'
    ),
    "JSON Feed, many authors": lambda: json_feed(
        json.dumps(
            {"id": "1", "title": "x", "authors": [{"name": f"A{n}"} for n in range(400_000)]}
        )
    ),
    "JSON Feed, author of 9 MB": lambda: json_feed(
        json.dumps({"id": "1", "title": "x", "authors": [{"name": fill("a@")}]})
    ),
    "JSON Feed, text of 9 MB": lambda: json_feed(
        json.dumps({"id": "1", "title": fill("<b>", 3 * MB), "content_html": fill("<p>", 6 * MB)})
    ),
    "JSON Feed, number of 9 MB": lambda: json_feed('{"id": ' + fill("9") + "}"),
    "JSON Feed, quotes that never end": lambda: (
        b'{"items": [{},' + b"{}," * 200_000 + b'"' + b'\\"' * 4 * MB
    ),
    "JSON Feed, open brackets": lambda: b'{"items": ' + b"[" * 9 * MB,
}

SITEMAPS: dict[str, Callable[[], bytes]] = {
    "sitemap of <url/>": lambda: sitemap(fill("<url/>")),
    "sitemap of 60,000 news": lambda: sitemap("".join(map(_news_url, range(55_000)))),
    "sitemap of URLs without news": lambda: sitemap(
        fill("<url><loc>https://a.example/</loc></url>")
    ),
    "sitemap, many children in one URL": lambda: sitemap(f"<url>{fill('<a/>')}</url>"),
    "sitemap, nested URLs": lambda: sitemap(fill("<url>", 4 * MB) + fill("</url>", 4.8 * MB)),
    "sitemap, URLs nested 100 deep": lambda: sitemap(
        ("<url><loc>https://a.example/</loc>" * 100 + "</url>" * 100) * 700
    ),
    "sitemap, gzip of 48 MB": lambda: gzip.compress(
        sitemap("".join(map(_news_url, range(55_000))) + fill("<url/>", 38 * MB))
    ),
    "sitemap, gzip of 48 MB of URLs": lambda: gzip.compress(
        sitemap(fill("<url><loc>https://a.example/</loc></url>", 47 * MB))
    ),
    "sitemap, bad & first": lambda: sitemap("A & B" + "".join(map(_news_url, range(55_000)))),
    "sitemap, title of 9 MB": lambda: sitemap(
        "<url><loc>https://a.example/</loc><news:news><news:title>"
        f"{fill('&lt;b&gt;')}</news:title></news:news></url>"
    ),
    "sitemap, an entity of 4 MB": lambda: (
        f"<!-- <urlset > -->{_doctype(f'''<!ENTITY a '{'A ' * 2 * MB}'>''')}".encode()
        + sitemap("".join(map(_news_url, range(80))).replace("T", "&a;"))
    ),
}

PAGES: dict[str, Callable[[], bytes]] = {
    "page, a million <b>": lambda: page(fill("<b>x</b>")),
    "page, a million <p>": lambda: page(fill("<p>x</p>")),
    "page, a million <br>": lambda: page(fill("<br>")),
    "page, a million <a>": lambda: page(fill("<a href=/>x</a>")),
    "page, a million <i> unclosed": lambda: page(fill("<i>")),
    "page, nested <div>": lambda: page(fill("<div>")),
    "page, nested <b> and <p>": lambda: page(fill("<b><p>")),
    "page, nested tables": lambda: page(fill("<table><tr><td>")),
    "page, nested lists": lambda: page(fill("<ul><li>x")),
    "page, nested <font>": lambda: page(fill("<font color=red>")),
    "page, nested labelled <div>": lambda: page(fill("<div class=comments>x")),
    "page, 240 deep": lambda: page(("<div>" * 240 + "x" + "</div>" * 240) * 3_500),
    "page, a million <nav>": lambda: page(fill("<nav>x</nav>")),
    "page, a million figures": lambda: page(
        fill("<figure><figcaption>Foto: x</figcaption></figure>")
    ),
    "page, a million headings": lambda: page(fill("<h2>Der Rat</h2>")),
    "page, a million forms": lambda: page(fill("<form><input></form>")),
    "page, a million meta": lambda: page("", head=fill("<meta name=author content=x>")),
    "page, a million scripts": lambda: page("", head=fill("<script></script>")),
    "page, 600,000 attributes": lambda: page(
        "<p " + " ".join(f"a{n}='{n}'" for n in range(600_000)) + ">x</p>"
    ),
    "page, class of 9 MB": lambda: page(f"<div class='{fill('a-b ')}'>x</div>"),
    "page, paragraphs of prose": lambda: page(fill(_PROSE)),
    "page, different paragraphs": lambda: page(
        "".join(f"<p>{n} {_LONG_PROSE}</p>" for n in range(25_000))
    ),
    "page, different paragraphs in boxes": lambda: page(
        "".join(f"<div class=share><p>{n} {_LONG_PROSE}</p></div>" for n in range(25_000))
    ),
    "page, comments": lambda: page(
        "<h3>Kommentare</h3>"
        + fill("<p>Max Muster</p><p>22.11.2026, 10:00 Uhr</p><p>Das sehe ich anders.</p>")
    ),
    "page, many blocks in nested labels": lambda: page(
        "<div class=related>" * 200 + fill("<p>Der Rat berät am Abend.</p>")
    ),
    "page, bytes of all kinds": lambda: bytes(range(1, 256)) * 39_000,
    "page, the same long sentence": lambda: page(
        fill("<p>" + "Der Rat berät, und das ist der Satz. " * 20 + "</p>")
    ),
    "page, one paragraph of 9 MB": lambda: page(
        f"<p>{fill('Der Rat berät über den Schritt. ')}</p>"
    ),
    "page, one word of 9 MB": lambda: page(f"<p>{fill('a')}</p>"),
    "page, 9 MB of <": lambda: page(fill("<")),
    "page, 9 MB of &": lambda: page(fill("&")),
    "page, entities without an end": lambda: page(f"<p>{fill('&xx')}</p>"),
    "page, comments that never end": lambda: page(fill("<!-- ")),
    "page, tag that never ends": lambda: page("<a " + fill("b ")),
    "page, title of 9 MB": lambda: page("", head=f"<title>{fill('Der Rat | ')}</title>"),
    "page, description of 9 MB": lambda: page(
        "", head=f"<meta name=description content='{fill('Der Rat. ')}'>"
    ),
    "page, JSON-LD of {},": lambda: page(
        "", head=f"<script type='application/ld+json'>[{fill('{},', 1.9 * MB)}{{}}]</script>"
    ),
    "page, JSON-LD of {}, five times": lambda: page(
        "", head=f"<script type='application/ld+json'>[{fill('{},', 1.9 * MB)}{{}}]</script>" * 5
    ),
    "page, JSON-LD of commas": lambda: page(
        "", head=f"<script type='application/ld+json'>[{fill(',' + ' ' * 999, 1.9 * MB)}</script>"
    ),
    "page, JSON-LD of blanks": lambda: page(
        "", head=f"<script type='application/ld+json'>x{' ' * 100_000}x</script>"
    ),
    "page, JSON-LD, many scripts": lambda: page(
        "", head=fill("<script type='application/ld+json'>{\"a\": [1,]}</script>")
    ),
    "page, author of 1 MB": lambda: page("", head=f"<meta name=author content='{fill('a ', MB)}'>"),
    "page, bylines": lambda: page(fill("<p>Von A B und C D, E F, G H</p>")),
    "page, many dates": lambda: page(fill("<time datetime='2026-11-22'>22. November</time>")),
    "page, plain text of lines": lambda: fill("a\n").encode(),
    "page, plain text of words": lambda: fill("Der Rat ").encode(),
    "page, bytes that are not UTF-8": lambda: page("<p>x</p>") + b"\xff" * 9 * MB,
    "page, undefined bytes": lambda: page("", head="<meta charset=cp1252>") + b"\x81" * 9 * MB,
    "page, a control character after </figure>": lambda: page(
        "<figure><img src=x><figcaption>Foto: dpa</figcaption></figure>\x1f<p>Ende.</p>"
    ),
    "page, references to control characters": lambda: page(
        "".join(
            f"<{tag}>Foto: dpa</{tag}>{reference}{_PROSE}"
            for tag in ("figure", "nav", "aside", "form")
            for reference in (
                "&#x1f;",
                "&#31",
                "&#0000001;",
                "&#xFFFE;",
                "&#65535;",
                "\ufffe",
                "\x0b",
            )
        )
    ),
    "page, a million references to control characters": lambda: page(fill("&#1;")),
}

SHAPES: dict[str, Shape] = {
    **{name: Shape("feed", make) for name, make in FEEDS.items()},
    **{name: Shape("sitemap", make) for name, make in SITEMAPS.items()},
    **{name: Shape("page", make) for name, make in PAGES.items()},
}
"""All shapes by name."""
