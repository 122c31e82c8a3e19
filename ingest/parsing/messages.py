"""What is sent to a worker that parses, and what it answers.

::

    request   kind and arguments, and the document as it is
    answer    the entries that fit, and which known ones have not changed
              or the outcome and reason of a FetchError, which cannot be sent itself
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from config.errors import FetchError
from core.processes.workers.codec import dump, frame, frame_head, load, unframe
from ingest.discovery.feed_link import FeedLink
from ingest.sources.entry import FeedEntry, ParsedFeed
from ingest.sources.limits import reason_for_cut

MAX_ANSWER = 2_000_000
"""Bytes of an answer."""

SHORT_SUMMARY = 500
"""Characters of the summary of an entry that does not fit with all its text."""


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """A document to parse, with what :class:`ingest.sources.context.ParseContext` says about it.

    Attributes:
        kind: ``feed``, ``sitemap`` or ``page``.
        known: The order counts: an answer names these entries by their positions.
        time_zone: Name of the time zone of dates that name none; empty if it is not known.
        links: For a ``page``, the CSS selector of its links.
    """

    kind: str
    body: bytes
    url: str
    content_type: str | None
    now: datetime
    known: Mapping[str, str]
    limit: int
    time_zone: str = ""
    links: str = ""
    level: str = "id"


@dataclass(frozen=True, slots=True)
class RobotsRequest:
    """A robots.txt, and the URL to decide about for an agent."""

    text: str
    url: str
    agent: str


@dataclass(frozen=True, slots=True)
class LinksRequest:
    """A page whose links may lead to feeds."""

    body: bytes
    url: str
    content_type: str | None


@dataclass(frozen=True, slots=True)
class RobotsAnswer:
    """What a robots.txt says: whether a URL may be requested, and the seconds between requests."""

    allowed: bool
    crawl_delay: float | None


def encode_request(request: FeedRequest | RobotsRequest | LinksRequest) -> bytes:
    """Return the bytes of a request."""
    if isinstance(request, LinksRequest):
        head = {"kind": "links", "url": request.url, "content_type": request.content_type}
        return frame(head, request.body)
    if isinstance(request, RobotsRequest):
        head = {"kind": "robots", "url": request.url, "agent": request.agent}
        return frame(head, request.text.encode("utf-8", "surrogatepass"))
    return encode_head(request) + request.body


def encode_head(request: FeedRequest) -> bytes:
    """Return the bytes of a request that come before its document."""
    head = {f.name: getattr(request, f.name) for f in fields(request) if f.name != "body"}
    return frame_head(head | {"known": list(request.known.items())})


def decode_request(data: bytes) -> FeedRequest | RobotsRequest | LinksRequest:
    """Return the request in bytes."""
    head, body = unframe(data)
    if head["kind"] == "links":
        return LinksRequest(body, head["url"], head["content_type"])
    if head["kind"] == "robots":
        text = body.decode("utf-8", "surrogatepass")
        return RobotsRequest(text, head["url"], head["agent"])
    return FeedRequest(body=body, **head | {"known": dict(head["known"])})


def encode_feed(parsed: ParsedFeed, known: Mapping[str, str]) -> bytes:
    """Return the bytes of what a document contains, :data:`MAX_ANSWER` at most.

    Where the texts of all entries do not fit, the last ones have no content and a short summary:
    their pages are read anyway. Entries that do not fit even so are skipped, and the feed counts as
    cut.

    Args:
        parsed: The document.
        known: As in the request.
    """
    positions = {key: position for position, key in enumerate(known)}
    unchanged = [positions[key] for key in parsed.known_keys]
    rest = replace(parsed, entries=(), known_keys=())
    whole = dump(_feed(rest, unchanged, parsed.entries))
    if len(whole) <= MAX_ANSWER:
        return whole
    frame = dump(_feed(rest, unchanged, []))
    entries = _fit(parsed.entries, MAX_ANSWER - len(frame) - 100)
    fewer, cut = len(parsed.entries) - len(entries), parsed.cut_reason
    rest = replace(
        rest,
        skipped=parsed.skipped + fewer,
        cut_reason=reason_for_cut(len(entries) + len(unchanged)) if fewer else cut,
    )
    return dump(_feed(rest, unchanged, entries))


def encode_robots(answer: RobotsAnswer) -> bytes:
    """Return the bytes of an answer about a robots.txt."""
    return dump({"robots": [answer.allowed, answer.crawl_delay]})


def encode_links(links: Sequence[FeedLink]) -> bytes:
    """Return the bytes of the links of a page."""
    return dump({"links": [[link.url, link.title, link.declared, link.refresh] for link in links]})


def encode_error(error: FetchError) -> bytes:
    """Return the bytes of the outcome and reason of an error."""
    return dump({"error": [error.outcome, error.reason]})


def decode_answer(
    data: bytes, url: str, known: Mapping[str, str] | None = None
) -> ParsedFeed | RobotsAnswer | list[FeedLink]:
    """Return what a worker has answered.

    Args:
        data: The answer.
        url: Of the document, for the error.
        known: As in the request.

    Raises:
        FetchError: The document could not be read.
    """
    answer = load(data)
    if "error" in answer:
        raise FetchError(url, *answer["error"])
    if "robots" in answer:
        return RobotsAnswer(*answer["robots"])
    if "links" in answer:
        return [FeedLink(*link) for link in answer["links"]]
    keys = list(known or ())
    return ParsedFeed(
        **_tuples(answer["feed"]),
        entries=tuple(FeedEntry(**_tuples(entry)) for entry in answer["entries"]),
        known_keys=tuple(keys[position] for position in answer["unchanged"]),
    )


def _fit(entries: Sequence[FeedEntry], room: int) -> list[FeedEntry]:
    """Return the entries with as much of their texts as fit into so many bytes."""
    short = [replace(e, content="", summary=e.summary[:SHORT_SUMMARY]) for e in entries]
    fitting: list[FeedEntry] = []
    for entry in short:
        room -= _size(entry)
        if room < 0:
            room += _size(entry)
            break
        fitting.append(entry)
    for position, entry in enumerate(entries[: len(fitting)]):
        more = _size(entry) - _size(fitting[position])
        if more <= room:
            fitting[position] = entry
            room -= more
    return fitting


def _size(entry: FeedEntry) -> int:
    return len(dump(entry)) + 1


def _feed(
    parsed: ParsedFeed, unchanged: Sequence[int], entries: Sequence[FeedEntry]
) -> dict[str, Any]:
    rest = {f.name: getattr(parsed, f.name) for f in fields(parsed)}
    del rest["entries"], rest["known_keys"]
    return {"feed": rest, "unchanged": unchanged, "entries": entries}


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
