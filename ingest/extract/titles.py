"""Choose the title of an article from its page and its feed: the fullest that is its own.

::

    <h1> · JSON-LD · og:title · <title> ── without outlet, kicker, markers ──▶ the page's
                                                       the page's or the feed's ──▶ title
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.text.clean import clean_line
from core.text.languages import language
from ingest.extract.blocks import Block
from ingest.extract.headline import strip_markup, word_overlap
from ingest.extract.models import PageHints
from ingest.extract.tree import ParsedPage
from ingest.extract.zones import distinct_words
from ingest.titles import (
    is_label,
    is_truncated,
    letters_of,
    names_opinion,
    plain_title,
    without_ellipsis,
)

_SEPARATOR = re.compile(r"\s+[|–—·•:»-]\s+|\s*\|\s*")
_LABEL_END = re.compile(r"(?:\s*[:|»>•·\]]|\s[–—-])\s*$")
_LABEL_START = re.compile(r"\s*(?:[|»›•·*\[(]|[–—-]\s)")
_KICKER = re.compile(
    r"kicker|overline|over-?title|dachzeile|spitzmarke|top-?line|roof-?line|rubri|eyebrow|super-?title"
    r"|pre-?title|surtitre|badge|label|flag\b|tag\b|icon|premium|paid|sr-only|visually-?hidden"
    r"|screen-?reader",
    re.IGNORECASE,
)
_AGREE = 0.5
_CONTAINED = 0.75
_MUCH_FULLER = 1.4
_SHORT_TITLE = 3


@dataclass(frozen=True, slots=True)
class TitleCandidates:
    """The titles of an article, without the outlet's name, markers and bylines; may be empty.

    Attributes:
        page: JSON-LD, og:title, twitter:title and ``<title>``, those that there are.
        feed: The feed's.
    """

    page: tuple[str, ...]
    feed: str

    @property
    def all(self) -> list[str]:
        """All titles, best first: JSON-LD, og:title, twitter:title, the feed's, ``<title>``."""
        *first, last = self.page or ("",)
        return [title for title in (*first, self.feed, last) if title]


def title_candidates(page: ParsedPage, hints: PageHints, url: str) -> TitleCandidates:
    """Return the titles of an article that are not on the page itself."""
    names = _outlet_names(page, url)
    titles = [
        page.data.title,
        page.meta.get("og:title", ""),
        page.meta.get("twitter:title", ""),
        page.html_title,
        hints.title,
    ]
    plain = [clean_line(strip_markup(title)) for title in titles]
    cleaned = [plain_title(strip_outlet(title, names, plain)) for title in plain]
    return TitleCandidates(tuple(filter(None, cleaned[:-1])), cleaned[-1])


def _outlet_names(page: ParsedPage, url: str) -> list[str]:
    names = [
        page.data.publisher,
        page.meta.get("og:site_name", ""),
        page.meta.get("application-name", ""),
    ]
    host = urlsplit(page.canonical or url).hostname or ""
    names += [host.removeprefix("www."), *host.split(".")[-2:-1]]
    return [letters_of(n) for n in names if len(letters_of(n)) > 1]


def strip_outlet(title: str, names: Sequence[str], others: Sequence[str]) -> str:
    """Remove ``" - Outlet"`` from the end of a title, and ``"Outlet | "`` from its beginning.

    Args:
        title: The title.
        names: Names of the outlet, letters only.
        others: Other titles of the page. A part of the title is removed as well if the rest is one
            of them.
    """
    for _ in range(2):
        parts = list(_SEPARATOR.finditer(title))
        if not parts:
            return title
        head, tail = title[: parts[-1].start()].rstrip(), title[parts[-1].end() :]
        first, rest = title[: parts[0].start()], title[parts[0].end() :].lstrip()
        if head and (_is_outlet(tail, names) or (head in others and len(head) >= 12)):
            title = head
        elif rest and letters_of(first) in names:
            title = rest
        else:
            return title
    return title


def _is_outlet(tail: str, names: Sequence[str]) -> bool:
    letters = letters_of(tail)
    return any(
        letters == n or (len(n) > 3 and (letters.startswith(n) or letters.endswith(n)))
        for n in names
    )


def headline_of(block: Block, candidates: TitleCandidates) -> str:
    """Return the headline of a block without a kicker or badge that is part of the element.

    A part of the element is one where its class says so, where the rest is a title of the page or
    the feed, or where it is glued to the rest: ``MeinungNaher Osten``.

    Args:
        block: The headline's block.
        candidates: The other titles.
    """
    parts = [(e.tail if is_tail else e.text) or "" for e, is_tail in block.text_nodes]
    known = {letters_of(title) for title in candidates.all}
    if len(parts) < 2 or letters_of(block.text) in known:
        return plain_title(block.text)
    for start, end in _windows(len(parts)):
        rest = clean_line("".join(parts[start:end]))
        if letters_of(rest) in known and len(rest) >= 12:
            return plain_title(rest)
    start = 1 if _is_part(block, parts, 0) else 0
    end = len(parts) - 1 if len(parts) > start + 1 and _has_class(block, -1) else len(parts)
    rest = clean_line("".join(parts[start:end]))
    return plain_title(rest if len(distinct_words(rest)) >= _SHORT_TITLE else block.text)


def _windows(size: int) -> list[tuple[int, int]]:
    """Return the runs of parts that remain without some at the ends, the longest first."""
    runs = [(a, b) for a in range(min(size, 5)) for b in range(size, max(size - 4, a), -1)]
    return sorted(runs, key=lambda run: run[0] - run[1])


def _is_part(block: Block, parts: Sequence[str], index: int) -> bool:
    first, second = parts[index], parts[index + 1]
    is_glued = first[-1:].islower() and second[:1].isupper() and len(first.split()) <= _SHORT_TITLE
    element, is_tail = block.text_nodes[index]
    return _has_class(block, index) or (is_glued and not is_tail and element is not block.container)


def _has_class(block: Block, index: int) -> bool:
    element, is_tail = block.text_nodes[index]
    if is_tail or element is block.container:
        return False
    return bool(_KICKER.search(element.get("class") or ""))


def choose_title(candidates: TitleCandidates, headline: str, page_language: str | None) -> str:
    """Return the title of an article.

    The page's wins over the feed's if it is the same article's and as full, or if the feed's is a
    label or in another language. A title with other words stays the feed's: the page may be another
    article's.

    Args:
        candidates: The titles of its page's head and of its feed.
        headline: The heading on the page; may be empty.
        page_language: Two letters, if the page declares its language.
    """
    of_page, feed = _page_title(candidates, headline), candidates.feed
    if not feed or not of_page:
        return of_page or feed
    for title in (of_page, headline, *candidates.page):
        if title and is_same(title, feed):
            return _fuller(title, feed)
    if _is_vague(feed, of_page) or _is_foreign(feed, page_language):
        return of_page
    return feed


def _page_title(candidates: TitleCandidates, headline: str) -> str:
    titles = [t for t in (*candidates.page[:1], headline, *candidates.page[1:]) if t]
    if not titles:
        return ""
    best = max(titles, key=lambda t: sum(word_overlap(t, other) >= _AGREE for other in titles))
    same = [t for t in titles if is_same(t, best)]
    if _is_cut(best, same):
        best = max(same, key=lambda t: (not is_truncated(t), len(t)))
    elif headline and best in candidates.page[-1:]:
        label = _label_around(best, headline)
        best = headline if label and not names_opinion(label) else best
    return _in_mixed_case(best, same)


def _is_cut(title: str, others: Sequence[str]) -> bool:
    """Return whether another title goes on where this one ends."""
    if is_truncated(title):
        return any(not is_truncated(other) for other in others)
    return any(_goes_on(title, other) for other in others)


def _goes_on(title: str, other: str) -> bool:
    start = without_ellipsis(title)
    rest = without_ellipsis(other)[len(start) :]
    return (
        other.lower().startswith(start.lower())
        and len(distinct_words(rest)) >= 2
        and not _LABEL_START.match(rest)
        and rest[:1] in " ,:"
    )


def is_same(one: str, other: str) -> bool:
    """Return whether two titles are of one article: they share words, or one begins the other."""
    a, b = letters_of(without_ellipsis(one)), letters_of(without_ellipsis(other))
    if a == b:
        return True
    shorter = min(a, b, key=len)
    if len(shorter) >= 12 and max(a, b, key=len).startswith(shorter):
        return True
    return word_overlap(one, other) >= _AGREE or _contained(one, other)


def _contained(one: str, other: str) -> bool:
    a, b = distinct_words(one), distinct_words(other)
    fewer = min(len(a), len(b))
    return fewer > 0 and len(a & b) >= _CONTAINED * fewer and (fewer >= 3 or fewer == len(a & b))


def _fuller(page: str, feed: str) -> str:
    """Return the fuller of two titles of one article; the page's unless the feed's is much so."""
    if letters_of(page) == letters_of(feed):
        return feed if _is_capital(page) and not _is_capital(feed) else page
    if label := _label_around(feed, page):
        return feed if names_opinion(label) else page
    if is_truncated(feed):
        return page
    if _goes_on(page, feed) or is_truncated(page):
        return feed
    sizes = len(distinct_words(page)), len(distinct_words(feed))
    return feed if sizes[1] >= _MUCH_FULLER * sizes[0] else page


def _label_around(longer: str, title: str) -> str:
    """Return what a title has besides a shorter one: a section before it, an outlet behind it.

    It is empty where the rest is no label, or there is none.
    """
    at = longer.lower().find(title.lower())
    if at < 0:
        return ""
    before, behind = longer[:at], longer[at + len(title) :]
    if len(distinct_words(before)) > _SHORT_TITLE or (before and not _LABEL_END.search(before)):
        return ""
    if behind.strip() and not _LABEL_START.match(behind):
        return ""
    return f"{before}{behind}".strip()


def _is_vague(feed: str, page: str) -> bool:
    few = len(distinct_words(feed)) <= _SHORT_TITLE < len(distinct_words(page))
    return is_label(feed) or (few and not word_overlap(feed, page))


def _is_foreign(title: str, page_language: str | None) -> bool:
    """Return whether a title has more function words of another language than of the page's."""
    if not page_language:
        return False
    words = distinct_words(title)
    own = len(words & language(page_language).function_words)
    others = (language(code).function_words for code in ("de", "en", "fr", "ru", "uk"))
    return own == 0 and any(len(words & other) >= 2 for other in others)


def _is_capital(title: str) -> bool:
    letters = [c for c in title if c.isalpha()]
    return len(letters) > 12 and sum(c.isupper() for c in letters) > 0.8 * len(letters)


def _in_mixed_case(title: str, others: Sequence[str]) -> str:
    if not _is_capital(title):
        return title
    same = (t for t in others if letters_of(t) == letters_of(title) and not _is_capital(t))
    return next(same, title)
