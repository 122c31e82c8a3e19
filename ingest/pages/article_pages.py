"""Read the further pages of an article that has several, and join them.

::

    first page ── all on one page? ── GET, extract ──▶ its text
         └── page 2, 3, … ── robots.txt, GET, extract ── same article? ──▶ paragraphs that are new

A page that cannot be read leaves a gap, and the article is incomplete: it is said so, and read
again. A page that is another article, or repeats what there is, is none of its pages.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from core.text.tokens import folded_words
from ingest.extract.limits import LONGEST_TEXT
from ingest.extract.models import ExtractedPage
from ingest.pages.article_revision import PageRead
from ingest.pages.page_validators import NO_VALIDATORS
from ingest.polling.backoff import FetchFailure
from ingest.urls import canonical_url

MOST_PAGES = 10
"""Pages of an article that are read at most."""

MOST_SECONDS = 120.0
"""How long further pages are read: a job must end long before its lease does."""

SAME_TITLE = 0.5
"""Share of the words of the shorter of two titles that pages of one article have in common."""

INCOMPLETE = "incomplete"
"""Flag of an article of which a page could not be read."""

ReadPage = Callable[[str], Awaitable[PageRead | FetchFailure]]
"""Reads one further page: robots.txt, the turn of its host, extraction."""


@dataclass
class JoinedText:
    """The paragraphs of an article, page after page, each once.

    Attributes:
        paragraphs: So far.
    """

    paragraphs: list[str]

    def add(self, page: ExtractedPage, lead: str) -> bool:
        """Add what is new on a page. Return whether there was anything."""
        seen = {_letters(text) for text in (*self.paragraphs, lead, page.title)}
        lines = [(line, _letters(line)) for line in page.text.split("\n")]
        new = [line for line, letters in lines if letters and letters not in seen]
        self.paragraphs += new
        return bool(new)

    @property
    def text(self) -> str:
        """The text, limited like that of a single page."""
        return "\n".join(self.paragraphs)[:LONGEST_TEXT]


async def read_all_pages(first: PageRead, read: ReadPage) -> PageRead:
    """Return an article with the text of all its pages.

    Args:
        first: Its first page.
        read: Reads a further one.
    """
    links = first.extracted.links
    for url in links.whole:
        page = await read(url)
        if isinstance(page, PageRead) and _has_all(page.extracted, first.extracted):
            return _with_text(first, page.extracted.text, page.extracted.lead)
    return await _join(first, read) if links.numbered else first


async def _join(first: PageRead, read: ReadPage) -> PageRead:
    joined, missing = JoinedText(first.extracted.text.split("\n")), False
    urls, number = dict(first.extracted.links.numbered), 2
    until = time.monotonic() + MOST_SECONDS
    while number in urls:
        if number > MOST_PAGES or time.monotonic() > until:
            missing = True
            break
        page = await read(urls[number])
        if isinstance(page, FetchFailure):
            missing = True
        elif not belongs_to(page, first, urls[number]):
            missing |= page.final_url != urls[number]
            break
        elif not joined.add(page.extracted, first.extracted.lead):
            break
        else:
            urls |= {n: u for n, u in page.extracted.links.numbered if n not in urls}
        number += 1
    return _with_text(first, joined.text, first.extracted.lead, incomplete=missing)


def belongs_to(page: PageRead, first: PageRead, url: str) -> bool:
    """Return whether what came from the URL of a further page is a page of the article.

    It has the article's headline, or it is at that URL and does not name another one as its own.

    Args:
        page: The page.
        first: The first page of the article.
        url: The URL that was requested.
    """
    if has_same_title(page.extracted, first.extracted):
        return True
    known = {canonical_url(u) for u in (url, first.final_url, first.extracted.canonical_url) if u}
    named = page.extracted.canonical_url or page.final_url
    return {canonical_url(named), canonical_url(page.final_url)} <= known


def has_same_title(page: ExtractedPage, first: ExtractedPage) -> bool:
    """Return whether two pages have the same headline, or one that says half of the other."""
    words, of_first = set(folded_words(page.title)), set(folded_words(first.title))
    common = len(words & of_first)
    return common >= SAME_TITLE * max(min(len(words), len(of_first)), 1)


def _has_all(page: ExtractedPage, first: ExtractedPage) -> bool:
    """Return whether a page has the article's headline, and at least the text of the first page."""
    if not has_same_title(page, first) or len(page.text) < len(first.text):
        return False
    has = {_letters(line) for line in (page.lead, *page.text.split("\n"))}
    lines = [_letters(line) for line in first.text.split("\n")]
    return sum(line in has for line in lines) >= len(lines) / 2


def _with_text(first: PageRead, text: str, lead: str, *, incomplete: bool = False) -> PageRead:
    """Return the article with its whole text.

    An unchanged first page does not show that the others are as they were: the next request is not
    conditional.
    """
    page = first.extracted
    is_longer = len(text) > len(page.text)
    flags = tuple(flag for flag in page.flags if not (is_longer and flag == "thin"))
    flags += (INCOMPLETE,) if incomplete else ()
    extracted = replace(page, text=text, lead=lead, flags=flags)
    return replace(first, extracted=extracted, validators=NO_VALIDATORS)


def _letters(text: str) -> str:
    return " ".join(folded_words(text))
