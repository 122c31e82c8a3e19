"""OPML in and out."""

from __future__ import annotations

import pytest

from config.catalog.models import Feed, FilePosition, Outlet, Tier
from config.errors import UsageError
from ingest.opml import FeedListing, outlet_id, read_opml, write_opml

POSITION = FilePosition("sources.yaml", 1, 1)


def outlet(name: str, *feeds: Feed) -> Outlet:
    return Outlet(name, f"Die {name} & mehr", "DE", "de", Tier.B, feeds, POSITION)


def test_what_is_written_is_read_again() -> None:
    feeds = (
        Feed("1", "https://bote.example/rss?a=1&b=2", "feed", None, "bote", POSITION),
        Feed("2", "https://bote.example/n.xml", "sitemap", None, "bote", POSITION),
        Feed("3", "https://bote.example/presse", "page", None, "bote", POSITION, "main > a"),
    )
    listed = read_opml(write_opml([outlet("bote", *feeds)]).encode(), "x.opml")
    assert [(one.url, dict(one.options)) for one in listed] == [
        ("https://bote.example/rss?a=1&b=2", {}),
        ("https://bote.example/n.xml", {"kind": "sitemap"}),
        ("https://bote.example/presse", {"kind": "page", "links": "main > a"}),
    ]
    assert {(one.outlet, one.name, one.language) for one in listed} == {
        ("bote", "Die bote & mehr", "de")
    }


def test_the_list_of_another_reader_is_read() -> None:
    document = b"""<?xml version="1.0" encoding="ISO-8859-1"?><opml version="1.0"><body>
        <outline text="Zeitungen"><outline title="Zeitung f\xfcr Auberg" type="rss"
          xmlUrl="https://feeds.example.org/auberg" htmlUrl="https://www.auberg-zeitung.de/"/>
          <outline text="twice" xmlUrl="https://feeds.example.org/auberg"/></outline>
        <outline text="no feed" htmlUrl="https://x.example/"/>
        <outline text="bad" xmlUrl="javascript:alert(1)" kind="page" language="klingon"/>
        </body></opml>"""
    (only,) = read_opml(document.replace(b"twice", b"Auberg"), "x.opml")
    assert only == FeedListing("https://feeds.example.org/auberg", "example", "Auberg")
    (first,) = read_opml(
        document.replace(b'xmlUrl="https://feeds.example.org/auberg"/>', b"/>", 1), "x"
    )
    assert first.url.endswith("/auberg")


def test_no_text_of_the_document_becomes_a_variable_of_the_environment() -> None:
    document = b"""<opml version="2.0"><body>
        <outline title="${HOME}" xmlUrl="https://a.example/rss" outlet="${HOME}"
          language="${HOME}" kind="page" links="a[title='${HOME}']"/>
        <outline title="B" xmlUrl="https://b.example/${HOME}?k=${HOME}"/></body></opml>"""
    listed = read_opml(document, "x.opml")
    assert listed[0] == FeedListing("https://a.example/rss", "home", "$ {HOME}")
    assert "${" not in repr(listed)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "not OPML"),
        (b"<html><body>no</body></html>", "not OPML"),
        (b"\x00\xff\xfe", "not OPML"),
        (b"<opml><body/></opml>", "lists no feed"),
        (b"<opml>" + b" " * 5_000_000, "larger than"),
    ],
)
def test_anything_else_is_refused_by_name(document: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_opml(document, "list.opml")


def test_entities_are_not_read() -> None:
    bomb = (
        b'<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><body>'
        b'<outline text="&a;" xmlUrl="https://a.example/rss"/></body></opml>'
    )
    assert read_opml(bomb, "x")[0].name == "a.example"


@pytest.mark.parametrize(
    ("url", "taken", "expected"),
    [
        ("https://www.auberger-bote.de/rss", (), "auberger-bote"),
        ("https://feeds.bbci.co.uk/x", (), "bbci-co"),
        ("https://www.bote.de/", ("bote", "bote-2"), "bote-3"),
        ("http://127.0.0.1:80/x", (), "127-0-0"),
    ],
)
def test_an_outlet_is_named_after_its_domain(
    url: str, taken: tuple[str, ...], expected: str
) -> None:
    assert outlet_id(url, taken) == expected
