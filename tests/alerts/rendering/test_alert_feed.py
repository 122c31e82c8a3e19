"""Feeds of alerts: what an entry says, and that no text of an outlet can break the document."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from alerts.rendering.alert_feed import AlertFeed, AlertFeedEntry, atom, feed_entry, json_feed
from alerts.rendering.sample import digest_attempt, sample_attempt
from config.i18n import translator
from tests.alerts.harness import NOON
from tests.support.feed_reader import parse_feed

HOSTILE = "Größe ]]> <script>alert(1)</script> &amp; \x00\x0b\x1f\ufffe {{7*7}} \u202egnp"
BERLIN = translator("de", ZoneInfo("Europe/Berlin"))


def entry(field: str = "", value: str = "", body: bytes | None = None) -> AlertFeedEntry:
    """The sample's entry in German, with a changed field of its story or its first article."""
    read = json.loads(body or sample_attempt(NOON).body)
    part, _, key = field.partition(".")
    if key:
        (read["story"] if part == "story" else read["articles"][0])[key] = value
    text = json.dumps(read)
    return feed_entry(text, "reader", BERLIN, published=NOON, updated=NOON + timedelta(minutes=2))


def feed(*entries: AlertFeedEntry) -> AlertFeed:
    return AlertFeed("urn:x:feed", "Desk", "de", "https://console.example/", NOON, entries)


def atom_entry(*entries: AlertFeedEntry) -> Any:
    """Return the first entry as a feed reader sees it."""
    document = atom(feed(*entries))
    etree.fromstring(document)  # raises where it is not well-formed
    parsed = parse_feed(document)
    return parsed.entries[0]


def test_an_entry_says_what_is_new_first_and_marks_the_term_that_matched() -> None:
    [content] = atom_entry(entry("story.development", "Neu: 41 statt 3 Tote")).content
    text = content.value
    order = ["41 statt 3 Tote", "Dringend", "Kurier", "<strong>NATO-Beitritt</strong>", "Auch in"]
    places = [text.find(part) for part in order]
    assert -1 not in places
    assert places == sorted(places)
    assert "12:56" in text  # NOON less four minutes, in Berlin


def test_an_entry_has_ids_times_links_and_categories() -> None:
    seen = atom_entry(entry())
    body = json.loads(sample_attempt(NOON).body)
    assert seen.id == f"urn:wirewatch:notification:{body['id']}"
    assert (seen.published, seen.updated) == ("2026-11-22T12:00:00Z", "2026-11-22T12:02:00Z")
    assert {link.rel: link.href for link in seen.links} == {
        "alternate": "https://kurier.example.org/nato",
        "related": body["console_url"],
    }
    assert seen.author == "Kurier"
    assert [tag.term for tag in seen.tags] == ["nato-membership", "urgent", "new_story"]


@pytest.mark.parametrize("field", ["story.title", "story.development", "article.title"])
def test_no_text_of_an_outlet_can_break_a_document_or_become_markup(field: str) -> None:
    hostile = entry(field, HOSTILE)
    # The documents are safe even where a text was not cleaned before.
    title = f"{HOSTILE} \ud800"
    hostile = replace(hostile, author=title, content=replace(hostile.content, title=title))
    seen = atom_entry(hostile)
    assert "<script" not in seen.content[0].value
    assert seen.author.startswith("Größe ]]> <script>")
    [item] = json.loads(json_feed(feed(hostile)))["items"]
    assert "\x00" not in item["title"]
    assert "<script" not in item["content_html"]
    json_feed(feed(hostile)).decode("utf-8", "strict")


def test_the_json_feed_is_of_version_1_1_and_says_the_same() -> None:
    document = json.loads(json_feed(feed(entry())))
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert (document["title"], document["language"]) == ("Desk", "de")
    [item] = document["items"]
    assert item["id"] == atom_entry(entry()).id
    assert item["url"] == "https://kurier.example.org/nato"
    assert "»NATO-Beitritt«" in item["content_text"]
    assert "<strong>NATO-Beitritt</strong>" in item["content_html"]
    assert item["_wirewatch"]["kind"] == "new_story"
    assert item["date_modified"] == "2026-11-22T12:02:00Z"


def test_a_digest_is_an_entry_with_its_items_and_their_reasons() -> None:
    seen = atom_entry(entry(body=digest_attempt(NOON).body))
    assert "Ruhezeit" in seen.content[0].value
    assert seen.tags[0].term == "nato-membership"


def test_a_feed_without_entries_is_a_feed() -> None:
    parsed = parse_feed(atom(feed()))
    assert (parsed.feed.title, parsed.feed.updated) == ("Desk", "2026-11-22T12:00:00Z")
    assert json.loads(json_feed(feed()))["items"] == []
