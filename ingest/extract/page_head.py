"""Read from a page where it is, and where it leads: canonical addresses and refreshes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from ingest.pages.page_address import agrees_with_title, is_same_page, names_article, resembles
from ingest.pages.refresh import refresh_target
from ingest.urls import canonical_url, same_site

_MAX_LINKS = 10
_MAX_VALUE = 2_000
_STUB_PAGE = 30_000
_LEADS_AWAY = re.compile(
    r"\blocation(?:\.href)?\s*=\s*[\"'`]|\blocation\.(?:replace|assign)\s*\(\s*[\"'`]"
    r"|\blocation(?:\.href)?\s*=\s*(?:decodeURIComponent|atob|url|target|dest|redirect)"
    r"|\blocation\.(?:replace|assign)\s*\(\s*\w",
    re.IGNORECASE,
)


def base_of(root: HtmlElement, url: str) -> str:
    """Return what relative addresses of a page are relative to: its ``<base>``, or its own URL."""
    base = next(root.iter("base"), None)
    return urljoin_safe(url, (base.get("href") or "") if base is not None else "")


def canonical_links(root: HtmlElement, url: str, base: str) -> list[str]:
    """Return the addresses that ``rel=canonical`` links name, absolute, without repetitions.

    A relative one on a page with ``<base>`` means two addresses, as templates were written with and
    without it in mind.
    """
    values = (
        link.get("href") or ""
        for link in root.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    )
    bases = [url] if url == base else [url, base]
    named = (absolute_url(one, value) for value in islice(values, _MAX_LINKS) for one in bases)
    return list({canonical_url(one): one for one in named if one}.values())


def stated_address(root: HtmlElement, meta: Mapping[str, str]) -> str:
    """Return the first absolute address that a page names as its own; empty where it names none.

    It stands in for the address of a page that comes from a file.
    """
    return next(iter([*canonical_links(root, "", base_of(root, "")), *og_url(meta, "")]), "")


def absolute_url(base: str, value: str) -> str | None:
    """Return an absolute http(s) URL, or None for what is none."""
    value = value.strip()
    if not value or len(value) > _MAX_VALUE:
        return None
    try:
        joined = urljoin(base, value)
        parts = urlsplit(joined)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s<>\"\\]", joined):
        return None
    return joined


def urljoin_safe(base: str, value: str) -> str:
    """Return an absolute URL; the base where the two cannot be joined."""
    try:
        return urljoin(base, value)
    except ValueError:
        return base


def credible_address(
    named: Sequence[str], others: Sequence[str], pages: Sequence[str], titles: Sequence[str]
) -> str | None:
    """Return the address that a page names as its own, if something else agrees with it.

    Args:
        named: What ``rel=canonical`` names; or else ``og:url``.
        others: What the page names as its own elsewhere: ``og:url``, JSON-LD.
        pages: Where the page came from, and the link to it.
        titles: Titles of the page.

    Returns:
        None where it names none, or contradicts itself, or where the address is a section, the
        homepage, of another publisher, or of nothing that is known of the page.
    """
    keys = [canonical_url(page) for page in pages]
    exact = next((one for one in named if canonical_url(one) in keys), None)
    variants = (one for one in named if any(is_same_page(one, page) for page in pages))
    own = exact or next(variants, None)
    if own is not None or len(named) != 1:
        return own
    claim = named[0]
    if not same_site(claim, pages[0]) or not names_article(claim):
        return None
    is_alike = any(resembles(claim, page) for page in pages) or agrees_with_title(claim, titles)
    is_opaque = not any(names_article(page) for page in pages)
    is_repeated = any(canonical_url(other) == canonical_url(claim) for other in others)
    return claim if is_alike or (is_opaque and is_repeated) else None


def find_refresh(root: HtmlElement, url: str, base: str) -> str | None:
    """Return the page that ``<meta http-equiv="refresh">`` leads to at once, if not to itself."""
    targets = (refresh_target(content, base) for content in _refreshes(root))
    return next((target for target in targets if target and target != url), None)


def _refreshes(root: HtmlElement) -> Iterator[str]:
    for meta in islice(root.iter("meta"), 400):
        if (meta.get("http-equiv") or "").strip().lower() == "refresh":
            yield meta.get("content") or ""


def leads_away(html: str) -> bool:
    """Return whether a small page has a script that goes to another one."""
    return len(html) < _STUB_PAGE and _LEADS_AWAY.search(html) is not None


def og_url(meta: Mapping[str, str], url: str) -> list[str]:
    """Return the address that ``og:url`` names, if any."""
    named = absolute_url(url, meta.get("og:url", ""))
    return [named] if named else []
