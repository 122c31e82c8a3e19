"""What belongs to something else in an item gives neither title nor link nor text of the entry."""

from __future__ import annotations

import pytest

from tests.ingest.sources.documents import atom, only, parse, rss

CORE = (
    "<title>Pegel steigt</title><link>https://example.org/a</link>"
    "<description>Der Fluss steigt.</description><guid>1</guid>"
)
FOREIGN = {
    "image": "<image><url>b.jpg</url><title>Bild</title><link>https://x.example/b</link></image>",
    "source": '<source url="https://x.example/f">Anderswo</source>',
    "form": "<textInput><title>Suche</title><description>x</description><name>q</name>"
    "<link>https://x.example/s</link></textInput>",
    "comments": "<comments>https://example.org/a#k</comments>"
    '<wfw:commentRss xmlns:wfw="http://wellformedweb.org/CommentAPI/">https://x.example/k'
    "</wfw:commentRss>",
    "media": '<media:title>Video</media:title><media:description type="plain">Bildtext'
    "</media:description>",
    "media group": '<media:group><media:content url="v.mp4"><media:title>Video</media:title>'
    "<media:description>Bildtext</media:description></media:content></media:group>",
    "media under another prefix": '<m:group xmlns:m="http://search.yahoo.com/mrss/">'
    "<m:title>Video</m:title><m:description>Bildtext</m:description></m:group>",
    "itunes": '<i:title xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd">Folge</i:title>'
    '<i:summary xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd">Podcast</i:summary>',
    "an extension with a title": '<x:related xmlns:x="urn:x"><title>Anderes</title>'
    "<link>https://x.example/r</link><description>Anderes.</description></x:related>",
    "atom link": '<atom:link rel="self" href="https://x.example/item.xml"/>'
    '<atom:link rel="replies" href="https://x.example/k"/>',
    "atom link to a copy": '<atom:link href="https://x.example/amp"/>',
    "picture": '<media:thumbnail url="https://x.example/b.jpg"/><enclosure url="b.jpg"/>',
    "nested": "<image><image><title>Bild</title></image><title>Bild</title></image>",
}
DAMAGE = ("", "<x>A & B</x>")


@pytest.mark.parametrize("damage", DAMAGE, ids=["well-formed", "malformed"])
@pytest.mark.parametrize("foreign", FOREIGN.values(), ids=FOREIGN.keys())
def test_elements_about_something_else_do_not_count(foreign: str, damage: str) -> None:
    for inside in (foreign + CORE, CORE + foreign):
        entry = only(rss(f"<item>{inside}</item>", channel=damage))
        assert (entry.title, entry.url) == ("Pegel steigt", "https://example.org/a")
        assert (entry.summary, entry.content) == ("Der Fluss steigt.", "")


def test_an_element_that_is_never_closed_hides_nothing() -> None:
    open_element = '<media:thumbnail url="b.jpg"><enclosure url="b.mp3">'
    first, second = (
        parse(
            rss(f"<item>{open_element}{CORE}</item>", f"<item>{open_element}{CORE}<g>2</g></item>")
        ).entries[:1]
        * 2
    )
    assert (first.title, second.summary) == ("Pegel steigt", "Der Fluss steigt.")


def test_dublin_core_counts_where_the_format_says_nothing() -> None:
    only_dc = "<guid>1</guid><dc:title>Titel</dc:title><dc:description>Text.</dc:description>"
    entry = only(rss(f"<item>{only_dc}</item>"))
    assert (entry.title, entry.summary) == ("Titel", "Text.")
    both = only(rss(f"<item>{CORE}<dc:description>Kurz.</dc:description></item>"))
    assert (both.summary, both.content) == ("Der Fluss steigt.", "")


SOURCE = (
    '<source><id>s</id><title>Quelle</title><link href="https://x.example/q"/>'
    "<updated>2020-01-01T00:00:00Z</updated><author><name>Fremd</name></author></source>"
)
ENTRY = (
    '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Pegel <em>steigt</em></div>'
    '</title><id>1</id><link href="/a"/><published>2026-11-22T08:00:00Z</published>'
    "<author><name>Ina Beispiel</name></author><summary>Der Fluss steigt.</summary>"
)


@pytest.mark.parametrize("inside", [SOURCE + ENTRY, ENTRY + SOURCE], ids=["before", "after"])
def test_the_source_of_an_atom_entry_is_not_the_entry(inside: str) -> None:
    entry = only(atom(f"<entry>{inside}</entry>"))
    assert (entry.title, entry.url) == ("Pegel steigt", "https://www.example.org/a")
    assert (entry.authors, entry.summary) == (("Ina Beispiel",), "Der Fluss steigt.")
    assert entry.published_raw == "2026-11-22T08:00:00Z"


OWN = {
    "own": "<rss version='2.0' xmlns='http://example.org/own'>{}</rss>",
    "of the specification": "<rss version='2.0' xmlns='http://purl.org/rss/2.0/'>{}</rss>",
    "harvard": "<rss version='2.0' xmlns='http://cyber.law.harvard.edu/rss/rss.html'>{}</rss>",
    "atom": "<rss version='2.0' xmlns='http://www.w3.org/2005/Atom'>{}</rss>",
    "xhtml": "<rss version='2.0' xmlns='http://www.w3.org/1999/xhtml'>{}</rss>",
    "no version": "<rss xmlns='urn:own'>{}</rss>",
    "with extensions": "<rss xmlns='urn:own' xmlns:dc='http://purl.org/dc/elements/1.1/'>{}</rss>",
    "rdf": "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='urn:own'>{}"
    "</rdf:RDF>",
}


@pytest.mark.parametrize("damage", DAMAGE, ids=["well-formed", "malformed"])
@pytest.mark.parametrize("root", OWN.values(), ids=OWN.keys())
def test_a_default_namespace_of_its_own_hides_no_item(root: str, damage: str) -> None:
    items = "".join(
        f"<item><title>Meldung {n}</title><link>https://example.org/{n}</link><guid>{n}</guid>"
        f"<description>Text {n}.</description></item>"
        for n in (1, 2)
    )
    body = root.format(f"<channel><title>X</title>{damage}{items}</channel>").encode()
    feed = parse(body)
    assert [(e.title, e.url, e.summary) for e in feed.entries] == [
        (f"Meldung {n}", f"https://example.org/{n}", f"Text {n}.") for n in (1, 2)
    ]
    assert feed.title == "X"
    assert parse(body, {e.key: e.content_hash for e in feed.entries}).known_keys == ("1", "2")


ELSEWHERE = {
    "prefix of the root": "<r:rss xmlns:r='urn:own'><r:channel><r:item><r:title>T</r:title>"
    "<r:link>https://example.org/1</r:link></r:item></r:channel></r:rss>",
    "channel": "<rss><channel xmlns='urn:own'><item><title>T</title><link>https://example.org/1"
    "</link></item></channel></rss>",
    "item": "<rss><channel><item xmlns='urn:own'><title>T</title><link>https://example.org/1"
    "</link></item></channel></rss>",
    "outside the channel": "<rss xmlns='urn:own'><channel><title>X</title></channel><item>"
    "<title>T</title><link>https://example.org/1</link></item></rss>",
    "atom of its own": "<feed xmlns='urn:own'><entry><title>T</title><id>1</id>"
    "<link href='https://example.org/1'/></entry></feed>",
    "rss 0.9": "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
    "xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel><title>X</title></channel><item>"
    "<title>T</title><link>https://example.org/1</link></item></rdf:RDF>",
    "rss 0.91": "<?xml version='1.0'?><!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS "
    "0.91//EN' 'http://my.netscape.com/publish/formats/rss-0.91.dtd'><rss version='0.91'>"
    "<channel><item><title>T</title><link>https://example.org/1</link></item></channel></rss>",
}


@pytest.mark.parametrize("body", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_items_are_found_wherever_their_namespace_is_declared(body: str) -> None:
    entry = only(body.encode())
    assert (entry.title, entry.url) == ("T", "https://example.org/1")


def test_items_of_an_extension_are_no_entries() -> None:
    extension = "<x:list xmlns:x='urn:x'><x:item><x:title>Nein</x:title></x:item></x:list>"
    assert only(rss(f"<item>{CORE}</item>", channel=extension)).title == "Pegel steigt"
