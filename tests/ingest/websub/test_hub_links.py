"""Which hub a feed names: Link headers come first, and nothing is guessed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from multidict import CIMultiDict

from ingest.sources.context import ParseContext
from ingest.sources.entry import ParsedFeed
from ingest.sources.parse import parse_feed
from ingest.websub.hub_links import HubLink, find_hub

URL = "https://kurier.example/feed.xml"
HUB, SELF = "https://hub.example/", "https://kurier.example/self.xml"
OTHER = HubLink("https://two.example/hub", "https://kurier.example/other.xml")
ATOM = "http://www.w3.org/2005/Atom"


def parse(document: str) -> ParsedFeed:
    return parse_feed(
        document.encode(),
        ParseContext(
            url=URL, content_type=None, now=datetime(2026, 11, 22, tzinfo=UTC), known={}, limit=10
        ),
    )


def rss(links: str, end: str = "</channel></rss>") -> str:
    item = "<item><guid>1</guid><title>Deichbau beginnt</title></item>"
    return f"<rss version='2.0' xmlns:atom='{ATOM}'><channel><title>K</title>{links}{item}{end}"


IN_RSS = f"<atom:link rel='self' href='{SELF}'/><atom:link rel='hub' href='{HUB}'/>"
IN_ATOM = IN_RSS.replace("atom:", "")
HUBS = [{"type": "rssCloud", "url": "https://cloud.example/"}, {"type": "WebSub", "url": HUB}]
JSON_FEED = {"version": "https://jsonfeed.org/version/1.1", "items": [], "feed_url": SELF}


@pytest.mark.parametrize(
    "document",
    [
        rss(IN_RSS),
        rss(IN_RSS, "<b>&nbsp;</channel></rss>"),
        f"<feed xmlns='{ATOM}'><title>K</title>{IN_ATOM}</feed>",
        json.dumps(JSON_FEED | {"hubs": HUBS}),
    ],
    ids=["rss", "damaged rss", "atom", "json"],
)
def test_a_document_names_its_hub_and_itself(document: str) -> None:
    assert find_hub({}, parse(document), URL) == HubLink(HUB, SELF)


@pytest.mark.parametrize("hubs", [None, 7, [7], [{"type": "WebSub"}], [{"url": HUB}]])
def test_hubs_of_other_kinds_and_forms_are_none(hubs: object) -> None:
    assert find_hub({}, parse(json.dumps(JSON_FEED | {"hubs": hubs})), URL) is None


BOTH = f'<{OTHER.topic}>; rel="self", <{OTHER.hub}>; rel="hub"'


@pytest.mark.parametrize(
    "headers",
    [
        {"Link": BOTH},
        {"Link": f"</other.xml>;rel=self,<{OTHER.hub}>;type=x;rel=HUB"},
        {"Link": f'<{OTHER.hub}>; title="a, b"; rel="alternate hub", {BOTH}'},
        CIMultiDict([("link", f"<{OTHER.hub}>; rel=hub"), ("Link", "</other.xml>; rel=self")]),
    ],
    ids=["quoted", "bare", "two relations", "two headers"],
)
def test_link_headers_come_before_the_document(headers: Mapping[str, str]) -> None:
    assert find_hub(headers, parse(rss(IN_RSS)), URL) == OTHER


@pytest.mark.parametrize(
    ("link", "links"),
    [
        ("", ""),
        ("", f"<atom:link rel='hub' href='{HUB}'/>"),
        ("", f"<atom:link rel='self' href='{SELF}'/>"),
        (f"<{HUB}>; rel=hub", ""),
        ("<javascript:alert(1)>; rel=hub", f"<atom:link rel='self' href='{SELF}'/>"),
        (f"<{HUB}{'a' * 3000}>; rel=hub", f"<atom:link rel='self' href='{SELF}'/>"),
        ("<" * 50_000, ""),
        ("; rel=hub, " * 5_000, ""),
    ],
)
def test_without_hub_and_own_url_there_is_none(link: str, links: str) -> None:
    assert find_hub({"Link": link}, parse(rss(links)), URL) is None
