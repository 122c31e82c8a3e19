"""Pages of a host that cannot be reached wait for it, and cost no other page its turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ingest.pages.unreachable_hosts import DOWN_FOR, UnreachableHosts, page_scope
from tests.support.faultserver import Exchange, fault_server, reply
from tests.support.scripted_publisher import MONDAY, Installation, html, item, rss

URL, OTHER = "https://www.bote.example/a", "https://feeds.bote.example/a"


def test_a_host_is_down_for_ten_minutes_after_three_failures_in_a_row() -> None:
    hosts, minute = UnreachableHosts(), timedelta(minutes=1)
    for outcome in ("timeout", "truncated", "tls_expired", "connect", "too_large"):
        hosts.failed(URL, outcome, MONDAY)
    assert hosts.down_until(URL, MONDAY) is None
    hosts.answered([OTHER])
    hosts.failed("https://desk:x@WWW.bote.example/b", "reset", MONDAY)
    assert hosts.down_until(URL, MONDAY) == MONDAY + DOWN_FOR
    assert hosts.down_until(OTHER, MONDAY) is None
    assert hosts.down_until("http://www.bote.example:8080/a", MONDAY) is None
    assert hosts.down_until(URL, MONDAY + DOWN_FOR) is None
    hosts.failed(URL, "dns", MONDAY + 11 * minute)
    assert hosts.down_until(URL, MONDAY + 20 * minute) == MONDAY + 21 * minute
    hosts.answered([URL])
    hosts.failed(URL, "dns", MONDAY + 12 * minute)
    assert hosts.down_until(URL, MONDAY + 12 * minute) is None
    hosts.load({page_scope(OTHER): MONDAY + minute, "bote.example": MONDAY + 60 * minute})
    assert hosts.down_until(OTHER, MONDAY) == MONDAY + minute
    assert hosts.down_until(URL, MONDAY + 12 * minute) is None


@pytest.mark.slow
def test_pages_of_a_host_that_cannot_be_reached_wait_for_it_and_none_is_lost(
    installation: Installation,
) -> None:
    paths = [f"/{number}" for number in range(8)]
    with fault_server() as server:
        items = [item(p, f"Titel {p}", server.url(p, "www.bote.example")) for p in paths]
        server.on("/feed.xml", reply(rss(*items).body))
        for path in paths:
            server.on(path, Exchange.reset)
        other = item("9", "Nachbar", server.url("/9", "www.other.example"))
        server.on("/9", reply(html("Nachbar"), content_type="text/html"))
        server.on("/other.xml", reply(rss(other).body))
        installation.subscribe(server.url("/feed.xml", "www.bote.example"))
        installation.subscribe(server.url("/other.xml", "www.other.example"), outlet="other")

        def requested() -> list[str]:
            targets = {request.target for request in server.requests}
            server.requests.clear()
            return sorted(target for target in targets if target in paths)

        installation.run()
        assert len(requested()) == 3
        sources = {article.title: article.text_source for article in installation.announced}
        assert sources == {"Nachbar": "page"} | {f"Titel {p}": "feed" for p in paths}
        installation.clock.advance(minutes=6)
        installation.run()
        assert requested() == []
        installation.clock.advance(minutes=11)
        installation.run()
        assert len(requested()) == 3  # a new process
        assert len(installation.announced) == 9
        for path in paths:
            server.on(path, reply(html(f"Titel {path}"), content_type="text/html"))
        installation.clock.advance(minutes=11)
        installation.run()
        assert requested() == paths
        read = {a.title for a in installation.announced if a.text_source == "page"}
        assert read == {"Nachbar", *(f"Titel {path}" for path in paths)}
