"""Faults of topics: what their queries say wrongly, and what their tests prove wrong.

``topic_faults`` is for ``check`` and ``topics lint``: errors and warnings of every topic.
``run_topic_tests`` is for ``topics test``: one fault per expectation that is not met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from config.catalog.models import (
    Catalog,
    FilePosition,
    RuleDefinition,
    TopicDefinition,
    TopicState,
    TopicTest,
)
from config.errors import UsageError
from config.faults import Fault, in_file_order
from core.text import clean_line
from core.text.languages import languages as known_languages
from processors.article_from_fields import article_from_fields
from processors.engine.compiler import Compiler
from processors.explanation import Explanation
from processors.pipeline import Processors
from processors.query import parse
from processors.query.nodes import MANY, ONE, Node, Or, Phrase, walk
from processors.topics import CompiledTopic, compile_topic

LANGUAGES = ("de", "en", "fr", "ru", "uk")
"""Those of the default settings: what a test without ``language`` may be told to be in."""


def topic_faults(catalog: Catalog, languages: tuple[str, ...] = LANGUAGES) -> list[Fault]:
    """Everything wrong in the topics of a catalog, in file order.

    Args:
        catalog: What of the operator's files is sound.
        languages: Languages an article may be told to be in (``Settings.language_codes``).
    """
    ids = {entity.id for entity in catalog.entities}
    compiled = [compile_topic(topic, ids) for topic in catalog.topics]
    faults = [fault for topic in compiled for fault in topic.faults]
    for topic in compiled:
        faults.extend(_weights(topic.definition))
        if topic.sound:
            faults.extend(_warnings(topic))
            faults.extend(_test_warnings(topic.definition, catalog, languages))
    return in_file_order(faults)


def run_topic_tests(
    topic: TopicDefinition, catalog: Catalog, languages: tuple[str, ...] = LANGUAGES
) -> list[Fault]:
    """Run the tests of a topic, whatever its state is.

    Args:
        topic: The topic; its queries must hold no error.
        catalog: Where its entities are defined.
        languages: Languages an article may be told to be in.

    Returns:
        One fault (E020) per test that fails, with what is missing and what is too much; E021 for
        a test whose article cannot be used. No fault: all pass.

    Raises:
        CatalogError: A query of the topic holds an error.
    """
    processors = _alone(topic, catalog, languages)
    return [f for test in topic.tests for f in _failures(topic, test, processors)]


def _alone(topic: TopicDefinition, catalog: Catalog, languages: tuple[str, ...]) -> Processors:
    only = Catalog(catalog.outlets, (_evaluated(topic),), catalog.entities, catalog.alerts)
    return Processors.compile(only, languages)


def _evaluated(topic: TopicDefinition) -> TopicDefinition:
    return replace(topic, state=TopicState.DRAFT)


def _explained(topic: TopicDefinition, test: TopicTest, processors: Processors) -> Explanation:
    article = article_from_fields(test.article)
    given = test.article.get("language")
    return processors.explain(topic.id, article, given_language=given)


def _failures(topic: TopicDefinition, test: TopicTest, processors: Processors) -> Iterator[Fault]:
    try:
        result = _explained(topic, test, processors)
    except UsageError as error:
        yield _fault(test.position, "E021", f"Test {test.name!r}: {error.message}", error.mend)
        return
    wrong = list(_differences(test, result))
    if wrong:
        fired = ", ".join(r.id for r in result.rules if r.fired) or "none"
        closed = "".join(f" {g.why}" for g in result.gates if not g.passed)
        said = f"Test {clean_line(test.name)!r}: {'; '.join(wrong)}."
        seen = f"Score {result.score} of {result.threshold}; rules that fired: {fired}.{closed}"
        yield _fault(test.position, "E020", said, f"{seen} Mend the rule or the test.")


def _differences(test: TopicTest, result: Explanation) -> Iterator[str]:
    fired = [rule.id for rule in result.rules if rule.fired]
    if test.match != result.match:
        yield f"match is {_word(result.match)}, expected {_word(test.match)}"
    wanted = (*(test.rules or ()), *test.rules_include)
    if missing := [r for r in dict.fromkeys(wanted) if r not in fired]:
        yield f"missing rules: {', '.join(missing)}"
    if test.rules is not None and (extra := [r for r in fired if r not in test.rules]):
        yield f"extra rules: {', '.join(extra)}"
    if test.score_max is not None and result.score > test.score_max:
        yield f"score is {result.score}, at most {test.score_max} expected"


def _word(value: bool) -> str:
    return "true" if value else "false"


def _weights(topic: TopicDefinition) -> Iterator[Fault]:
    reachable = sum(rule.weight for rule in topic.rules if rule.weight > 0)
    if reachable < topic.threshold:
        said = f"All rules together weigh {reachable}; the threshold is {topic.threshold}."
        yield _fault(topic.position, "E008", said, "Lower the threshold or raise weights.")


def _warnings(topic: CompiledTopic) -> Iterator[Fault]:
    nodes = {rule_id: node for rule_id, _, node in topic.rules.rules}
    for rule in topic.definition.rules:
        yield from _rule_warnings(topic.definition, rule, nodes[rule.id])
    texts = (*topic.definition.terms.values(), *(r.query for r in topic.definition.rules))
    for source in texts:
        for node in _parsed(source.value):
            if isinstance(node, Phrase) and (caught := _misleading(node.words)):
                said = f"`{_shown(node)}` also finds {caught}."
                place = source.at(node.at)
                yield _fault(place, "W103", said, "List the words you mean, or use EXCEPT.")


def _misleading(words: tuple[str, ...]) -> str:
    """Return what else a pattern ``stem*`` is known to find, in all languages; empty if nothing."""
    if len(words) != 1 or not words[0].endswith(MANY):
        return ""
    stem = words[0].removesuffix(MANY)
    return ", ".join(
        one.misleading_stems[stem] for one in known_languages() if stem in one.misleading_stems
    )


def _rule_warnings(topic: TopicDefinition, rule: RuleDefinition, node: Node) -> Iterator[Fault]:
    if not Compiler().program(node).needs:
        said = f"Rule `{rule.id}` needs no word: it is evaluated on every article."
        yield _fault(rule.query.at(0), "W101", said, "Add a word or phrase with AND.")
    words = _single_words(node)
    if words and rule.weight >= topic.threshold and len(topic.rules) > 1:
        said = f"Rule `{rule.id}` reaches the threshold with the one word `{words[0]}`."
        yield _fault(rule.query.at(0), "W102", said, "Lower its weight or ask for more.")


def _single_words(node: Node) -> list[str]:
    """The words of which one alone makes the node true."""
    if isinstance(node, Phrase):
        return [_shown(node)] if len(node.words) == 1 else []
    return [w for c in node.children for w in _single_words(c)] if isinstance(node, Or) else []


def _shown(node: Phrase) -> str:
    plain = " ".join(node.words).replace(MANY, "*").replace(ONE, "?")
    return f"={plain}" if node.exact else plain


def _parsed(text: str) -> Iterable[Node]:
    node = parse(text).node
    return walk(node) if node else ()


def _test_warnings(
    topic: TopicDefinition, catalog: Catalog, languages: tuple[str, ...]
) -> Iterator[Fault]:
    for wanted in (True, False):
        if not any(test.match is wanted for test in topic.tests):
            said = f"The topic has no test with `match: {_word(wanted)}`."
            mend = "Add one: a text it must find." if wanted else "Add a text it must not find."
            yield _fault(topic.position, "W107", said, mend)
    if topic.tests:
        yield from _rules_in_tests(topic, _alone(topic, catalog, languages))


def _rules_in_tests(topic: TopicDefinition, processors: Processors) -> Iterator[Fault]:
    fired: set[str] = set()
    buried: dict[str, str] = {}
    for test in topic.tests:
        try:
            result = _explained(topic, test, processors)
        except UsageError:
            continue  # run_topic_tests tells it, as E021
        names = [rule.id for rule in result.rules if rule.fired]
        fired.update(names)
        if test.match:
            buried.update((r.id, test.name) for r in result.rules if r.fired and r.weight < 0)
    for rule in topic.rules:
        if rule.id in buried:
            said = f"Rule `{rule.id}` is negative and fires in the test {buried[rule.id]!r}."
            yield _fault(rule.query.at(0), "W104", said, "Narrow it with NEAR or EXCEPT.")
        if rule.id not in fired:
            said = f"No test makes rule `{rule.id}` fire."
            yield _fault(rule.query.at(0), "W107", said, "Add a test that does.")


def _fault(place: FilePosition, code: str, message: str, mend: str) -> Fault:
    return Fault(
        file=place.file,
        line=place.line,
        column=place.column,
        code=code,
        message=message,
        mend=mend,
    )
