"""What the template of the workbench shows: faults, matches and words as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.catalog.models import Catalog
from config.faults import Fault
from config.i18n import Translator
from core.messages import Match
from core.text import lang_attribute
from core.text.excerpt import excerpt
from wirewatch.topic_tools.expansion import DENIABLE, ENTITY, Expansion
from wirewatch.web import display
from wirewatch.web.pages.workbench.archive import (
    DraftMatches,
    NewestArticles,
    ReadLimits,
    newest_first,
)

MOST_FAULTS = 50
MOST_WORDS = 100
SHOWN_LINE = 160
"""Characters of a line of the text that a fault shows."""


def fault_view(fault: Fault, file: str, lines: Sequence[str], t: Translator) -> dict[str, Any]:
    """Return a fault with the line it is in; one in another file names that file.

    Args:
        fault: The fault.
        file: The file whose text is edited.
        lines: Its lines.
        t: The reader's language.
    """
    is_here = fault.file == file
    line = lines[fault.line - 1] if is_here and fault.line <= len(lines) else ""
    start = max(0, fault.column - 1 - SHOWN_LINE // 2) if len(line) > SHOWN_LINE else 0
    line = line[start : start + SHOWN_LINE]
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return {
        "is_error": fault.is_error,
        "code": fault.code,
        "text": display.line(t.phrase(fault.phrase)),
        "message": display.line(fault.message),
        "mend": display.line(fault.mend),
        "line": fault.line if is_here else 0,
        "column": fault.column,
        "position": "" if is_here else display.line(f"{fault.file}:{fault.line}"),
        "before": shown[: fault.column - 1 - start],
        "rest": shown[fault.column - 1 - start :],
    }


def faults_view(faults: Sequence[Fault], file: str, text: str, t: Translator) -> dict[str, Any]:
    """Return the faults of a text, errors first."""
    ordered = sorted(faults, key=lambda fault: not fault.is_error)
    lines = text.split("\n")
    return {
        "errors": sum(fault.is_error for fault in faults),
        "warnings": sum(not fault.is_error for fault in faults),
        "rows": [fault_view(fault, file, lines, t) for fault in ordered[:MOST_FAULTS]],
        "left_out": max(0, len(ordered) - MOST_FAULTS),
    }


def reading_view(recent: NewestArticles, days: int, t: Translator) -> str:
    """Return how much of the archive was read, as a sentence."""
    if recent.back_to is None:
        is_empty = recent.is_complete
        return t.plural("workbench.no_articles", days) if is_empty else t("search.timeout")
    n, back_to = t.number(recent.read), t.moment(recent.back_to)
    if not recent.is_complete:
        return t("workbench.read_part", n=n, back_to=back_to)
    return t("workbench.read_found", n=n) if recent.proposal else t("workbench.read_all", n=n)


def matches_view(
    matches: DraftMatches, limits: ReadLimits, catalog: Catalog, t: Translator
) -> dict[str, Any]:
    """Return what a draft matches, gains and loses, each list cut to what is shown."""

    def rows(found: Sequence[Match]) -> dict[str, Any]:
        shown = newest_first(found)[: limits.listed]
        listed = [match_view(match, catalog) for match in shown]
        return {"rows": listed, "n": len(found), "left_out": len(found) - len(shown)}

    counts = {"n": t.number(len(matches.matched)), "saved": t.number(matches.saved or 0)}
    counts |= {"gained": t.number(len(matches.gained)), "lost": t.number(len(matches.lost))}
    compared = matches.saved is not None
    return {
        "summary": t("workbench.compared", **counts)
        if compared
        else t("workbench.matched_alone", **counts),
        "is_compared": compared,
        "gained": rows(matches.gained),
        "lost": rows(matches.lost),
        "near": rows(matches.near),
        "matched": rows(matches.matched),
    }


def match_view(match: Match, catalog: Catalog) -> dict[str, Any]:
    """Return an article with its score and the sentence that matched."""
    article = match.article
    return {
        "title": display.title(article.title),
        "url": display.link(article.url),
        "outlet": display.outlet_name(catalog, article.outlet),
        "at": article.published_at or article.fetched_at,
        "language": lang_attribute(match.language),
        "score": match.score,
        "rules": display.line(", ".join(match.rules)),
        "excerpt": excerpt(match.evidence),
    }


def expansion_view(expansion: Expansion) -> dict[str, Any]:
    """Return the words that a term finds, most frequent first."""
    rows = [
        {
            "word": display.line(word.word, 120),
            "articles": word.articles,
            "how": word.how.replace(" ", "_"),
            "part": display.line(word.part, 120),
            "example": display.title(word.example),
            "is_deniable": word.how != ENTITY and word.word.casefold() != word.part.casefold(),
            "is_likely": word.how in DENIABLE,
        }
        for word in expansion.words[:MOST_WORDS]
    ]
    return {"rows": rows, "left_out": max(0, len(expansion.words) - MOST_WORDS)}
