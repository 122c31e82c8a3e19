"""Reservations in a host's file: its rules, and the one request a day for it."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from core.store.tdm_files import TdmFileRecord, find, forget, save
from core.store.tdm_opt_outs import tdm_opt_outs
from ingest.tdm_file import PATH, is_reserved, parse_rules
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import Installation, ScriptedPublisher, item, rss

SITE = "https://kurier.example"
EVERYTHING = b'[{"location": "/", "tdm-reservation": 1}]'


def file_of(*rules: tuple[object, object]) -> bytes:
    return json.dumps([{"location": at, "tdm-reservation": said} for at, said in rules]).encode()


def test_the_first_rule_that_matches_counts() -> None:
    rules = parse_rules(
        file_of(("/archiv/", 1), ("/bild/*.jpg$", "1"), ("/frei", 0), ("/", 1), ("/frei/nie", 1))
    )
    for path, expected in (
        ("/archiv/2026/1", True),
        ("/bild/a/b.jpg", True),
        ("/frei/nie", False),
        ("/über?seite=2#ende", True),
        ("", True),
    ):
        assert is_reserved(rules, SITE + path) == expected, path
    assert not is_reserved(rules[:3], f"{SITE}/bild/a.jpg?breit")
    assert not is_reserved(rules[:1], f"{SITE}/Archiv/2026")
    assert is_reserved([("/f%C3%BCr/", True)], f"{SITE}/für/alle")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><title>Nicht gefunden</title>",
        b'{"location": "/", "tdm-reservation": 1}',
        b'["/", null, 7, {"location": ["/"]}, {"location": "", "tdm-reservation": 1}]',
        file_of(("/\nDisallow: /", 1), ("/" + "a" * 3_000, 1)),
        b"[" * 60_000,
        b'[{"location": "/", "tdm-reservation": ' + b"9" * 10_000 + b"}]",
        b"\xff\xfe[",
    ],
)
def test_what_is_no_such_file_reserves_nothing(body: bytes) -> None:
    assert not is_reserved(parse_rules(body), f"{SITE}/news/1")


def test_a_file_with_a_byte_order_mark_is_read_and_a_long_one_to_a_bound() -> None:
    assert parse_rules(b"\xef\xbb\xbf" + EVERYTHING) == [("/", True)]
    assert len(parse_rules(file_of(*[("/*a*a*a*a*a*b", 1)] * 1_000))) == 200


@pytest.mark.slow
def test_a_host_is_asked_once_a_day_and_its_feeds_are_noted(
    installation: Installation, publisher: ScriptedPublisher
) -> None:
    publisher.serve(PATH, Answer(EVERYTHING), Answer(b"down", 503))
    urls = [publisher.serve_page(f"/{n}", f"Titel {n}") for n in (1, 2, 3)]
    feed = publisher.serve("/feed.xml", rss(*(item(u, u, u) for u in urls)))
    [feed_id] = installation.subscribe(feed)
    installation.run()
    assert [len(publisher.requests_for(path)) for path in (PATH, "/1", "/3")] == [1, 1, 1]
    assert noted(installation) == {feed_id: "tdmrep.json"}
    later = publisher.serve_page("/4", "Titel 4")
    publisher.serve("/feed.xml", rss(item(later, "Titel 4", later)))
    installation.clock.advance(hours=25)
    installation.run()
    assert len(publisher.requests_for(PATH)) == 2
    with installation.store.read() as connection:
        kept = find(connection, publisher.url)
    assert kept == TdmFileRecord(publisher.url, '[["/", true]]', installation.clock())


@pytest.mark.slow
def test_no_page_is_requested_where_the_file_reserves_and_pages_are_not_to_be_read(
    installation: Installation, publisher: ScriptedPublisher
) -> None:
    changed = {"tdm_opt_out": "no_pages"}
    installation.settings = installation.settings.model_copy(update=changed)
    publisher.serve(PATH, Answer(file_of(("/frei/", 0), ("/", 1))))
    closed, free = (publisher.serve_page(path, f"Titel {path}") for path in ("/1", "/frei/2"))
    installation.subscribe(publisher.serve("/a.xml", rss(item("1", "Titel 1", closed))))
    installation.subscribe(publisher.serve("/b.xml", rss(item("2", "Titel 2", free))), outlet="b")
    installation.run()
    assert [len(publisher.requests_for(path)) for path in ("/1", "/frei/2")] == [0, 1]


@pytest.mark.slow
def test_a_page_supersedes_the_file_and_robots_txt_is_respected(
    installation: Installation, publisher: ScriptedPublisher
) -> None:
    publisher.serve(PATH, Answer(EVERYTHING))
    page = publisher.serve_page("/1", "Titel", head='<meta name="tdm-reservation" content="0">')
    installation.subscribe(publisher.serve("/feed.xml", rss(item("1", "Titel", page))))
    installation.run()
    assert len(publisher.requests_for(PATH)) == 1
    assert noted(installation) == {}
    publisher.serve("/robots.txt", Answer(b"User-agent: *\nDisallow: /.well-known/\n"))
    page = publisher.serve_page("/2", "Titel 2")
    publisher.serve("/feed.xml", rss(item("2", "Titel 2", page)))
    installation.clock.advance(hours=49)
    installation.run()
    assert [len(publisher.requests_for(path)) for path in (PATH, "/2")] == [1, 1]


def test_files_that_no_page_asked_for_are_forgotten(installation: Installation) -> None:
    now = installation.clock()
    installation.store.transact(lambda c: save(c, TdmFileRecord(SITE, "[]", now)))
    installation.clock.advance(days=1)
    assert installation.store.transact(lambda c: forget(c, now)) == 0
    assert installation.store.transact(lambda c: forget(c, installation.clock())) == 1


def noted(installation: Installation) -> dict[str, str]:
    with installation.store.read() as connection:
        query = select(tdm_opt_outs.c.feed_id, tdm_opt_outs.c.signal)
        return {row.feed_id: row.signal for row in connection.execute(query)}
