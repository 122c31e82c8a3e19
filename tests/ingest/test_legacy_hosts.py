"""Outdated TLS is allowed to the hosts of the outlets that say so."""

from __future__ import annotations

from dataclasses import replace

from config.catalog.models import Catalog, Feed, Outlet, Tier
from ingest.legacy_hosts import LegacyHosts
from tests.support.scripted_publisher import POSITION


def outlet(name: str, url: str, *, legacy_tls: bool) -> Outlet:
    feed = Feed(f"{name}-1", url, "feed", None, name, POSITION)
    return Outlet(name, name, "DE", "de", Tier.B, (feed,), POSITION, legacy_tls=legacy_tls)


def test_hosts_of_an_outlet_with_old_servers_follow_the_files() -> None:
    old = outlet("amt", "https://presse.amt-demo.de/rss", legacy_tls=True)
    new = outlet("bote", "https://www.bote-demo.de/rss", legacy_tls=False)
    catalogs = [Catalog((old, new))]
    is_legacy = LegacyHosts(lambda: catalogs[-1])
    urls = ("https://presse.amt-demo.de/rss", "https://www.amt-demo.de/1")
    assert [is_legacy(url) for url in urls] == [True, True]
    assert not is_legacy("https://www.bote-demo.de/1")
    assert not is_legacy("https://amt-demo.net/1")
    catalogs.append(Catalog((replace(old, legacy_tls=False), new)))
    assert not any(is_legacy(url) for url in urls)
