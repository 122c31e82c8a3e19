"""From the concepts of the vocabulary to what ``$name`` is in a query.

::

    forms: {de: query, en: query} ──resolve, each restricted to its language──▶ de OR en

A form is resolved when a topic first uses it. In the form of a language, ``$other`` is the form
that the other concept has in the same language.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from config.catalog.models import ConceptDefinition, SourceText
from config.faults import Fault
from processors.query import QueryProblem, Resolved, resolve
from processors.query.nodes import LabelNode, Node, Or, walk
from processors.query.resolve import term_references
from processors.query.terms import in_order_of_use


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of a concept in one language.

    Attributes:
        resolved: None where there is an error.
        faults: Its errors and warnings, not those of the concepts that it uses.
    """

    resolved: Resolved | None
    faults: tuple[Fault, ...] = ()


class Vocabulary:
    """The concepts of a catalog.

    Args:
        concepts: Their definitions.
        entities: Ids of the catalog's entities.
    """

    def __init__(
        self, concepts: Iterable[ConceptDefinition] = (), entities: Collection[str] = ()
    ) -> None:
        self.concepts: Mapping[str, ConceptDefinition] = {c.id: c for c in concepts}
        self._entities = entities
        self._forms: dict[str, dict[str, _Form]] = {}

    def with_used(self, names: Iterable[str]) -> set[str]:
        """Return the concepts among these names, and those that they use in turn."""
        used: set[str] = set()
        waiting = set(names) & self.concepts.keys()
        while waiting:
            used |= waiting
            forms = (form for name in waiting for form in self.concepts[name].forms.values())
            named = {ref.name for form in forms for ref in term_references(form.value)}
            waiting = (named & self.concepts.keys()) - used
        return used

    def languages_of(self, name: str, allowed: Collection[str] = ()) -> tuple[str, ...]:
        """Return the languages in which a concept has a form.

        Args:
            name: The concept.
            allowed: The languages to choose from; empty for all.
        """
        return tuple(c for c in self.concepts[name].forms if not allowed or c in allowed)

    def resolve(
        self, names: Iterable[str], languages: Collection[str] = ()
    ) -> dict[str, Resolved | None]:
        """Return what each concept is in a query; None for one with an error or without a form.

        Args:
            names: The concepts.
            languages: The languages that it is needed in; empty for all.
        """
        return {name: self._concept(name, self.languages_of(name, languages)) for name in names}

    def faults_of(self, names: Iterable[str], languages: Collection[str] = ()) -> list[Fault]:
        """Return the errors and warnings in the queries of concepts.

        Args:
            names: The concepts.
            languages: The languages that matter; empty for all.
        """
        forms = (self._form(n, code) for n in names for code in self.languages_of(n, languages))
        return [fault for form in forms for fault in form.faults]

    def definitions_of(self, names: Iterable[str], languages: Collection[str] = ()) -> list[str]:
        """Return the queries of concepts: what the revision of a topic that uses them depends on.

        Args:
            names: The concepts.
            languages: The languages that matter; empty for all.
        """
        return [
            f"{name} {code} {' '.join(self.concepts[name].forms[code].value.split())}"
            for name in sorted(names)
            for code in sorted(self.languages_of(name, languages))
        ]

    def _concept(self, name: str, codes: Iterable[str]) -> Resolved | None:
        forms = [self._form(name, code).resolved for code in codes]
        nodes = [form.node for form in forms if form is not None and form.node is not None]
        if not nodes or len(nodes) < len(forms):
            return None
        alternatives = tuple(node for form in nodes for node in _alternatives(form))
        node = alternatives[0] if len(alternatives) == 1 else Or(alternatives)
        return Resolved(node, 1 + sum(form.size for form in forms if form is not None), ())

    def _form(self, name: str, code: str) -> _Form:
        """Return the form of a concept in a language, with those that it uses resolved first."""
        known = self._forms.setdefault(code, {})
        if name not in known:
            forms = {used: self.concepts[used].forms for used in self.with_used([name])}
            sources = {used: form[code] for used, form in forms.items() if code in form}
            order, cyclic = in_order_of_use({n: s.value for n, s in sources.items()}, "concept")
            for other, problem in cyclic.items():
                known[other] = _Form(None, (problem.fault(sources[other]),))
            for other in order:
                if other not in known:
                    known[other] = self._resolve(sources[other], code, known)
        return known[name]

    def _resolve(self, source: SourceText, code: str, known: Mapping[str, _Form]) -> _Form:
        terms = dict.fromkeys(self.concepts) | {n: form.resolved for n, form in known.items()}
        resolved = resolve(source.value, terms, self._entities)
        problems = [*resolved.problems, *self._unusable(source, code, resolved.node)]
        faults = tuple(problem.fault(source) for problem in problems)
        if resolved.node is None or any(fault.is_error for fault in faults):
            return _Form(None, faults)
        return _Form(Resolved(resolved.node.in_language(code), resolved.size, ()), faults)

    def _unusable(self, source: SourceText, code: str, node: Node | None) -> Iterable[QueryProblem]:
        for ref in term_references(source.value):
            if ref.name in self.concepts and code not in self.concepts[ref.name].forms:
                message = f"The concept `{ref.name}` has no form in `{code}`."
                yield QueryProblem("E007", ref.at, message, "Add one, or do not use it here.")
        for label in walk(node) if node else ():
            if isinstance(label, LabelNode):
                message = f"`{label.field}:` is about an article, not about its words."
                yield QueryProblem("E006", label.at, message, "Write it in the rules of topics.")


def _alternatives(node: Node) -> tuple[Node, ...]:
    return node.operands if isinstance(node, Or) else (node,)
