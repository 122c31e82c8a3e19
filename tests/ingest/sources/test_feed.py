"""RSS and Atom: fields, text, links, dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sources import FeedEntry
from tests.ingest.sources.documents import (
    NOW,
    article,
    atom,
    item,
    only,
    parse,
    rss,
    tried,
)
from tests.support.lanes import examples

# --- a whole entry -------------------------------------------------------------------------


def test_an_rss_item_becomes_an_entry() -> None:
    feed = parse(
        rss(
            item(
                title="Beitritt: Was nun?",
                link="https://www.example.org/a?x=1&y=2#top",
                guid="id-1",
                description='<p>Der <b>Lead</b>.</p><img src="x" onerror="alert(1)"/>',
                content_encoded="<p>Erster Absatz.</p><p>Zweiter &amp; letzter.</p>",
                dc_creator="Von Anna Beispiel",
                pubDate="So, 22 Nov 2026 08:00:00 MEZ",
            ),
            channel='<atom:link rel="self" href="https://www.example.org/self.xml"/><ttl>30</ttl>',
        )
    )
    (entry,) = feed.entries
    assert entry == FeedEntry(
        key="id-1",
        url="https://www.example.org/a?x=1&y=2#top",
        title="Beitritt: Was nun?",
        summary="Der Lead.",
        content="Erster Absatz.\nZweiter & letzter.",
        published_at=datetime(2026, 11, 22, 7, tzinfo=UTC),
        published_raw="So, 22 Nov 2026 08:00:00 MEZ",
        authors=("Anna Beispiel",),
        language=None,
        content_hash=entry.content_hash,
        text_hash=entry.text_hash,
        guid="id-1",
        link_key="//example.org/a?x=1&y=2#top",
    )
    assert (len(entry.content_hash), len(entry.text_hash)) == (32, 32)
    assert (feed.title, feed.language, feed.total, feed.skipped) == ("Beispiel", "de", 1, 0)
    assert feed.self_url == "https://www.example.org/self.xml"
    assert feed.hint == timedelta(minutes=30)


def test_an_atom_entry_becomes_an_entry() -> None:
    entry = only(
        atom(
            '<entry xml:lang="en"><id>tag:example.org,2026:1</id><title type="html">A &amp;amp; B'
            '</title><link rel="enclosure" href="/a.mp3"/><link href="/a"/>'
            "<published>2026-11-22T08:00:00+01:00</published><updated>2026-11-22T09:00:00Z"
            "</updated><author><name>Anna</name></author><author><name>Bert</name></author>"
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><p>Two.'
            "</p></div></content></entry>"
        )
    )
    assert (entry.key, entry.url) == ("tag:example.org,2026:1", "https://www.example.org/a")
    assert (entry.title, entry.summary, entry.content) == ("A & B", "", "One.\nTwo.")
    assert entry.published_at == datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert (entry.authors, entry.language) == (("Anna", "Bert"), "en")


def test_an_rdf_item_becomes_an_entry() -> None:
    entry = only(
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        b'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        b"<channel><title>x</title><link>https://www.example.org/</link></channel>"
        b'<item rdf:about="https://www.example.org/a"><title>T</title><link>/a</link>'
        b"<dc:date>2026-11-22T08:00:00Z</dc:date></item></rdf:RDF>"
    )
    assert (entry.key, entry.url) == ("//www.example.org/a", "https://www.example.org/a")
    assert entry.published_at == datetime(2026, 11, 22, 8, tzinfo=UTC)


# --- text ----------------------------------------------------------------------------------

TITLES = {
    "plain": ("Beitritt &amp; mehr", "Beitritt & mehr"),
    "cdata": ("<![CDATA[Beitritt & mehr]]>", "Beitritt & mehr"),
    "markup": ("&lt;b&gt;Beitritt&lt;/b&gt; jetzt", "Beitritt jetzt"),
    "markup in cdata": ("<![CDATA[<b>Beitritt</b> jetzt]]>", "Beitritt jetzt"),
    "entity escaped twice": ("M&amp;uuml;ller &amp;amp; S&amp;ouml;hne", "Müller & Söhne"),
    "number of a character": ("M&#252;ller &amp;#8211; heute", "Müller – heute"),
    "windows number": ("heute &amp;#150; morgen", "heute – morgen"),
    "less than": ("5 &lt; 6 &amp; 7 > 6", "5 < 6 & 7 > 6"),
    "line breaks": ("\n  zwei\n   Zeilen \t", "zwei Zeilen"),
    "script": ("a&lt;script&gt;alert(1)&lt;/script&gt;b", "ab"),
    "script escaped twice": ("a&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;b", "ab"),
    "style": ("a&lt;style&gt;b{}&lt;/style&gt;c", "ac"),
    "comment": ("a&lt;!-- b --&gt;c", "ac"),
    "open tag": ("a &lt;img src=x onerror=alert(1)", "a <img src=x onerror=alert(1)"),
    "control characters": ("a\x01b\x0bc\x1fd", "abcd"),
    "direction controls": ("a\u202eb\u2066c", "abc"),
    "soft hyphen": ("Bei\u00adtritt", "Beitritt"),
    "decomposed": ("Mu\u0308ller", "Müller"),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("written", "read"), TITLES.values(), ids=TITLES.keys())
def test_a_title_is_one_line_of_text(written: str, read: str) -> None:
    entry = only(rss(f"<item><guid>1</guid><title>{written}</title></item>"))
    assert entry.title == read


HOSTILE = """<p>Anfang</p><script>var x = "<p>nein</p>";</script><style>p{}</style>
<iframe src="//evil.example">nein</iframe><svg><text>nein</text></svg><form><button>nein</button>
</form><a href="javascript:alert(1)" onclick="nein()">Ende</a><!-- nein -->
<template>nein</template>"""


def test_neither_markup_nor_hidden_text_remains() -> None:
    entry = only(rss(item(guid="1", description=HOSTILE, content_encoded=HOSTILE * 2)))
    assert entry.summary == "Anfang\nEnde"
    assert entry.content == "Anfang\nEnde\nAnfang\nEnde"


def test_deeply_nested_markup_is_read() -> None:
    entry = only(rss(item(guid="1", description="<div>" * 2000 + "tief")))
    assert entry.summary == "tief"


@settings(max_examples=examples(50))
@given(st.text(alphabet="<>&;/abp !-\"='#x1[]\x00\ud800ü", max_size=60))
def test_arbitrary_text_neither_fails_nor_lets_a_script_through(text: str) -> None:
    body = rss(
        f"<item><guid>1</guid><title>{text}</title></item>".encode("utf-8", "ignore").decode()
    )
    feed, outcome = tried(body)
    assert outcome in ("feed", "parse", "not_a_feed")
    if feed:
        assert all("\x00" not in e.title and "\n" not in e.title for e in feed.entries)


# --- links ---------------------------------------------------------------------------------

FEEDBURNER = (
    "<link>http://feeds.example.net/~r/x/1</link>"
    "<feedburner:origLink>https://example.org/a</feedburner:origLink>"
)


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("<link>https://example.org/a</link>", "https://example.org/a"),
        ("<link> \n https://example.org/a \n</link>", "https://example.org/a"),
        ("<link>/a</link>", "https://www.example.org/a"),
        ("<link>//example.org/a</link>", "https://example.org/a"),
        ("<link><![CDATA[https://example.org/a?x=1&y=2]]></link>", "https://example.org/a?x=1&y=2"),
        ("<link>https://example.org/a?x=1&amp;amp;y=2</link>", "https://example.org/a?x=1&y=2"),
        ("<link>https://example.org/a?x=1&amp;copy=2</link>", "https://example.org/a?x=1&copy=2"),
        ("<guid>https://example.org/g</guid>", "https://example.org/g"),
        ('<guid isPermaLink="true">https://example.org/g</guid>', "https://example.org/g"),
        ("<guid>abc-123</guid>", None),
        ("<guid>1</guid><link>javascript:alert(1)</link>", None),
        ("<guid>1</guid><link>file:///etc/passwd</link>", None),
        ("<guid>1</guid><link>https://user:pass@evil.example/</link>", None),
        (f"<guid>1</guid><link>https://example.org/{'a' * 2050}</link>", None),
        (FEEDBURNER, "https://example.org/a"),
        ('<atom:link href="https://example.org/a"/>', "https://example.org/a"),
        ('<link>https://example.org/a</link><enclosure url="https://example.org/x.mp3"/>',
         "https://example.org/a"),
    ],
)  # fmt: skip
def test_the_best_link_of_an_item_is_chosen(raw: str, url: str | None) -> None:
    assert only(rss(f"<item><title>x</title>{raw}</item>")).url == url


def test_relative_links_follow_the_channel_in_rss_and_xml_base_in_atom() -> None:
    elsewhere = "https://feeds.example.net/1.xml"
    assert only(rss(item(guid="1", link="a")), url=elsewhere).url == "https://www.example.org/a"
    entry = '<entry xml:base="2026/"><id>1</id><link href="a"/></entry>'
    based = atom(entry, attributes='xml:base="https://example.org/dir/"')
    assert only(based, url=elsewhere).url == "https://example.org/dir/2026/a"
    plain = atom('<entry><id>1</id><link href="a"/></entry>')
    assert only(plain, url=elsewhere).url == "https://feeds.example.net/a"


# --- dates, languages, authors -------------------------------------------------------------


def test_a_german_feed_without_zones_is_in_german_time() -> None:
    local = "Wed, 08 Jul 2026 08:00:00"
    assert only(rss(article(1, pubDate=local))).published_at == datetime(2026, 7, 8, 6, tzinfo=UTC)
    english = only(rss(article(1, pubDate=local), language="en"))
    assert english.published_at == datetime(2026, 7, 8, 8, tzinfo=UTC)


@pytest.mark.parametrize("raw", [None, "", "gestern", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_an_impossible_date_is_none_and_kept_as_written(raw: str | None) -> None:
    entry = only(rss(article(1, pubDate=raw)))
    assert entry.published_at is None
    assert entry.published_raw == (raw or "")


def test_a_date_in_the_future_becomes_the_present() -> None:
    assert only(rss(article(1, pubDate="Sun, 22 Nov 2026 18:00:00 GMT"))).published_at == NOW


def test_the_date_of_a_change_is_used_if_there_is_no_date_of_publication() -> None:
    entry = only(atom("<entry><id>1</id><updated>2026-11-20T08:00:00Z</updated></entry>"))
    assert entry.published_at == datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "authors"),
    [
        ("<dc:creator>Anna</dc:creator><dc:creator>Bert</dc:creator>", ("Anna", "Bert")),
        ("<dc:creator>Anna</dc:creator><dc:creator>Anna</dc:creator>", ("Anna",)),
        ("<author>redaktion@example.org (Anna Groß)</author>", ("Anna Groß",)),
        ("<author>redaktion@example.industries (Anna Groß)</author>", ("Anna Groß",)),
        ("<author>Anna Groß &lt;a@example.org&gt;</author>", ("Anna Groß",)),
        ("<author>redaktion@example.org</author>", ()),
        ("<dc:creator><![CDATA[Von <b>Anna Groß</b>]]></dc:creator>", ("Anna Groß",)),
        ("<dc:creator>dpa</dc:creator>", ("dpa",)),
        ("<dc:creator> </dc:creator>", ()),
        ("", ()),
    ],
)
def test_authors_are_names(raw: str, authors: tuple[str, ...]) -> None:
    assert only(rss(f"<item><guid>1</guid><title>x</title>{raw}</item>")).authors == authors


@pytest.mark.parametrize(
    ("written", "read"),
    [("de", "de"), ("de-AT", "de"), ("EN_us", "en"), ("deutsch", None), ("", None)],
)
def test_languages_are_two_letters(written: str, read: str | None) -> None:
    assert parse(rss(article(1), language=written)).language == read


@pytest.mark.parametrize(
    ("channel", "hint"),
    [
        ("<ttl>60</ttl>", timedelta(hours=1)),
        ("<ttl>10080</ttl>", timedelta(days=7)),
        ("<ttl>99999999</ttl>", None),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", None),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", timedelta(days=1)),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
         timedelta(hours=6)),
        ("<sy:updatePeriod>dayly</sy:updatePeriod>", None),
        ("<ttl>90</ttl><sy:updatePeriod>daily</sy:updatePeriod>", timedelta(days=1)),
        ("", None),
    ],
)  # fmt: skip
def test_hints_for_the_interval_are_read(channel: str, hint: timedelta | None) -> None:
    assert parse(rss(article(1), channel=channel)).hint == hint


@pytest.mark.parametrize(
    ("hours", "read"),
    [
        ("<hour>10</hour><hour>11</hour><hour>3</hour>", (3, 10, 11)),
        ("<hour>24</hour><hour> 1 </hour><hour>noon</hour>", (0, 1)),
        ("".join(f"<hour>{h}</hour>" for h in range(24)), ()),
        ("", ()),
    ],
)
def test_hours_without_changes_are_read(hours: str, read: tuple[int, ...]) -> None:
    channel = f"<skipHours>{hours}</skipHours>"
    assert parse(rss(article(1), channel=channel)).skip_hours == read
