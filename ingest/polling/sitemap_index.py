"""Read the news sitemaps that an index lists, as if they were one document.

::

    index ─ ParsedFeed.sitemaps ─ each in the turn of its host ─ parsed apart ─▶ one ParsedFeed

An index says little about what its sitemaps hold, so neither its validators nor its hash are used:
the result counts as a document that is not whole, and index and sitemaps are read at every poll.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from config.errors import FetchError
from config.i18n import Phrase
from core.http import Response
from core.store.feed_record import FeedRecord
from ingest.deps import Deps
from ingest.polling.backoff import failure_of
from ingest.polling.parse_request import parse_request
from ingest.sources.entry import FeedEntry, ParsedFeed

ACCEPT = "application/xml, text/xml;q=0.9, */*;q=0.1"


async def read_listed(
    deps: Deps, feed: FeedRecord, index: ParsedFeed, known: Mapping[str, str]
) -> ParsedFeed:
    """Return the new and changed entries of the sitemaps of an index.

    A sitemap that cannot be read costs only itself.

    Args:
        deps: Client, turns of hosts, parser.
        feed: The feed whose document the index is.
        index: The index.
        known: Digest by key of the entries seen before.

    Raises:
        FetchError: None of them could be read; the error of the first.
    """
    read: list[ParsedFeed] = []
    errors: list[FetchError] = []
    for url in index.sitemaps:
        try:
            read.append(await _read(deps, feed, url, known))
        except FetchError as error:
            errors.append(error)
    if not read:
        raise errors[0]
    return merge(read, deps.settings.fetch_max_entries)


def merge(parts: Sequence[ParsedFeed], limit: int) -> ParsedFeed:
    """Return several documents as one that is not whole; an entry in two of them counts once."""
    by_key: dict[str, FeedEntry] = {}
    for entry in (entry for part in parts for entry in part.entries):
        by_key.setdefault(entry.key, entry)
    entries = tuple(by_key.values())[:limit]
    first = parts[0]
    return replace(
        first,
        entries=entries,
        known_keys=tuple(dict.fromkeys(key for part in parts for key in part.known_keys)),
        total=sum(part.total for part in parts),
        skipped=sum(part.skipped for part in parts) + len(by_key) - len(entries),
        repeated=sum(part.repeated for part in parts),
        empty=sum(part.empty for part in parts),
        modified=dict(stamp for part in parts for stamp in part.modified.items()),
        whole=False,
        cut_reason=next((part.cut_reason for part in parts if part.cut_reason), None),
    )


async def _read(deps: Deps, feed: FeedRecord, url: str, known: Mapping[str, str]) -> ParsedFeed:
    async with deps.gate.turn(url):
        response = await deps.http.get(
            url, max_bytes=deps.settings.http_max_feed_bytes, accept=ACCEPT
        )
    _refuse_failure(url, response)
    request = parse_request(deps, feed, "sitemap", response, known)
    parsed = await deps.parser.parse(request, feed.outlet, slow=False)
    if parsed.sitemaps:
        raise FetchError(url, "not_a_feed", Phrase("fetch.sitemap_index"))
    return parsed


def _refuse_failure(url: str, response: Response) -> None:
    failure = failure_of(response, None)
    if failure is not None:
        raise FetchError(url, failure.outcome, failure.reason)
