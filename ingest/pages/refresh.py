"""Read where a page, or the ``Refresh`` header of its answer, leads without being clicked. Pure."""

from __future__ import annotations

import re
from urllib.parse import urldefrag

from core.http import Response
from ingest.urls import fetchable_url

LONGEST_DELAY = 10.0
"""Seconds after which a refresh leads on, at most. A longer one lets people read the page first, as
one without an address, which loads the same page again every few minutes."""

LONGEST_STUB = 30_000
"""Bytes of a page that only leads on, at most."""

_REFRESH = re.compile(
    r"\s*(\d{0,4}(?:\.\d{0,3})?)\s*[;,]?\s*url\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\"'].*))",
    re.IGNORECASE | re.DOTALL,
)


def may_lead_on(response: Response) -> bool:
    """Return whether an answer may be a page that only leads on, without parsing it."""
    if not 200 <= response.status < 300 or len(response.body) > LONGEST_STUB:
        return False
    body = response.body.lower()
    return "Refresh" in response.headers or (b"http-equiv" in body and b"refresh" in body)


def refresh_target(content: str, base: str) -> str | None:
    """Return the page that a refresh leads to within some seconds.

    Args:
        content: What the header or ``<meta http-equiv="refresh">`` says, ``0; url=/next``.
        base: What a relative address is relative to.

    Returns:
        An absolute http or https URL without fragment; None where there is none.
    """
    match = _REFRESH.match(content[:4_000])
    if match is None or float(match[1].rstrip(".") or 0) > LONGEST_DELAY:
        return None
    address = next((group for group in match.groups()[1:] if group), "").strip()
    target = fetchable_url(address, base) if address else None
    return urldefrag(target).url if target else None
