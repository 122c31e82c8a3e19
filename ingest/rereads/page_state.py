"""Decide whether an answer is the page that was requested, or says that there is none. Pure.

::

    404, 410 ────────────────────────────────────┐
    a redirect to the homepage or to a section ──┼──▶ missing
    200 with "Page not found" as its title ──────┘

A page above it in the site that has the article's headline is the article, and so is any other
page that a redirect leads to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from html import unescape
from urllib.parse import urlsplit

from config.errors import ExtractionError
from core.http import Response
from core.messages import ArticleRevision
from core.text.clean import clean, clean_line
from core.text.tokens import folded_words
from ingest.extract.models import ExtractedPage
from ingest.urls import canonical_url, is_homepage, same_site

MISSING_STATUS = frozenset({404, 410})

LEAST_COMMON = 0.3
"""Share of the words of an article that its page must still have under another headline. Of two
unrelated German articles, one has .11 to .24 of the other's words (the middle half of 20,000 pairs
of news articles from 2024)."""

_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,1000})", re.IGNORECASE)
_BEGINNING = 300_000
"""Bytes of a page within which its title and headline are looked for."""


class PageState(StrEnum):
    """What an attempt has shown of a page."""

    READ = "read"
    UNCHANGED = "unchanged"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KnownPage:
    """What is known of a page that is read again.

    Attributes:
        link: The URL that is requested.
        url: Where readers find the article.
        title: Its title when it was last read.
    """

    link: str
    url: str
    title: str


def is_missing(page: KnownPage, response: Response) -> bool:
    """Return whether an answer says that there is no such page, in whatever way."""
    if response.status in MISSING_STATUS:
        return True
    if not 200 <= response.status < 300:
        return False
    title = page_title(response)
    if page.title and page.title.lower() in title.lower():
        return False
    if was_redirected(page, response.url):
        return is_homepage(response.url) or _is_section_of(page, response.url)
    return _not_found_titles().search(title.lower()) is not None


def is_unlike(before: ArticleRevision, page: ExtractedPage) -> bool:
    """Return whether a page has so little of an article that it must be another one.

    A page about maintenance or a login comes with status 200 too. An outlet that rewrites an
    article leaves words in the headline, or a part of the text.
    """
    old_title, new_title = _words(before.title), _words(page.title)
    old_text = _words(f"{before.lead} {before.text}")
    common = old_text & _words(f"{page.lead} {page.text}")
    return not old_title & new_title and len(common) < LEAST_COMMON * len(old_text)


def page_title(response: Response) -> str:
    """Return the ``<title>`` of a page; empty where there is none."""
    title = _TITLE.search(_decoded(response))
    return clean_line(unescape(title[1])) if title else ""


def has_text(response: Response, text: str) -> bool:
    """Return whether a line is part of a page, in its head or in its body."""
    return clean_line(text) in " ".join(clean(unescape(_decoded(response))).split())


def _words(text: str) -> set[str]:
    return set(folded_words(text))


@cache
def _not_found_titles() -> re.Pattern[str]:
    """Return what titles of pages begin with that say that there is no such page."""
    from ingest.extract.vocabulary import alternatives  # a process that only polls needs none

    return re.compile("|".join(f"(?:{line})" for line in alternatives("not_found")))


def _decoded(response: Response) -> str:
    """Return the beginning of a page as text; an empty one where it cannot be decoded."""
    from ingest.extract.decode import decode_page  # as above

    content_type = response.headers.get("Content-Type")
    try:
        return decode_page(response.body[:_BEGINNING], url=response.url, content_type=content_type)
    except ExtractionError:
        return ""


def was_redirected(page: KnownPage, final_url: str) -> bool:
    """Return whether a request for a page ended at another one."""
    known = {canonical_url(page.link), canonical_url(page.url)}
    return canonical_url(final_url) not in known and not is_homepage(page.link)


def _is_section_of(page: KnownPage, final_url: str) -> bool:
    """Return whether a URL is above that of the page: ``/politik/`` of ``/politik/wahl-7.html``."""
    above = urlsplit(final_url).path.rstrip("/") + "/"
    return any(
        same_site(url, final_url) and urlsplit(url).path.startswith(above)
        for url in (page.url, page.link)
    )
