"""The hosts to which outdated TLS is allowed: those of outlets with ``legacy_tls``."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from config.catalog.models import Catalog, Outlet
from ingest.hosts import host_key


class LegacyHosts:
    """Decides whether a URL is of a host to which outdated TLS is allowed.

    That holds for the hosts of an outlet's feeds and all names of the same registrable domain,
    because the outlet's pages are there.

    Args:
        catalog: Returns the operator's files in force.
    """

    def __init__(self, catalog: Callable[[], Catalog]) -> None:
        self._catalog = catalog
        self._read: Catalog | None = None
        self._hosts: frozenset[str] = frozenset()

    def __call__(self, url: str) -> bool:
        """Return it for a URL, by the files in force."""
        catalog = self._catalog()
        if catalog is not self._read:
            self._hosts = hosts_of(catalog.outlets)
            self._read = catalog
        return bool(self._hosts) and host_key(url) in self._hosts


def hosts_of(outlets: Iterable[Outlet]) -> frozenset[str]:
    """Return the hosts of the outlets with ``legacy_tls`` among some. Pure."""
    old = (outlet for outlet in outlets if outlet.legacy_tls)
    return frozenset(host_key(feed.url) for outlet in old for feed in outlet.feeds)
