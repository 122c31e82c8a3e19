"""From topics as operators write them to the rules that the engine takes, and every fault found.

::

    Vocabulary ──────concepts that it uses────────┐
    TopicDefinition ──terms in order of use──▶ resolved terms ──▶ resolved rules ──▶ TopicRules
                                │                                      │
                                └────────── problems ──────────────────┴──▶ faults
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from config.catalog.models import EntityDefinition, RuleDefinition, SourceText, TopicDefinition
from config.catalog.weights import SCORED_FIELDS
from config.faults import Fault
from processors.engine.rules import ResolvedRule, TopicRules
from processors.query import QueryProblem, Resolved, resolve
from processors.query.fields import fields_of, restrict
from processors.query.foreign import MAX_SHOWN
from processors.query.nodes import Node, TermRef
from processors.query.resolve import denying, term_references
from processors.query.terms import in_order_of_use
from processors.revision import resolve_revision
from processors.vocabulary.concepts import Vocabulary


@dataclass(frozen=True, slots=True)
class CompiledTopic:
    """A topic whose queries are resolved.

    Attributes:
        definition: The topic.
        rules: What the engine takes; rules with an error are left out.
        faults: Every error and warning in its queries and in those of the concepts it uses.
        concepts: The queries of the concepts that it uses.
    """

    definition: TopicDefinition
    rules: TopicRules
    faults: tuple[Fault, ...]
    concepts: tuple[str, ...] = ()

    def with_revision(self, entities: Mapping[str, EntityDefinition]) -> TopicDefinition:
        """Return the topic with the revision that its matches have.

        Args:
            entities: The entities of the catalog by their ids.
        """
        written = self.definition.revision
        revision = resolve_revision(written, self.concepts, self.rules, entities)
        return replace(self.definition, revision=revision)

    @property
    def is_sound(self) -> bool:
        """Whether no fault is an error."""
        return not any(fault.is_error for fault in self.faults)


def compile_topic(
    topic: TopicDefinition, entities: Collection[str], vocabulary: Vocabulary | None = None
) -> CompiledTopic:
    """Resolve the terms and rules of a topic.

    Args:
        topic: The topic.
        entities: Ids of the catalog's entities.
        vocabulary: The concepts that its queries may use.
    """
    vocabulary = vocabulary or Vocabulary()
    used = concepts_of(topic, vocabulary)
    faults = vocabulary.faults_of(used, topic.languages)
    known = dict.fromkeys(vocabulary.concepts) | vocabulary.resolve(used, topic.languages)
    terms = _resolve_terms(topic, known, entities, faults)
    faults.extend(_missing_forms(topic, vocabulary))
    rules = []
    for rule in topic.rules:
        resolved = resolve(rule.query.value, terms, entities)
        _report(resolved, rule.query, faults)
        if resolved.node is not None:
            rules.append(_compile_rule(rule, resolved.node, faults))
    compiled = TopicRules(topic.id, topic.threshold, topic.languages, tuple(rules))
    concepts = tuple(vocabulary.definitions_of(used, topic.languages))
    return CompiledTopic(topic, compiled, tuple(faults), concepts)


def concepts_of(topic: TopicDefinition, vocabulary: Vocabulary) -> set[str]:
    """Return the concepts that the queries of a topic use, directly or through another."""
    return vocabulary.with_used({ref.name for _, ref in _uses_of_concepts(topic)})


def queries_of(topic: TopicDefinition) -> tuple[SourceText, ...]:
    """Return the queries of a topic: those of its terms, then those of its rules."""
    return (*topic.terms.values(), *(rule.query for rule in topic.rules))


def _uses_of_concepts(topic: TopicDefinition) -> Iterator[tuple[SourceText, TermRef]]:
    """Yield each ``$name`` that is no term of the topic, with its query.

    In a term of that name it is none either: there it is the concept that the term widens.
    """
    for source in queries_of(topic):
        for ref in term_references(source.value) if "$" in source.value else ():
            if ref.name not in topic.terms or topic.terms[ref.name] is source:
                yield source, ref


def _missing_forms(topic: TopicDefinition, vocabulary: Vocabulary) -> Iterator[Fault]:
    """Yield faults for concepts that have no form in the languages of the topic."""
    for source, ref in _uses_of_concepts(topic):
        if ref.name not in vocabulary.concepts:
            continue
        forms = vocabulary.languages_of(ref.name, topic.languages)
        if missing := ", ".join(f"`{code}`" for code in topic.languages if code not in forms):
            message = f"The concept `{ref.name}` has no form in {missing}."
            mend = "Add one to the vocabulary, or write the words as a term of the topic."
            code = "W121" if forms else "E007"
            yield QueryProblem(code, ref.at, message, mend).fault(source)


def _compile_rule(rule: RuleDefinition, node: Node, faults: list[Fault]) -> ResolvedRule:
    """Return a rule whose query is resolved; a fault where it can give no points."""
    node = restrict(node, rule.fields)
    if rule.by_field is None:
        return ResolvedRule(rule.id, rule.weight, node, None, rule.unless)
    fields = fields_of(node)
    by_field = rule.by_field.within(fields)
    if not by_field.reachable:
        where = ", ".join(sorted(fields)) or "no field of the text"
        message = f"Rule `{rule.id}` never gives points: its query has hits in {where} only."
        mend = f"Give points there, or let the query search {', '.join(SCORED_FIELDS)}."
        faults.append(QueryProblem("E013", 0, message, mend).fault(rule.query))
    return ResolvedRule(rule.id, by_field.reachable, node, by_field, rule.unless)


def _report(resolved: Resolved, source: SourceText, faults: list[Fault]) -> None:
    faults.extend(_for_quoted(problem, source).fault(source) for problem in resolved.problems)


def _for_quoted(problem: QueryProblem, source: SourceText) -> QueryProblem:
    """Return a problem with the advice for a phrase whose quotes YAML has taken away."""
    if problem.code != "E002" or not source.quoted or '"' in source.value:
        return problem
    phrase = f'"{source.value}"'
    mend = f"YAML takes the quotes around a value away: write `>-` and `{phrase}` in the next line."
    return replace(problem, mend=mend if len(phrase) <= MAX_SHOWN else problem.mend)


def _resolve_terms(
    topic: TopicDefinition,
    concepts: Mapping[str, Resolved | None],
    entities: Collection[str],
    faults: list[Fault],
) -> dict[str, Resolved | None]:
    """Return terms and concepts by name; None for one with an error."""
    order, cyclic = in_order_of_use({n: s.value for n, s in topic.terms.items()}, "term", concepts)
    faults.extend(problem.fault(topic.terms[name]) for name, problem in cyclic.items())
    terms: dict[str, Resolved | None] = {**concepts, **dict.fromkeys(topic.terms)}
    for name in order:
        source = topic.terms[name]
        known = {**terms, name: concepts[name]} if name in concepts else terms
        resolved = resolve(source.value, known, entities, is_list=source.is_list)
        _report(resolved, source, faults)
        terms[name] = _with_denied_words(topic, name, resolved, faults)
    return terms


def _with_denied_words(
    topic: TopicDefinition, name: str, resolved: Resolved, faults: list[Fault]
) -> Resolved | None:
    words = topic.deny.get(name, ())
    if resolved.node is None or not words:
        return resolved
    if not resolved.node.positional:
        message = f"The term `{name}` has no hits that words could be denied of."
        mend = "Give `deny` for a term of words, phrases and OR only."
        faults.append(QueryProblem("E006", 0, message, mend).fault(topic.terms[name]))
        return None
    return Resolved(denying(resolved.node, words), resolved.size + 2 * len(words) + 2, ())
