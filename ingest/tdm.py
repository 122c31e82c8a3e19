"""Reservations of text and data mining in answers, as the TDM Reservation Protocol has them.

::

    <meta name="tdm-reservation" content="1">       in the head of a page
    tdm-reservation: 1                              header of a feed or a page
    /.well-known/tdmrep.json                        file of a host, see ingest.tdm_file

The protocol is a report of a W3C community group (2024-02-02). What stands higher in this list
supersedes what stands below it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from config.i18n import Phrase
from core.store.tdm_opt_outs import SEEN_AGAIN, is_opted_out, note_opt_out
from ingest.deps import Deps
from ingest.polling.backoff import FetchFailure

META, HEADER, FILE = "meta", "header", "tdmrep.json"
NAME = "tdm-reservation"

RESERVED = FetchFailure("tdm_reserved", Phrase("fetch.tdm_reserved"))

_HEAD_BYTES = 65_536
"""The head of a page is looked for in this many bytes."""

_ELEMENT = re.compile(rb"<meta\s[^<>]{1,500}>", re.IGNORECASE)
_IS_RESERVED = re.compile(rb"""\scontent\s*=\s*["']?\s*1\s*["'\s/>]""", re.IGNORECASE)


def find_reservation(
    headers: Mapping[str, str], body: bytes = b"", *, in_file: bool = False
) -> str | None:
    """Return where text and data mining of an answer is reserved, or None where it is not.

    Args:
        headers: Of the answer, found in any case.
        body: Of a page.
        in_file: Whether the file of the host reserves it.
    """
    by_header = headers.get(NAME)
    if (by_meta := _said_in_head(body)) is not None:
        return META if by_meta else None
    if by_header is not None:
        return HEADER if by_header.strip() == "1" else None
    return FILE if in_file else None


def _said_in_head(body: bytes) -> bool | None:
    """Return what the head of a page says, or None where it says nothing."""
    head = body[:_HEAD_BYTES]
    name = NAME.encode()
    if name not in head.lower():
        return None
    elements = (match.group() for match in _ELEMENT.finditer(head))
    named = next((element for element in elements if name in element.lower()), None)
    return None if named is None else _IS_RESERVED.search(named) is not None


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
