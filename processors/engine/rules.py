"""Rules of topics, before and after they are compiled."""

from __future__ import annotations

from dataclasses import dataclass

from processors.engine.article_index import ArticleIndex
from processors.engine.operators import AndProgram
from processors.engine.programs import QueryProgram
from processors.query.nodes import Node

ResolvedRule = tuple[str, int, Node]
"""Id, weight and resolved query of a rule."""


@dataclass(frozen=True, slots=True)
class TopicRules:
    """What the engine needs of a topic.

    Attributes:
        threshold: The score that makes a match.
        languages: Languages of the articles that it accepts; empty for all.
        rules: In file order.
    """

    id: str
    threshold: int
    languages: tuple[str, ...]
    rules: tuple[ResolvedRule, ...]


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A compiled rule.

    Attributes:
        topic: Index of its topic in the rule set.
        wanted: The programs that must match, where the presence of its literals does not decide.
        unwanted: The programs that must not match.
        decided: Whether it fires wherever its literals occur, so that nothing is evaluated.
    """

    topic: int
    id: str
    weight: int
    program: QueryProgram
    wanted: tuple[QueryProgram, ...]
    unwanted: tuple[QueryProgram, ...]
    decided: bool

    @classmethod
    def of(cls, topic: int, rule_id: str, weight: int, program: QueryProgram) -> CompiledRule:
        """Return the compiled rule of a program."""
        wanted: tuple[QueryProgram, ...] = (program,)
        unwanted: tuple[QueryProgram, ...] = ()
        if isinstance(program, AndProgram):
            wanted, unwanted = program.wanted, program.unwanted
        wanted = tuple(p for p in wanted if not p.decided)
        decided = not (wanted or unwanted)
        return cls(topic, rule_id, weight, program, wanted, unwanted, decided)

    def fires(self, index: ArticleIndex) -> bool:
        """Return whether it is true of an article in which all its required literals occur."""
        for program in self.wanted:  # a plain loop: this runs for every candidate
            if not program.matches(index):
                return False
        return not any(program.matches(index) for program in self.unwanted)
