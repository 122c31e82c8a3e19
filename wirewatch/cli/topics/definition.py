"""What ``topics expand --definition`` prints: the queries of a concept or term, as written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.errors import UsageError
from wirewatch.cli.output import print_json, say, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.catalog.models import Catalog, ConceptDefinition, SourceText


def print_definition(term: str, catalog: Catalog, *, as_json: bool) -> None:
    """Print the queries of a concept by language with its sentences, or the query of a term.

    Args:
        term: The name of a concept, or of a term of the catalog's topic, which wins.
        catalog: Has the concepts, and at most one topic.
        as_json: Whether to print one JSON object.

    Raises:
        UsageError: There is no such term or concept.
    """
    definition = _definition(term, term.removeprefix("$"), catalog)
    if as_json:
        print_json(definition)
        return
    write(f"{definition['file']}:{definition['line']}")
    for language, query in definition["forms"].items():
        say(f"{language}: {query}" if language else query, indent="  ")
    for sign, sentences in (("+", definition["match"]), ("-", definition["no_match"])):
        for sentence in sentences:
            say(f"{sign} {sentence}", indent="    ")


def _definition(term: str, name: str, catalog: Catalog) -> dict[str, Any]:
    for topic in catalog.topics:
        if name in topic.terms:
            return _row(name, {"": topic.terms[name]})
    concept = next((one for one in catalog.vocabulary if one.id == name), None)
    if concept is None:
        mend = "Name a concept of docs/vocabulary.md, or a term of the topic that --topic names."
        raise UsageError(f"{term!r} is no concept or term.", mend=mend)
    return _row(name, concept.forms, concept)


def _row(
    name: str, forms: Mapping[str, SourceText], concept: ConceptDefinition | None = None
) -> dict[str, Any]:
    first = concept.position if concept else next(iter(forms.values())).position
    tests = concept.tests if concept else ()
    return {
        "term": name,
        "file": first.file,
        "line": first.line,
        "forms": {language: form.value for language, form in forms.items()},
        "match": [test.sentence for test in tests if test.match],
        "no_match": [test.sentence for test in tests if not test.match],
    }
