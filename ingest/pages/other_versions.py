"""Find another version of a page that has no text: its AMP page, or what an AMP page is of. Pure.

::

    page without text ── <link rel=amphtml>, or rel=canonical of an AMP page ── same publisher?
                              ── GET, extract ── is it of the same article, with text? ──▶ article

Pages that a script builds have nothing for a reader without scripts, while their AMP version has
the article. Whether the other version is the entry's article is voted on as for any page; a
headline that is not the entry's is refused here unless words of the entry are in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from urllib.parse import urldefrag

from core.http import Response
from core.messages import Access
from ingest.pages.article_revision import PageRead
from ingest.pages.page_address import is_same_page, resembles
from ingest.pages.page_validators import without_headers
from ingest.polling.backoff import FetchFailure
from ingest.urls import fetchable_url, is_homepage, same_site

_WITHOUT_TEXT = frozenset({"empty", "script_page", "redirect_stub"})
_HEAD = 200_000
_MOST_LINKS = 200
_LINK = re.compile(rb"<link\b[^<>]{1,4000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""([a-z-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)
_AMP = re.compile(rb"<html\b[^<>]{0,500}?\s(?:amp|\xe2\x9a\xa1)(?=[\s=>])", re.IGNORECASE)


def lacks_text(result: PageRead | FetchFailure) -> bool:
    """Return whether a page answered and has no text, and not because it is to be paid for."""
    if isinstance(result, FetchFailure):
        return result.outcome in _WITHOUT_TEXT
    return not result.extracted.text and result.extracted.access is not Access.PAID


def find_other_version(response: Response) -> str | None:
    """Return the address of another version of a page that the page names, if it is its site's."""
    head = response.body[:_HEAD]
    has_amp = b"amphtml" in head.lower()
    wanted = "amphtml" if has_amp else "canonical" if _AMP.search(head) else ""
    if not wanted:
        return None
    for link in list(_LINK.finditer(head))[:_MOST_LINKS]:
        values = _attributes(link[0].decode("utf-8", "replace"))
        if wanted not in values.get("rel", "").lower().split():
            continue
        address = fetchable_url(values.get("href", ""), response.url)
        if address and same_site(address, response.url) and not is_homepage(address):
            return urldefrag(address).url
    return None


def as_version_of(other: PageRead, response: Response, links: Sequence[str]) -> PageRead | None:
    """Return the article of another version as that of a page without text; None if it is another.

    Args:
        other: The other version.
        response: The answer without text.
        links: The entry's link and the URL that answered.
    """
    named = other.extracted.canonical_url
    address = named or other.final_url
    is_own = any(is_same_page(address, link) for link in links)
    if not is_own and (named or not any(resembles(address, link) for link in links)):
        return None
    votes = other.extracted.votes
    is_another = "headline no" in votes and "words yes" not in votes
    if is_another or not other.extracted.text:
        return None
    is_amp = _AMP.search(response.body[:_HEAD]) is not None
    final_url = other.final_url if is_amp else response.url
    return replace(other, final_url=final_url, validators=without_headers(other.validators))


def _attributes(tag: str) -> dict[str, str]:
    found = _ATTRIBUTE.findall(tag)
    return {name.lower(): unescape(one or two or three) for name, one, two, three in found}
