"""Decide whether the article known at the address that a page claims is that of the page. Pure."""

from __future__ import annotations

from enum import StrEnum

from core.messages import ArticleRevision
from core.store.entries import EntryRecord
from ingest.extract.models import ExtractedPage
from ingest.pages.votes import Vote, containment, vote_of_headline, words_of

SAME_TEXT = 0.5
"""Share of the words of the shorter text that the longer one has too, if the two are one text. Two
unrelated German articles have a quarter of their words in common."""

_LEAST_WORDS = 20


class Claim(StrEnum):
    """What a claim to the address of a known article is.

    Attributes:
        TRUE: The page is that article's.
        RETOLD: It has the same text, which another outlet announces under another headline.
        FALSE: The address is a section's, a template's or a ticker's: it is of another article.
    """

    TRUE = "true"
    RETOLD = "retold"
    FALSE = "false"


def check_claim(
    known: ArticleRevision, entry: EntryRecord, page: ExtractedPage, outlet: str
) -> Claim:
    """Return whether a page that claims the address of a known article is that article's.

    Args:
        known: The newest revision of the article.
        entry: The entry that links to the page.
        page: The page.
        outlet: The outlet of the entry.
    """
    before = words_of(f"{known.lead} {known.text}")
    now = words_of(f"{page.lead} {page.text}")
    is_long = min(len(before), len(now)) >= _LEAST_WORDS
    same_text = is_long and containment(before, now) >= SAME_TEXT
    if not same_text and vote_of_headline(page.title, [known.title]) is not Vote.YES:
        return Claim.FALSE
    is_foreign = outlet != known.outlet
    if is_foreign and vote_of_headline(entry.title, [known.title]) is Vote.NO:
        return Claim.RETOLD
    return Claim.TRUE
