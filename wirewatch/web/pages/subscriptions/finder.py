"""Sites are looked through for feeds, one at a time, within a limited time."""

from __future__ import annotations

import asyncio

from config.errors import FetchError
from config.i18n import Phrase
from ingest.discovery.find import FoundFeed, discover
from ingest.discovery.open import open_reader
from wirewatch.web.render import PageRenderer
from wirewatch.web.turn import Turn

SECONDS = 60
"""How long a site may take; there are pauses between the requests to a host."""
MOST_CANDIDATES = 10
"""Candidates of a site that are requested while somebody waits for the page."""
MOST_WAITING = 2


class FeedFinder:
    """Finds the feeds of sites with the guarded client; robots.txt is respected.

    Args:
        renderer: Has the settings, the store, the files in force and the present.
    """

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer
        self._turn = Turn("discovery", MOST_WAITING)

    async def find(self, address: str) -> list[FoundFeed]:
        """Return the feeds of a site, or the one feed that an address is of.

        Raises:
            BusyError: Too many look for feeds at the same time.
            FetchError: The address cannot be requested, or takes too long.
            ExtractionError: What was read cannot be parsed at present.
        """
        renderer = self._renderer
        runtime, store = renderer.runtime, renderer.store
        async with self._turn.taken():
            try:
                async with (
                    asyncio.timeout(SECONDS),
                    open_reader(runtime.settings, store, runtime.catalog, renderer.clock) as reader,
                ):
                    return await discover(reader, address, most=MOST_CANDIDATES)
            except TimeoutError:
                raise FetchError(address, "timeout", Phrase("fetch.timeout")) from None
