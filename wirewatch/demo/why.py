"""Why an edition that looks like a topic is none of it, in one sentence, by the rules themselves.

::

    article ──explain──▶ score, rules that fired ──┐
    article with a zone put back ──explain─────────┴──▶ words
"""

from __future__ import annotations

from config.i18n import in_english
from core.messages import ArticleRevision
from processors import Processors
from processors.explanation import Explanation
from wirewatch.demo.verdict import Lookalike

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


def why_not(
    processors: Processors, article: ArticleRevision, look: Lookalike, page_text: str
) -> str:
    """Why it did not match, in words.

    Args:
        processors: The topics.
        article: What Wirewatch took from the page.
        look: What it looks like.
        page_text: Every word on the page.
    """
    own = processors.explain(look.topic, article)
    if own.match:
        return f"It matches: score {own.score} of {own.threshold}."
    if closed := [gate.why for gate in own.gates if gate.name == "language" and not gate.passed]:
        return in_english(closed[0])
    if look.words and not any(rule.fired for rule in own.rules):
        words = ", ".join(f"“{word}”" for word in look.words)
        return f"{words}: none of the topic's {len(own.rules)} rules takes that for it."
    for zone, score in _with_zones(processors, article, look.topic):
        where = _ZONES.get(zone, zone)
        return (
            f"On its page only {where} speak{'' if zone == 'comments' else 's'} of that. Counted, "
            f"the score would be {score} of {own.threshold}; the article has {own.score}."
        )
    if against := [
        f"{rule.id} ({rule.weight})" for rule in own.rules if rule.fired and rule.weight < 0
    ]:
        return (
            f"Score {own.score} of {own.threshold}: a rule speaks against it: {', '.join(against)}."
        )
    whole = processors.explain(look.topic, article.model_copy(update={"text": page_text}))
    if whole.match:
        return (
            f"Only menus and link boxes on its page speak of that. Counted, the score would be "
            f"{whole.score} of {own.threshold}; the article has {own.score}."
        )
    if sentence := _sentence(own):
        return f"Said once in passing, score {own.score} of {own.threshold}: “{sentence}”"
    return f"None of the topic's {len(own.rules)} rules fires."


def _with_zones(
    processors: Processors, article: ArticleRevision, topic: str
) -> list[tuple[str, int]]:
    """What was cut from the page and would have made it match, with the score."""
    found = []
    for zone in dict.fromkeys(z.zone for z in article.zones):
        cut = [z.text for z in article.zones if z.zone == zone]
        whole = article.model_copy(update={"text": "\n".join((article.text, *cut))})
        explained = processors.explain(topic, whole)
        if explained.match:
            found.append((zone, explained.score))
    return found


def _sentence(explained: Explanation) -> str:
    return next((e.sentence for e in explained.evidence), "")
