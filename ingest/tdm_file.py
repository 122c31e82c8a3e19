"""Reservations of text and data mining that a host declares in one file (TDMRep).

::

    /.well-known/tdmrep.json      [{"location": "/news/*", "tdm-reservation": 1}, ...]

    reserves(url) ── stored rules, requested within a day ── yes ──▶ the first that matches
                          └── no ── robots.txt ── turn of the host ── GET
                                       200: its rules · 4xx or no JSON: none
                                       429, 5xx, unreachable: those before, and none without them

Locations are compared as in robots.txt, which the protocol refers to; of several rules that match,
the first counts. Where a host cannot answer, the file counts as missing, as the protocol says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from protego import Protego

from config.errors import FetchError
from core.http import Response
from core.store import tdm_files
from core.store.tdm_files import TdmFileRecord
from core.store.tdm_opt_outs import SEEN_AGAIN
from ingest.deps import Deps
from ingest.origin_locks import OriginLocks, origin_of

PATH = "/.well-known/tdmrep.json"

MAX_BYTES = 64 * 1024
"""Bytes of a larger file are not read; those of publishers have a few rules."""

MOST_RULES = 200
LONGEST_LOCATION = 2_000

Rule = tuple[str, bool]
"""A location, and whether text and data mining is reserved there."""


def parse_rules(body: bytes) -> list[Rule]:
    """Return the rules of a file in their order; none where it is not such a file."""
    try:
        document = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return []
    found = document if isinstance(document, list) else []
    rules = (_rule(item) for item in found[:MOST_RULES])
    return [rule for rule in rules if rule is not None]


def is_reserved(rules: Sequence[Rule], url: str) -> bool:
    """Return whether the first rule whose location matches a URL reserves it."""
    return next((reserved for location, reserved in rules if _matches(location, url)), False)


class TdmFiles:
    """Asks hosts for their file, once a day at most."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._locks = OriginLocks()

    async def reserves(self, url: str) -> bool:
        """Return whether the file of its host reserves an absolute http or https URL.

        Raises:
            StoreError: The database failed.
        """
        origin = origin_of(url)
        async with self._locks.hold(origin):
            rules = await self._rules(origin)
        return is_reserved(rules, url)

    async def _rules(self, origin: str) -> list[Rule]:
        now = self._deps.clock()
        stored = await self._deps.read(tdm_files.find, origin)
        before = [(at, reserved) for at, reserved in json.loads(stored.rules if stored else "[]")]
        if stored and now - stored.checked_at < SEEN_AGAIN:
            return before
        answer = await self._requested(origin)
        rules = before if answer is None else answer
        await self._deps.write(tdm_files.save, TdmFileRecord(origin, json.dumps(rules), now))
        return rules

    async def _requested(self, origin: str) -> list[Rule] | None:
        """Return the rules that a host answers with, or None if it could not answer."""
        url = origin + PATH
        robots = await self._deps.robots.allowed(url)
        if not robots.allowed:
            return None
        try:
            async with self._deps.gate.turn(url, at_least=robots.crawl_delay or 0.0):
                response = await self._deps.http.get(
                    url, max_bytes=MAX_BYTES, accept="application/json, */*;q=0.1"
                )
        except FetchError:
            return None
        return _answered(response)


def _answered(response: Response) -> list[Rule] | None:
    if response.status == 429 or response.status >= 500:
        return None
    return parse_rules(response.body) if response.status == 200 else []


def _rule(item: Any) -> Rule | None:
    location = item.get("location") if isinstance(item, dict) else None
    if not isinstance(location, str) or not 0 < len(location) <= LONGEST_LOCATION:
        return None
    return (location, item.get("tdm-reservation") in (1, "1")) if location.isprintable() else None


def _matches(location: str, url: str) -> bool:
    """Return whether a location matches a URL, as a line of robots.txt would."""
    return not Protego.parse(f"User-agent: *\nDisallow: {location}\n").can_fetch(url, "*")
