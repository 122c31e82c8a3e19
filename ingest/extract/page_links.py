"""Links of a page to the other pages of its article."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Links of a page to the other pages of its article.

    Attributes:
        numbered: Number and absolute URL of other pages, ascending; never the first.
        whole: Pages that have all of the article, the best first; empty without further pages.
    """

    numbered: tuple[tuple[int, str], ...] = ()
    whole: tuple[str, ...] = ()


NO_LINKS = PageLinks()
