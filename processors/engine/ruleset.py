"""A rule set: all topics and entities, compiled once; immutable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from config.catalog.models import EntityDefinition
from processors.engine.article_index import ArticleIndex
from processors.engine.compiler import Compiler
from processors.engine.gazetteer import Gazetteer, Mention
from processors.engine.literals import LiteralSet
from processors.engine.names_in_words import lexicon_names
from processors.engine.presearch import Presearch, rarest_first, searched_literals
from processors.engine.rules import CompiledRule, TopicRules
from processors.engine.score import RuleOutcome, evaluation_order, outcomes, points_by_rule
from processors.gates import GATES, ArticleLabels, Gate


class TopicMatch(NamedTuple):
    """A topic that passed all gates: its index, its score, the rules that fired in file order."""

    topic: int
    score: int
    fired: tuple[CompiledRule, ...]


class RuleSet:
    """Immutable; may be shared between threads.

    Args:
        topics: The topics to evaluate.
        entities: The catalog's entities.
        gates: The conditions for a match beside the rules.
        languages: Codes of the languages in whose articles words are found in all their forms.
        finds_entities: Whether entities are searched; without, their names only count as words that
            compounds consist of.

    Attributes:
        literals: What is searched in articles.
    """

    def __init__(
        self,
        topics: Sequence[TopicRules],
        entities: Iterable[EntityDefinition] = (),
        gates: Sequence[Gate] = GATES,
        languages: Sequence[str] = (),
        *,
        finds_entities: bool = True,
    ) -> None:
        known = tuple(entities)
        compiler = Compiler(languages, lexicon_names(known))
        self.topics = tuple(topics)
        self.gates = tuple(gates)
        compounds = {code: one for code in languages if (one := compiler.compounds(code))}
        sought = known if finds_entities else ()
        self._gazetteer = Gazetteer(sought, compounds, compiler.searched_literal)
        self.rules = tuple(
            rule
            for number, topic in enumerate(self.topics)
            for rule in _compile_rules(number, topic, compiler)
        )
        self._graded = frozenset(r.topic for r in self.rules if r.by_field or r.unless)
        self.other_fields = compiler.other_fields
        self.literal_count = len(compiler.literals)
        self._entity_numbers = dict(compiler.entity_numbers)
        groups = rarest_first(self.rules, compiler.frequency)
        searched = compiler.searched | searched_literals(groups)
        self.literals = LiteralSet(compiler.literals, compiler.common_literals(), searched)
        self._presearch = Presearch(
            self.rules, self.topics, self.gates, groups, self.literals.unsearched
        )
        self._gates_after_rules = [gate.passes for gate in self.gates if gate.after_rules]

    def search(self, index: ArticleIndex) -> list[Mention]:
        """Search an article for all literals, once, and return its mentions of entities."""
        self.search_literals(index)
        return self.find_mentions(index)

    def search_literals(self, index: ArticleIndex) -> None:
        """Search an article for all literals, once."""
        index.search(self.literals)

    def find_mentions(self, index: ArticleIndex) -> list[Mention]:
        """Return the mentions of entities in an article whose literals were searched.

        Rules may refer to entities, so that this must precede :meth:`match`.
        """
        mentions = self._gazetteer.find(index)
        for first, last, entity in mentions:
            index.entities.setdefault(entity, []).append((first, last, None))
        numbers = self._entity_numbers
        index.present.update(numbers[e] for e in index.entities if e in numbers)
        return mentions

    def match(self, index: ArticleIndex, labels: ArticleLabels) -> list[TopicMatch]:
        """Return the topics that match a searched article, in order.

        Args:
            index: The article.
            labels: What gates check of the article.
        """
        by_topic: dict[int, list[CompiledRule]] = {}
        for number in self._presearch.candidates(index, labels):
            rule = self.rules[number]
            if rule.decided or rule.holds(index):
                if rule.topic in by_topic:
                    by_topic[rule.topic].append(rule)
                else:
                    by_topic[rule.topic] = [rule]
        matches = []
        for number, fired in by_topic.items():
            topic = self.topics[number]
            if number in self._graded:
                points = points_by_rule(fired, index)
                fired, score = [r for r in fired if r.id in points], sum(points.values())
            else:
                score = sum([rule.weight for rule in fired])
            for passes in self._gates_after_rules:
                if not passes(topic, labels, score):
                    break
            else:
                matches.append(TopicMatch(number, score, tuple(fired)))
        return matches

    def evaluate(self, topic: int, index: ArticleIndex) -> list[RuleOutcome]:
        """Return what became of every rule of a topic, evaluated without any shortcut."""
        return outcomes([rule for rule in self.rules if rule.topic == topic], index)


def _compile_rules(number: int, topic: TopicRules, compiler: Compiler) -> Iterator[CompiledRule]:
    """Yield the compiled rules of a topic."""
    order = evaluation_order(topic.rules) if any(rule.unless for rule in topic.rules) else {}
    for rule in topic.rules:
        yield CompiledRule.of(number, rule, compiler.program(rule.query), order.get(rule.id, 0))
