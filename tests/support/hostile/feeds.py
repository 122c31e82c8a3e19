"""Feeds in XML that cost as much as possible."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from tests.support.hostile.documents import MB, atom, doctype, fill, item, many, one, rss


def _reordered(count: int) -> str:
    return "".join(f"<x{n}/>" for n in range(count))


def _with_attributes(count: int) -> str:
    return "<category " + " ".join(f"a{n}='{n}'" for n in range(count)) + "/>"


def _prefixes(count: int) -> str:
    return "".join(f"<p{n}:a xmlns:p{n}='urn:{n}'/>" for n in range(count))


def _namespaces(count: int) -> str:
    declared = " ".join(f"xmlns:p{n}='urn:{n}'" for n in range(count))
    return f"<box {declared}>" + "".join(f"<p{n % count}:a/>" for n in range(100_000)) + "</box>"


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
        head=doctype(f"<!ENTITY a '{'A ' * 2 * MB}'>"),
    ),
    "the same after a comment <rss >": lambda: rss(
        "".join(item("x", n, "<description>&a;</description>") for n in range(80)),
        head="<!-- <rss > -->" + doctype(f"<!ENTITY a '{'A ' * 2 * MB}'>"),
    ),
    "the same after 70 KB of comment": lambda: rss(
        "".join(item("x", n, "<description>&a;</description>") for n in range(80)),
        head=f"<!--{' <rss > ' * 9_000}-->" + doctype(f"<!ENTITY a '{'A ' * 2 * MB}'>"),
    ),
    "the same in the feed, malformed": lambda: rss(
        "A & B"
        + doctype(f"<!ENTITY a '{'A ' * 2 * MB}'>")
        + "".join(item("x", n, "<description>&a;</description>") for n in range(80))
    ),
    "entities in entities": lambda: rss(
        item("&e9;", 1),
        head=doctype(
            "<!ENTITY e0 'ha'>"
            + "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10))
        ),
    ),
    "400,000 entities declared": lambda: rss(
        head=doctype("".join(f"<!ENTITY e{n} 'x'>" for n in range(400_000)))
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
        head=doctype("<!ATTLIST a " + " ".join(f"b{n} CDATA 'x'" for n in range(200)) + ">"),
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
}
