"""Reservations of text and data mining in answers, as the TDM Reservation Protocol has them.

::

    tdm-reservation: 1                              header of a feed or a page
    <meta name="tdm-reservation" content="1">       in the head of a page

The protocol is a report of a W3C community group (2024-02-02). Its third signal, the file
``/.well-known/tdmrep.json``, is not requested.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from config.i18n import Phrase
from core.store.tdm_opt_outs import SEEN_AGAIN, is_opted_out, note_opt_out
from ingest.deps import Deps
from ingest.polling.backoff import FetchFailure

HEADER, META = "header", "meta"
NAME = "tdm-reservation"

RESERVED = FetchFailure("tdm_reserved", Phrase("fetch.tdm_reserved"))

_HEAD_BYTES = 65_536
"""The head of a page is looked for in this many bytes."""

_ELEMENT = re.compile(rb"<meta\s[^<>]{1,500}>", re.IGNORECASE)
_IS_RESERVED = re.compile(rb"""\scontent\s*=\s*["']?\s*1\s*["'\s/>]""", re.IGNORECASE)


def find_reservation(headers: Mapping[str, str], body: bytes = b"") -> str | None:
    """Return where an answer reserves text and data mining, or None where it does not.

    Args:
        headers: Of the answer, found in any case.
        body: Of a page; the header wins.
    """
    said = headers.get(NAME)
    if said is not None:
        return HEADER if said.strip() == "1" else None
    head = body[:_HEAD_BYTES]
    name = NAME.encode()
    if name not in head.lower():
        return None
    elements = (match.group() for match in _ELEMENT.finditer(head))
    named = [element for element in elements if name in element.lower()]
    return META if named and _IS_RESERVED.search(named[0]) else None


async def note_reservation(deps: Deps, feed_id: str, signal: str | None) -> None:
    """Record the reservation of a page, unless there is none or it was noted today.

    Raises:
        StoreError: The database failed.
    """
    now = deps.clock()
    if signal and not await deps.read(is_opted_out, feed_id, now, SEEN_AGAIN):
        await deps.write(note_opt_out, feed_id, signal, now)


async def forbids_pages(deps: Deps, feed_id: str) -> bool:
    """Return whether the pages of a feed are not requested, because its publisher opted out.

    Raises:
        StoreError: The database failed.
    """
    if deps.settings.tdm_opt_out != "no_pages":
        return False
    return await deps.read(is_opted_out, feed_id, deps.clock())
