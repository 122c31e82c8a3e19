"""All topics and entities compiled into one immutable set, and what an article makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick

from config.catalog.models import EntityDefinition
from processors.engine.compiler import Compiler
from processors.engine.gazetteer import Alias, Mention, aliases_of, find_mentions, literals_of
from processors.engine.operators import AndProgram
from processors.engine.presearch import Presearch
from processors.engine.programs import QueryProgram
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
class CompiledRule:
    """A compiled rule.

    Attributes:
        asked: What has to be asked once its literals are all there.
        refused: What then has to be false.
        sure: Nothing is left to ask once its literals are there.
    """

    topic: int
    id: str
    weight: int
    program: QueryProgram
    asked: tuple[QueryProgram, ...]
    refused: tuple[QueryProgram, ...]
    sure: bool

    def fires(self, view: View) -> bool:
        """Whether it is true of an article that has all the literals it needs."""
        for program in self.asked:  # plain loops: this is asked for every candidate
            if not program.truth(view):
                return False
        return not any(program.truth(view) for program in self.refused)


class TopicMatch(NamedTuple):
    """A topic that reached its threshold: its score, and the rules that fired in file order."""

    topic: int
    score: int
    fired: tuple[CompiledRule, ...]


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
        self.rules = tuple(
            _rule(number, rule_id, weight, compiler.program(node))
            for number, topic in enumerate(self.topics)
            for rule_id, weight, node in topic.rules
        )
        self.other_fields = compiler.other_fields
        self.literal_count = len(compiler.names)
        self._entity_numbers = dict(compiler.entity_numbers)
        self._automaton = BytesAhoCorasick([name.encode() for name in compiler.names])
        self._presearch = Presearch(self.rules, self.topics)

    def read(self, view: View) -> list[Mention]:
        """Search an article, once; its entities, which the rules need too."""
        view.search(self._automaton)
        mentions = find_mentions(view, self._aliases) if self._aliases else []
        for mention in mentions:
            span = (mention.first, mention.last, None)
            view.entities.setdefault(mention.entity, []).append(span)
        numbers = self._entity_numbers
        view.present.update(numbers[e] for e in view.entities if e in numbers)
        return mentions

    def match(self, view: View, language: str) -> list[TopicMatch]:
        """The topics that reach their threshold on an article that was read, in file order."""
        by_topic: dict[int, list[CompiledRule]] = {}
        for index in self._presearch.candidates(view.present, language):
            rule = self.rules[index]
            if rule.sure or rule.fires(view):
                if rule.topic in by_topic:
                    by_topic[rule.topic].append(rule)
                else:
                    by_topic[rule.topic] = [rule]
        hits = []
        for topic, fired in by_topic.items():
            score = sum([rule.weight for rule in fired])
            if score >= self.topics[topic].threshold:
                hits.append(TopicMatch(topic, score, tuple(fired)))
        return hits

    def fired(self, topic: int, view: View) -> list[tuple[CompiledRule, bool]]:
        """Every rule of a topic and whether it is true, asked without any shortcut."""
        rules = (rule for rule in self.rules if rule.topic == topic)
        return [(rule, rule.program.truth(view)) for rule in rules]


def _rule(topic: int, rule_id: str, weight: int, program: QueryProgram) -> CompiledRule:
    asked: tuple[QueryProgram, ...] = (program,)
    refused: tuple[QueryProgram, ...] = ()
    if isinstance(program, AndProgram):
        asked, refused = program.wanted, program.unwanted
    asked = tuple(p for p in asked if not p.decided)
    sure = not (asked or refused)
    return CompiledRule(topic, rule_id, weight, program, asked, refused, sure)
