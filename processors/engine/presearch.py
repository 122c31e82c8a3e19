"""The rules that can fire at all: those of which every required group has a literal present.

::

    literals present & keys ──▶ rules ──▶ every other group present?
                                                     │
    topics whose gates are open and that can reach their threshold

The *key* of a rule is the group that is expected to occur in the fewest articles. One set of all
keys gives at once the rules that are worth a look: of a thousand rules a dozen. With many rules,
looking at each of them waits for memory at every step; array operations find those of which two
groups are present.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain

import numpy as np

from processors.engine.article_index import ArticleIndex
from processors.engine.literals import ENTITY_NUMBERS, OTHER
from processors.engine.rules import CompiledRule, TopicRules
from processors.gates import ArticleLabels, Gate

Group = frozenset[int]

SEARCHED_GROUPS = 2
"""Groups of a rule, the rarest ones, whose literals every article is searched for."""
FEW_LITERALS = 4
"""Literals of a group at most that are looked for in an article instead of always searched."""
FEW_RULES = 2_000
"""Up to this many rules are found without arrays, whose operations take 25 µs in any article."""


class Presearch:
    """The rules by their keys. Immutable, except for a cache by the labels of articles.

    Args:
        rules: Topic by topic.
        topics: The topics they belong to.
        gates: Those before the rules close topics to an article.
        groups: The groups that each rule requires, the rarest first.
        unsearched: Numbers of the literals that are looked for where a rule depends on them.
    """

    def __init__(
        self,
        rules: Sequence[CompiledRule],
        topics: Sequence[TopicRules],
        gates: Sequence[Gate],
        groups: Sequence[Sequence[Group]],
        unsearched: Group,
    ) -> None:
        keys = [_searched(of, 0, unsearched) for of in groups]
        self._always = [number for number, key in enumerate(keys) if not key]
        self._groups = [tuple(of[1:] if key else of) for of, key in zip(groups, keys, strict=True)]
        self._pairs: _Pairs | None = None
        if len(rules) > FEW_RULES:
            self._pairs = _Pairs(keys, [_searched(of, 1, unsearched) for of in groups])
            keys = [Group(n for n in key if n >= OTHER) for key in keys]
        self._unsearched = unsearched
        by_key: dict[int, list[int]] = {}
        for number, key in enumerate(keys):
            for literal in key:
                by_key.setdefault(literal, []).append(number)
        self._by_key = {literal: tuple(numbers) for literal, numbers in by_key.items()}
        self._keys = frozenset(self._by_key)
        self._topic_of = [rule.topic for rule in rules]
        self._gain = [max(0, rule.weight) for rule in rules]
        self._thresholds = [topic.threshold for topic in topics]
        self._topics = tuple(topics)
        self._gates = [gate.passes for gate in gates if not gate.after_rules]
        self._open_topics: dict[ArticleLabels, list[bool]] = {}

    def candidates(self, index: ArticleIndex, labels: ArticleLabels) -> list[int]:
        """Return the indexes, ascending, of the rules to evaluate.

        Args:
            index: A searched article.
            labels: Of the article.
        """
        present, unsearched = index.present, self._unsearched
        keys = self._keys.intersection(present)
        rules = {*self._always, *chain.from_iterable(map(self._by_key.__getitem__, keys))}
        if self._pairs:
            rules.update(self._pairs.rules(present))
        able = []
        for number in rules:  # a plain loop: it runs for every article
            for group in self._groups[number]:
                if group.isdisjoint(present) and (
                    group.isdisjoint(unsearched) or not index.has_any(group)
                ):
                    break
            else:
                able.append(number)
        if not able:
            return able
        open_topics = self._open(labels)
        return self._reaching(sorted(n for n in able if open_topics[self._topic_of[n]]))

    def _reaching(self, able: list[int]) -> list[int]:
        """Return the rules whose topic reaches its threshold if all of its rules fire."""
        most: dict[int, int] = {}
        for number in able:
            topic = self._topic_of[number]
            most[topic] = most.get(topic, 0) + self._gain[number]
        thresholds, topic_of = self._thresholds, self._topic_of
        return [n for n in able if most[topic_of[n]] >= thresholds[topic_of[n]]]

    def _open(self, labels: ArticleLabels) -> list[bool]:
        """Return for each topic whether the gates before the rules are open to it."""
        topics = self._open_topics.get(labels)
        if topics is None:
            topics = self._open_topics[labels] = [
                all(passes(topic, labels, 0) for passes in self._gates) for topic in self._topics
            ]
        return topics


def rarest_first(
    rules: Iterable[CompiledRule], frequency: Callable[[Group], float]
) -> list[list[Group]]:
    """Return the groups that each rule requires, the rarest first.

    Args:
        rules: The rules.
        frequency: Returns in how many articles a group is expected to occur.
    """
    return [sorted(dict.fromkeys(rule.program.required), key=frequency) for rule in rules]


def searched_literals(groups: Iterable[Sequence[Group]]) -> set[int]:
    """Return the numbers of the literals that decide which rules are worth a look.

    Args:
        groups: Those that each rule requires, the rarest first.
    """
    return {
        n % OTHER
        for of in groups
        for at, group in enumerate(of)
        if at < SEARCHED_GROUPS or len(group) > FEW_LITERALS
        for n in group
        if n < ENTITY_NUMBERS
    }


def _searched(groups: Sequence[Group], at: int, unsearched: Group) -> Group:
    """Return a group of which all literals are searched in every article; else an empty one."""
    return groups[at] if at < len(groups) and groups[at].isdisjoint(unsearched) else Group()


class _Pairs:
    """The key and another required group of each rule, in arrays.

    The numbers of entities and of literals of other fields are sparse. In the arrays one number,
    which counts as present, stands for all of them; a key has none of them.

    Args:
        keys: By rule; empty where it has none.
        others: By rule; empty where there is no other group that need be present.
    """

    def __init__(self, keys: Sequence[Group], others: Sequence[Group]) -> None:
        self._size = 1 + max((n for key in (*keys, *others) for n in key if n < OTHER), default=-1)
        rules: list[list[int]] = [[] for _ in range(self._size + 1)]
        for number, key in enumerate(keys):
            for literal in key:
                if literal < OTHER:
                    rules[literal].append(number)
        self._rules = _Rows(rules)
        self._others = _Rows(
            [[min(n, self._size) for n in group] or [self._size] for group in others]
        )

    def rules(self, present: Collection[int]) -> list[int]:
        """Return the rules of which both groups have a literal present, perhaps repeatedly."""
        numbers = np.fromiter(present, np.intp, len(present))
        np.minimum(numbers, self._size, out=numbers)
        is_present = np.zeros(self._size + 1, np.bool_)
        is_present[numbers] = True
        is_present[self._size] = True
        rules, _ = self._rules.of(numbers)
        if not len(rules):
            return []
        literals, starts = self._others.of(rules)
        both: list[int] = rules[np.logical_or.reduceat(is_present[literals], starts)].tolist()
        return both


class _Rows:
    """Lists of numbers, one behind the other in one array."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        self._numbers = np.array([*chain.from_iterable(rows)], np.intp)
        self._starts = np.cumsum([0, *map(len, rows)])

    def of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers of some rows, and where those of each begin."""
        begin = self._starts[rows]
        sizes = self._starts[rows + 1] - begin
        behind = sizes.cumsum()
        starts = behind - sizes
        steps = np.arange(behind[-1] if len(behind) else 0)
        return self._numbers[(begin - starts).repeat(sizes) + steps], starts
