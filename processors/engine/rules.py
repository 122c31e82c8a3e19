"""Rules of topics, before and after they are compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from config.catalog.weights import FieldWeight
from processors.engine.article_index import ArticleIndex
from processors.engine.operators import AndProgram
from processors.engine.programs import QueryProgram
from processors.query.nodes import Node


class ResolvedRule(NamedTuple):
    """A rule whose query is resolved.

    Attributes:
        weight: The points furthest from 0 that it can give an article.
        query: The resolved query.
        by_field: Points by where its hits lie; None where it gives its weight once per article.
        unless: Ids of the rules of its topic none of which may fire.
    """

    id: str
    weight: int
    query: Node
    by_field: FieldWeight | None = None
    unless: tuple[str, ...] = ()


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
        weight: As that of :class:`ResolvedRule`, and so are ``by_field`` and ``unless``.
        wanted: The programs that must match, where the presence of its literals does not decide.
        unwanted: The programs that must not match.
        decided: Whether its query is true wherever its literals occur, so that nothing is
            evaluated.
        order: Greater than that of the rules that ``unless`` names.
    """

    topic: int
    id: str
    weight: int
    program: QueryProgram
    wanted: tuple[QueryProgram, ...]
    unwanted: tuple[QueryProgram, ...]
    decided: bool
    by_field: FieldWeight | None = None
    unless: tuple[str, ...] = ()
    order: int = 0

    @classmethod
    def of(
        cls, topic: int, rule: ResolvedRule, program: QueryProgram, order: int = 0
    ) -> CompiledRule:
        """Return the compiled rule of a program.

        Args:
            topic: Index of its topic in the rule set.
            rule: The rule before it is compiled.
            program: The program of its query.
            order: Greater than that of the rules that ``unless`` names.
        """
        wanted: tuple[QueryProgram, ...] = (program,)
        unwanted: tuple[QueryProgram, ...] = ()
        if isinstance(program, AndProgram):
            wanted, unwanted = program.wanted, program.unwanted
        wanted = tuple(p for p in wanted if not p.decided)
        return cls(
            topic=topic,
            id=rule.id,
            weight=rule.weight,
            program=program,
            wanted=wanted,
            unwanted=unwanted,
            decided=not (wanted or unwanted),
            by_field=rule.by_field,
            unless=rule.unless,
            order=order,
        )

    def holds(self, index: ArticleIndex) -> bool:
        """Return whether its query is true of an article in which all required literals occur."""
        for program in self.wanted:  # a plain loop: this runs for every candidate
            if not program.matches(index):
                return False
        return not (self.unwanted and any(program.matches(index) for program in self.unwanted))
