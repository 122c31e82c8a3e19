"""All topics and entities compiled into one immutable set, and what an article makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ahocorasick_rs import BytesAhoCorasick

from config.catalog.models import EntityDefinition
from processors.engine.compiler import Compiler, rarest
from processors.engine.gazetteer import Alias, Mention, aliases_of, find_mentions, literals_of
from processors.engine.programs import AllOf, Program
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
    """A compiled rule.

    Attributes:
        others: The groups of literals it needs beside its anchor.
        asked: What has to be asked once its literals are all there.
        refused: What then has to be false.
    """

    topic: int
    id: str
    weight: int
    program: Program
    others: tuple[frozenset[int], ...] = ()
    asked: tuple[Program, ...] = ()
    refused: tuple[Program, ...] = ()

    def fires(self, view: View) -> bool:
        """Whether it is true of an article that has all the literals it needs."""
        for program in self.asked:
            if not program.truth(view):
                return False
        for program in self.refused:
            if program.truth(view):
                return False
        return True


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
        numbers = self._entity_numbers
        view.hits.update((numbers[e], []) for e in view.entities if e in numbers)
        return mentions

    def match(self, view: View, language: str) -> list[TopicHit]:
        """The topics that reach their threshold on an article that was read, in file order."""
        by_topic: dict[int, list[Rule]] = {}
        for index in sorted(self._candidates(view)):
            rule = self.rules[index]
            if rule.topic in by_topic:
                by_topic[rule.topic].append(rule)
            else:
                by_topic[rule.topic] = [rule]
        hits = []
        for number, rules in by_topic.items():
            hit = self._score(number, rules, view, language)
            if hit is not None:
                hits.append(hit)
        return hits

    def fired(self, topic: int, view: View) -> list[tuple[Rule, bool]]:
        """Every rule of a topic and whether it is true, asked without any shortcut."""
        rules = (self.rules[index] for index in self._of_topic[topic])
        return [(rule, rule.program.truth(view)) for rule in rules]

    def _place(
        self, index: int, topic: int, rule_id: str, weight: int, program: Program, names: list[str]
    ) -> Rule:
        """Hang a rule on the literals of its rarest group."""
        asked: tuple[Program, ...] = (program,)
        refused: tuple[Program, ...] = ()
        if isinstance(program, AllOf):
            asked, refused = program.wanted, program.unwanted
        asked = tuple(p for p in asked if not p.decided)
        if not program.needs:
            self._always.append(index)
            return Rule(topic, rule_id, weight, program, (), asked, refused)
        anchor = rarest(program.needs, names)
        for literal in anchor:
            self._anchored.setdefault(literal, []).append(index)
        others = tuple(g for g in dict.fromkeys(program.needs) if g != anchor)
        return Rule(topic, rule_id, weight, program, others, asked, refused)

    def _candidates(self, view: View) -> list[int]:
        """Rules that every group of literals they need has a literal in the article for."""
        present, anchored = view.hits.keys(), self._anchored
        seen = set(self._always)
        for literal in present & anchored.keys():
            seen.update(anchored[literal])
        rules = self.rules
        found = []
        for index in seen:
            for group in rules[index].others:
                if present.isdisjoint(group):
                    break
            else:
                found.append(index)
        return found

    def _score(
        self, number: int, rules: list[Rule], view: View, language: str
    ) -> TopicHit | None:
        topic = self.topics[number]
        if topic.languages and language not in topic.languages:
            return None
        if _most(rules) < topic.threshold:
            return None
        fired = tuple([rule for rule in rules if rule.fires(view)])
        score = sum([rule.weight for rule in fired])
        return TopicHit(number, score, fired) if score >= topic.threshold else None


def _most(rules: list[Rule]) -> int:
    """The highest score that is still possible."""
    return sum([rule.weight for rule in rules if rule.weight > 0])
