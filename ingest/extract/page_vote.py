"""Decide whether a page that answered is the page of the entry that links to it. Pure.

::

    headline · words of the entry · addresses · date ──▶ votes ─┐
    notices in titles and text ─────────────────────────────────┴──▶ PageVerdict

An article under another headline, at another address or on another day is still the article; so is
one whose headline says "Access denied". A page is refused only if several votes agree, and no vote
of weight speaks for it: what is refused costs the text of the page, what is taken by mistake puts
foreign text under the entry's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.extract.models import PageHints
from ingest.extract.notices import Notice, NoticeText, notice_in_title, read_notices
from ingest.pages.page_address import is_above, is_same_page, names_article, resembles
from ingest.pages.votes import Vote, is_unspaced, vote_of_headline, words_of
from ingest.urls import is_homepage

OTHER_PAGE = "other_page"
SECTION_PAGE = "section_page"
REDIRECT_STUB = "redirect_stub"

LEADS_ON = frozenset({REDIRECT_STUB, Notice.INTERSTITIAL, Notice.SCRIPT, Notice.CHALLENGE})
"""Kinds of pages behind which the article may be, so that a refresh on them is followed."""

LONG_TEXT = 1500
"""Characters of a text that no notice has; the notices of large sites have up to 900."""

NO_PROSE = 80
"""A text shorter than this is no paragraph of an article."""

STUB_TEXT = 200
"""A page that a script leads away from has less text than this."""

SHORT_TEXT = 400
"""A text shorter than this is a paragraph or two, which is little for an article and its own."""

ONE_SENTENCE = 120
"""A text shorter than this is a sentence or two."""

MOST_OF_IT = 0.8
"""Share of a text under the entry's headline that notices must have."""

NOTICE_SHARE = 0.5
"""Share of a text that notices must have if no title says the same."""

FAR_APART = timedelta(days=7)
"""Articles that a feed and a page date further apart are hardly the same."""

_SAME_DAY = timedelta(hours=36)
_FEW_WORDS, _MANY_WORDS = 5, 12


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page says of itself, without anything from the feed.

    Attributes:
        titles: The titles in its head: ``og:title``, JSON-LD, ``<title>``.
        headings: Its ``h1``, or else its first heading.
        text: Its text, or where no body was found that of all its blocks.
        all_text: The text of all its blocks, also of those that were cut.
        url: Where it came from, after redirects.
        own_urls: The addresses that it gives itself.
        published_at: Its own date.
        leads_away: Whether a script or a refresh leads to another page.
        subheadings: All of its headings, those of teasers too.
    """

    titles: Sequence[str]
    headings: Sequence[str]
    text: str
    all_text: str
    url: str
    own_urls: Sequence[str] = ()
    published_at: datetime | None = None
    leads_away: bool = False
    subheadings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PageVerdict:
    """The decision.

    Attributes:
        kind: What the page is instead of the article; None where it is the article's.
        votes: The evidence by name, for the log.
    """

    kind: str | None
    votes: tuple[str, ...] = ()


def judge_page(page: PageFacts, entry: PageHints) -> PageVerdict:
    """Decide whether a page is that of an entry.

    Args:
        page: What the page says.
        entry: What the feed says; without it only notices are recognised.
    """
    if _is_list(page, entry):
        return PageVerdict(SECTION_PAGE, ("lists the entry",))
    headline = vote_of_headline(entry.title, [*page.headings, *page.titles])
    if headline is Vote.YES and len(page.text) >= LONG_TEXT:
        return PageVerdict(None, ("headline yes",))
    words, known_words = vote_of_words(entry, page.text)
    if headline is Vote.YES and words is Vote.YES:
        return PageVerdict(None, ("headline yes", "words yes"))
    address = vote_of_address(page, entry.url)
    date = vote_of_date(page.published_at, entry.published_at)
    if words is Vote.NO and vote_of_headline(entry.title, page.headings) is Vote.NO:
        headline = Vote.NO if len(page.text) < LONG_TEXT else headline  # only its head has it
    kind = (
        _notice(page, headline, words)
        or _stub(page, headline, words)
        or _other_page(page, entry, (headline, words, address, date), known_words)
    )
    names = zip(
        ("headline", "words", "address", "date"), (headline, words, address, date), strict=True
    )
    return PageVerdict(kind, tuple(f"{name} {vote}" for name, vote in names))


def _is_list(page: PageFacts, entry: PageHints) -> bool:
    """Return whether a page is that of a section, which has the entry as one of its teasers.

    Its address is above the entry's, its title another one, and the headline is in its text. A page
    that only claims such an address must not have the headline as its own heading.
    """
    if not entry.url or not entry.title:
        return False
    was_moved = is_above(page.url, entry.url)
    if not was_moved and not any(is_above(own, entry.url) for own in page.own_urls):
        return False
    if any(is_same_page(own, entry.url) or is_homepage(own) for own in page.own_urls):
        return False
    of_titles = vote_of_headline(entry.title, page.titles)
    if not was_moved:
        of_titles = vote_of_headline(entry.title, [*page.headings, *page.titles])
    is_titled = of_titles is Vote.YES or (of_titles is Vote.UNKNOWN and not was_moved)
    if is_titled:
        return False
    lines = [*page.subheadings, *page.all_text.split("\n")]
    return vote_of_headline(entry.title, lines) is Vote.YES


def vote_of_words(entry: PageHints, text: str) -> tuple[Vote, int]:
    """Return whether a text has the words of an entry, and how many words the entry has."""
    wanted = {word for word in words_of(f"{entry.title} {entry.summary}") if len(word) >= 5}
    if len(wanted) < _FEW_WORDS or is_unspaced(entry.summary):
        return Vote.UNKNOWN, len(wanted)
    share = len(wanted & words_of(text)) / len(wanted)
    vote = Vote.YES if share >= 0.4 else Vote.NO if share <= 0.15 else Vote.UNKNOWN
    return vote, len(wanted)


def vote_of_address(page: PageFacts, link: str) -> Vote:
    """Return whether a page is at the address of the link, or says that it belongs to another."""
    if not link:
        return Vote.UNKNOWN
    if any(is_same_page(own, link) for own in page.own_urls):
        return Vote.YES
    if not is_same_page(page.url, link):
        return Vote.UNKNOWN if resembles(page.url, link) else Vote.NO
    others = [own for own in page.own_urls if names_article(own)]
    return Vote.NO if others and not any(resembles(own, link) for own in others) else Vote.UNKNOWN


def vote_of_date(page: datetime | None, entry: datetime | None) -> Vote:
    """Return whether feed and page date the article alike."""
    if page is None or entry is None:
        return Vote.UNKNOWN
    apart = abs(page - entry)
    return Vote.YES if apart <= _SAME_DAY else Vote.NO if apart > FAR_APART else Vote.UNKNOWN


def _notice(page: PageFacts, headline: Vote, words: Vote) -> str | None:
    """Return the kind of notice that a page is.

    A title that says nothing else is enough beside a text without any word of the entry; otherwise
    the text must say the same, or consist of it.
    """
    heading = _notice_in_heading(page)
    title = heading or next(filter(None, map(notice_in_title, page.titles)), None)
    if title is None and len(page.text) >= LONG_TEXT:
        return None
    said = read_notices(page.text)
    if not said.sentences and (title is not None or len(page.text) < NO_PROSE):
        said = read_notices(page.all_text)
    if title is not None and headline is not Vote.YES:
        kind = _titled_notice(page, title, said, (headline, words), sure=heading is not None)
    elif len(page.text) < LONG_TEXT and words is not Vote.YES:
        kind = _untitled_notice(page, title, said, (headline, words))
    else:
        kind = None
    return kind.value if kind else None


def _notice_in_heading(page: PageFacts) -> Notice | None:
    """Return the notice of a heading, unless another one is the page's: forms have headings too."""
    kinds = [notice_in_title(heading) for heading in page.headings]
    others = [heading for heading, kind in zip(page.headings, kinds, strict=True) if kind is None]
    if any(vote_of_headline(heading, page.titles) is Vote.YES for heading in others):
        return None
    return next(filter(None, kinds), None)


def _titled_notice(
    page: PageFacts, kind: Notice, said: NoticeText, votes: tuple[Vote, Vote], *, sure: bool
) -> Notice | None:
    headline, words = votes
    is_long = len(page.text) >= LONG_TEXT and headline is not Vote.NO
    if said.sentences and not is_long and words is not Vote.YES:
        return kind
    is_bare = len(page.text) < NO_PROSE and words is not Vote.YES
    is_foreign = headline is Vote.NO and (words is Vote.NO or is_bare)
    return kind if sure and is_foreign else None


def _untitled_notice(
    page: PageFacts, title: Notice | None, said: NoticeText, votes: tuple[Vote, Vote]
) -> Notice | None:
    """Return what a text says that no title says, or under the headline of the entry."""
    headline, words = votes
    if headline is Vote.YES:
        is_notice = said.share >= MOST_OF_IT and said.sentences >= (1 if title else 2)
        return (title or said.kind) if is_notice else None
    above = read_notices("\n".join(page.headings)).kind if headline is Vote.NO else None
    is_mostly = said.share >= NOTICE_SHARE
    if above is not None and said.sentences and (words is Vote.NO or is_mostly):
        return above
    is_alone = headline is Vote.NO and (words is Vote.NO or len(page.text) < ONE_SENTENCE)
    return said.kind if is_mostly and said.sentences >= (1 if is_alone else 2) else None


def _stub(page: PageFacts, headline: Vote, words: Vote) -> str | None:
    """Return whether a page is only there to lead to another one."""
    if not page.leads_away or len(page.text) >= STUB_TEXT:
        return None
    return REDIRECT_STUB if words is not Vote.YES or headline is Vote.NO else None


def _other_page(
    page: PageFacts, entry: PageHints, votes: tuple[Vote, Vote, Vote, Vote], known_words: int
) -> str | None:
    headline, words, address, date = votes
    if headline is Vote.YES or words is Vote.YES:
        return None
    if headline is Vote.UNKNOWN and (words, address) != (Vote.NO, Vote.NO):
        return None  # a word in common, such as a kicker, outweighs one vote
    is_bare = words is Vote.NO and len(page.text) < SHORT_TEXT
    if address is Vote.YES and not is_bare:
        return None
    was_redirected = not is_same_page(page.url, entry.url)
    against = sum(vote is Vote.NO for vote in (words, address, date))
    is_foreign = (
        is_bare
        or (was_redirected and address is Vote.NO)
        or against >= 2
        or (words is Vote.NO and known_words >= _MANY_WORDS)
    )
    if not is_foreign:
        return None
    is_section = is_above(page.url, entry.url) or any(
        not names_article(own) for own in page.own_urls
    )
    return SECTION_PAGE if is_section else OTHER_PAGE
