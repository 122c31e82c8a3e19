"""All topics and entities compiled into one immutable set, and what an article makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ahocorasick_rs import BytesAhoCorasick

from config.catalog.models import EntityDefinition
from processors.engine.compiler import Compiler, rarest
from processors.engine.gazetteer import Alias, Mention, aliases_of, find_mentions, literals_of
from processors.engine.programs import Program
from processors.engine.view import View
from processors.query.nodes import Node

Closed = tuple[str, int, Node]
"""Id, weight and closed query of a rule."""


@dataclass(frozen=True, slots=True)
class TopicRules:
    """What the engine needs of a topic.

    Attributes:
        languages: Gate; empty lets all through.
        rules: In file order.
    """

    id: str
    threshold: int
    languages: tuple[str, ...]
    rules: tuple[Closed, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule. ``others`` are the groups of literals it needs beside its anchor."""

    topic: int
    id: str
    weight: int
    program: Program
    others: tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True)
class TopicHit:
    """A topic that reached its threshold: its score, and the rules that fired in file order."""

    topic: int
    score: int
    fired: tuple[Rule, ...]


class RuleSet:
    """Immutable once made; safe to share between threads.

    Args:
        topics: The topics to evaluate.
        entities: The catalog's entities.
    """

    def __init__(
        self, topics: Sequence[TopicRules], entities: Iterable[EntityDefinition] = ()
    ) -> None:
        compiler = Compiler()
        self.topics = tuple(topics)
        self._aliases: dict[int, list[Alias]] = {}
        for alias in (a for entity in entities for a in aliases_of(entity)):
            for literal in literals_of(alias):
                self._aliases.setdefault(compiler.literal(literal), []).append(alias)
        compiled = [
            (number, rule_id, weight, compiler.program(node))
            for number, topic in enumerate(self.topics)
            for rule_id, weight, node in topic.rules
        ]
        self.other_fields = compiler.other_fields
        self.literal_count = len(compiler.names)
        self._entity_numbers = dict(compiler.entity_numbers)
        self._anchored: dict[int, list[int]] = {}
        self._always: list[int] = []
        self.rules = tuple(self._place(i, *c, compiler.names) for i, c in enumerate(compiled))
        self._automaton = BytesAhoCorasick([name.encode() for name in compiler.names])
        self._of_topic: list[list[int]] = [[] for _ in self.topics]
        for index, rule in enumerate(self.rules):
            self._of_topic[rule.topic].append(index)

    def read(self, view: View) -> list[Mention]:
        """Search an article, once; its entities, which the rules need too."""
        view.search(self._automaton)
        mentions = find_mentions(view, self._aliases) if self._aliases else []
        for mention in mentions:
            span = (mention.first, mention.last, None)
            view.entities.setdefault(mention.entity, []).append(span)
        return mentions

    def match(self, view: View, language: str) -> list[TopicHit]:
        """The topics that reach their threshold on an article that was read, in file order."""
        by_topic: dict[int, list[int]] = {}
        for index in self._candidates(view):
            by_topic.setdefault(self.rules[index].topic, []).append(index)
        hits = (self._score(number, by_topic[number], view, language) for number in by_topic)
        return sorted((h for h in hits if h is not None), key=lambda h: h.topic)

    def fired(self, topic: int, view: View) -> list[tuple[Rule, bool]]:
        """Every rule of a topic and whether it is true, asked without any shortcut."""
        rules = (self.rules[index] for index in self._of_topic[topic])
        return [(rule, rule.program.truth(view)) for rule in rules]

    def _place(
        self, index: int, topic: int, rule_id: str, weight: int, program: Program, names: list[str]
    ) -> Rule:
        """Hang a rule on the literals of its rarest group."""
        if not program.needs:
            self._always.append(index)
            return Rule(topic, rule_id, weight, program, ())
        anchor = rarest(program.needs, names)
        for literal in anchor:
            self._anchored.setdefault(literal, []).append(index)
        others = tuple(g for g in dict.fromkeys(program.needs) if g != anchor)
        return Rule(topic, rule_id, weight, program, others)

    def _present(self, view: View) -> set[int]:
        present = set(view.main.hits)
        if view.other:
            present.update(view.other.hits)
        numbers = self._entity_numbers
        present.update(numbers[entity] for entity in view.entities if entity in numbers)
        return present

    def _candidates(self, view: View) -> Iterator[int]:
        """Rules that every group of literals they need has a literal in the article for."""
        present = self._present(view)
        seen = set(self._always)
        anchored = self._anchored
        for literal in present & anchored.keys():
            seen.update(anchored[literal])
        rules = self.rules
        for index in seen:
            for group in rules[index].others:
                if group.isdisjoint(present):
                    break
            else:
                yield index

    def _score(
        self, number: int, candidates: list[int], view: View, language: str
    ) -> TopicHit | None:
        topic = self.topics[number]
        if topic.languages and language not in topic.languages:
            return None
        rules = [self.rules[index] for index in sorted(candidates)]
        if sum(rule.weight for rule in rules if rule.weight > 0) < topic.threshold:
            return None
        fired = tuple(rule for rule in rules if rule.program.truth(view))
        score = sum(rule.weight for rule in fired)
        return TopicHit(number, score, fired) if score >= topic.threshold else None
