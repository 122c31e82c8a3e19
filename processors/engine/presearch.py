"""The rules that can fire at all: those of which every required group has a literal present.

::

    literals present ──postings──▶ groups present, once each ──▶ present per rule == required
                                                                              │
                     topics whose gates are open and that can reach their threshold

Groups are numbered rule by rule, so that in ascending order those of a rule are adjacent, and
counting them means finding where the rule changes. The work grows with the literals that occur in
the article, not with the number of rules. Following each rule from its rarest literal in Python
took twice as long, because every step waits for memory.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from processors.engine.article_index import OTHER
from processors.engine.rules import CompiledRule, TopicRules
from processors.gates import ArticleLabels, Gate


class Presearch:
    """The postings of a rule set. Immutable, except for a cache by the labels of articles.

    Args:
        rules: Topic by topic.
        topics: The topics they belong to.
        gates: Those before the rules close topics to an article.
    """

    def __init__(
        self, rules: Sequence[CompiledRule], topics: Sequence[TopicRules], gates: Sequence[Gate]
    ) -> None:
        groups = [
            (index, group)
            for index, rule in enumerate(rules)
            for group in dict.fromkeys(rule.program.required)
        ]
        self._rule_of = np.array([index for index, _ in groups], np.intp)
        self._required = np.bincount(self._rule_of, minlength=len(rules))
        self._always = np.flatnonzero(self._required == 0)
        self._starts, self._groups, self._rare = _postings([group for _, group in groups])
        self._topic_of = np.array([rule.topic for rule in rules], np.intp)
        self._gain = np.array([max(0, rule.weight) for rule in rules], np.intp)
        self._thresholds = np.array([topic.threshold for topic in topics], np.intp)
        self._enough = self._gain >= self._thresholds[self._topic_of]
        self._topics = tuple(topics)
        self._gates = [gate.passes for gate in gates if not gate.after_rules]
        self._open_rules: dict[ArticleLabels, np.ndarray] = {}

    def candidates(self, present: Collection[int], labels: ArticleLabels) -> list[int]:
        """Return the indexes, ascending, of the rules to evaluate.

        Args:
            present: Numbers of the literals and entities that occur in the article.
            labels: Of the article.
        """
        rules = self._rule_of[_distinct(self._groups_present(present))]
        runs = _runs(rules)
        rules = rules[runs[:-1]]
        able = rules[runs[1:] - runs[:-1] == self._required[rules]]
        if len(self._always):
            able = np.sort(np.concatenate([able, self._always]))
        if not len(able):
            return []
        able = able[self._open(labels)[able]]
        if not self._enough[able].all():
            able = self._reaching(able)
        indexes: list[int] = able.tolist()
        return indexes

    def _reaching(self, able: np.ndarray) -> np.ndarray:
        """Return the rules whose topic reaches its threshold if all of its rules fire."""
        topics = self._topic_of[able]
        runs = _runs(topics)
        most = np.add.reduceat(self._gain[able], runs[:-1])
        reached = most >= self._thresholds[topics[runs[:-1]]]
        reaching: np.ndarray = able[np.repeat(reached, np.diff(runs))]
        return reaching

    def _groups_present(self, present: Collection[int]) -> np.ndarray:
        """Return the groups with a literal that is present, perhaps with repetitions."""
        numbers = np.fromiter(present, np.intp, len(present))
        plain = numbers[numbers < len(self._starts) - 1]
        begin = self._starts[plain]
        sizes = self._starts[plain + 1] - begin
        behind = sizes.cumsum()
        steps = np.arange(behind[-1] if len(behind) else 0)
        groups: np.ndarray = self._groups[(begin + sizes - behind).repeat(sizes) + steps]
        if len(plain) == len(numbers) or not self._rare:
            return groups
        rare = [group for number in self._rare.keys() & present for group in self._rare[number]]
        return np.concatenate([groups, np.array(rare, np.intp)])

    def _open(self, labels: ArticleLabels) -> np.ndarray:
        """Return for each rule whether the gates before the rules are open to its topic."""
        rules = self._open_rules.get(labels)
        if rules is None:
            topics = [
                all(passes(topic, labels, 0) for passes in self._gates) for topic in self._topics
            ]
            rules = self._open_rules[labels] = np.array(topics, np.bool_)[self._topic_of]
        return rules


def _distinct(numbers: np.ndarray) -> np.ndarray:
    """Return each number once, ascending; ``np.unique`` takes three times as long."""
    numbers.sort()
    once: np.ndarray = numbers[_runs(numbers)[:-1]]
    return once


def _runs(ascending: np.ndarray) -> np.ndarray:
    """Return where each run of equal values begins, and the total length at the end."""
    begins = np.ones(len(ascending) + 1, np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=begins[1:-1])
    return begins.nonzero()[0]


def _postings(
    groups: Sequence[frozenset[int]],
) -> tuple[np.ndarray, np.ndarray, dict[int, list[int]]]:
    """Return where the groups of each literal begin, the groups in that order, and the rest.

    The rest are the groups of entities and of literals of other fields, whose numbers are sparse.
    """
    rows = 1 + max((n for group in groups for n in group if n < OTHER), default=-1)
    plain: list[list[int]] = [[] for _ in range(rows)]
    rare: dict[int, list[int]] = {}
    for number, group in enumerate(groups):
        for literal in group:
            (plain[literal] if literal < OTHER else rare.setdefault(literal, [])).append(number)
    starts = np.cumsum([0, *map(len, plain)])
    return starts, np.array([group for groups_of in plain for group in groups_of], np.intp), rare
