"""Documents that are not feeds, or dangerous, are refused; damaged feeds are read anyway."""

from __future__ import annotations

import gzip
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from config.errors import FetchError
from ingest.sources.context import ParseContext
from ingest.sources.parse import parse_feed
from tests.ingest.sources.documents import (
    NOW,
    URL,
    article,
    item,
    memory,
    only,
    parse,
    rss,
    tried,
)


def outcome(body: bytes, **options: Any) -> str:
    with pytest.raises(FetchError) as caught:
        parse(body, **options)
    return caught.value.outcome


# --- documents that are not feeds, or dangerous -----------------------------------------------

PAGE = "<!DOCTYPE html><html><head><title>{}</title></head><body>x</body></html>"
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "blanks": (b" \n\t\r\n", "empty"),
    "zeros": (b"\0\0\0", "empty"),
    "page": (PAGE.format("Wartung").encode(), "html_instead"),
    "xhtml": (
        b"<?xml version='1.0'?>\n<html xmlns='http://www.w3.org/1999/xhtml'/>",
        "html_instead",
    ),
    "page after a comment": (b"<!-- x -->\n<html><body>x", "html_instead"),
    "piece of a page": (b"<div>maintenance</div>", "html_instead"),
    "consent": (PAGE.format("Bevor Sie zu Google weitergehen").encode(), "consent_wall"),
    "challenge": (PAGE.format("Just a moment...").encode(), "challenge"),
    "captcha": (PAGE.format("Captcha").encode(), "challenge"),
    "text": (b"please come back later", "not_a_feed"),
    "path": (b"/etc/passwd", "not_a_feed"),
    "url": (b"https://example.org/feed", "not_a_feed"),
    "other xml": (b"<?xml version='1.0'?><catalog><book/></catalog>", "not_a_feed"),
    "json": (b'{"a": 1}', "not_a_feed"),
    "broken json": (b'{"a": ', "parse"),
    "binary": (bytes(range(256)) * 9, "not_a_feed"),
    "image": (b"\x89PNG\r\n\x1a\n" + bytes(99), "not_a_feed"),
    "cut off before the first item": (rss(article(1)).partition(b"<item>")[0], "parse"),
}


@pytest.mark.parametrize(("body", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_the_outcome_names_what_a_document_is_instead_of_a_feed(body: bytes, expected: str) -> None:
    assert outcome(body) == expected


def test_a_consent_wall_is_recognised_by_its_url_too() -> None:
    page = PAGE.format("x").encode()
    assert outcome(page, url="https://consent.google.com/ml?continue=x") == "consent_wall"


def test_a_feed_without_entries_is_a_feed() -> None:
    feed = parse(rss())
    assert (feed.title, feed.total, feed.entries, feed.skipped) == ("Beispiel", 0, (), 0)


def test_a_body_that_looks_like_a_path_opens_no_file(tmp_path: Path) -> None:
    bait = tmp_path / "feed.xml"
    bait.write_bytes(rss(article(1)))
    assert outcome(str(bait).encode()) == "not_a_feed"


def laughs(declared: str) -> bytes:
    return f"<!DOCTYPE rss [{declared}]>".encode() + rss(
        "<item><guid>1</guid><title>&lol9;</title></item>", head=" "
    )


def test_nested_entities_are_refused_at_once() -> None:
    levels = ["", *map(str, range(1, 10))]
    nested = '<!ENTITY lol "lol">' + "".join(
        f'<!ENTITY lol{upper} "{f"&lol{lower};" * 10}">' for lower, upper in pairwise(levels)
    )
    began = time.process_time()
    assert outcome(laughs(nested)) == "parse"
    assert outcome(laughs('<!ENTITY % x "y"> %x;')) == "parse"
    assert time.process_time() - began < 0.5


def test_an_external_entity_that_is_used_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim")
    assert outcome(laughs(f'<!ENTITY lol9 SYSTEM "{secret.as_uri()}">')) == "parse"


@pytest.mark.parametrize(
    "before",
    ["", "<!-- <rss > -->", f"<!--{' <rss> ' * 20_000}-->", "<?a <rss> ?>", "\n" * 70_000],
    ids=["at the beginning", "comment", "long comment", "instruction", "blank lines"],
)
def test_an_entity_that_is_used_is_refused_wherever_it_is_declared(before: str) -> None:
    body = before.encode() + laughs('<!ENTITY lol9 "A B">')
    assert outcome(body) == "parse"
    assert outcome(body.replace(b"<item>", b"A & B<item>")) == "parse"


def test_entities_that_are_not_used_or_that_html_defines_are_harmless() -> None:
    declared = '<!ENTITY lol9 "A B"><!ENTITY uuml "&#252;"><!ENTITY lt "&#38;#60;">'
    used = laughs(declared).replace(b"&lol9;", b"gr&uuml;n &lt; <![CDATA[&lol9;]]>")
    assert only(used).title == "grün < &lol9;"
    assert only(laughs(declared).replace(b"&lol9;", b"x &amp; y")).title == "x & y"


def test_a_gzip_file_is_decompressed() -> None:
    assert only(gzip.compress(rss(article(1)))).key == "id-1"
    assert outcome(gzip.compress(rss(article(1)))[:-20]) == "truncated"


# --- damaged feeds -------------------------------------------------------------------------

DAMAGED = {
    "bare ampersand": article(2, title="x").replace("x<", "A & B<"),
    "entity of html": article(2).replace("Meldung 2<", "Gr&uuml;n<"),
    "open tag": article(2).replace("</guid>", ""),
    "end of what never began": article(2, raw="</category></p>"),
    "a player without an address": article(2, raw="<media:player/>A & B"),
    "undeclared prefix": article(2, raw="<foo:bar>x</foo:bar>"),
}


@pytest.mark.parametrize("second", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_feed_is_read_anyway(second: str) -> None:
    feed = parse(rss(article(1), second, article(3)))
    assert [e.key for e in feed.entries][::2] == ["id-1", "id-3"]
    assert feed.total == 3


def test_a_truncated_feed_has_the_entries_that_are_complete() -> None:
    whole = rss(*(article(n) for n in range(5)))
    feed = parse(whole[: whole.index(b"Meldung 3")])
    assert [e.key for e in feed.entries][:3] == ["id-0", "id-1", "id-2"]


def test_entries_keep_their_keys_and_hashes_when_the_feed_is_damaged() -> None:
    items = [article(n) for n in range(5)]
    well = parse(rss(*items))
    damaged = rss(*items, channel="<copyright>A & B</copyright>")
    again = parse(damaged, memory(well))
    assert again.entries == ()
    assert set(again.known_keys) == set(memory(well))
    assert (again.title, again.language) == (well.title, well.language)
    assert parse(damaged).entries == well.entries


@pytest.mark.slow
def test_a_thousand_entries_take_less_than_a_second() -> None:
    body = rss(*(article(n, content_encoded="<p>Text</p>" * 50) for n in range(1000)))
    began = time.process_time()
    assert len(parse(body).entries) == 1000
    assert time.process_time() - began < 2  # half a second on an idle machine


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["<", "&", "<!--", "<a ", "&#", "@", "<p>", "<!-- -->", " "])
def test_arbitrary_text_takes_linear_time(piece: str) -> None:
    soup = piece * 20_000
    bodies = (
        soup.encode(),
        rss(item(guid="1", title=soup, description=soup, dc_creator=soup, link=soup, pubDate=soup)),
        b"<!DOCTYPE rss [" + soup.encode() + b"]>" + rss(article(1), head=" "),
    )
    began = time.process_time()
    for body in bodies:
        feed, outcome = tried(body)
        assert outcome in ("feed", "not_a_feed", "html_instead", "empty", "parse")
        assert feed is None or feed.total <= 1
    assert time.process_time() - began < 2


def test_parsers_accept_what_the_client_returns() -> None:
    content_type = "application/rss+xml; charset=utf-8"
    context = ParseContext(url=URL, content_type=content_type, now=NOW, known={}, limit=10)
    feed = parse_feed(rss(article(1)), context)
    assert feed.total == 1
