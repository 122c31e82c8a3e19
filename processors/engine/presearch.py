"""Which rules can fire at all: those that have a literal of every group they need.

::

    literals present ──postings──▶ groups touched, each once ──▶ touched per rule == groups it needs
                                                                                │
                 topics that could still reach their threshold and let the language through

Groups are numbered rule by rule, so that the touched ones in ascending order lie side by side for
each rule, and counting them is finding where the rule changes. The work grows with what stands in
the article, not with the number of rules; following each rule from its rarest literal in Python
took twice as long, there every step waits for memory.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from processors.engine.view import OTHER

if TYPE_CHECKING:
    from processors.engine.ruleset import CompiledRule, TopicRules


class Presearch:
    """Postings of a rule set. Immutable but for a memo per language.

    Args:
        rules: Topic by topic.
        topics: The topics they belong to.
    """

    def __init__(self, rules: Sequence[CompiledRule], topics: Sequence[TopicRules]) -> None:
        groups = [
            (index, group)
            for index, rule in enumerate(rules)
            for group in dict.fromkeys(rule.program.needs)
        ]
        self._rule_of = np.array([index for index, _ in groups], np.intp)
        self._needed = np.bincount(self._rule_of, minlength=len(rules))
        self._always = np.flatnonzero(self._needed == 0)
        self._starts, self._groups, self._rare = _postings([group for _, group in groups])
        self._topic_of = np.array([rule.topic for rule in rules], np.intp)
        self._gain = np.array([max(0, rule.weight) for rule in rules], np.intp)
        self._thresholds = np.array([topic.threshold for topic in topics], np.intp)
        self._enough = self._gain >= self._thresholds[self._topic_of]
        self._languages = [frozenset(topic.languages) for topic in topics]
        self._open: dict[str, np.ndarray] = {}

    def candidates(self, present: Collection[int], language: str) -> list[int]:
        """Indexes, ascending, of the rules worth asking.

        Args:
            present: Numbers of the literals and entities that stand in the article.
            language: Of the article.
        """
        touched = _distinct(self._touched(present))
        rules = self._rule_of[touched]
        runs = _runs(rules)
        rules = rules[runs[:-1]]
        able = rules[runs[1:] - runs[:-1] == self._needed[rules]]
        if len(self._always):
            able = np.sort(np.concatenate([able, self._always]))
        if not len(able):
            return []
        able = able[self._gates(language)[able]]
        if not self._enough[able].all():
            able = self._reaching(able)
        found: list[int] = able.tolist()
        return found

    def _reaching(self, able: np.ndarray) -> np.ndarray:
        """Those whose topic reaches its threshold if all of its rules fire."""
        topics = self._topic_of[able]
        runs = _runs(topics)
        most = np.add.reduceat(self._gain[able], runs[:-1])
        reached = most >= self._thresholds[topics[runs[:-1]]]
        kept: np.ndarray = able[np.repeat(reached, np.diff(runs))]
        return kept

    def _touched(self, present: Collection[int]) -> np.ndarray:
        """Groups with a literal that is present; one may come twice."""
        numbers = np.fromiter(present, np.intp, len(present))
        plain = numbers[numbers < len(self._starts) - 1]
        begin = self._starts[plain]
        sizes = self._starts[plain + 1] - begin
        behind = sizes.cumsum()
        steps = np.arange(behind[-1] if len(behind) else 0)
        touched: np.ndarray = self._groups[(begin + sizes - behind).repeat(sizes) + steps]
        if len(plain) == len(numbers) or not self._rare:
            return touched
        rare = [group for number in self._rare.keys() & present for group in self._rare[number]]
        return np.concatenate([touched, np.array(rare, np.intp)])

    def _gates(self, language: str) -> np.ndarray:
        """Per rule, whether its topic takes articles of the language."""
        known = self._open.get(language)
        if known is None:
            gates = [not allowed or language in allowed for allowed in self._languages]
            known = self._open[language] = np.array(gates, np.bool_)[self._topic_of]
        return known


def _distinct(numbers: np.ndarray) -> np.ndarray:
    """Each once, ascending; ``np.unique`` takes three times as long."""
    numbers.sort()
    once: np.ndarray = numbers[_runs(numbers)[:-1]]
    return once


def _runs(ascending: np.ndarray) -> np.ndarray:
    """Where each run of equal values begins, and the length of all at the end."""
    begins = np.ones(len(ascending) + 1, np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=begins[1:-1])
    return begins.nonzero()[0]


def _postings(
    groups: Sequence[frozenset[int]],
) -> tuple[np.ndarray, np.ndarray, dict[int, list[int]]]:
    """Where the groups of each literal begin, the groups in that order, and those of the rest.

    The rest are entities and literals of other fields, whose numbers lie far apart.
    """
    rows = 1 + max((n for group in groups for n in group if n < OTHER), default=-1)
    plain: list[list[int]] = [[] for _ in range(rows)]
    rare: dict[int, list[int]] = {}
    for number, group in enumerate(groups):
        for literal in group:
            (plain[literal] if literal < OTHER else rare.setdefault(literal, [])).append(number)
    starts = np.cumsum([0, *map(len, plain)])
    return starts, np.array([g for found in plain for g in found], np.intp), rare
