"""Explain, in one sentence and by the rules, why an edition resembles a topic but does not match.

::

    article ──explain──▶ score, fired rules ───────────┐
    article with a cut zone added back ──explain───────┴──▶ sentence
"""

from __future__ import annotations

from config.i18n import in_english
from core.messages import ArticleRevision
from processors import Processors
from processors.explanation import Explanation
from wirewatch.demo.expectations import Lookalike

_ZONES = {
    "comments": "reader comments",
    "related": "the box of related links",
    "service": "a box for subscribers",
    "advert": "an advert",
    "author": "the box about the author",
    "caption": "a caption",
    "agency": "the agency's mark",
    "paywall": "the offer to subscribe",
}


def explain_lookalike(
    processors: Processors, article: ArticleRevision, lookalike: Lookalike, page_text: str
) -> str:
    """Return why an article does not match, as one or two sentences.

    Args:
        processors: The topics.
        article: What Wirewatch extracted from the page.
        lookalike: The topic that it resembles, and its words that resemble it.
        page_text: All text on the page.
    """
    explanation = processors.explain(lookalike.topic, article)
    threshold = explanation.threshold
    if explanation.match:
        return f"It matches: score {explanation.score} of {threshold}."
    if reason := _language_reason(explanation):
        return reason
    if lookalike.words and not any(rule.fired for rule in explanation.rules):
        words = ", ".join(f"“{word}”" for word in lookalike.words)
        return f"{words}: none of the topic's {len(explanation.rules)} rules matches that."
    for zone, score in _matching_zones(processors, article, lookalike.topic):
        where = _ZONES.get(zone, zone)
        verb = "mention" if zone == "comments" else "mentions"
        return f"On its page only {where} {verb} it. {_counted(score, explanation)}"
    if rules := _negative_rules(explanation):
        return f"Score {explanation.score} of {threshold}: lowered by {', '.join(rules)}."
    whole = processors.explain(lookalike.topic, article.model_copy(update={"text": page_text}))
    if whole.match:
        counted = _counted(whole.score, explanation)
        return f"On its page only menus and link boxes mention it. {counted}"
    if sentence := next((e.sentence for e in explanation.evidence), ""):
        return f"Mentioned once, score {explanation.score} of {threshold}: “{sentence}”"
    return f"None of the topic's {len(explanation.rules)} rules fires."


def _counted(score: int, explanation: Explanation) -> str:
    return (
        f"If that counted, the score would be {score} of {explanation.threshold}; the article has "
        f"{explanation.score}."
    )


def _language_reason(explanation: Explanation) -> str:
    gates = (g for g in explanation.gates if g.name == "language" and not g.passed)
    return next((in_english(gate.why) for gate in gates), "")


def _negative_rules(explanation: Explanation) -> list[str]:
    return [f"{r.id} ({r.points})" for r in explanation.rules if r.points < 0]


def _matching_zones(
    processors: Processors, article: ArticleRevision, topic: str
) -> list[tuple[str, int]]:
    """Return the zones cut from the page that would have made it match, with the score."""
    found = []
    for zone in dict.fromkeys(z.zone for z in article.zones):
        cut = [z.text for z in article.zones if z.zone == zone]
        whole = article.model_copy(update={"text": "\n".join((article.text, *cut))})
        explanation = processors.explain(topic, whole)
        if explanation.match:
            found.append((zone, explanation.score))
    return found
