"""Which outlet a page belongs to, as far as the feeds of ``sources.yaml`` tell."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from core.store.feeds import feeds


@dataclass(frozen=True, slots=True)
class HostOutlet:
    """An outlet that has feeds on a host.

    Attributes:
        outlet: Its id in sources.yaml.
    """

    outlet: str
    country: str
    language: str


def find_by_host(connection: Connection, host: str) -> list[HostOutlet]:
    """Return the outlets that have feeds on a host (:func:`ingest.hosts.host_key`)."""
    query = (
        select(feeds.c.outlet, feeds.c.country, feeds.c.language)
        .where(feeds.c.host == host, feeds.c.removed_at.is_(None))
        .distinct()
        .order_by(feeds.c.outlet)
    )
    return [HostOutlet(*row) for row in connection.execute(query)]
