"""The newsroom by itself: its tables agree, and its servers answer like publishers' servers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from ingest.sources import ParsedFeed
from ingest.sources.context import ParseContext
from ingest.sources.parse import parse_feed, parse_sitemap
from wirewatch.demo.expectations import load_expected
from wirewatch.demo.newsroom import load_newsroom
from wirewatch.demo.publisher import DemoPublisher
from wirewatch.demo.timetable import PATIENCE, due

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NEWSROOM = load_newsroom()


@pytest.fixture
def publisher() -> DemoPublisher:
    publisher = DemoPublisher(NEWSROOM, lambda: NOW)
    publisher.urls = {o.id: f"http://127.0.0.1:{n}" for n, o in enumerate(NEWSROOM.outlets, 8000)}
    for edition in NEWSROOM.editions:
        publisher.publish(edition)
    return publisher


def feed(
    publisher: DemoPublisher, outlet: str, **headers: str
) -> tuple[int, bytes, dict[str, str]]:
    publisher_outlet = NEWSROOM.outlet(outlet)
    answer = publisher.answer(
        publisher_outlet,
        publisher_outlet.path,
        {k.replace("_", "-"): v for k, v in headers.items()},
    )
    return answer.status, answer.body, dict(answer.headers)


def parsed(publisher: DemoPublisher, outlet: str) -> ParsedFeed:
    _, body, headers = feed(publisher, outlet)
    parse = parse_sitemap if NEWSROOM.outlet(outlet).feed == "sitemap" else parse_feed
    kind = headers["Content-Type"]
    return parse(body, ParseContext(url="http://f", content_type=kind, now=NOW, known={}, limit=99))


def test_every_edition_has_an_expected_outcome_and_the_reverse() -> None:
    expected = load_expected()
    assert set(expected.editions) == set(NEWSROOM.named)
    assert {look.edition for look in expected.lookalikes} <= set(NEWSROOM.named)
    assert not any(expected.editions[look.edition] for look in expected.lookalikes)
    assert {name for e in NEWSROOM.editions for name in e.after} <= set(NEWSROOM.named)
    assert len(NEWSROOM.outlets) >= 6
    assert {o.language for o in NEWSROOM.outlets} == {"de", "en"}


@pytest.mark.parametrize("outlet", [o.id for o in NEWSROOM.outlets if o.feed != "html"])
def test_feeds_list_the_published_editions_with_real_dates(
    publisher: DemoPublisher, outlet: str
) -> None:
    own = [e for e in NEWSROOM.editions if e.outlet == outlet]
    last = {e.piece: e for e in own}
    entries = {e.title: e for e in parsed(publisher, outlet).entries}
    assert set(entries) == {e.title for e in last.values()}
    for edition in last.values():
        assert entries[edition.title].published_at == NOW - edition.age


@pytest.mark.parametrize("outlet", [o.id for o in NEWSROOM.outlets if o.feed != "html"])
def test_an_unchanged_feed_is_not_sent_again_and_a_changed_one_is(
    publisher: DemoPublisher, outlet: str
) -> None:
    status, _, headers = feed(publisher, outlet)
    assert status == 200
    assert feed(publisher, outlet, If_None_Match=headers["ETag"])[:2] == (304, b"")
    assert feed(publisher, outlet, If_Modified_Since=headers["Last-Modified"])[:2] == (304, b"")
    assert parsedate_to_datetime(headers["Last-Modified"]) == NOW
    edition = next(e for e in NEWSROOM.editions if e.outlet == outlet)
    publisher.publish(replace(edition, title="Something else"))
    assert feed(publisher, outlet, If_None_Match=headers["ETag"])[0] == 200


def test_a_faulty_feed_fails_breaks_off_and_recovers(publisher: DemoPublisher) -> None:
    outlet = NEWSROOM.outlet("alpenwarte")
    assert outlet.trouble
    _, whole, headers = feed(publisher, outlet.id)
    publisher.break_feed(outlet)
    for fault in outlet.trouble.answers:
        status, body, own_headers = feed(publisher, outlet.id)
        assert status == (500 if fault == "error" else 200)
        if fault == "cut":
            assert whole.startswith(body)
            assert body != whole
            assert own_headers["ETag"] == headers["ETag"]
    assert feed(publisher, outlet.id)[1] == whole


@pytest.mark.parametrize("name", sorted(NEWSROOM.named))
def test_every_page_can_be_served_and_says_that_it_is_invented(
    publisher: DemoPublisher, name: str
) -> None:
    edition = NEWSROOM.named[name]
    publisher.publish(edition)
    outlet = NEWSROOM.outlet(edition.outlet)
    for path in filter(None, (edition.path, edition.canonical)):
        answer = publisher.answer(outlet, path, {})
        page = answer.body.decode(outlet.charset)
        assert answer.status == 200
        assert edition.title.split(":")[0].replace("'", "&#39;") in page
        assert "Wirewatch" in page
        assert "http://127.0.0.1" in page or "canonical" not in page


def test_an_unpublished_page_is_not_found(publisher: DemoPublisher) -> None:
    fresh = DemoPublisher(NEWSROOM, lambda: NOW, urls=dict(publisher.urls))
    edition = NEWSROOM.named["hafenblatt/fahrplan"]
    assert fresh.answer(NEWSROOM.outlet("hafenblatt"), edition.path, {}).status == 404


def test_a_request_that_robots_txt_forbids_is_a_violation(
    publisher: DemoPublisher,
) -> None:
    assert publisher.robots_violations() == []
    publisher.answer(NEWSROOM.outlet("courier"), NEWSROOM.named["courier/cables"].path, {})
    assert len(publisher.robots_violations()) == 1


def test_json_feed_names_its_version(publisher: DemoPublisher) -> None:
    assert json.loads(feed(publisher, "rundfunk")[1])["version"].endswith("/1.1")


def ready(second: float, published: set[str], processed: set[str], late: float = 0.0) -> set[str]:
    editions = due(NEWSROOM, published, second, lambda _: late, lambda name: name in processed)
    return {edition.name for edition in editions}


def test_an_edition_waits_for_those_before_it_but_not_for_ever() -> None:
    first, copy = "hafenblatt/fahrplan", "tagesspur/fahrplan"
    assert first in ready(5, set(), set())
    assert copy not in ready(5, {first}, {first})
    assert copy not in ready(9, {first}, set())
    assert copy in ready(9, {first}, {first})
    assert copy in ready(9, {first}, set(), late=PATIENCE + 1)
    assert first not in ready(9, {first}, set())


def test_some_ages_are_live_at_the_first_read_and_some_are_not(publisher: DemoPublisher) -> None:
    old = [e for e in NEWSROOM.editions if e.age]
    assert all(e.at <= 0 for e in old)
    assert any(e.age > timedelta(hours=6) for e in old)
    assert any(timedelta(0) < e.age < timedelta(hours=6) for e in old)


def test_a_later_version_keeps_what_it_does_not_change() -> None:
    first, second = NEWSROOM.named["hafenblatt/fahrplan"], NEWSROOM.named["hafenblatt/fahrplan#2"]
    assert (second.path, second.page, second.teaser) == (first.path, first.page, first.teaser)
    assert second.title != first.title
    assert first.name in second.after
