"""What only articles can say of a topic: rules without effect, too many matches, wide wildcards.

::

    articles ──▶ the topic, evaluated with any score ──▶ which rules fired, which decided
                                                              │
                                        W105 never fired ─────┤
                                        W106 over the budget ─┤
                                        W108 never decides ───┘
             └─▶ their words ──▶ W103 a wildcard that finds many
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from config.catalog.models import (
    Catalog,
    FilePosition,
    RuleDefinition,
    SourceText,
    TopicDefinition,
    TopicState,
)
from config.faults import Fault, in_file_order
from config.yaml.nodes import fault
from core.archive import Archive
from core.archive.counts import ArticleCounts
from core.messages import ArticleRevision
from core.text.tokens import tokenise
from processors import Explanation, Processors
from processors.allowed import without_allowed
from processors.engine.patterns import glob
from processors.query import parse
from processors.query.nodes import MANY, ONE, Phrase, walk
from wirewatch.topic_tools.expansion import part_text

FEWEST_ARTICLES = 200
"""With fewer articles nothing is said about rules that have no effect."""
BUDGET = 20
"""Matches a day that a topic may have before a warning: more are too many to read."""
MOST_WORDS = 50
"""Words that a wildcard may find before a warning."""
FindWords = Callable[[str], Iterable[str]]
"""Returns the words that fit a pattern with ``MANY`` and ``ONE``."""
_LOWEST = -(10**9)


@dataclass
class TopicEffects:
    """What articles show of one topic.

    Attributes:
        topic: The topic.
        fired: In how many articles each rule fired, by id.
        decided: In how many of them the outcome would be another one without the rule.
        matches: How many articles match.
    """

    topic: TopicDefinition
    fired: Counter[str]
    decided: Counter[str]
    matches: int = 0


def archive_faults(
    catalog: Catalog,
    languages: tuple[str, ...],
    articles: Iterable[ArticleRevision],
    counts: ArticleCounts | None = None,
    find_words: FindWords | None = None,
) -> list[Fault]:
    """Return warnings of topics that only articles can give, without those that are allowed.

    Args:
        catalog: The topics to look at; their queries hold no error. Retired ones are left out.
        languages: Languages an article may be detected to be in.
        articles: Articles of some weeks.
        counts: How many they are selected from; None where they are all there is.
        find_words: Returns the words of all articles that fit a pattern; None to look in these.
    """
    topics = tuple(t for t in catalog.topics if t.state is not TopicState.RETIRED)
    effects = [TopicEffects(topic, Counter(), Counter()) for topic in topics]
    any_score = tuple(replace(topic, threshold=_LOWEST) for topic in topics)
    processors = Processors.compile(replace(catalog, topics=any_score), languages)
    by_id = {each.topic.id: each for each in effects}
    words: set[str] = set()
    days: set[str] = set()
    number = 0
    for article in articles:
        number += 1
        days.add(f"{article.fetched_at:%Y-%m-%d}")
        if find_words is None:
            words.update(_words(article))
        for match in processors.process(article).matches:
            result = processors.explain(
                match.topic_id, article, given_language=match.article.language
            )
            _count(by_id[match.topic_id], result)
    of = counts or ArticleCounts(number, len(days))
    find = find_words or (lambda pattern: [word for word in words if glob(word, pattern)])
    faults = [f for each in effects for f in _effect_faults(each, of.articles, of.days)]
    faults += [f for topic in topics for f in _wide_wildcards(topic, find)]
    return in_file_order(without_allowed(faults, topics))


def words_of_archive(archive: Archive) -> FindWords:
    """Return the function that finds words in the vocabulary of an archive."""

    def find(pattern: str) -> list[str]:
        plain = pattern.replace(MANY, "*").replace(ONE, "?")
        return [word for word, _ in archive.words(plain) if "-" not in word]

    return find


def _count(effects: TopicEffects, result: Explanation) -> None:
    threshold = effects.topic.threshold
    is_match = result.score >= threshold
    effects.matches += is_match
    for rule in result.rules:
        if rule.fired:
            effects.fired[rule.id] += 1
            effects.decided[rule.id] += (result.score - rule.points >= threshold) != is_match


def _effect_faults(effects: TopicEffects, articles: int, days: int) -> Iterator[Fault]:
    topic = effects.topic
    a_day = effects.matches / max(1, days)
    if a_day > BUDGET:
        message = f"The topic matches {a_day:.0f} articles a day, more than {BUDGET}."
        mend = "Ask for more, or allow it: `allow: {W106: why}`."
        yield fault(topic.position, "W106", message, mend)
    if articles < FEWEST_ARTICLES:
        return
    for rule in topic.rules:
        if not effects.fired[rule.id]:
            message = f"Rule `{rule.id}` fired in none of {articles:,} articles."
            yield _warning(rule, "W105", message, "Widen it, delete it, or allow it with a reason.")
        elif len(topic.rules) > 1 and not effects.decided[rule.id]:
            fired = effects.fired[rule.id]
            message = f"Rule `{rule.id}` fired in {fired:,} of {articles:,} articles, decided none."
            yield _warning(rule, "W108", message, _UNDECISIVE)


_UNDECISIVE = (
    "Change its weight, or delete it. Leave it where it guards against what these articles happen "
    "not to have, or says again what another rule says."
)


def _warning(rule: RuleDefinition, code: str, message: str, mend: str) -> Fault:
    return fault(rule.query.at(0), code, message, mend)


def _wide_wildcards(topic: TopicDefinition, find_words: FindWords) -> Iterator[Fault]:
    """Yield a warning for each wildcard that finds many words of the articles."""
    for source in (*topic.terms.values(), *(rule.query for rule in topic.rules)):
        for leaf, position in _wildcards(source):
            found = sorted(find_words(leaf.words[0]))
            if len(found) > MOST_WORDS:
                some = ", ".join(found[:5])
                message = f"`{part_text(leaf)}` finds {len(found)} words of the articles: {some}, …"
                mend = "`wirewatch topics expand` lists them; use the bare word, or deny some."
                yield fault(position, "W103", message, mend)


def _wildcards(source: SourceText) -> Iterator[tuple[Phrase, FilePosition]]:
    node = parse(source.value).node
    for leaf in walk(node) if node else ():
        if not isinstance(leaf, Phrase) or len(leaf.words) > 1 or leaf.exact:
            continue
        if MANY in leaf.words[0] or ONE in leaf.words[0]:
            yield leaf, source.at(leaf.at)


def _words(article: ArticleRevision) -> Sequence[str]:
    return tokenise("\n".join((article.title, article.lead, article.text))).words
